// nat-view.ts: rules and pools of address translation, with what they did. SPDX-License-Identifier: Apache-2.0
import type { NatKind } from "../config/names.js";
import type { Compiled } from "../config/compile.js";
import type { BindingsReply, NatReply } from "../helper/control.gen.js";
import { poolPercent, type PoolAlarms } from "../nat/pool-alarms.js";
import type { SnapshotNatPool, SnapshotNatRule } from "../snapshot/snapshot.gen.js";
import type { BindingView, NatPoolView, NatRuleView, NatView } from "./api.js";
import { addressText } from "./view.js";

/** natView tells of one kind of translation; what the helper counted is of the same generation. */
export function natView(kind: NatKind, { snapshot, names }: Compiled, counted: NatReply, alarms: PoolAlarms): NatView {
  const pools = snapshot.nat_pools ?? [];
  const byRule = new Map(counted.rules.map((row) => [row.rule, row]));
  const used = new Map(counted.pools.map((use) => [use.pool, use]));
  const rules = (snapshot.nat_rules ?? []).flatMap((rule, index): NatRuleView[] => {
    const name = names.natRules[index];
    if (name?.kind !== kind) return [];
    const { hits = 0, failures = 0 } = byRule.get(index + 1) ?? {};
    return [{ set: name.set, name: name.name, action: actionText(rule, pools), hits, failures }];
  });
  return {
    rules,
    pools: pools.flatMap((pool, index) =>
      pool.name.startsWith(`${kind}/`)
        ? [poolView(pool, pools, used.get(index + 1), kind === "source" ? alarms : undefined)]
        : [],
    ),
    interfaces:
      kind === "source"
        ? counted.interfaces.map(({ unit, ports }) => ({ name: names.units[unit]?.name ?? String(unit), used: ports }))
        : [],
  };
}

/** bindingView names the rule of a binding; what the helper lists is of the same generation. */
export function bindingView(binding: BindingsReply["bindings"][number], { snapshot, names }: Compiled): BindingView {
  const name = names.natRules[binding.rule - 1];
  return {
    protocol: binding.protocol === TCP ? "tcp" : "udp",
    inner: addressText(binding.inner),
    innerPort: binding.inner_port,
    outer: addressText(binding.outer),
    outerPort: binding.outer_port,
    rule: name === undefined ? "" : `${name.set}/${name.name}`,
    permit: snapshot.nat_rules?.[binding.rule - 1]?.persistent ?? "",
    sessions: binding.sessions,
    secondsLeft: binding.seconds_left,
  };
}

const TCP = 6;

const poolName = (pool: SnapshotNatPool | undefined): string => pool?.name.slice(pool.name.indexOf("/") + 1) ?? "";

function actionText(rule: SnapshotNatRule, pools: readonly SnapshotNatPool[]): string {
  if (rule.action === "pool") return `pool ${poolName(pools[rule.pool - 1])}`;
  if (rule.action === "nat64") return "inet";
  if (rule.action !== "prefix" || rule.inner === undefined) return rule.action;
  return `prefix ${addressText(rule.inner)}/${rule.length}`;
}

function poolView(
  pool: SnapshotNatPool,
  pools: readonly SnapshotNatPool[],
  use: NatReply["pools"][number] | undefined,
  alarms: PoolAlarms | undefined,
): NatPoolView {
  const { port_low: low, port_high: high, overflow } = pool;
  return {
    name: poolName(pool),
    addresses: pool.addresses.map(({ low: first, high: last }) => {
      const ends = [addressText(first), addressText(last)];
      return ends[0] === ends[1] ? ends[0]! : ends.join("-");
    }),
    ports: low === 0 ? "" : low === high ? String(low) : `${low}-${high}`,
    overflow: overflow === "pool" ? poolName(pools[pool.overflow_pool - 1]) : overflow === "none" ? "" : overflow,
    used: use?.ports ?? 0,
    percent: poolPercent(pool, use?.fullest ?? 0),
    alarm: alarms?.of(poolName(pool)) ?? "",
  };
}
