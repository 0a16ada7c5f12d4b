// host-service.ts: what the words of host-inbound-traffic stand for on the wire. SPDX-License-Identifier: Apache-2.0
import type { ExceptableService } from "./config.js";
import { ANY_PORT, ICMP, ICMP6, TCP, UDP, type PortRange } from "./protocol.js";

/** HostService: a kind of packet that the host accepts. protocol -1: any; family 0: both; icmpType -1: any. */
export interface HostService {
  readonly protocol: number;
  readonly family: 0 | 2 | 10;
  readonly ports: PortRange;
  readonly icmpType: number;
}

const both = 0;
const inet = 2;
const inet6 = 10;

const ports = (protocol: number, low: number, high = low, family: 0 | 2 | 10 = both): HostService => ({
  protocol,
  family,
  ports: { low, high },
  icmpType: -1,
});
const tcp = (port: number): HostService => ports(TCP, port);
const udp = (port: number): HostService => ports(UDP, port);
const icmp = (type: number): HostService => ({ protocol: ICMP, family: inet, ports: ANY_PORT, icmpType: type });
const icmp6 = (type: number): HostService => ({ protocol: ICMP6, family: inet6, ports: ANY_PORT, icmpType: type });
const whole = (protocol: number, family: 0 | 2 | 10 = both): HostService => ({
  protocol,
  family,
  ports: ANY_PORT,
  icmpType: -1,
});

const PING: readonly HostService[] = [icmp(8), icmp6(128)];

/** systemServices: Junos words with a fixed place on the wire. Others (rpm, ident-reset, ...) are not accepted. */
export const systemServices: ReadonlyMap<string, readonly HostService[]> = new Map([
  ["bootp", [udp(67), udp(68)]],
  ["dhcp", [udp(67), udp(68)]],
  ["dhcpv6", [ports(UDP, 546, 547, inet6)]],
  ["dns", [tcp(53), udp(53)]],
  ["finger", [tcp(79)]],
  ["ftp", [tcp(21)]],
  ["http", [tcp(80)]],
  ["https", [tcp(443)]],
  ["ike", [udp(500), udp(4500)]],
  ["lsping", [udp(3503)]],
  ["netconf", [tcp(830)]],
  ["ntp", [udp(123)]],
  ["ping", PING],
  ["r2cp", [udp(28672)]],
  ["reverse-ssh", [tcp(2901)]],
  ["reverse-telnet", [tcp(2900)]],
  ["rlogin", [tcp(513)]],
  ["rsh", [tcp(514)]],
  ["sip", [tcp(5060), udp(5060)]],
  ["snmp", [udp(161)]],
  ["snmp-trap", [udp(162)]],
  ["ssh", [tcp(22)]],
  ["telnet", [tcp(23)]],
  ["tftp", [udp(69)]],
  ["traceroute", [ports(UDP, 33434, 33534)]],
  ["webapi-clear-text", [tcp(3080)]],
  ["webapi-ssl", [tcp(3443)]],
  ["xnm-clear-text", [tcp(3221)]],
  ["xnm-ssl", [tcp(3220)]],
]);

/** ANY_SERVICE: every TCP and UDP port and ping, whether the service has a word or not. */
export const ANY_SERVICE: readonly HostService[] = [whole(TCP), whole(UDP), ...PING];

export const hostProtocols: ReadonlyMap<string, readonly HostService[]> = new Map([
  ["bfd", [ports(UDP, 3784, 3785), udp(4784)]],
  ["bgp", [tcp(179)]],
  ["dvmrp", [whole(2, inet)]],
  ["igmp", [whole(2, inet)]],
  ["ldp", [tcp(646), udp(646)]],
  ["msdp", [tcp(639)]],
  ["ndp", [icmp6(133), icmp6(134), icmp6(135), icmp6(136), icmp6(137)]],
  ["nhrp", [whole(54)]],
  ["ospf", [whole(89, inet)]],
  ["ospf3", [whole(89, inet6)]],
  ["pgm", [whole(113)]],
  ["pim", [whole(103)]],
  ["rip", [ports(UDP, 520, 520, inet)]],
  ["ripng", [ports(UDP, 521, 521, inet6)]],
  ["router-discovery", [icmp(9), icmp(10)]],
  ["rsvp", [whole(46)]],
  ["sap", [udp(9875)]],
  ["vrrp", [whole(112)]],
]);

/** expandServices gives what a list of words accepts. `all` is every word of the table but those with `except` and what they
 * stand for: without dhcp it does not accept the same ports as bootp either. */
export function expandServices(
  table: ReadonlyMap<string, readonly HostService[]>,
  words: readonly (string | ExceptableService)[],
): HostService[] {
  const items = words.map((word) => (typeof word === "string" ? { name: word } : word));
  const except = items.filter((item) => item.except === true).flatMap((item) => table.get(item.name) ?? []);
  const isExcepted = (service: HostService): boolean => except.some((other) => overlaps(service, other));
  return items.flatMap((item) => {
    if (item.except === true) return [];
    if (item.name === "all") return [...table.values()].flat().filter((service) => !isExcepted(service));
    return item.name === "any-service" ? ANY_SERVICE : (table.get(item.name) ?? []);
  });
}

const overlaps = (a: HostService, b: HostService): boolean =>
  a.protocol === b.protocol &&
  (a.family === b.family || a.family === both || b.family === both) &&
  a.ports.low <= b.ports.high &&
  b.ports.low <= a.ports.high &&
  (a.icmpType === b.icmpType || a.icmpType < 0 || b.icmpType < 0);
