// generate-nat64.ts: NAT64 for a configuration, and packets that cross to the other family or just do not.
// SPDX-License-Identifier: Apache-2.0
import type { Config, Nat, NatSourcePool, NatSourceRule, NatStaticRule } from "../../daemon/src/config/config.js";
import { readAddress, writeAddress } from "../model/address.js";
import { checksum } from "../model/checksum.js";
import { embedded } from "../model/prefix64.js";
import { ACK, FIN, GRE, ICMP, ICMP6, PSH, RST, SCTP, SYN, TCP, UDP } from "../model/packet.js";
import { fragmentsOf, ipPacket, type Shape } from "./build.js";
import { Chooser } from "./choose.js";
import { A, B, C, GAPS, type Making, type Place, type Sending, type Source } from "./generate-steps.js";

/** PREFIXES: one of each length, and the one that is for the Internet alone. */
const PREFIXES = [
  ["2001:db8:64::", 96],
  ["2001:db8:6a:1::", 64],
  ["2001:db8:6b:200::", 56],
  ["2001:db8:6c::", 48],
  ["2001:db8:7b00::", 40],
  ["2001:dba::", 32],
  ["64:ff9b::", 96],
] as const;

/** The last bits of a client stand for it where IPv4 packets are written: see Firewall.met. */
const CLIENTS = ["2001:db8:1::c612:a", "2001:db8:1::c612:b", "2001:db8:1::c612:c"];
const standsFor = (client: string): string =>
  writeAddress({ family: "inet", value: readAddress(client).value & 0xffff_ffffn });

const SERVERS: readonly (readonly [Place, string])[] = [
  [B, "10.0.2.10"],
  [B, "192.0.2.100"],
  [B, "10.0.2.9"],
  [B, "192.0.2.99"],
  [C, "10.0.3.10"],
  [B, "192.0.2.200"],
];
/** Nobody is there: nobody may be, or nothing leads there, or it is this host. */
const NOBODY = ["10.0.2.200", "10.0.2.210", "10.0.2.1", "10.0.1.1", "10.0.2.255", "198.51.100.1", "10.0.1.10"];

const sourcePools: readonly NatSourcePool[] = [
  { name: "one", address: ["10.0.2.200/32"], port: { range: { low: 5000, high: 5002 } }, "overflow-pool": "few" },
  { name: "few", address: [{ name: "10.0.2.210", to: "10.0.2.211" }], port: { range: { low: 2000, high: 2003 } } },
  { name: "plain", address: ["10.0.2.220/31"], port: { "no-translation": true }, "overflow-pool": "interface" },
  { name: "wide", address: ["10.0.2.240/30"] },
  { name: "six", address: ["2001:db8:2::200/127"] },
];

function sourceRule(c: Chooser, index: number): NatSourceRule {
  const action = c.of([
    { pool: "wide" },
    { pool: "few" },
    { interface: true as const },
    { off: true as const },
    { pool: "plain" },
    { pool: "one" },
    { pool: "six" },
  ]);
  const sources = c.of([undefined, ["2001:db8:1::/64"], ["2001:db8:1::c612:a/128", "10.0.1.0/24"]]);
  const isInet6 = "pool" in action && action.pool === "six";
  const targets = isInet6
    ? ["2001:db8:ff::/48"]
    : c.of([undefined, ["10.0.2.0/24"], ["192.0.2.0/24", "10.0.3.0/24"], ["10.0.2.10/32"]]);
  const traffic = c.of([
    {},
    {},
    { protocol: ["tcp", "icmp6"] },
    { protocol: ["udp", "icmp"] },
    { application: ["web"] },
    { "destination-port": ["80-81", 53] },
    { "source-address-name": ["a6-net"] },
  ]);
  return {
    name: `r${index}`,
    match: {
      ...(sources === undefined || isInet6 ? {} : { "source-address": sources }),
      ...(targets === undefined ? {} : { "destination-address": targets }),
      ...traffic,
    },
    then: { "source-nat": action },
  };
}

/** what is left of the packets: it makes sure that some rule can give an IPv4 source. */
const rest = (c: Chooser): NatSourceRule => ({
  name: "rest",
  match: c.oneIn(8) ? { "destination-address": ["192.0.2.0/24"] } : {},
  then: { "source-nat": c.of([{ pool: "wide" }, { interface: true }, { pool: "few" }, { pool: "one" }]) },
});

function staticRules(c: Chooser): NatStaticRule[] {
  const [first, ...others] = PREFIXES;
  return [first, ...others.filter(() => !c.oneIn(8))].map(([prefix, length], index): NatStaticRule => ({
    name: `r${index}`,
    match: {
      "destination-address": `${prefix}/${length}`,
      ...(c.oneIn(16) ? { "source-address": ["2001:db8:1::c612:a/128"] } : {}),
    },
    then: { "static-nat": { inet: true } },
  }));
}

function natOf(c: Chooser): Nat {
  const from = c.of([{ zone: ["trust"] }, { interface: ["ge-0/0/0.0"] }, { "routing-instance": ["default"] }]);
  const to = c.of([{ zone: ["untrust", "dmz"] }, { "routing-instance": ["default"] }]);
  const some = c.oneIn(2) ? [] : Array.from({ length: 1 + c.below(3) }, (_, index) => sourceRule(c, index));
  const toOne = { name: "one", from: { zone: ["trust"] }, to: { interface: ["ge-0/0/1.0"] }, rule: [sourceRule(c, 0)] };
  return {
    source: {
      ...(c.oneIn(4) ? { "address-persistent": true as const } : {}),
      pool: sourcePools,
      "rule-set": [{ name: "all", from, to, rule: [...some, rest(c)] }, ...(c.oneIn(4) ? [toOne] : [])],
    },
    static: { "rule-set": [{ name: "four", from, rule: staticRules(c) }] },
  };
}

const withNatOf = (config: Config, nat: Nat): Config => ({ ...config, security: { ...config.security, nat } });
export const withNat64 = (config: Config, c: Chooser): Config => withNatOf(config, natOf(c));

/** withNat64Of: as before, or with other rules of one kind, or without. */
export function withNat64Of(config: Config, before: Config, c: Chooser): Config {
  const old = before.security.nat!;
  const other = natOf(c);
  const sources = { ...old, source: other.source! };
  const nat = c.of([old, sources, { ...old, static: other.static! }, old, sources, undefined]);
  return nat === undefined ? config : withNatOf(config, nat);
}

/** Flow: what its client sends, and what comes to its server, as if its source stayed. */
interface Flow {
  readonly client: Shape;
  readonly beyond: Shape;
  readonly place: Place;
  next: [client: number, server: number];
  stage: number;
}

const turned = (shape: Shape): Shape => ({
  ...shape,
  source: shape.destination,
  destination: shape.source,
  ...(shape.icmpType === undefined
    ? { sourcePort: shape.destinationPort ?? 0, destinationPort: shape.sourcePort ?? 0 }
    : {
        icmpType:
          new Map([
            [8, 0],
            [0, 8],
            [128, 129],
            [129, 128],
          ]).get(shape.icmpType) ?? shape.icmpType,
      }),
});

const isInet = (shape: Shape): boolean => !shape.source.includes(":");
const headerOf = (shape: Shape): number => (isInet(shape) ? 20 : 40) + (shape.protocol === TCP ? 20 : 8);

/** Lengths of whole packets, as one of IPv4 or IPv6: each limit, and one more. */
const LENGTHS = [1260, 1280, 1500, 1400, 576, 1000, 1240, 1520, 1480, 128];

/** errors by family: type, code, and the word behind the checksum */
const ERRORS4: readonly (readonly [number, number])[] = [
  ...Array.from({ length: 17 }, (_, code) => [3, code] as const),
  [3, 4],
  [3, 4],
  [11, 0],
  [11, 1],
  [11, 2],
  [12, 0],
  [12, 0],
  [12, 1],
  [12, 2],
  [4, 0],
  [5, 1],
];
const ERRORS6: readonly (readonly [number, number])[] = [
  ...Array.from({ length: 7 }, (_, code) => [1, code] as const),
  [2, 0],
  [2, 0],
  [2, 1],
  [3, 0],
  [3, 1],
  [3, 2],
  [4, 0],
  [4, 0],
  [4, 1],
  [4, 2],
  [100, 0],
];
const MTUS = [0, 1280, 1279, 1500, 68, 1260, 1259, 576, 65535, 1, 0x12345];

class Nat64Traffic implements Source {
  readonly #flows: Flow[] = [];
  constructor(
    private c: Chooser,
    private readonly calm: boolean,
    private readonly options: ((c: Chooser) => readonly number[]) | undefined,
  ) {}

  use(c: Chooser): void {
    this.c = c;
  }

  #fresh(): Flow {
    const { c } = this;
    const [place, server] = c.of(SERVERS);
    const target = c.oneIn(8) ? c.of(NOBODY) : server;
    const [prefix, length] = c.of(PREFIXES);
    const isPrivate = target.startsWith("10.") && prefix === "64:ff9b::";
    const [base, bits] = isPrivate && !c.oneIn(4) ? PREFIXES[0] : ([prefix, length] as const);
    const plain = embedded(readAddress(base), bits, readAddress(target));
    /* Behind the well-known prefix it is written as it may not be; elsewhere other bits may stand. */
    const value = plain?.value ?? readAddress(base).value + readAddress(target).value;
    const odd = c.oneIn(16) ? c.of([1n, 1n << 56n, 1n << 32n]) : 0n;
    const destination = writeAddress({ family: "inet6", value: value ^ odd });
    const source = c.of(CLIENTS);
    const kind = c.below(12);
    const tcpOptions = this.options?.(c);
    const ports = { sourcePort: c.of([40000, 40001, 1, 65535]), destinationPort: c.of([80, 53, 22, 81]) };
    const payload = c.below(40);
    const identifier = c.below(3);
    const shape = (from: string, to: string, inet: boolean): Shape => {
      const ends = { source: from, destination: to };
      if (kind < 4) return { ...ends, ...ports, protocol: TCP, ...(tcpOptions === undefined ? {} : { tcpOptions }) };
      if (kind < 8) return { ...ends, ...ports, protocol: UDP, payload };
      if (kind === 11) return { ...ends, ...ports, protocol: [SCTP, GRE, 50][identifier]!, payload: 8 };
      const icmpType = kind === 10 && payload % 4 === 0 ? (inet ? 13 : 135) : inet ? 8 : 128;
      return {
        ...ends,
        protocol: inet ? ICMP : ICMP6,
        icmpType,
        identifier,
        payload: payload % 8,
        icmpSequence: identifier,
      };
    };
    const flow: Flow = {
      client: shape(source, destination, false),
      beyond: shape(standsFor(source), target, true),
      place,
      next: [1000, 900_000],
      stage: 0,
    };
    this.#flows.push(flow);
    return flow;
  }

  #flow(): Flow {
    const { c } = this;
    if (this.#flows.length === 0 || c.oneIn(this.calm ? 12 : 4)) return this.#fresh();
    return c.of(this.#flows.slice(this.calm ? -3 : -6));
  }

  /** sized: with a payload that makes a packet of about one of the lengths, of its own family or of the other one. */
  #sized(shape: Shape): Shape {
    const { c } = this;
    const most = c.of(LENGTHS) + c.of([0, 1, -1, 7, 8, 20, -20]);
    return { ...shape, payload: Math.max(0, most - headerOf(shape)) };
  }

  #variants(shape: Shape): Shape {
    const { c } = this;
    let changed: Shape = { ...shape, id: c.below(65536) };
    if (this.calm && !c.oneIn(4)) return { ...changed, dontFragment: c.oneIn(2) };
    if (c.oneIn(10)) changed = { ...changed, ttl: c.of([1, 0, 2, 255]) };
    if (c.oneIn(6)) changed = { ...changed, tos: c.of([0xb8, 0x03, 0xff]) };
    if (c.oneIn(2)) changed = { ...changed, dontFragment: true };
    if (c.oneIn(8)) changed = { ...changed, options: true };
    if (c.oneIn(8)) changed = { ...changed, checksum: c.of(["none", "wrong", "unfinished"] as const) };
    return changed;
  }

  #send(place: Place, ip: Buffer, note: string): Sending {
    return { place, ip, note };
  }

  /** routed: with a source route or a routing header, at its end or not. */
  #routed(ip: Buffer): Buffer {
    const { c } = this;
    if (ip[0] !== 0x45 && ip[0]! >> 4 === 4) return ip;
    if (ip[0]! >> 4 === 4) {
      const options = Buffer.from([c.of([131, 137]), 7, c.of([4, 8]), 10, 0, 9, 9, 0]);
      const header = Buffer.concat([ip.subarray(0, 20), options]);
      header[0] = 0x47;
      header.writeUInt16BE(ip.length + 8, 2);
      return withSum(Buffer.concat([header, ip.subarray(20)]));
    }
    const routing = Buffer.from([ip[6]!, 0, 4, c.below(2), 0, 0, 0, 0]);
    const changed = Buffer.concat([ip.subarray(0, 40), routing, ip.subarray(40)]);
    changed[6] = 43;
    changed.writeUInt16BE(changed.length - 40, 4);
    return changed;
  }

  #packet(flow: Flow): Sending {
    const { c } = this;
    if (flow.client.protocol === TCP) return this.#segment(flow);
    const back = c.oneIn(2) && flow.stage++ > 0;
    flow.stage++;
    const plain = back ? turned(flow.beyond) : flow.client;
    const shape = c.oneIn(3) && plain.icmpType === undefined ? this.#sized(plain) : plain;
    const ip = ipPacket(this.#variants(shape));
    return this.#send(
      back ? flow.place : A,
      c.oneIn(24) ? this.#routed(ip) : ip,
      `${shape.protocol} ${back ? "back" : "out"}`,
    );
  }

  #segment(flow: Flow): Sending {
    const { c } = this;
    const [client, server] = flow.next;
    const make = (back: boolean, flags: number, payload = 0): Sending => {
      const [sequence, acknowledgment] = back ? [server, client] : [client, server];
      const { tcpOptions, ...plain } = back ? turned(flow.beyond) : flow.client;
      const offers = tcpOptions !== undefined && (flags & SYN) !== 0 ? { tcpOptions } : {};
      const shape = {
        ...plain,
        ...offers,
        flags,
        sequence,
        acknowledgment: (flags & ACK) === 0 ? 0 : acknowledgment,
        payload,
      };
      flow.next[back ? 1 : 0] += payload + ((flags & (SYN | FIN)) === 0 ? 0 : 1);
      return this.#send(
        back ? flow.place : A,
        ipPacket(this.#variants(shape)),
        `tcp ${back ? "back" : "out"} ${flags}`,
      );
    };
    switch (flow.stage++) {
      case 0:
        return make(false, SYN);
      case 1:
        return make(true, SYN | ACK);
      case 2:
        return make(false, ACK);
      case 8:
        return make(c.oneIn(2), c.of([FIN | ACK, RST | ACK]));
      case 9:
        return make(true, FIN | ACK);
      case 10:
        flow.stage = 0;
        flow.next = [50_000_000 + c.below(5), 0];
        return make(false, ACK);
      default: {
        const back = c.oneIn(2);
        const shape = back ? turned(flow.beyond) : flow.client;
        const length = c.oneIn(2) ? (this.#sized(shape).payload as number) : c.below(100);
        return make(back, ACK | PSH, length);
      }
    }
  }

  #fragments(): Sending[] {
    const { c } = this;
    const flow = this.#flow();
    const back = c.oneIn(2);
    const start: Partial<Shape> = flow.client.protocol === TCP ? { flags: SYN, sequence: 1000 } : {};
    const payload = c.of([600, 1000, 2000, 3000]);
    const shape = this.#variants({ ...(back ? turned(flow.beyond) : flow.client), ...start, payload });
    const pieces = fragmentsOf({ ...shape, dontFragment: false }, c.of([400, 800, 1208, 1232, 1240, 1400]));
    const order = c.below(4);
    if (order === 2) pieces.reverse();
    if (order === 3 && pieces.length > 1) pieces.shift();
    return pieces.map((ip, i) =>
      this.#send(back ? flow.place : A, ip, `fragment ${i} ${back ? "back" : "out"} order ${order}`),
    );
  }

  /** error: from the server's side about what its client sent, or from the client's side about what its server sent. */
  #error(): Sending {
    const { c } = this;
    const flow = this.#flow();
    const fromClient = c.oneIn(2);
    const about = fromClient ? turned(flow.client) : flow.beyond;
    const quoted = { ...(c.oneIn(3) ? this.#sized(about) : about), ttl: 61, tos: c.of([0, 0xb8]), id: c.below(65536) };
    const whole = c.oneIn(4)
      ? c.of(fragmentsOf({ ...quoted, payload: 600 }, 400))
      : ipPacket({
          ...quoted,
          options: c.oneIn(6),
          dontFragment: c.oneIn(2),
          checksum: c.of(["right", "none"] as const),
        });
    const quote = whole.subarray(0, c.of([1200, 548, 1232, fromClient ? 48 : 28, fromClient ? 60 : 40, 27, 128, 136]));
    const [type, code] = c.of(fromClient ? ERRORS6 : ERRORS4);
    const routers = fromClient
      ? ["2001:db8:1::77", flow.client.source]
      : ["10.0.2.77", flow.beyond.destination, "192.168.7.7"];
    const ip = ipPacket(
      this.#variants({
        source: c.of(routers),
        destination: quoted.source,
        protocol: fromClient ? ICMP6 : ICMP,
        icmpType: type,
        icmpCode: code,
        payload: Buffer.from(quote),
        ...this.#word(fromClient, type, code),
      }),
    );
    return this.#send(fromClient ? A : flow.place, ip, `icmp ${type}/${code} about ${about.protocol}`);
  }

  /** word: an MTU, a pointer, how long the quote is, or nothing. */
  #word(inet6: boolean, type: number, code: number): Partial<Shape> {
    const { c } = this;
    const mtu = c.of(MTUS);
    if (inet6 && type === 2) return { identifier: mtu >> 16, icmpSequence: mtu & 0xffff };
    if (!inet6 && type === 3 && code === 4) return { icmpSequence: mtu & 0xffff };
    if (inet6 && type === 4) return { icmpSequence: c.below(44) };
    if (!inet6 && type === 12) return { identifier: c.below(22) << 8 };
    if (!c.oneIn(3)) return {};
    return { identifier: inet6 ? c.of([16, 17, 6, 1, 255]) << 8 : c.of([32, 34, 7, 1, 255]) };
  }

  /** uninvited: to an address of the pool, or as a client that has no session. */
  #uninvited(): Sending {
    const { c } = this;
    const flow = this.#flow();
    const shape = turned(flow.beyond);
    const destination = c.of(["10.0.2.200", "10.0.2.240", "10.0.2.1", "10.0.2.210"]);
    const port = c.of([5000, 2000, 1024, 40000]);
    const ip = ipPacket(this.#variants({ ...shape, destination, destinationPort: port, identifier: port }));
    return { ...this.#send(c.of([flow.place, A]), ip, "uninvited"), asMade: true };
  }

  /** aside: IPv6 that stays IPv6, and IPv4 that stays IPv4. */
  #aside(): Sending {
    const { c } = this;
    const inet = c.oneIn(2);
    const shape: Shape = {
      source: inet ? "10.0.1.10" : c.of(CLIENTS),
      destination: inet ? c.of(["10.0.2.10", "192.0.2.100"]) : c.of(["2001:db8:2::9", "2001:db8:ff::1"]),
      protocol: UDP,
      sourcePort: 40000,
      destinationPort: c.of([80, 53]),
      payload: 8,
    };
    return this.#send(A, ipPacket(this.#variants(shape)), "aside");
  }

  step(): Sending[] {
    const { c } = this;
    const kind = c.below(20);
    if (kind < 11) return [this.#packet(this.#flow())];
    if (kind < 14) return [this.#error()];
    if (kind < 17) return this.#fragments();
    if (kind === 17) return [this.#uninvited()];
    if (kind === 18) return [this.#aside()];
    const sending = this.#packet(this.#flow());
    return [c.oneIn(2) ? { ...sending, padding: c.below(40) } : { ...sending, place: c.of([A, B, C]) }];
  }
}

/** withSum gives an IPv4 header its checksum. */
function withSum(ip: Buffer): Buffer {
  ip.writeUInt16BE(0, 10);
  ip.writeUInt16BE(checksum(ip.subarray(0, (ip[0]! & 15) * 4)), 10);
  return ip;
}

export const nat64Traffic = (calm: boolean, options?: (c: Chooser) => readonly number[]): Making => ({
  source: new Nat64Traffic(new Chooser([]), calm, options),
  gaps: GAPS,
  jumps: calm ? 10 : 4,
  commits: 30,
});
