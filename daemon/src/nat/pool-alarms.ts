// pool-alarms.ts: source pools that are nearly or entirely used up: raised once, cleared once, each with a line.
// SPDX-License-Identifier: Apache-2.0
import type { Compiled } from "../config/compile.js";
import type { Config } from "../config/config.js";
import type { NatReply } from "../helper/control.gen.js";
import type { AlarmView, PoolAlarm } from "../http/api.js";
import type { SnapshotNatPool } from "../snapshot/snapshot.gen.js";

/** How long no packet may be dropped for want of a port until a pool is no longer called exhausted. */
const EXHAUSTED_MS = 60_000;

/** AlarmLine: what is said when something is raised or cleared. */
export interface AlarmLine {
  readonly name: string;
  readonly text: string;
}

interface Raised {
  readonly alarm: PoolAlarm;
  readonly pool: string;
  readonly line: AlarmLine;
  readonly sinceMs: number;
  lastMs: number;
}

/** addressCount: how many addresses a pool has. */
function addressCount({ addresses }: SnapshotNatPool): number {
  const value = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return addresses.reduce((sum, { low, high }) => sum + Number(value(high) - value(low)) + 1, 0);
}

/** poolPercent: how much of a pool's ports is given out, rounded down; 0 where ports stay as they are. Sessions from
 * before a commit may have ports that the pool has no longer. */
export function poolPercent(pool: SnapshotNatPool, fullest: number): number {
  if (pool.port_low === 0) return 0;
  const room = addressCount(pool) * (pool.port_high - pool.port_low + 1);
  return Math.min(100, Math.floor((100 * fullest) / room));
}

export class PoolAlarms {
  readonly #say: (line: AlarmLine, raised: boolean) => void;
  readonly #raised = new Map<string, Raised>();
  #failures = new Map<string, number>();

  /** say is told of each alarm when it is raised, and when it is cleared. */
  constructor(say: (line: AlarmLine, raised: boolean) => void) {
    this.#say = say;
  }

  /** raised gives what is raised now, the oldest first. */
  get raised(): readonly AlarmView[] {
    return [...this.#raised.values()].map(({ line, sinceMs }) => ({
      since: new Date(sinceMs).toISOString(),
      ...line,
    }));
  }

  /** of gives what is raised about a pool; what is exhausted is nearly used up as well. */
  of(pool: string): PoolAlarm | "" {
    return this.#has(pool, "exhausted") ? "exhausted" : this.#has(pool, "utilization") ? "utilization" : "";
  }

  /** isNeeded: whether a configuration has pools that could be used up. */
  static isNeeded({ security }: Config): boolean {
    return (security.nat?.source?.pool ?? []).length > 0;
  }

  /** observe compares what is in use with what the configuration allows. Counts are those of its generation. */
  observe(config: Config, { snapshot }: Compiled, counted: NatReply, nowMs: number): void {
    const source = config.security.nat?.source;
    const pools = snapshot.nat_pools ?? [];
    const fullest = new Map(counted.pools.map((use) => [use.pool, use.fullest]));
    const failures = new Map(counted.rules.map(({ rule, failures: count }) => [rule, count]));
    const present = new Set<string>();
    const counts = new Map<string, number>();
    for (const { name, "pool-utilization-alarm": own } of source?.pool ?? []) {
      const index = pools.findIndex((pool) => pool.name === `source/${name}`);
      const pool = pools[index];
      if (pool === undefined) continue;
      present.add(name);
      const thresholds = own ?? source?.["pool-utilization-alarm"];
      const percent = poolPercent(pool, fullest.get(index + 1) ?? 0);
      if (thresholds === undefined || pool.port_low === 0) this.#clear(name, "utilization", "not watched any more");
      else {
        const raise = thresholds["raise-threshold"];
        const clear = thresholds["clear-threshold"] ?? Math.floor((raise * 4) / 5);
        if (percent >= raise) this.#raise(name, "utilization", `threshold: ${raise}%, current: ${percent}%`, nowMs);
        else if (percent < clear) this.#clear(name, "utilization", `threshold: ${clear}%, current: ${percent}%`);
      }
      const dropped = (snapshot.nat_rules ?? []).reduce(
        (sum, rule, at) => (rule.pool === index + 1 ? sum + (failures.get(at + 1) ?? 0) : sum),
        0,
      );
      counts.set(name, dropped);
      const more = dropped - (this.#failures.get(name) ?? dropped);
      if (more > 0) this.#raise(name, "exhausted", `packets dropped: ${more}`, nowMs);
      else this.#calm(name, nowMs);
    }
    this.#failures = counts;
    for (const { pool, alarm } of [...this.#raised.values()])
      if (!present.has(pool)) this.#clear(pool, alarm, "not there any more");
  }

  #has(pool: string, alarm: PoolAlarm): boolean {
    return this.#raised.has(`${alarm} ${pool}`);
  }

  #raise(pool: string, alarm: PoolAlarm, what: string, nowMs: number): void {
    const before = this.#raised.get(`${alarm} ${pool}`);
    if (before !== undefined) {
      before.lastMs = nowMs;
      return;
    }
    const line = { name: lineName(alarm, "RAISE"), text: `Source NAT pool: ${pool}, ${what}` };
    this.#raised.set(`${alarm} ${pool}`, { alarm, pool, line, sinceMs: nowMs, lastMs: nowMs });
    this.#say(line, true);
  }

  #clear(pool: string, alarm: PoolAlarm, what: string): void {
    if (!this.#raised.delete(`${alarm} ${pool}`)) return;
    this.#say({ name: lineName(alarm, "CLEAR"), text: `Source NAT pool: ${pool}, ${what}` }, false);
  }

  #calm(pool: string, nowMs: number): void {
    const last = this.#raised.get(`exhausted ${pool}`)?.lastMs;
    if (last !== undefined && nowMs - last >= EXHAUSTED_MS)
      this.#clear(pool, "exhausted", `nothing dropped for ${EXHAUSTED_MS / 1000} s`);
  }
}

function lineName(alarm: PoolAlarm, what: "RAISE" | "CLEAR"): string {
  return alarm === "utilization" ? `RT_SRC_NAT_POOL_ALARM_${what}` : `RT_SRC_NAT_POOL_EXHAUSTED_${what}`;
}
