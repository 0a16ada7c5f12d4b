// generate-steps.ts: packets aimed at the edges of what the configurations mention. SPDX-License-Identifier: Apache-2.0
import type { Config } from "../../daemon/src/config/config.js";
import { ACK, FIN, ICMP, ICMP6, PSH, RST, SCTP, SYN, TCP, UDP } from "../model/packet.js";
import { fragmentsOf, frameOf, ipPacket, type Shape } from "./build.js";
import type { Step } from "./case.js";
import { Chooser } from "./choose.js";

export interface Place {
  readonly port: string;
  readonly vlan: number;
}
export const A: Place = { port: "ge-0/0/0", vlan: 0 };
export const B: Place = { port: "ge-0/0/1", vlan: 0 };
export const C: Place = { port: "ge-0/0/2", vlan: 30 };
export const D: Place = { port: "ge-0/0/2", vlan: 40 };

/** Hosts: addresses of both families by where they are. */
export interface Hosts {
  readonly inet: readonly (readonly [Place, readonly string[]])[];
  readonly inet6: readonly (readonly [Place, readonly string[]])[];
  /** that nothing comes from */
  readonly targets: ReadonlySet<string>;
}

/** hosts: both sides of each range's ends. */
const hosts: readonly (readonly [Place, readonly string[]])[] = [
  [
    A,
    [
      "10.0.1.10",
      "10.0.1.8",
      "10.0.1.9",
      "10.0.1.11",
      "10.0.1.12",
      "10.0.1.13",
      "10.0.1.127",
      "10.0.1.128",
      "10.0.1.254",
    ],
  ],
  [
    B,
    [
      "10.0.2.10",
      "10.0.2.9",
      "10.0.2.11",
      "192.0.2.10",
      "192.0.2.99",
      "192.0.2.100",
      "192.0.2.127",
      "192.0.2.199",
      "198.51.100.1",
    ],
  ],
  [C, ["10.0.3.10", "192.0.2.128", "192.0.2.200", "192.0.2.201"]],
  [D, ["10.0.4.0"]],
];
const hosts6: readonly (readonly [Place, readonly string[]])[] = [
  [A, ["2001:db8:1::10", "2001:db8:1::f", "2001:db8:1::11"]],
  [
    B,
    [
      "2001:db8:2::9",
      "2001:db8:2::8",
      "2001:db8:2::ffff",
      "2001:db8:2::1:0",
      "2001:db8:ff::1",
      "2001:db8:ff::dead",
      "2001:db8:fe:ffff::1",
    ],
  ],
];
/** Destinations only: see docs/proof.md, "Not compared". */
const UNROUTED = new Set(["198.51.100.1", "2001:db8:fe:ffff::1"]);
const HOSTS: Hosts = { inet: hosts, inet6: hosts6, targets: UNROUTED };
const OWN = ["10.0.1.1", "10.0.2.1", "10.0.3.1", "10.0.4.1"];
const OWN6 = ["2001:db8:1::1", "2001:db8:2::1"];
const PORTS = [80, 79, 81, 82, 22, 23, 21, 53, 54, 5000, 4999, 5005, 5010, 5011, 443, 65535, 0, 123, 33434];
const SOURCE_PORTS = [40000, 39999, 40001, 40002, 1, 65535];

/** Flow: what was sent before, and what both ends of a TCP connection would send next. */
interface Flow {
  readonly shape: Shape;
  readonly places: readonly [Place, Place];
  next: [number, number];
  stage: number;
  /** the number of a SYN that the client sent inside its connection */
  again?: number;
}

type MakeSegment = (
  direction: 0 | 1,
  flags: number,
  sequence: number,
  acknowledgment: number,
  extra?: Partial<Shape>,
) => Sending;

export interface Sending {
  readonly place: Place;
  readonly ip: Buffer;
  readonly note: string;
  readonly vlans?: readonly number[];
  readonly multicast?: boolean;
  readonly padding?: number;
  /** the pause before it, where that is not the step's to say */
  readonly gapNs?: number;
  /** a commit comes before it */
  readonly committed?: true;
  readonly asMade?: true;
}

export const reversed = (shape: Shape): Shape => ({
  ...shape,
  source: shape.destination,
  destination: shape.source,
  ...(shape.protocol === TCP || shape.protocol === UDP || shape.protocol === SCTP
    ? { sourcePort: shape.destinationPort ?? 0, destinationPort: shape.sourcePort ?? 0 }
    : {}),
});

/** Source: where packets come from, one step after the other, each by decisions of its own. */
export interface Source {
  use(c: Chooser): void;
  step(): Sending[];
}

const REPLIES: Readonly<Record<number, number>> = { 8: 0, 128: 129, 13: 14, 17: 18 };

/** answering: what the other side sends; now and then an ICMP request of its own. */
function answering(shape: Shape, c: Chooser): Shape {
  const back = reversed(shape);
  if (back.icmpType === undefined || c.oneIn(6)) return back;
  return { ...back, icmpType: REPLIES[back.icmpType] ?? back.icmpType };
}

export class Traffic implements Source {
  readonly #flows: Flow[] = [];
  constructor(
    private c: Chooser,
    /** few flows that come far, instead of many that meet everything */
    private readonly calm: boolean,
    private readonly hosts: Hosts = HOSTS,
    /** TCP options of a flow's segments, beside the window scale */
    private readonly options: (c: Chooser) => readonly number[] | undefined = () => undefined,
  ) {}

  /** use: decisions from here on come from there. */
  use(c: Chooser): void {
    this.c = c;
  }

  #pair(inet6: boolean): { source: string; destination: string; places: [Place, Place] } {
    const all = inet6 ? this.hosts.inet6 : this.hosts.inet;
    const [from, sources] = this.c.of(all);
    const others = this.c.oneIn(12) ? all : all.filter(([place]) => place !== from);
    const [to, destinations] = this.c.of(others);
    return {
      source: this.c.of(sources.filter((text) => !this.hosts.targets.has(text))),
      destination: this.c.of(destinations),
      places: [from, to],
    };
  }

  #fresh(): Flow {
    const { c } = this;
    const inet6 = c.oneIn(4);
    const { source, destination, places } = this.#pair(inet6);
    const kind = c.below(8);
    const base = { source, destination };
    let shape: Shape;
    if (kind <= 3) {
      shape = {
        ...base,
        protocol: TCP,
        sourcePort: c.of(SOURCE_PORTS),
        destinationPort: c.of(PORTS),
        ...(c.oneIn(3) ? { scale: c.below(16) } : {}),
      };
      const tcpOptions = this.options(c);
      if (tcpOptions !== undefined) shape = { ...shape, tcpOptions };
    } else if (kind <= 5) {
      shape = {
        ...base,
        protocol: UDP,
        sourcePort: c.of(SOURCE_PORTS),
        destinationPort: c.of(PORTS),
        payload: c.below(40),
      };
    } else if (kind === 6) {
      const type = inet6 ? c.of([128, 128, 129, 135]) : c.of([8, 8, 0, 13, 17]);
      shape = {
        ...base,
        protocol: inet6 ? ICMP6 : ICMP,
        icmpType: type,
        icmpCode: c.oneIn(6) ? 1 : 0,
        identifier: c.below(3),
        icmpSequence: c.below(9),
        payload: 16,
      };
    } else {
      const protocol = c.of([47, 50, SCTP, 89, 103, 253]);
      shape = { ...base, protocol, sourcePort: 7, destinationPort: c.of([80, 81]), payload: 8 };
    }
    const flow = { shape, places, next: [1000, 900_000] as [number, number], stage: 0 };
    this.#flows.push(flow);
    return flow;
  }

  #variants(shape: Shape): Shape {
    const { c } = this;
    let changed = shape;
    if (this.calm && !c.oneIn(5)) return { ...shape, id: c.below(65536) };
    if (c.oneIn(10)) changed = { ...changed, ttl: c.of([1, 0, 2, 255]) };
    if (c.oneIn(8)) changed = { ...changed, tos: c.of([0xb8, 0x03, 0xff]) };
    if (c.oneIn(8)) changed = { ...changed, dontFragment: true };
    if (c.oneIn(16)) changed = { ...changed, options: true };
    if (c.oneIn(12)) changed = { ...changed, checksum: c.of(["unfinished", "wrong", "none"] as const) };
    return { ...changed, id: c.below(65536) };
  }

  /** segment: the natural next one of a connection, or something near it. */
  #segment(flow: Flow): Sending {
    const { c } = this;
    const [client, server] = flow.next;
    const make: MakeSegment = (direction, flags, sequence, acknowledgment, extra = {}) => {
      const shape: Shape = {
        ...(direction === 0 ? flow.shape : reversed(flow.shape)),
        flags,
        sequence,
        acknowledgment,
        ...extra,
      };
      const { scale, tcpOptions, ...plain } = shape;
      const offers = (scale ?? tcpOptions) !== undefined && (flags & SYN) !== 0;
      const final = offers || (tcpOptions !== undefined && c.oneIn(8)) ? shape : plain;
      return {
        place: flow.places[direction],
        ip: ipPacket(this.#variants(final)),
        note: `tcp ${direction} flags ${flags} stage ${flow.stage}`,
      };
    };
    const odd = c.below(12);
    if (flow.again !== undefined && odd >= 3) return this.#startsOver(flow, make);
    if (flow.stage >= 1 && odd === 11) return make(c.oneIn(2) ? 1 : 0, RST, c.oneIn(2) ? server : client, 0);
    if (flow.stage >= 1 && odd === 10) {
      const direction = c.oneIn(2) ? 1 : 0;
      const off = c.of([1_000_000, -1_000_000, 65535, 65536, 65534, 10, -10, 200_000, -65000]);
      return make(direction, ACK, flow.next[direction] + off, flow.next[1 - direction]!, { payload: c.below(3) });
    }
    if (flow.stage >= 1 && odd === 9)
      return make(
        c.oneIn(3) ? 1 : 0,
        c.of([SYN, SYN | ACK, FIN | ACK, ACK, SYN | FIN, 0, FIN, RST | ACK, 0x29]),
        client - 1,
        server,
      );
    if (flow.stage >= 1 && odd === 8) {
      const sequence = c.of([client - 1, 5_000_000, client]);
      flow.again = sequence;
      return make(0, SYN, sequence, 0);
    }
    const stage = flow.stage++;
    switch (stage) {
      case 0:
        flow.next[0] = 1001;
        return make(0, SYN, 1000, 0, { window: c.of([65535, 0, 1000]) });
      case 1:
        flow.next[1] = 900_001;
        return make(1, SYN | ACK, 900_000, client, { window: c.of([65535, 0, 1000]) });
      case 2:
        return make(0, ACK, client, server);
      case 3: {
        const payload = 10 + c.below(100);
        flow.next[0] += payload;
        return make(0, ACK | PSH, client, server, { payload });
      }
      case 4: {
        const payload = c.of([20, 600, 1400]);
        flow.next[1] += payload;
        return make(1, ACK | PSH, server, client, { payload, dontFragment: c.oneIn(2) });
      }
      case 5: {
        const first = c.oneIn(2) ? 1 : 0;
        flow.next[first]++;
        flow.stage = first === 0 ? 6 : 16;
        return make(first, FIN | ACK, flow.next[first] - 1, flow.next[1 - first]!);
      }
      case 6:
        if (c.oneIn(3)) return make(1, ACK, server, client);
        flow.next[1]++;
        return make(1, FIN | ACK, server, client);
      case 7:
        return make(0, ACK, client, server);
      case 16:
        flow.next[0]++;
        flow.stage = 17;
        return make(0, FIN | ACK, client, server);
      case 17:
        flow.stage = 8;
        return make(1, ACK, server, client);
      default:
        flow.stage = 0;
        return make(0, SYN, 70_000_000 + c.below(5), 0);
    }
  }

  /** startsOver: the server answers the new SYN: it has forgotten the connection too, or refuses, or answers as before. */
  #startsOver(flow: Flow, make: MakeSegment): Sending {
    const { c } = this;
    const syn = flow.again!;
    const number = c.of([30_000_000, 900_000, flow.next[1], 1]);
    const acknowledgment = c.oneIn(6) ? syn : syn + 1;
    delete flow.again;
    if (c.oneIn(4)) return make(1, RST | ACK, c.of([0, flow.next[1]]), acknowledgment);
    flow.next = [syn + 1, number + 1];
    flow.stage = 2;
    return make(1, SYN | ACK, number, acknowledgment, c.oneIn(2) ? { scale: 7 } : {});
  }

  #flow(): Flow {
    const { c } = this;
    const fresh = this.#flows.length === 0 || c.oneIn(this.calm ? 20 : 3);
    return fresh ? this.#fresh() : c.of(this.#flows.slice(this.calm ? -2 : -6));
  }

  #ofFlow(flow: Flow): Sending {
    const { c } = this;
    if (flow.shape.protocol === TCP) return this.#segment(flow);
    const back = c.oneIn(3);
    let shape = back ? answering(flow.shape, c) : flow.shape;
    if (shape.protocol === UDP && c.oneIn(3)) {
      const inet6 = shape.source.includes(":");
      const mtu = c.of([1500, 1400, 1500, 576, 1000, 1280, 128]);
      shape = { ...shape, payload: Math.max(0, mtu - (inet6 ? 48 : 28) + c.of([0, 1, 1, -1, 500])) };
    }
    return {
      place: flow.places[back ? 1 : 0],
      ip: ipPacket(this.#variants(shape)),
      note: `protocol ${shape.protocol}${back ? " reply" : ""}`,
    };
  }

  #error(): Sending {
    const { c } = this;
    const flow = this.#flow();
    const back = c.oneIn(3);
    const quoted = back ? reversed(flow.shape) : flow.shape;
    const inet6 = quoted.source.includes(":");
    const quote = ipPacket({ ...quoted, ttl: 63 }).subarray(0, c.of([1200, inet6 ? 48 : 28, 27]));
    const place = flow.places[back ? 0 : 1];
    const source = c.oneIn(4) ? quoted.destination : inet6 ? "2001:db8:2::77" : place === A ? "10.0.1.77" : "10.0.2.77";
    const destination = c.oneIn(6) ? (inet6 ? "2001:db8:1::99" : "10.0.1.99") : quoted.source;
    const type = inet6 ? c.of([1, 2, 3, 4]) : c.of([3, 11, 4, 5, 12]);
    const shape: Shape = {
      source,
      destination,
      protocol: inet6 ? ICMP6 : ICMP,
      icmpType: type,
      icmpCode: inet6 ? 0 : 3,
      payload: Buffer.from(quote),
    };
    return {
      place: c.oneIn(8) ? c.of([A, B, C]) : place,
      ip: ipPacket(this.#variants(shape)),
      note: `icmp error about ${quoted.protocol}`,
    };
  }

  #toHost(): Sending {
    const { c } = this;
    const inet6 = c.oneIn(4);
    const { source, places } = this.#pair(inet6);
    const flow = this.#fresh().shape;
    const shape = { ...flow, source, destination: c.of(inet6 ? OWN6 : OWN) };
    if (flow.source.includes(":") !== inet6) return this.#toGroup();
    return { place: places[0], ip: ipPacket(this.#variants(shape)), note: "to the host" };
  }

  #toGroup(): Sending {
    const { c } = this;
    const { places } = this.#pair(false);
    const destination = c.of([
      "10.0.1.255",
      "10.0.2.255",
      "255.255.255.255",
      "224.0.0.5",
      "169.254.1.1",
      "10.0.1.0",
      "10.0.2.0",
      "127.0.0.1",
      "240.0.0.1",
    ]);
    const shape: Shape = {
      source: "10.0.1.10",
      destination,
      protocol: UDP,
      sourcePort: 40000,
      destinationPort: 53,
      payload: 4,
    };
    return { place: places[0], ip: ipPacket(this.#variants(shape)), note: `to ${destination}`, multicast: c.oneIn(2) };
  }

  #fragments(): Sending[] {
    const { c } = this;
    const flow = this.#flow();
    const payload = c.of([600, 1000, 2000]);
    const start: Partial<Shape> = flow.shape.protocol === TCP ? { flags: SYN, sequence: 1000 } : {};
    const back = c.oneIn(4);
    const shape = back ? answering(flow.shape, c) : flow.shape;
    const pieces = fragmentsOf(this.#variants({ ...shape, ...start, payload }), c.of([400, 800, 1208]));
    const order = c.below(4);
    if (order === 2) pieces.reverse();
    if (order === 3 && pieces.length > 1) pieces.shift();
    if (c.oneIn(6)) pieces.push(pieces.at(-1)!);
    return pieces.map((ip, i) => ({ place: flow.places[back ? 1 : 0], ip, note: `fragment ${i} order ${order}` }));
  }

  #malformed(): Sending {
    const { c } = this;
    const sending = this.#ofFlow(this.#flow());
    const ip = Buffer.from(sending.ip);
    switch (c.below(5)) {
      case 0:
        return { ...sending, ip: ip.subarray(0, c.below(ip.length)), note: "cut" };
      case 1:
        ip[0]! ^= c.of([0x10, 0x80]);
        return { ...sending, ip, note: "version" };
      case 2: {
        /* Another version or next header would make extension headers of any bytes: those have tests of their own. */
        const at = c.of(ip[0]! >> 4 === 4 ? [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 12, 15, 19] : [1, 2, 4, 5, 7, 8, 23, 39]);
        ip[at]! ^= 1 << c.below(at === 0 ? 4 : 8);
        return { ...sending, ip, note: "bit" };
      }
      default:
        return { ...sending, padding: c.below(40), note: `${sending.note} padded` };
    }
  }

  step(): Sending[] {
    const { c } = this;
    const kind = c.below(24);
    if (kind < (this.calm && !c.oneIn(4) ? 24 : 15)) return [this.#ofFlow(this.#flow())];
    if (kind < 17) return [this.#error()];
    if (kind < 19) return [this.#toHost()];
    if (kind === 19) return [this.#toGroup()];
    if (kind < 22) return this.#fragments();
    if (kind === 22) return [this.#malformed()];
    const sending = this.#ofFlow(this.#flow());
    const place = c.of([A, B, C, D]);
    switch (c.below(3)) {
      case 0:
        return [{ ...sending, place, note: `${sending.note} from elsewhere` }];
      case 1:
        return [{ ...sending, vlans: c.of([[0], [30], [77], [30, 40], [0, 30], [1, 2, 3]]), note: "other tags" }];
      default:
        return [{ ...sending, multicast: true, note: "multicast address" }];
    }
  }
}

export const GAPS = [
  1_000, 1_000, 1_000, 1_000_000, 200_000_000, 700_000_000, 3_000_000_000, 6_000_000_000, 30_000_000_000,
  70_000_000_000, 160_000_000_000, 1_900_000_000_000,
];

/** Making: what comes, after which pauses; one step in `commits` is a commit, and pauses are `jumps` times as rare. */
export interface Making {
  readonly source: Source;
  readonly gaps: readonly number[];
  readonly jumps: number;
  readonly commits: number;
}

/** plainTraffic: calm: few flows that come far, instead of many that meet everything. */
export const plainTraffic = (calm: boolean): Making => ({
  source: new Traffic(new Chooser([]), calm),
  gaps: GAPS,
  jumps: calm ? 20 : 1,
  commits: calm ? 60 : 30,
});

/** stepsOf interprets one list of numbers per step. */
export function stepsOf(
  lists: readonly (readonly number[])[],
  configs: readonly Config[],
  { source, gaps, jumps, commits }: Making,
): Step[] {
  let committed = 0;
  return lists.flatMap((numbers): Step[] => {
    const c = new Chooser(numbers);
    const jump = c.below(20 * jumps);
    const gapNs = jump < 9 || jump >= 20 ? 1000 : gaps[jump - 9]!;
    if (c.oneIn(commits) && committed < configs.length)
      return [{ kind: "commit", config: configs[committed++]!, gapNs }];
    source.use(c);
    return source.step().flatMap((sending, i): Step[] => {
      const vlans = sending.vlans ?? (sending.place.vlan === 0 ? [] : [sending.place.vlan]);
      const frame = frameOf(sending.ip, {
        vlans,
        multicast: sending.multicast === true,
        padding: sending.padding ?? 0,
      });
      const commit = sending.committed === true ? configs[committed++] : undefined;
      const packet: Step = {
        kind: "packet",
        port: sending.place.port,
        frame: frame.toString("hex"),
        gapNs: sending.gapNs ?? (i === 0 ? gapNs : 1000),
        note: sending.note,
        ...(sending.asMade === true ? { asMade: true } : {}),
      };
      return commit === undefined ? [packet] : [{ kind: "commit", config: commit, gapNs: 1000 }, packet];
    });
  });
}
