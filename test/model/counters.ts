// counters.ts: what is counted, by name; names that stay keep their numbers over a commit. SPDX-License-Identifier: Apache-2.0

/** Counters: nested names to numbers; zero is not there. */
export interface Counters {
  [name: string]: number | Counters;
}

export function count(counters: Counters, path: readonly string[], by = 1): void {
  const [name, ...rest] = path;
  if (name === undefined || by === 0) return;
  if (rest.length === 0) {
    counters[name] = ((counters[name] as number | undefined) ?? 0) + by;
    return;
  }
  count((counters[name] ??= {}) as Counters, rest, by);
}

/** keep drops the rows of names that are gone. */
export function keep(counters: Counters, table: string, names: readonly string[]): void {
  const rows = counters[table] as Counters | undefined;
  for (const name of Object.keys(rows ?? {})) if (!names.includes(name)) delete rows![name];
}
