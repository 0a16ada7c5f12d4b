// metrics.ts: accounts, drops, sessions and interfaces in Prometheus' words, under the names that the accounts have.
// SPDX-License-Identifier: Apache-2.0
import { Counter, Gauge, Registry } from "prom-client";

import type { RuleAccount } from "../ring/ring-set.js";
import { ruleAccounting } from "./accounting.js";
import type {
  Accounting,
  Counters,
  HelperView,
  InterfaceView,
  KindAccounting,
  RuleAccounting,
  StreamView,
} from "./api.js";

/** Measured: what is told. Without a helper there is nothing of what only it knows. */
export interface Measured {
  readonly accounting: Accounting;
  /** The same rules as in the accounting, with their rows. */
  readonly rules: readonly RuleAccount[];
  readonly streams: readonly StreamView[];
  readonly helper: HelperView | undefined;
  readonly counters: Counters | undefined;
  readonly interfaces: readonly InterfaceView[];
}

/** Accounts that have series of their own; the rules of later rows are told together, as (others). A row is a rule's for as long
 * as there are accounts, so no rule ever goes from one to the other, and every series only grows. */
export const RULE_ROWS = 2_000;

/** Counters only grow, so what may turn into something else is in none of them: an event that was written is lost with its ring if
 * nobody reads it, and a line that waits gives way to a later one. */
const UNWRITTEN = ["suppressed", "lostBudget", "lostFull"] as const;
/** How a stream's lines end, those that it did not take included. */
const ENDS = ["sent", "filtered", "full", "unsendable", "limited", "inDoubt"] as const;
/** What a stream decides about an event. */
const DECISIONS = ["queued", "filtered", "limited", "full"] as const;
const OTHERS = "(others)";

/** metricsText writes the text format 0.0.4. */
export function metricsText(measured: Measured): Promise<string> {
  const registry = new Registry();
  addAccounts(registry, measured);
  addStreams(registry, measured);
  if (measured.helper !== undefined) addHelper(registry, measured.helper);
  if (measured.counters !== undefined) addCounters(registry, measured.counters);
  addInterfaces(registry, measured);
  return registry.metrics();
}

/** counter makes one whose numbers are set once: it lives for one answer. */
function counter<Label extends string>(registry: Registry, name: string, help: string, labelNames: readonly Label[]) {
  return new Counter<Label>({
    name: `ringwall_${name}_total`,
    help,
    labelNames: [...labelNames],
    registers: [registry],
  });
}

function gauge<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[] = [],
) {
  return new Gauge<Label>({ name: `ringwall_${name}`, help, labelNames: [...labelNames], registers: [registry] });
}

function addAccounts(registry: Registry, { accounting, rules }: Measured): void {
  gauge(registry, "accounting_balanced", "1 if every event has exactly one end, 0 if there is a difference").set(
    accounting.balanced ? 1 : 0,
  );
  addEvents(registry, "events", "Events by kind", ["kind"], accounting.kinds, ({ kind }) => ({ kind }));
  const labels = ["class", "rule", "kind"] as const;
  addEvents(registry, "rule_events", "Events by rule and kind", labels, rules.map(boundedRule), (row) => ({
    class: row.class,
    rule: row.rule,
    kind: row.kind,
  }));
}

function addEvents<Label extends string, Row extends KindAccounting>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[],
  rows: readonly Row[],
  labelsOf: (row: Row) => Record<Label, string>,
): void {
  const produced = counter(registry, name, help, labelNames);
  const unwritten = counter(registry, `${name}_unwritten`, `${help} that are in no ring, and why`, [
    ...labelNames,
    "outcome",
  ]);
  const read = counter(registry, `${name}_read`, `${help} that the daemon took from the rings`, labelNames);
  for (const row of rows) {
    const labels = labelsOf(row);
    produced.inc(labels, row.produced);
    for (const outcome of UNWRITTEN) unwritten.inc({ ...labels, outcome }, row[outcome]);
    read.inc(labels, row.read);
  }
}

function boundedRule(account: RuleAccount): RuleAccounting {
  const told = ruleAccounting(account);
  return account.row < RULE_ROWS ? told : { ...told, rule: OTHERS };
}

function addStreams(registry: Registry, { accounting, streams }: Measured): void {
  const events = counter(registry, "stream_events", "Events that a log stream decided about", ["stream"]);
  const lines = counter(registry, "stream_lines", "Events by log stream, and how their lines ended", [
    "stream",
    "outcome",
  ]);
  const waiting = gauge(registry, "stream_waiting_lines", "Lines that wait to be sent", ["stream"]);
  const up = gauge(registry, "stream_up", "1 if the stream can send", ["stream"]);
  for (const { name, totals, waiting: inQueue } of accounting.streams) {
    events.inc(
      { stream: name },
      DECISIONS.reduce((sum, decision) => sum + (totals[decision] ?? 0), 0),
    );
    for (const outcome of ENDS) lines.inc({ stream: name, outcome }, totals[outcome] ?? 0);
    waiting.set({ stream: name }, inQueue);
  }
  for (const { name, state } of streams) up.set({ stream: name }, state === "up" ? 1 : 0);
}

function addHelper(registry: Registry, { workers }: HelperView): void {
  const sum = (field: "sessions" | "sessionCapacity"): number =>
    workers.reduce((total, worker) => total + worker[field], 0);
  gauge(registry, "sessions", "Sessions now").set(sum("sessions"));
  gauge(registry, "session_capacity", "Sessions that there is room for").set(sum("sessionCapacity"));
}

function addCounters(registry: Registry, { totals, drops }: Counters): void {
  const dropped = counter(registry, "dropped_packets", "Packets dropped since the helper started, by reason", [
    "reason",
  ]);
  for (const [reason, packets] of Object.entries(drops)) dropped.inc({ reason }, packets);
  for (const [name, number] of Object.entries(totals))
    counter(registry, name.replaceAll("-", "_"), `${name}, since the helper started`, []).inc(number);
}

function addInterfaces(registry: Registry, { interfaces }: Measured): void {
  const labels = ["interface", "zone"] as const;
  const up = gauge(registry, "interface_up", "1 if the interface's device is up", labels);
  const packets = counter(registry, "interface_packets", "Packets since the helper started", [...labels, "direction"]);
  const bytes = counter(registry, "interface_bytes", "IP bytes since the helper started", [...labels, "direction"]);
  for (const { name, zone, up: isUp, ...counted } of interfaces) {
    const label = { interface: name, zone };
    up.set(label, isUp ? 1 : 0);
    packets.inc({ ...label, direction: "in" }, counted.inPackets);
    packets.inc({ ...label, direction: "out" }, counted.outPackets);
    bytes.inc({ ...label, direction: "in" }, counted.inBytes);
    bytes.inc({ ...label, direction: "out" }, counted.outBytes);
  }
}
