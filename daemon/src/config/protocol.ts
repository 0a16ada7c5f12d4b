// protocol.ts: the names Junos has for IP protocols, ports and ICMP types, and the numbers behind them.
// SPDX-License-Identifier: Apache-2.0

export const ICMP = 1;
export const TCP = 6;
export const UDP = 17;
export const ESP = 50;
export const ICMP6 = 58;
export const SCTP = 132;

export const protocolNumbers: ReadonlyMap<string, number> = new Map([
  ["icmp", ICMP],
  ["igmp", 2],
  ["ipip", 4],
  ["tcp", TCP],
  ["egp", 8],
  ["udp", UDP],
  ["ipv6", 41],
  ["rsvp", 46],
  ["gre", 47],
  ["esp", ESP],
  ["ah", 51],
  ["icmp6", ICMP6],
  ["icmpv6", ICMP6],
  ["ospf", 89],
  ["pim", 103],
  ["vrrp", 112],
  ["sctp", SCTP],
]);

export const portNumbers: ReadonlyMap<string, number> = new Map([
  ["afs", 1483],
  ["bgp", 179],
  ["biff", 512],
  ["bootpc", 68],
  ["bootps", 67],
  ["cmd", 514],
  ["cvspserver", 2401],
  ["dhcp", 67],
  ["domain", 53],
  ["eklogin", 2105],
  ["ekshell", 2106],
  ["exec", 512],
  ["finger", 79],
  ["ftp", 21],
  ["ftp-data", 20],
  ["http", 80],
  ["https", 443],
  ["ident", 113],
  ["imap", 143],
  ["kerberos-sec", 88],
  ["klogin", 543],
  ["kpasswd", 761],
  ["krb-prop", 754],
  ["krbupdate", 760],
  ["kshell", 544],
  ["ldap", 389],
  ["ldp", 646],
  ["login", 513],
  ["mobileip-agent", 434],
  ["mobilip-mn", 435],
  ["msdp", 639],
  ["netbios-dgm", 138],
  ["netbios-ns", 137],
  ["netbios-ssn", 139],
  ["nfsd", 2049],
  ["nntp", 119],
  ["ntalk", 518],
  ["ntp", 123],
  ["pop3", 110],
  ["pptp", 1723],
  ["printer", 515],
  ["radacct", 1813],
  ["radius", 1812],
  ["rip", 520],
  ["rkinit", 2108],
  ["smtp", 25],
  ["snmp", 161],
  ["snmptrap", 162],
  ["snpp", 444],
  ["socks", 1080],
  ["ssh", 22],
  ["sunrpc", 111],
  ["syslog", 514],
  ["tacacs", 49],
  ["tacacs-ds", 65],
  ["talk", 517],
  ["telnet", 23],
  ["tftp", 69],
  ["timed", 525],
  ["who", 513],
  ["xdmcp", 177],
]);

export const icmpTypes: ReadonlyMap<string, number> = new Map([
  ["echo-reply", 0],
  ["unreachable", 3],
  ["source-quench", 4],
  ["redirect", 5],
  ["echo-request", 8],
  ["router-advertisement", 9],
  ["router-solicit", 10],
  ["time-exceeded", 11],
  ["parameter-problem", 12],
  ["timestamp", 13],
  ["timestamp-reply", 14],
  ["info-request", 15],
  ["info-reply", 16],
  ["mask-request", 17],
  ["mask-reply", 18],
]);

export interface PortRange {
  readonly low: number;
  readonly high: number;
}

export const ANY_PORT: PortRange = { low: 0, high: 65535 };

export const hasPorts = (protocol: number): boolean => protocol === TCP || protocol === UDP || protocol === SCTP;

/** parseProtocol understands a name or a number from 0 to 255. */
export function parseProtocol(value: string | number): number | undefined {
  return typeof value === "number" ? wholeNumber(value, 255) : (protocolNumbers.get(value) ?? numberText(value, 255));
}

/** parsePorts understands a port, a port name, or LOW-HIGH of two numbers. */
export function parsePorts(value: string | number): PortRange | undefined {
  const one =
    typeof value === "number" ? wholeNumber(value, 65535) : (portNumbers.get(value) ?? numberText(value, 65535));
  if (one !== undefined) return { low: one, high: one };
  const [low, high, ...more] = String(value)
    .split("-")
    .map((text) => numberText(text, 65535));
  return low !== undefined && high !== undefined && more.length === 0 && low <= high ? { low, high } : undefined;
}

/** parseIcmpType understands a number from 0 to 255 and the Junos name of an ICMP (not ICMPv6) type. */
export function parseIcmpType(value: string | number): number | undefined {
  return typeof value === "number" ? wholeNumber(value, 255) : (icmpTypes.get(value) ?? numberText(value, 255));
}

function wholeNumber(value: number, highest: number): number | undefined {
  return Number.isInteger(value) && value >= 0 && value <= highest ? value : undefined;
}

function numberText(text: string, highest: number): number | undefined {
  return /^(0|[1-9][0-9]{0,4})$/.test(text) ? wholeNumber(Number(text), highest) : undefined;
}
