// quantity.ts: rates and sizes as Junos writes them: whole numbers with k, m or g. SPDX-License-Identifier: Apache-2.0

const FACTORS: Readonly<Record<string, number>> = { "": 1, k: 1_000, m: 1_000_000, g: 1_000_000_000 };

/** parseQuantity understands 1500, "1500", "15k", "10m" and "1g". */
export function parseQuantity(value: string | number): number | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  const [, digits, unit] = /^(0|[1-9][0-9]{0,12})([kmg]?)$/.exec(value) ?? [];
  const quantity = Number(digits) * FACTORS[unit ?? ""]!;
  return Number.isSafeInteger(quantity) ? quantity : undefined;
}

export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** Bounds of what policers meter: bits/s, bytes, packets/s, packets. */
export const bitRate: Bounds = { low: 8_000, high: 1_000_000_000_000 };
export const burstSize: Bounds = { low: 1_500, high: 1_000_000_000 };
export const packetRate: Bounds = { low: 1, high: 1_000_000_000 };
export const packetBurst: Bounds = { low: 1, high: 1_000_000 };

/** Bounds of what log streams keep: bytes that wait, bytes in a file. */
export const logQueueSize: Bounds = { low: 64_000, high: 1_000_000_000 };
export const logFileSize: Bounds = { low: 64_000, high: 100_000_000_000 };

/** parseWithin understands what parseQuantity does, between two bounds. */
export function parseWithin(value: string | number, { low, high }: Bounds): number | undefined {
  const quantity = parseQuantity(value);
  return quantity !== undefined && quantity >= low && quantity <= high ? quantity : undefined;
}
