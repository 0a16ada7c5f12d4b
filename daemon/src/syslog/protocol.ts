// protocol.ts: IP protocol numbers and the names people know them by. SPDX-License-Identifier: Apache-2.0

export const Protocol = { ICMP: 1, TCP: 6, UDP: 17, ICMP6: 58, SCTP: 132 } as const;

const NAMES: Readonly<Record<number, string>> = {
  1: "icmp",
  2: "igmp",
  4: "ipip",
  6: "tcp",
  8: "egp",
  17: "udp",
  41: "ipv6",
  46: "rsvp",
  47: "gre",
  50: "esp",
  51: "ah",
  58: "icmp6",
  88: "eigrp",
  89: "ospf",
  103: "pim",
  112: "vrrp",
  132: "sctp",
};
const TEXT = Array.from({ length: 256 }, (_, number) => NAMES[number] ?? String(number));
const NUMBERS = new Map([
  ...Object.entries(NAMES).map(([number, name]) => [name, Number(number)] as const),
  ["icmpv6", 58] as const,
]);

/** protocolName gives the Junos name, or the number where there is none. */
export function protocolName(number: number): string {
  return TEXT[number] ?? String(number);
}

/** protocolNumber reads a name or a number 0..255; undefined for anything else. */
export function protocolNumber(text: string): number | undefined {
  const named = NUMBERS.get(text.toLowerCase());
  if (named !== undefined) return named;
  return /^[0-9]{1,3}$/.test(text) && Number(text) <= 255 ? Number(text) : undefined;
}
