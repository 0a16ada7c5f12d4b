// screen-table.ts: the screens that zones have, as the helper looks for them. SPDX-License-Identifier: Apache-2.0
import { ScreenId } from "../../../shared/gen/wire.gen.js";
import type { SnapshotPrefix, SnapshotScreen, SnapshotScreenThreshold } from "../snapshot/snapshot.gen.js";
import { addressBytes, parsePrefix } from "./address.js";
import type { Config, Screen, ScreenIpv6Headers, ScreenOptions, ScreenThreshold, SynFlood } from "./config.js";
import { RuleRates, type SnapshotRate } from "./log-rates.js";
import { parseField, ttlField } from "./filter/field.js";
import { mergeNumbers, type NumberRange } from "./number-range.js";

const ICMP_CHECKS = {
  fragment: ScreenId.ICMP_FRAGMENT,
  large: ScreenId.ICMP_LARGE,
  "ping-death": ScreenId.PING_OF_DEATH,
  "icmpv6-malformed": ScreenId.ICMPV6_MALFORMED,
} as const;

const IP_CHECKS = {
  "bad-option": ScreenId.BAD_OPTION,
  "record-route-option": ScreenId.RECORD_ROUTE,
  "timestamp-option": ScreenId.TIMESTAMP,
  "security-option": ScreenId.SECURITY,
  "stream-option": ScreenId.STREAM,
  "loose-source-route-option": ScreenId.LOOSE_SOURCE_ROUTE,
  "strict-source-route-option": ScreenId.STRICT_SOURCE_ROUTE,
  "source-route-option": ScreenId.SOURCE_ROUTE,
  "unknown-protocol": ScreenId.UNKNOWN_PROTOCOL,
  "block-frag": ScreenId.BLOCK_FRAGMENT,
  spoofing: ScreenId.SPOOFING,
  "tear-drop": ScreenId.TEAR_DROP,
  "ipv6-malformed-header": ScreenId.IPV6_MALFORMED,
  "ipv6-extension-header": ScreenId.IPV6_EXTENSION_HEADER,
  "ipv6-extension-header-limit": ScreenId.IPV6_EXTENSION_LIMIT,
} as const;

const TCP_CHECKS = {
  "syn-fin": ScreenId.SYN_FIN,
  "fin-no-ack": ScreenId.FIN_NO_ACK,
  "tcp-no-flag": ScreenId.TCP_NO_FLAG,
  "syn-frag": ScreenId.SYN_FRAGMENT,
  land: ScreenId.LAND,
  winnuke: ScreenId.WINNUKE,
} as const;

const HOP_BY_HOP = 0;
const DESTINATION = 60;
const HEADERS = {
  "routing-header": 43,
  "fragment-header": 44,
  "ESP-header": 50,
  "AH-header": 51,
  "no-next-header": 59,
  "mobility-header": 135,
  "HIP-header": 139,
  "shim6-header": 140,
} as const;

/** Option types with their two action bits and the change bit (RFC 8200 4.2). RPL has two: RFC 6553 and RFC 9008. */
const HOP_OPTIONS: Readonly<Record<string, readonly number[]>> = {
  "jumbo-payload-option": [0xc2],
  "router-alert-option": [0x05],
  "quick-start-option": [0x26],
  "CALIPSO-option": [0x07],
  "SMF-DPD-option": [0x08],
  "RPL-option": [0x23, 0x63],
};
const DESTINATION_OPTIONS: Readonly<Record<string, readonly number[]>> = {
  "tunnel-encapsulation-limit-option": [0x04],
  "home-address-option": [0xc9],
  "ILNP-nonce-option": [0x8b],
  "line-identification-option": [0x8c],
};

/** ScreenTable has the screens that zones name, each once, in the order of the text. */
export class ScreenTable {
  readonly screens: readonly SnapshotScreen[];
  readonly #ids: ReadonlyMap<string, number>;

  constructor(config: Config) {
    const named = new Set(config.security.zones["security-zone"].map((zone) => zone.screen));
    const used = (config.security.screen?.["ids-option"] ?? []).filter((screen) => named.has(screen.name));
    const cookies = config.security.flow?.["syn-flood-protection-mode"] === "syn-cookie";
    const rates = new RuleRates(config);
    this.screens = used.map((screen) => ({ ...compileScreen(screen, cookies), ...rates.of(screen["log-rate"]) }));
    this.#ids = new Map(used.map((screen, index) => [screen.name, index + 1]));
  }

  /** idOf gives the id of a zone's screen; 0 for none. */
  idOf(name: string | undefined): number {
    return name === undefined ? 0 : this.#ids.get(name)!;
  }
}

function compileScreen(screen: Screen, cookies: boolean): Omit<SnapshotScreen, keyof SnapshotRate> {
  const flood = screen.tcp?.["syn-flood"];
  const headers = screen.ip?.["ipv6-extension-header"] ?? {};
  return {
    name: screen.name,
    alarm_without_drop: screen["alarm-without-drop"] ?? false,
    checks: [
      ...checksOf(ICMP_CHECKS, screen.icmp),
      ...checksOf(IP_CHECKS, screen.ip),
      ...checksOf(TCP_CHECKS, screen.tcp),
    ].toSorted((a, b) => a - b),
    thresholds: [...thresholdsOf(screen), ...(cookies && flood !== undefined ? cookieThresholds(flood) : [])].toSorted(
      (a, b) => a.screen - b.screen,
    ),
    ipv6_headers: headersOf(headers),
    hop_options: optionsOf(HOP_OPTIONS, headers["hop-by-hop-header"]),
    destination_options: optionsOf(DESTINATION_OPTIONS, headers["destination-header"]),
    extension_limit: screen.ip?.["ipv6-extension-header-limit"] ?? -1,
    syn_timeout: cookies && flood !== undefined ? (flood.timeout ?? SYN_COOKIE.timeout) : 0,
    white_lists: (flood?.["white-list"] ?? []).map((list) => ({
      sources: (list["source-address"] ?? []).map(prefixOf),
      destinations: (list["destination-address"] ?? []).map(prefixOf),
    })),
  };
}

function checksOf(ids: Readonly<Record<string, number>>, given: object = {}): number[] {
  return Object.keys(given).flatMap((name) => ids[name] ?? []);
}

/** Packets per second and microseconds as Junos has them. */
const FLOOD = 1000;
const SEARCH = 5000;
const SYN_FLOOD = { attack: 200, source: 4000, destination: 4000 } as const;
const SYN_COOKIE = { alarm: 512, queue: 1024, timeout: 20 } as const;

const cookieThresholds = (flood: SynFlood): SnapshotScreenThreshold[] => [
  { screen: ScreenId.SYN_COOKIE, threshold: flood["alarm-threshold"] ?? SYN_COOKIE.alarm },
  { screen: ScreenId.SYN_QUEUE, threshold: flood["queue-size"] ?? SYN_COOKIE.queue },
];

function thresholdsOf({
  icmp = {},
  tcp = {},
  udp = {},
  "limit-session": limits = {},
}: Screen): SnapshotScreenThreshold[] {
  const of = (screen: ScreenId, given: ScreenThreshold | undefined, otherwise: number): SnapshotScreenThreshold[] =>
    given === undefined ? [] : [{ screen, threshold: given.threshold ?? otherwise }];
  const syn = tcp["syn-flood"];
  const ofSyn = (
    screen: ScreenId,
    name: "attack-threshold" | "source-threshold" | "destination-threshold",
    otherwise: number,
  ): SnapshotScreenThreshold[] => (syn === undefined ? [] : [{ screen, threshold: syn[name] ?? otherwise }]);
  const ofSessions = (screen: ScreenId, limit: number | undefined): SnapshotScreenThreshold[] =>
    limit === undefined ? [] : [{ screen, threshold: limit }];
  return [
    ...ofSessions(ScreenId.SESSION_LIMIT_SOURCE, limits["source-ip-based"]),
    ...ofSessions(ScreenId.SESSION_LIMIT_DESTINATION, limits["destination-ip-based"]),
    ...of(ScreenId.ICMP_FLOOD, icmp.flood, FLOOD),
    ...of(ScreenId.IP_SWEEP, icmp["ip-sweep"], SEARCH),
    ...of(ScreenId.PORT_SCAN, tcp["port-scan"], SEARCH),
    ...of(ScreenId.TCP_SWEEP, tcp["tcp-sweep"], SEARCH),
    ...of(ScreenId.UDP_FLOOD, udp.flood, FLOOD),
    ...of(ScreenId.UDP_PORT_SCAN, udp["port-scan"], SEARCH),
    ...of(ScreenId.UDP_SWEEP, udp["udp-sweep"], SEARCH),
    ...ofSyn(ScreenId.SYN_FLOOD, "attack-threshold", SYN_FLOOD.attack),
    ...ofSyn(ScreenId.SYN_FLOOD_SOURCE, "source-threshold", SYN_FLOOD.source),
    ...ofSyn(ScreenId.SYN_FLOOD_DESTINATION, "destination-threshold", SYN_FLOOD.destination),
  ];
}

function prefixOf(text: string): SnapshotPrefix {
  const { family, value, length } = parsePrefix(text)!;
  return { address: addressBytes(family, value), length };
}

const one = (value: number): NumberRange => ({ low: value, high: value });
const rangesOf = (values: readonly (string | number)[] = []): NumberRange[] =>
  values.map((value) => parseField(ttlField, value)!);
const isEmpty = (options: ScreenOptions | undefined): boolean =>
  options !== undefined && Object.keys(options).length === 0;

function headersOf(given: ScreenIpv6Headers): NumberRange[] {
  return mergeNumbers([
    ...Object.entries(HEADERS).flatMap(([name, type]) => (name in given ? [one(type)] : [])),
    ...(isEmpty(given["hop-by-hop-header"]) ? [one(HOP_BY_HOP)] : []),
    ...(isEmpty(given["destination-header"]) ? [one(DESTINATION)] : []),
    ...rangesOf(given["user-defined-header-type"]),
  ]);
}

function optionsOf(types: Readonly<Record<string, readonly number[]>>, given: ScreenOptions = {}): NumberRange[] {
  return mergeNumbers(
    Object.entries(given).flatMap(([name, value]) => (value === true ? types[name]!.map(one) : rangesOf(value))),
  );
}
