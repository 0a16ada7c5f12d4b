// loopback.ts: lo0 stands for this host itself: it has no device and no zone, only filters. SPDX-License-Identifier: Apache-2.0
import type { Config, UnitFilter } from "./config.js";

export const LOOPBACK = "lo0";

/** LoopbackUnit: what packets to this host meet in the routing instance that the unit belongs to. */
export interface LoopbackUnit {
  readonly name: string;
  readonly inet: UnitFilter | undefined;
  readonly inet6: UnitFilter | undefined;
}

export const isLoopbackUnit = (name: string): boolean => name.startsWith(`${LOOPBACK}.`);

export function loopbackUnits(config: Config): LoopbackUnit[] {
  return Object.entries(config.interfaces[LOOPBACK]?.unit ?? {}).map(([number, { family }]) => ({
    name: `${LOOPBACK}.${number}`,
    inet: family?.inet?.filter,
    inet6: family?.inet6?.filter,
  }));
}
