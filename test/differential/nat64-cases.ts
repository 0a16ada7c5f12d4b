// nat64-cases.ts: NAT64, by name: what model and program agree on, whatever is generated. SPDX-License-Identifier: Apache-2.0
import type { Config, Nat } from "../../daemon/src/config/config.js";
import { ACK, ICMP, ICMP6, SCTP, SYN, TCP, UDP } from "../model/packet.js";
import { fragmentsOf, ipPacket, type Shape } from "./build.js";
import type { Case, Step } from "./case.js";
import { configOf } from "./generate-config.js";
import { commit, from, step } from "./step.js";

const INSIDE = "ge-0/0/0";
const OUTSIDE = "ge-0/0/1";
const CLIENT = "2001:db8:1::c612:a";
const SERVER = "192.0.2.100";
/** where IPv4 packets are written as if the client's address stayed: see Firewall.met */
const IN_INET = "198.18.0.10";

const udp: Shape = {
  source: CLIENT,
  destination: "2001:db8:64::c000:264",
  protocol: UDP,
  sourcePort: 40000,
  destinationPort: 53,
  payload: 20,
};
const tcp = (flags: number, sequence: number, acknowledgment = 0): Shape => ({
  ...udp,
  protocol: TCP,
  payload: 0,
  flags,
  sequence,
  acknowledgment,
});
const ping: Shape = { ...udp, protocol: ICMP6, icmpType: 128, identifier: 7, icmpSequence: 3 };

/** answered: what comes back to a packet, from the IPv4 server. */
const answered = (shape: Shape): Shape => ({
  ...shape,
  source: SERVER,
  destination: IN_INET,
  sourcePort: shape.destinationPort ?? 0,
  destinationPort: shape.sourcePort ?? 0,
  ...(shape.protocol === ICMP6 ? { protocol: ICMP, icmpType: 0 } : {}),
});
/** asSent: how a packet looks beyond, as if its client's address stayed. */
const asSent = (shape: Shape): Shape => ({
  ...shape,
  source: IN_INET,
  destination: SERVER,
  ...(shape.protocol === ICMP6 ? { protocol: ICMP, icmpType: 8 } : {}),
});
const back = (shape: Shape): Shape => ({
  ...shape,
  source: shape.destination,
  destination: shape.source,
  sourcePort: shape.destinationPort ?? 0,
  destinationPort: shape.sourcePort ?? 0,
  ...(shape.protocol === ICMP6 ? { icmpType: 129 } : {}),
});

interface Message {
  readonly type: number;
  readonly code: number;
  readonly identifier?: number;
  readonly sequence?: number;
}

/** about: an error of a router, IPv4 or IPv6 as its address. */
const about = (port: string, router: string, quoted: Shape | Buffer, to: string, message: Message): Step =>
  from(port, {
    source: router,
    destination: to,
    protocol: router.includes(":") ? ICMP6 : ICMP,
    icmpType: message.type,
    icmpCode: message.code,
    identifier: message.identifier ?? 0,
    icmpSequence: message.sequence ?? 0,
    payload: Buffer.isBuffer(quoted) ? quoted : ipPacket({ ...quoted, ttl: 60 }),
  });

const withNat = (nat: Nat | undefined): Config => {
  const plain = configOf([]);
  const log = { "session-init": true as const, "session-close": true as const };
  const security = { ...plain.security, policies: [], "default-policy": { "permit-all": true as const, log } };
  return { ...plain, security: nat === undefined ? security : { ...security, nat } };
};

const PREFIXES = ["2001:db8:64::/96", "64:ff9b::/96", "2001:dba::/32", "2001:db8:6b:200::/56", "2001:db8:6a:1::/64"];
const nat = (pool: string, source?: string): Nat => ({
  source: {
    pool: [{ name: "out", address: [pool] }],
    "rule-set": [
      {
        name: "out",
        from: { zone: ["trust"] },
        to: { zone: ["untrust"] },
        rule: [
          {
            name: "users",
            match: source === undefined ? {} : { "source-address": [source] },
            then: { "source-nat": { pool: "out" } },
          },
        ],
      },
    ],
  },
  static: {
    "rule-set": [
      {
        name: "four",
        from: { zone: ["trust"] },
        rule: PREFIXES.map((prefix, i) => ({
          name: `r${i}`,
          match: { "destination-address": prefix },
          then: { "static-nat": { inet: true as const } },
        })),
      },
    ],
  },
});
const nat64 = withNat(nat("10.0.2.240/30"));

/** narrow has links of 576 bytes on the IPv4 side. */
const narrow = ((): Config => {
  const port = nat64.interfaces[OUTSIDE]!;
  const unit = port.unit["0"]!;
  const family = { ...unit.family, inet: { ...unit.family!.inet, mtu: 576 } };
  return { ...nat64, interfaces: { ...nat64.interfaces, [OUTSIDE]: { ...port, unit: { "0": { ...unit, family } } } } };
})();

/** rejecting has an output filter at the IPv4 side that answers so. */
function rejecting(reason: string): Config {
  const port = nat64.interfaces[OUTSIDE]!;
  const unit = port.unit["0"]!;
  const inet = { ...unit.family!.inet, filter: { output: "out" } };
  return {
    ...nat64,
    interfaces: {
      ...nat64.interfaces,
      [OUTSIDE]: { ...port, unit: { "0": { ...unit, family: { ...unit.family, inet } } } },
    },
    firewall: {
      family: { inet: { filter: [{ name: "out", term: [{ name: "all", then: { reject: reason, log: true } }] }] } },
    },
  } as Config;
}

const ERRORS4: readonly Message[] = [
  ...Array.from({ length: 16 }, (_, code) => ({ type: 3, code })),
  ...[0, 1280, 1400, 1000].map((sequence) => ({ type: 3, code: 4, sequence })),
  { type: 11, code: 0 },
  { type: 11, code: 1 },
  ...Array.from({ length: 20 }, (_, pointer) => ({ type: 12, code: pointer % 3, identifier: pointer << 8 })),
  { type: 5, code: 0 },
];
const ERRORS6: readonly Message[] = [
  ...Array.from({ length: 6 }, (_, code) => ({ type: 1, code })),
  ...[1279, 1280, 1500].map((sequence) => ({ type: 2, code: 0, sequence })),
  { type: 2, code: 3, sequence: 1400 },
  { type: 2, code: 0, identifier: 1, sequence: 1400 },
  { type: 3, code: 0 },
  { type: 3, code: 1 },
  ...Array.from({ length: 41 }, (_, pointer) => ({ type: 4, code: 0, sequence: pointer })),
  { type: 4, code: 1 },
  { type: 4, code: 2 },
];

export const nat64Cases: readonly { readonly name: string; readonly case: Case }[] = [
  {
    name: "TCP, UDP and echo cross to IPv4 and back, for a while by memo",
    case: {
      config: nat64,
      steps: [
        ...[udp, ping].flatMap((shape) =>
          [1, 2, 3].flatMap(() => [from(INSIDE, shape), from(OUTSIDE, answered(shape))]),
        ),
        from(INSIDE, tcp(SYN, 1000)),
        from(OUTSIDE, answered(tcp(SYN | ACK, 900_000, 1001))),
        from(INSIDE, tcp(ACK, 1001, 900_001)),
      ],
    },
  },
  {
    name: "behind prefixes of each length stand hosts that may be reached, and no other bits",
    case: {
      config: nat64,
      steps: [
        "2001:db8:6a:1:c0:2:6400:0",
        "2001:db8:6b:2c0:0:264::",
        "2001:dba:c000:264::",
        "64:ff9b::c000:264",
        "64:ff9b::a00:20a",
        "2001:db8:64::a00:20a",
        "2001:dba:c000:264:100::",
        "2001:dba:c000:264::1",
        "2001:db8:64::e000:5",
        "2001:db8:64::7f00:1",
        "2001:db8:64::a00:2f0",
        "2001:db8:64::a00:201",
        "2001:db8:64::a00:2ff",
        "2001:db8:64:0:1::c000:264",
      ].map((destination) => from(INSIDE, { ...udp, destination })),
    },
  },
  {
    name: "an error of an IPv4 router comes from behind the prefix, in words of ICMPv6, about what its client sent",
    case: {
      config: nat64,
      steps: [
        from(INSIDE, udp),
        ...ERRORS4.map((message) => about(OUTSIDE, "10.0.2.77", asSent(udp), IN_INET, message)),
        about(OUTSIDE, SERVER, asSent(udp), IN_INET, { type: 3, code: 3 }),
      ],
    },
  },
  {
    name: "an error of an IPv6 router comes from the pool, in words of ICMP, about what its server sent",
    case: {
      config: nat64,
      steps: [
        from(INSIDE, udp),
        ...ERRORS6.map((message) => about(INSIDE, "2001:db8:1::77", back(udp), udp.destination, message)),
      ],
    },
  },
  {
    name: "extensions behind a quote are left out, and what it quotes may be a fragment",
    case: {
      config: nat64,
      steps: [
        from(INSIDE, udp),
        about(OUTSIDE, "10.0.2.77", asSent({ ...udp, payload: 200 }), IN_INET, { type: 11, code: 0, identifier: 32 }),
        about(INSIDE, "2001:db8:1::77", back({ ...udp, payload: 200 }), udp.destination, {
          type: 3,
          code: 0,
          identifier: 16 << 8,
        }),
        ...fragmentsOf({ ...back(udp), payload: 600, id: 9 }, 400).map((part) =>
          about(INSIDE, "2001:db8:1::77", part, udp.destination, { type: 3, code: 1 }),
        ),
        ...fragmentsOf({ ...asSent(udp), payload: 600, id: 9 }, 400).map((part) =>
          about(OUTSIDE, "10.0.2.77", part, IN_INET, { type: 11, code: 1 }),
        ),
        about(OUTSIDE, "10.0.2.77", asSent({ ...udp, payload: 1300 }), IN_INET, { type: 11, code: 0 }),
      ],
    },
  },
  {
    name: "packet too big is told whatever its code: receivers ignore that",
    case: {
      config: nat64,
      steps: [
        from(INSIDE, udp),
        about(INSIDE, "2001:db8:1::77", back(udp), udp.destination, { type: 2, code: 9, sequence: 1400 }),
      ],
    },
  },
  {
    name: "lengths around each limit, with and without DF, from both sides",
    case: {
      config: nat64,
      steps: [
        from(INSIDE, udp),
        ...[1239, 1240, 1241, 1260, 1261, 1280, 1281, 1480, 1481, 1500].flatMap((length) => [
          from(INSIDE, { ...udp, payload: length - 48 }),
          from(OUTSIDE, { ...answered(udp), payload: length - 28, id: 7 }),
          from(OUTSIDE, { ...answered(udp), payload: length - 28, id: 7, dontFragment: true }),
        ]),
      ],
    },
  },
  {
    name: "fragments cross; those of an echo and of UDP without a checksum do not, the first as little as the later ones",
    case: {
      config: nat64,
      steps: [
        from(INSIDE, udp),
        from(INSIDE, ping),
        ...[
          ...fragmentsOf({ ...udp, payload: 1000, id: 3 }, 400).map((part) => [INSIDE, part] as const),
          ...fragmentsOf({ ...answered(udp), payload: 3000, id: 4 }, 1400).map((part) => [OUTSIDE, part] as const),
          ...fragmentsOf({ ...answered(udp), payload: 1000, id: 5, checksum: "none" }, 400).map(
            (part) => [OUTSIDE, part] as const,
          ),
          ...fragmentsOf({ ...answered(ping), payload: 1000, id: 6 }, 400).map((part) => [OUTSIDE, part] as const),
          ...fragmentsOf({ ...ping, payload: 1000, id: 7 }, 400).map((part) => [INSIDE, part] as const),
          ...fragmentsOf({ ...udp, payload: 100, id: 8 }, 400).map((part) => [INSIDE, part] as const),
        ].map(([port, part]) => step(port, part)),
      ],
    },
  },
  {
    name: "what has a fragment header may be cut on a narrow IPv4 link, also with the identification zero; large packets may not",
    case: {
      config: narrow,
      steps: [
        from(INSIDE, { ...udp, payload: 1232 }),
        from(INSIDE, { ...udp, payload: 1233 }),
        ...[0, 9].map((id) => step(INSIDE, fragmentsOf({ ...udp, payload: 1300, id }, 1400)[0]!)),
      ],
    },
  },
  {
    name: "UDP without a checksum gets one in IPv6, and options are left out on both sides",
    case: {
      config: nat64,
      steps: [
        from(INSIDE, { ...udp, options: true }),
        from(OUTSIDE, { ...answered(udp), checksum: "none" }),
        from(OUTSIDE, { ...answered(udp), options: true, tos: 0xb8 }),
      ],
    },
  },
  {
    name: "other protocols do not cross, and their senders are told",
    case: {
      config: nat64,
      steps: [
        from(INSIDE, { ...udp, protocol: SCTP }),
        from(INSIDE, { ...ping, icmpType: 135 }),
        from(INSIDE, { ...udp, protocol: 47, payload: 8 }),
      ],
    },
  },
  {
    name: "what no source rule gives an IPv4 source goes nowhere",
    case: {
      config: withNat(nat("10.0.2.240/30", "2001:db8:1::c612:b/128")),
      steps: [from(INSIDE, udp), from(INSIDE, { ...udp, source: "2001:db8:1::c612:b" })],
    },
  },
  {
    name: "a session ends with a commit that makes its server's address one of those whose ports are given out",
    case: {
      config: nat64,
      steps: [
        from(INSIDE, { ...udp, destination: "2001:db8:64::a00:20a" }),
        commit(withNat(nat("10.0.2.10/32"))),
        from(OUTSIDE, { ...answered(udp), source: "10.0.2.10" }),
        from(INSIDE, { ...udp, destination: "2001:db8:64::a00:20a" }),
      ],
    },
  },
  {
    name: "a session keeps its translation over a commit that allows it, and ends with one that does not",
    case: {
      config: nat64,
      steps: [
        from(INSIDE, udp),
        commit(withNat(nat("10.0.2.240/29"))),
        from(OUTSIDE, answered(udp)),
        commit(withNat(undefined)),
        from(OUTSIDE, answered(udp)),
        from(INSIDE, udp),
      ],
    },
  },
  ...["host-unreachable", "protocol-unreachable", "port-unreachable", "administratively-prohibited", "tcp-reset"].map(
    (reason) => ({
      name: `what an output filter of the IPv4 side rejects as ${reason} is told in words of ICMPv6`,
      case: { config: rejecting(reason), steps: [from(INSIDE, udp), from(INSIDE, tcp(SYN, 1000))] },
    }),
  ),
];
