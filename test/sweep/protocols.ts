// protocols.ts: one frame and more of every protocol that the parser knows, for a sweep to change. SPDX-License-Identifier: Apache-2.0
import { addressBytes, readAddress } from "../model/address.js";
import { checksum } from "../model/checksum.js";
import { ACK, FIN, ICMP, ICMP6, PSH, RST, SCTP, SYN, TCP, UDP } from "../model/packet.js";
import { fragmentsOf, frameOf, ipPacket, type Shape } from "../differential/build.js";

export interface Seed {
  readonly port: string;
  readonly frame: Buffer;
}

const INET = { source: "10.0.1.10", destination: "10.0.2.10", sourcePort: 40000, destinationPort: 80 };
const INET6 = { source: "2001:db8:1::10", destination: "2001:db8:2::10", sourcePort: 40000, destinationPort: 80 };
const PORTS = { sourcePort: 40000, destinationPort: 53 };

/** withProtocol: an IP packet of any protocol around these bytes. */
function withProtocol(base: Shape, protocol: number, body: Buffer): Buffer {
  const ip = ipPacket({ ...base, protocol: 253, payload: 0 });
  const inet = ip[0]! >> 4 === 4;
  const header = Buffer.from(ip.subarray(0, inet ? 20 : 40));
  header[inet ? 9 : 6] = protocol;
  header.writeUInt16BE(inet ? 20 + body.length : body.length, inet ? 2 : 4);
  if (inet) {
    header.writeUInt16BE(0, 10);
    header.writeUInt16BE(checksum(header), 10);
  }
  return Buffer.concat([header, body]);
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

/** A TCP header with the options that hosts send: MSS, SACK permitted, timestamps, window scale; and SACK blocks. */
const tcpOptions = (flags: number, options: string): Buffer => {
  const more = hex(options);
  const header = hex(`9c40 0050 000003e8 00000000 ${((5 + more.length / 4) << 4).toString(16)}00 ffff 0000 0000`);
  header[13] = flags;
  return Buffer.concat([header, more]);
};
const SYN_OPTIONS = "020405b4 0402 080a0000000100000000 01 030309";
const SACK_OPTIONS = "0101 050a 0000044c 000007d0";

/** openings: many clients of one server, so that some are answered with cookies. */
const openings = (): Buffer[] =>
  [INET, INET6].flatMap((base) =>
    Array.from({ length: 40 }, (_, i) => {
      const body = tcpOptions(SYN, SYN_OPTIONS);
      body.writeUInt16BE(41_000 + i, 0);
      return withProtocol({ ...base, protocol: TCP }, TCP, body);
    }),
  );

/** What is neither TCP, UDP nor ICMP: number, first bytes. */
const OTHERS: readonly (readonly [protocol: number, body: Buffer])[] = [
  [2, hex("1164ee9b00000000")] /* IGMP */,
  [4, ipPacket({ ...INET, protocol: UDP, payload: 4 })] /* IPv4 in IP */,
  [41, ipPacket({ ...INET6, protocol: UDP, payload: 4 })] /* IPv6 in IP */,
  [47, hex("00000800 4500")] /* GRE */,
  [47, hex("b0006558 00000000 00000007 00000001 11")] /* GRE with checksum, key and sequence */,
  [47, hex("3081880b 00040007 00000001 00000002 11223344")] /* PPTP */,
  [50, hex("00000100 00000001 1111111111111111")] /* ESP */,
  [51, hex("06040000 00000100 00000001 112233445566778899aabbcc 9c400050")] /* AH */,
  [89, hex("0201002c 0a000101 00000000 00000000")] /* OSPF */,
  [103, hex("2000dfff")] /* PIM */,
  [112, hex("21016401 00000000")] /* VRRP */,
  [SCTP, hex("9c400050 00000000 00000000 01000014 00000001 00001000 00010001 00000001")] /* SCTP INIT */,
  [253, hex("1122334455667788")],
];

/** Extension headers of IPv6, in front of UDP: type, and its bytes but the next header. */
const EXTENSIONS: readonly (readonly [type: number, rest: string])[] = [
  [0, "00 0502 0000 0100"] /* hop-by-hop, router alert */,
  [0, "00 c204 00010000"] /* jumbogram */,
  [0, "00 0104 00000000"],
  [43, "02 0400 00000000 20010db8000200000000000000000010"] /* routing */,
  [43, "02 0001 00000000 20010db8000200000000000000000010"] /* routing type 0 */,
  [44, "00 0001 00000007"] /* fragment, the first one */,
  [44, "00 0000 00000007"] /* one that is none */,
  [51, "04 0000 00000100 00000001 112233445566778899aabbcc"] /* AH */,
  [60, "00 0104 00000000"] /* destination options */,
  [60, "01 c904 11223344 0104 00000000 00"],
  [135, "00 0000 0000 0000"] /* mobility */,
  [139, "04 0000 00000000 00112233445566778899aabbccddeeff 00112233445566778899aabbccddeeff"] /* HIP */,
  [140, "00 8000 00000000"] /* Shim6 */,
];

function extended(): Buffer[] {
  const udp = ipPacket({ ...INET6, ...PORTS, protocol: UDP, payload: 16 }).subarray(40);
  const chain = (headers: typeof EXTENSIONS): Buffer => {
    const parts = headers.map(([, rest], i) => Buffer.concat([Buffer.of(headers[i + 1]?.[0] ?? UDP), hex(rest)]));
    return withProtocol({ ...INET6, protocol: UDP }, headers[0]![0], Buffer.concat([...parts, udp]));
  };
  const [hop] = EXTENSIONS;
  return [
    ...EXTENSIONS.map((one) => chain([one])),
    chain([hop!, EXTENSIONS[8]!, EXTENSIONS[3]!, EXTENSIONS[5]!, EXTENSIONS[8]!]),
    withProtocol({ ...INET6, protocol: UDP }, 59, Buffer.alloc(0)) /* no next header */,
  ];
}

/** icmpOf: messages of every type, and errors about each packet. */
function icmpOf(inet6: boolean, about: readonly Buffer[]): Buffer[] {
  const base = inet6 ? { ...INET6, protocol: ICMP6 } : { ...INET, protocol: ICMP };
  const plain = inet6 ? [128, 129, 130, 131, 133, 134, 135, 136, 137, 143] : [0, 8, 5, 9, 10, 13, 14, 17, 18];
  const errors = inet6 ? [1, 2, 3, 4] : [3, 4, 11, 12];
  const turned = { ...base, source: base.destination, destination: base.source };
  return [
    ...plain.map((icmpType) => ipPacket({ ...base, icmpType, identifier: 7, icmpSequence: 1, payload: 20 })),
    ...errors.flatMap((icmpType) => about.map((quote) => ipPacket({ ...turned, icmpType, payload: quote }))),
  ];
}

/** arp: what no firewall forwards. */
const arp = Buffer.concat([
  hex("ffffffffffff 060000000009 0806 0001 0800 06 04 0001 060000000009"),
  addressBytes(readAddress("10.0.1.10")),
  hex("000000000000"),
  addressBytes(readAddress("10.0.1.1")),
]);

/** protocols gives frames of all of them, each with the interface by which it comes. */
export function protocols(): Seed[] {
  const inner = [INET, INET6].flatMap((base) => [
    ipPacket({ ...base, protocol: TCP, flags: ACK, sequence: 1001, acknowledgment: 900_001 }),
    ipPacket({ ...base, ...PORTS, protocol: UDP, payload: 8 }),
    ipPacket({ ...base, protocol: base === INET ? ICMP : ICMP6, icmpType: base === INET ? 8 : 128, identifier: 7 }),
  ]);
  const about = (inet6: boolean): Buffer[] => inner.filter((ip) => ip[0]! >> 4 === (inet6 ? 6 : 4));
  const both = [INET, INET6].flatMap((base): Buffer[] => [
    ...[SYN, SYN | ACK, ACK, PSH | ACK, FIN | ACK, RST, RST | ACK, 0, 0x3f].map((flags) =>
      ipPacket({ ...base, protocol: TCP, flags, sequence: 1000, acknowledgment: flags & ACK ? 900_001 : 0 }),
    ),
    withProtocol({ ...base, protocol: TCP }, TCP, tcpOptions(SYN, SYN_OPTIONS)),
    withProtocol({ ...base, protocol: TCP }, TCP, tcpOptions(ACK, SACK_OPTIONS)),
    ipPacket({ ...base, ...PORTS, protocol: UDP, payload: 100 }),
    ipPacket({ ...base, ...PORTS, protocol: UDP, payload: 100, checksum: "none" }),
    ipPacket({ ...base, ...PORTS, protocol: UDP, payload: 100, options: true }),
    ...OTHERS.map(([protocol, body]) => withProtocol({ ...base, protocol }, protocol, body)),
    ...icmpOf(base === INET6, about(base === INET6)),
    ...[TCP, UDP, base === INET ? ICMP : ICMP6, SCTP].flatMap((protocol) =>
      fragmentsOf({ ...base, protocol, flags: SYN, payload: 200, id: protocol }, 64),
    ),
  ]);
  const ip = [...both, ...extended()];
  return [
    ...ip.map((one) => ({ port: "ge-0/0/0", frame: frameOf(one) })),
    ...openings().map((one) => ({ port: "ge-0/0/0", frame: frameOf(one) })),
    ...ip.slice(0, 30).map((one) => ({ port: "ge-0/0/2", frame: frameOf(one, { vlans: [30] }) })),
    { port: "ge-0/0/2", frame: frameOf(ip[0]!, { vlans: [30, 40] }) },
    { port: "ge-0/0/2", frame: frameOf(ip[0]!, { vlans: [0, 30] }) },
    { port: "ge-0/0/0", frame: frameOf(ip[0]!, { multicast: true, padding: 10 }) },
    { port: "ge-0/0/0", frame: arp },
  ];
}
