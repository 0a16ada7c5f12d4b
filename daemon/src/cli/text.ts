// text.ts: numbers as people read them. SPDX-License-Identifier: Apache-2.0

/** duration writes seconds as 42s, 3m 20s, 5h 7m or 12d 4h. */
export function duration(seconds: number): string {
  const [days, hours, minutes] = [
    Math.trunc(seconds / 86400),
    Math.trunc(seconds / 3600) % 24,
    Math.trunc(seconds / 60) % 60,
  ];
  if (days > 0) return `${days}d ${hours}h`;
  if (hours > 0) return `${hours}h ${minutes}m`;
  if (minutes > 0) return `${minutes}m ${Math.trunc(seconds) % 60}s`;
  return `${Math.trunc(seconds)}s`;
}

/** endpointText writes address and port; without a port the address alone. */
export function endpointText(address: string, port: number): string {
  if (port === 0) return address;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** orDash writes what is there, or a dash. */
export const orDash = (text: string): string => (text === "" ? "-" : text);
