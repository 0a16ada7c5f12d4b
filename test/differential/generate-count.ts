// generate-count.ts: screens that count, for the zones of a configuration, and packets at the edges of their thresholds: so many
// alike, then one at the nanosecond at which there is room again, and beside it. SPDX-License-Identifier: Apache-2.0
import type { Config, Screen, ScreenThreshold } from "../../daemon/src/config/config.js";
import { ACK, FIN, ICMP, ICMP6, RST, SYN, TCP, UDP } from "../model/packet.js";
import { fragmentsOf, ipPacket, type Shape } from "./build.js";
import type { Chooser } from "./choose.js";
import { A, B, C, reversed, Traffic, type Place, type Sending, type Source } from "./generate-steps.js";

/** THRESHOLDS: packets a second; SEARCHES: microseconds; SESSIONS: at a time. */
const THRESHOLDS = [1, 3, 8, 1000];
const SEARCHES = [1000, 5000, 1_000_000];
const SESSIONS = [1, 2, 5];
/** What the steps of a case are apart, with what the run adds. */
const APART = 1007;

function screenOf(c: Chooser, name: string, cookies: boolean): Screen {
  const some = <T>(value: () => T, key: string): Record<string, T> => (c.oneIn(2) ? { [key]: value() } : {});
  const packets = (): ScreenThreshold => ({ threshold: c.of(THRESHOLDS) });
  const within = (): ScreenThreshold => (c.oneIn(6) ? {} : { threshold: c.of(SEARCHES) });
  const on = (): true => true;
  const others = (): object => ({
    ...some(() => c.of(THRESHOLDS), "source-threshold"),
    ...some(() => c.of(THRESHOLDS), "destination-threshold"),
  });
  const attack = cookies
    ? (): object => ({ "attack-threshold": c.of([1, 1, 3, 8]), ...some(() => c.of([1, 3]), "alarm-threshold") })
    : (): object => some(() => c.of(THRESHOLDS), "attack-threshold");
  const flood = (): object => ({
    ...attack(),
    ...(cookies && !c.oneIn(3) ? {} : others()),
    ...(c.oneIn(3) ? { "white-list": [{ name: "friends", ...listed(c) }] } : {}),
  });
  return {
    name,
    ...(c.oneIn(3) ? { "alarm-without-drop": true as const } : {}),
    icmp: { ...some(packets, "flood"), ...some(within, "ip-sweep"), ...(c.oneIn(4) ? { large: true as const } : {}) },
    udp: { ...some(packets, "flood"), ...some(within, "port-scan"), ...some(within, "udp-sweep") },
    tcp: {
      ...(cookies ? { "syn-flood": flood() } : some(flood, "syn-flood")),
      ...some(within, "port-scan"),
      ...some(within, "tcp-sweep"),
      ...(c.oneIn(4) ? { "syn-fin": true as const } : {}),
    },
    ip: { ...some(on, "tear-drop"), ...(c.oneIn(6) ? { "block-frag": true as const } : {}) },
    ...limits(c),
  };
}

function limits(c: Chooser): Pick<Screen, "limit-session"> {
  const sides = c.of([
    [],
    [],
    ["source-ip-based"],
    ["destination-ip-based"],
    ["source-ip-based", "destination-ip-based"],
  ]);
  return sides.length === 0 ? {} : { "limit-session": Object.fromEntries(sides.map((side) => [side, c.of(SESSIONS)])) };
}

const listed = (c: Chooser): object =>
  c.of([
    { "source-address": ["10.0.1.8/31", "2001:db8:1::/64"] },
    { "destination-address": ["10.0.2.10/32"] },
    { "source-address": ["10.0.1.10/32"], "destination-address": ["10.0.2.0/28"] },
  ]);

/** withCounts gives most zones screens that count; in half of the configurations SYN floods are answered with cookies. */
export function withCounts(config: Config, c: Chooser): Config {
  const cookies = c.oneIn(2);
  const screens = ["one", "two"].map((name) => screenOf(c, name, cookies));
  const zones = config.security.zones["security-zone"].map((zone) =>
    c.oneIn(6) ? zone : { ...zone, screen: c.of(screens).name },
  );
  return {
    ...config,
    security: {
      ...config.security,
      zones: { "security-zone": zones },
      screen: { "ids-option": screens },
      flow: { ...config.security.flow, ...(cookies ? { "syn-flood-protection-mode": "syn-cookie" as const } : {}) },
    },
  };
}

interface Side {
  readonly place: Place;
  readonly sources: readonly string[];
  readonly sources6: readonly string[];
  /** the n-th of many addresses */
  readonly network: string;
  readonly network6: string;
}
const SIDES: readonly Side[] = [
  {
    place: A,
    sources: ["10.0.1.10", "10.0.1.9", "10.0.1.8"],
    sources6: ["2001:db8:1::10"],
    network: "10.0.1.",
    network6: "2001:db8:1::",
  },
  {
    place: B,
    sources: ["10.0.2.10", "192.0.2.10"],
    sources6: ["2001:db8:2::10"],
    network: "10.0.2.",
    network6: "2001:db8:2::",
  },
  { place: C, sources: ["10.0.3.10"], sources6: ["2001:db8:1::11"], network: "10.0.3.", network6: "2001:db8:2::" },
];

/** rest: how long after the first of `sent` packets there is room for one more, less what has passed by then. */
function rest(c: Chooser, sent: number): number {
  const threshold = c.of(THRESHOLDS);
  const ticks = 8e9 / threshold;
  return Math.max(0, Math.ceil(Math.floor(ticks) / 8) - (sent - 1) * APART - 7 + c.of([0, -1, 1, 0]));
}

/** searched: the same for the time within which a target counts. */
const searched = (c: Chooser, sent: number): number =>
  Math.max(0, c.of(SEARCHES) * 1000 - (sent - 1) * APART - 7 + c.of([0, -1, 1, -1000, 1000]));

/** What clients offer: sizes at the ends of what a cookie keeps, scales, selective acknowledgments, and nonsense. */
const size = (mss: number): number[] => [2, 4, mss >> 8, mss & 255];
const TCP_OPTIONS: readonly (readonly number[])[] = [
  ...[1460, 1461, 1459, 1220, 1219, 536, 535, 64, 63, 0, 65535].map(size),
  [...size(1452), 1, 1, 4, 2],
  [...size(1440), 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 9],
  [1, 3, 3, 14],
  [1, 3, 3, 15],
  [3, 3, 0, 0],
  [4, 2, 0, 0],
  [4, 3, 0, 0],
  [2, 3, 5, 0],
  [1, 1, 2, 40],
];

const note =
  (text: string) =>
  (ip: Buffer, place: Place, gapNs?: number): Sending => ({
    place,
    ip,
    note: text,
    ...(gapNs === undefined ? {} : { gapNs }),
  });

export class CountTraffic implements Source {
  readonly #plain: Traffic;
  #port = 1024;
  readonly #open: { readonly shape: Shape; readonly from: Place; readonly to: Place }[] = [];
  constructor(private c: Chooser) {
    this.#plain = new Traffic(c, false);
  }

  use(c: Chooser): void {
    this.c = c;
    this.#plain.use(c);
  }

  step(): Sending[] {
    const { c } = this;
    switch (c.below(8)) {
      case 0:
        return this.#plain.step();
      case 1:
      case 2:
        return this.#flood();
      case 3:
      case 4:
        return this.#search();
      case 5:
        return this.#sessions();
      case 6:
        return this.#ends();
      default:
        return this.#pieces();
    }
  }

  #between(inet6: boolean): { from: Side; to: Side; source: string } {
    const { c } = this;
    const from = c.of(SIDES);
    const to = c.of(SIDES.filter((side) => side !== from));
    return { from, to, source: c.of(inet6 ? from.sources6 : from.sources) };
  }

  /** pair: who sends to whom; few addresses, so that counts come together. */
  #pair(): { from: Side; to: Side; base: Shape; inet6: boolean } {
    const { c } = this;
    const inet6 = c.oneIn(5);
    const { from, to, source } = this.#between(inet6);
    /* Now and then this host: it has its own answers to floods. */
    const own = `${from.network}1`;
    const destination = !inet6 && c.oneIn(8) ? own : c.of(inet6 ? to.sources6 : to.sources);
    return { from, to, inet6, base: { source, destination, protocol: UDP } };
  }

  #shape(base: Shape, inet6: boolean, sourcePort: number): Shape {
    const { c } = this;
    switch (c.below(4)) {
      case 0:
      case 1:
        return {
          ...base,
          protocol: TCP,
          sourcePort,
          destinationPort: c.of([80, 80, 22]),
          flags: c.oneIn(12) ? SYN | 0xc0 : SYN,
          sequence: c.of([1000, 1000, 0xffffffff]),
          ...(c.oneIn(2) ? { tcpOptions: c.of(TCP_OPTIONS) } : {}),
        };
      case 2:
        return { ...base, protocol: UDP, sourcePort, destinationPort: 53, payload: 4 };
      default:
        return {
          ...base,
          protocol: inet6 ? ICMP6 : ICMP,
          icmpType: c.oneIn(6) ? (inet6 ? 129 : 0) : inet6 ? 128 : 8,
          identifier: sourcePort % 3,
          payload: c.oneIn(8) ? 1000 : 8,
        };
    }
  }

  /** flood: some more than a threshold, then one where there is room for the next, or just not. */
  #flood(): Sending[] {
    const { c } = this;
    const { from, inet6, base } = this.#pair();
    const sent = c.of([1, 2, 3, 4, 8, 9, 10]);
    const shape = this.#shape(base, inet6, 40000);
    const isFlagged = shape.protocol === TCP && c.oneIn(8);
    const one = (i: number): Shape => ({
      ...shape,
      ...(shape.protocol === TCP && !c.oneIn(4) ? { sourcePort: this.#port++ } : {}),
      ...(isFlagged && i === 1 ? { flags: SYN | FIN } : {}),
    });
    const send = note(`flood of ${shape.protocol}`);
    return [
      ...Array.from({ length: sent }, (_, i) => send(ipPacket(one(i)), from.place)),
      send(ipPacket(one(sent)), from.place, rest(c, sent)),
      ...(c.oneIn(2) ? [send(ipPacket(one(sent + 1)), from.place)] : []),
    ];
  }

  /** search: about ten ports or addresses, some of them again, the last when the first need not count any more. */
  #search(): Sending[] {
    const { c } = this;
    const inet6 = c.oneIn(5);
    const { from, to, source } = this.#between(inet6);
    const base = { source, destination: c.of(inet6 ? to.sources6 : to.sources), protocol: UDP };
    const shape = this.#shape(base, inet6, 40000);
    const isPorts = shape.protocol !== ICMP && shape.protocol !== ICMP6 && c.oneIn(2);
    /* Answers to one who asked ten times are no search. */
    const isAnswer = shape.protocol === UDP && c.oneIn(4);
    const first = 20 + c.below(3);
    const target = (n: number): Shape =>
      isPorts
        ? { ...shape, destinationPort: first + n }
        : { ...shape, destination: inet6 ? `${to.network6}${(first + n).toString(16)}` : `${to.network}${first + n}` };
    const send = note("search");
    const count = c.of([9, 9, 8, 10]);
    const numbers = Array.from({ length: count }, (_, i) => (c.oneIn(24) ? 0 : i));
    const last = c.oneIn(4) ? 0 : count;
    const asked = isAnswer
      ? [...numbers, count].map((n) => send(ipPacket({ ...reversed(target(n)), payload: 4 }), to.place))
      : [];
    return [
      ...asked,
      ...numbers.map((n) => send(ipPacket(target(n)), from.place)),
      send(ipPacket(target(last)), from.place, c.oneIn(3) ? undefined : searched(c, count)),
      ...(c.oneIn(2) ? [send(ipPacket(target(count + 1)), from.place)] : []),
    ];
  }

  /** sessions: more than an address may have. */
  #sessions(): Sending[] {
    const { c } = this;
    const { from, to, inet6, base } = this.#pair();
    return Array.from({ length: 1 + c.below(6) }, () => {
      const shape = this.#shape(base, inet6, this.#port++);
      this.#open.push({ shape, from: from.place, to: to.place });
      return note("session")(ipPacket(shape), from.place);
    });
  }

  /** ends: one of them is over, or goes on, or begins anew on the same ports. */
  #ends(): Sending[] {
    const { c } = this;
    const open = this.#open.at(-1 - c.below(4));
    if (open === undefined) return this.#sessions();
    const { shape, from, to } = open;
    const send = note("of a session");
    if (shape.protocol !== TCP) return [send(ipPacket(shape), from), ...(c.oneIn(2) ? this.#sessions() : [])];
    const ends = [
      { ...shape, flags: RST, sequence: 1001 },
      { ...reversed(shape), flags: RST | ACK, acknowledgment: 1001 },
      { ...shape, flags: SYN, sequence: 5_000_000 },
    ];
    const end = c.of(ends);
    return [
      send(ipPacket(end), end.source === shape.source ? from : to),
      ...(c.oneIn(2) ? [send(ipPacket({ ...shape, sequence: 9_000_000 }), from)] : []),
      ...(c.oneIn(2) ? this.#sessions() : []),
    ];
  }

  /** pieces: fragments that overlap, or come twice, or in many parts, or before their first one. */
  #pieces(): Sending[] {
    const { c } = this;
    const { from, inet6, base } = this.#pair();
    const whole = { ...this.#shape(base, inet6, 40000), payload: c.of([64, 160, 200]), id: c.below(3) };
    let pieces = fragmentsOf(whole, c.of([32, 48, 8]));
    /* Cut at other places: pieces of both together overlap. */
    const others = fragmentsOf({ ...whole, ...(c.oneIn(4) ? { sourcePort: 7 } : {}) }, c.of([40, 64]));
    /* And one of a longer datagram lies behind the end of it. */
    const longer = fragmentsOf({ ...whole, payload: 320 }, 64);
    if (c.oneIn(5)) pieces = [...pieces.slice(-1), ...pieces.slice(0, -1), longer.at(-2)!];
    if (c.oneIn(2)) pieces = pieces.toSpliced(c.below(pieces.length), c.below(2), c.of(others));
    if (c.oneIn(3)) pieces = [...pieces.filter((_, i) => i % 2 === 1), ...pieces.filter((_, i) => i % 2 === 0)];
    if (c.oneIn(3)) pieces.reverse();
    if (c.oneIn(4)) pieces.push(c.of(pieces));
    if (c.oneIn(4)) pieces.shift();
    const committed = c.oneIn(10) ? pieces.length - 1 : -1;
    return pieces.map((ip, i) => ({
      ...note("piece")(ip, from.place),
      ...(i === committed ? { committed: true as const } : {}),
    }));
  }
}
