// screen.ts: the screens of zones, as far as one packet answers them. What is malformed is none of the model's: it does not tell
// in which way. SPDX-License-Identifier: Apache-2.0
import { ScreenId } from "../../shared/gen/wire.gen.js";
import type { Config, Screen } from "../../daemon/src/config/config.js";
import { sameAddress } from "./address.js";
import { ACK, FIN, isIcmp, isLater, PSH, RST, SYN, TCP, type Packet } from "./packet.js";

const URG = 32;

/** Screens: by zone. */
export type Screens = ReadonlyMap<string, Screen>;

export function readScreens(config: Config): Screens {
  const all = config.security.screen?.["ids-option"] ?? [];
  return new Map(
    config.security.zones["security-zone"].flatMap((zone) => {
      const screen = all.find(({ name }) => name === zone.screen);
      return screen === undefined ? [] : [[zone.name, screen] as const];
    }),
  );
}

type Question = (packet: Packet, isSpoofed: () => boolean) => boolean;

const isSyn = ({ segment }: Packet): boolean => segment !== undefined && (segment.flags & SYN) !== 0;
const flags = (mask: number, value: number): Question => {
  return ({ segment }) => segment !== undefined && (segment.flags & mask) === value;
};
const option = (...types: readonly number[]): Question => {
  return (packet) => optionsOf(packet).some((type) => types.includes(type));
};
const isOfIcmp = (packet: Packet): boolean => isIcmp(packet.family, packet.tuple.protocol);

/** optionsOf: the types of an IPv4 header's options, up to the end of their list. */
function optionsOf({ ip, family }: Packet): number[] {
  const types: number[] = [];
  const end = (ip[0]! & 15) * 4;
  for (let at = 20; family === "inet" && at < end && ip[at] !== 0;) {
    types.push(ip[at]!);
    at += ip[at] === 1 ? 1 : ip[at + 1]!;
  }
  return types;
}

/** headersOf: the types of what follows an IPv6 header, the transport protocol included. */
function headersOf({ ip, family }: Packet): number[] {
  if (family === "inet") return [];
  const types = [ip[6]!];
  for (let at = 40; [0, 43, 44, 60].includes(types.at(-1)!);) {
    const isFragment = types.at(-1) === 44;
    const isLaterOne = isFragment && (ip.readUInt16BE(at + 2) & 0xfff8) !== 0;
    types.push(ip[at]!);
    at += isFragment ? 8 : (ip[at + 1]! + 1) * 8;
    if (isLaterOne) break;
  }
  return types;
}

const QUESTIONS: readonly (readonly [place: "icmp" | "ip" | "tcp", name: string, id: number, asks: Question])[] = [
  ["tcp", "land", ScreenId.LAND, (p) => isSyn(p) && sameAddress(p.tuple.source, p.tuple.destination)],
  ["tcp", "syn-fin", ScreenId.SYN_FIN, flags(SYN | FIN, SYN | FIN)],
  ["tcp", "tcp-no-flag", ScreenId.TCP_NO_FLAG, flags(FIN | SYN | RST | PSH | ACK | URG, 0)],
  ["tcp", "fin-no-ack", ScreenId.FIN_NO_ACK, flags(FIN | ACK, FIN)],
  ["tcp", "winnuke", ScreenId.WINNUKE, (p, s) => p.tuple.destinationPort === 139 && flags(URG, URG)(p, s)],
  ["ip", "source-route-option", ScreenId.SOURCE_ROUTE, option(131, 137)],
  ["tcp", "syn-frag", ScreenId.SYN_FRAGMENT, (p) => isSyn(p) && p.fragment !== undefined],
  ["icmp", "fragment", ScreenId.ICMP_FRAGMENT, (p) => isOfIcmp(p) && p.fragment !== undefined],
  ["icmp", "large", ScreenId.ICMP_LARGE, (p) => isOfIcmp(p) && (p.fragment?.offset ?? 0) + p.ip.length > 1024],
  ["ip", "record-route-option", ScreenId.RECORD_ROUTE, option(7)],
  ["ip", "timestamp-option", ScreenId.TIMESTAMP, option(68)],
  ["ip", "security-option", ScreenId.SECURITY, option(130)],
  ["ip", "stream-option", ScreenId.STREAM, option(136)],
  ["ip", "loose-source-route-option", ScreenId.LOOSE_SOURCE_ROUTE, option(131)],
  ["ip", "strict-source-route-option", ScreenId.STRICT_SOURCE_ROUTE, option(137)],
  [
    "ip",
    "unknown-protocol",
    ScreenId.UNKNOWN_PROTOCOL,
    ({ tuple, family }) => tuple.protocol >= 137 && (family === "inet" || ![139, 140].includes(tuple.protocol)),
  ],
  ["ip", "block-frag", ScreenId.BLOCK_FRAGMENT, (p) => p.fragment !== undefined],
  ["ip", "spoofing", ScreenId.SPOOFING, (_packet, isSpoofed) => isSpoofed()],
];

const HEADERS = { "fragment-header": 44, "ESP-header": 50, "routing-header": 43, "no-next-header": 59 } as const;

function hasUnwantedHeader(screen: Screen, packet: Packet): boolean {
  const asked = screen.ip?.["ipv6-extension-header"] ?? {};
  const types = headersOf(packet);
  const named = Object.entries(HEADERS).some(([name, type]) => name in asked && types.includes(type));
  return named || ("destination-header" in asked && types.includes(60));
}

/** screensMet gives the ids of the screens that a packet meets, lowest first. */
export function screensMet(screen: Screen, packet: Packet, isSpoofed: () => boolean): number[] {
  const limit = screen.ip?.["ipv6-extension-header-limit"] ?? Infinity;
  const extensions = headersOf(packet).filter((type) => [0, 43, 44, 50, 60].includes(type)).length;
  return [
    ...QUESTIONS.filter(
      ([place, name, , asks]) => name in (screen[place] ?? {}) && !isAsLater(place, packet) && asks(packet, isSpoofed),
    ).map(([, , id]) => id),
    ...(hasUnwantedHeader(screen, packet) ? [ScreenId.IPV6_EXTENSION_HEADER] : []),
    ...(extensions > limit ? [ScreenId.IPV6_EXTENSION_LIMIT] : []),
  ].toSorted((a, b) => a - b);
}

/** Later fragments have no TCP header. */
const isAsLater = (place: string, packet: Packet): boolean =>
  place === "tcp" && (isLater(packet) || packet.tuple.protocol !== TCP);
