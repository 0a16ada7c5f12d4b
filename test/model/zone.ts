// zone.ts: interfaces, units and zones of a configuration, and what the host accepts. SPDX-License-Identifier: Apache-2.0
import type { Config, ExceptableService, HostInboundTraffic } from "../../daemon/src/config/config.js";
import { readPrefix, type Family, type Prefix } from "./address.js";
import { instanceOf, readInstances } from "./instance.js";
import { hasPorts, ICMP, ICMP6, TCP, UDP } from "./packet.js";

export interface Port {
  readonly index: number;
  readonly name: string;
  readonly mtu: number;
}

export interface Unit {
  readonly name: string;
  readonly port: Port;
  readonly vlan: number;
  readonly zone: string | undefined;
  /** its routing instance */
  readonly instance: string;
  readonly addresses: readonly Prefix[];
  readonly mtu: Readonly<Record<Family, number>>;
  /** families that may come and leave by it */
  readonly carries: Readonly<Record<Family, boolean>>;
  /** its own host-inbound-traffic, instead of its zone's */
  readonly inbound: HostInboundTraffic | undefined;
}

export interface ZoneConfig {
  readonly name: string;
  readonly tcpRst: boolean;
  readonly inbound: HostInboundTraffic;
}

const DEFAULT_MTU = 1500;
/** The host itself: no unit of its own, only a place for filters. */
export const LOOPBACK = "lo0";

/** readUnits gives the units in the order of their numbers in events: by interface name, numbers in it counting as such. */
export function readUnits(config: Config): Unit[] {
  const names = Object.keys(config.interfaces)
    .filter((name) => name !== LOOPBACK)
    .toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const instances = readInstances(config);
  const memberships = config.security.zones["security-zone"].flatMap((zone) =>
    (zone.interfaces ?? []).map((item) =>
      typeof item === "string"
        ? { unit: item, zone: zone.name, inbound: undefined }
        : { unit: item.name, zone: zone.name, inbound: item["host-inbound-traffic"] },
    ),
  );
  return names.flatMap((name, index) => {
    const statement = config.interfaces[name]!;
    const port = { index, name, mtu: statement.mtu ?? DEFAULT_MTU };
    return Object.keys(statement.unit)
      .toSorted((a, b) => Number(a) - Number(b))
      .map((number) => {
        const unit = statement.unit[number]!;
        const member = memberships.find((one) => one.unit === `${name}.${number}`);
        const { inet, inet6 } = unit.family ?? {};
        return {
          name: `${name}.${number}`,
          port,
          vlan: unit["vlan-id"] ?? 0,
          zone: member?.zone,
          instance: instanceOf(instances, `${name}.${number}`),
          addresses: [...(inet?.address ?? []), ...(inet6?.address ?? [])].map(readPrefix),
          mtu: { inet: Math.min(port.mtu, inet?.mtu ?? port.mtu), inet6: Math.min(port.mtu, inet6?.mtu ?? port.mtu) },
          carries: { inet: inet !== undefined, inet6: inet6 !== undefined },
          inbound: member?.inbound,
        };
      });
  });
}

export function readZones(config: Config): ReadonlyMap<string, ZoneConfig> {
  return new Map(
    config.security.zones["security-zone"].map((zone) => [
      zone.name,
      { name: zone.name, tcpRst: zone["tcp-rst"] === true, inbound: zone["host-inbound-traffic"] ?? {} },
    ]),
  );
}

/** Arrival: what host-inbound-traffic looks at. */
export interface Arrival {
  readonly family: Family;
  readonly protocol: number;
  readonly destinationPort: number;
  readonly icmpType: number | undefined;
}

type Accepts = (arrival: Arrival) => boolean;

const port =
  (protocol: number, low: number, high = low, family?: Family): Accepts =>
  (a) =>
    a.protocol === protocol &&
    hasPorts(protocol) &&
    low <= a.destinationPort &&
    a.destinationPort <= high &&
    (family === undefined || family === a.family);
const tcp = (low: number, high = low): Accepts => port(TCP, low, high);
const udp = (low: number, high = low): Accepts => port(UDP, low, high);
const icmp =
  (family: Family, ...types: readonly number[]): Accepts =>
  (a) =>
    a.family === family && a.protocol === (family === "inet" ? ICMP : ICMP6) && types.includes(a.icmpType ?? -1);
const protocol =
  (number: number, family?: Family): Accepts =>
  (a) =>
    a.protocol === number && (family === undefined || family === a.family);

const ping = [icmp("inet", 8), icmp("inet6", 128)];

/** docs/configuration.md, "system service". */
const services: Readonly<Record<string, readonly Accepts[]>> = {
  bootp: [udp(67, 68)],
  dhcp: [udp(67, 68)],
  dhcpv6: [port(UDP, 546, 547, "inet6")],
  dns: [tcp(53), udp(53)],
  finger: [tcp(79)],
  ftp: [tcp(21)],
  http: [tcp(80)],
  https: [tcp(443)],
  ike: [udp(500), udp(4500)],
  lsping: [udp(3503)],
  netconf: [tcp(830)],
  ntp: [udp(123)],
  ping,
  r2cp: [udp(28672)],
  "reverse-ssh": [tcp(2901)],
  "reverse-telnet": [tcp(2900)],
  rlogin: [tcp(513)],
  rsh: [tcp(514)],
  sip: [tcp(5060), udp(5060)],
  snmp: [udp(161)],
  "snmp-trap": [udp(162)],
  ssh: [tcp(22)],
  telnet: [tcp(23)],
  tftp: [udp(69)],
  traceroute: [udp(33434, 33534)],
  "webapi-clear-text": [tcp(3080)],
  "webapi-ssl": [tcp(3443)],
  "xnm-clear-text": [tcp(3221)],
  "xnm-ssl": [tcp(3220)],
};

const anyService = [tcp(0, 65535), udp(0, 65535), ...ping];

/** docs/configuration.md, "protocol". */
const protocols: Readonly<Record<string, readonly Accepts[]>> = {
  bfd: [udp(3784, 3785), udp(4784)],
  bgp: [tcp(179)],
  dvmrp: [protocol(2, "inet")],
  igmp: [protocol(2, "inet")],
  ldp: [tcp(646), udp(646)],
  msdp: [tcp(639)],
  ndp: [icmp("inet6", 133, 134, 135, 136, 137)],
  nhrp: [protocol(54)],
  ospf: [protocol(89, "inet")],
  ospf3: [protocol(89, "inet6")],
  pgm: [protocol(113)],
  pim: [protocol(103)],
  rip: [port(UDP, 520, 520, "inet")],
  ripng: [port(UDP, 521, 521, "inet6")],
  "router-discovery": [icmp("inet", 9, 10)],
  rsvp: [protocol(46)],
  sap: [udp(9875)],
  vrrp: [protocol(112)],
};

function accepted(
  table: Readonly<Record<string, readonly Accepts[]>>,
  words: readonly (string | ExceptableService)[],
): Accepts[] {
  const items = words.map((word) => (typeof word === "string" ? { name: word } : word));
  const except = items.filter((item) => item.except === true).map((item) => item.name);
  return items.flatMap((item) => {
    if (item.except === true) return [];
    if (item.name === "any-service") return anyService;
    if (item.name !== "all") return table[item.name]!;
    return Object.entries(table).flatMap(([name, kinds]) => (except.includes(name) ? [] : kinds));
  });
}

/** hostAccepts: nothing that is not listed is accepted; an interface's list replaces its zone's. */
export function hostAccepts(unit: Unit, zone: ZoneConfig, arrival: Arrival): boolean {
  const traffic = unit.inbound ?? zone.inbound;
  const kinds = [
    ...accepted(services, traffic["system-services"] ?? []),
    ...accepted(protocols, traffic.protocols ?? []),
  ];
  return kinds.some((accepts) => accepts(arrival));
}
