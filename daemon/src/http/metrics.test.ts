// Metrics say what the accounts say, under the same names, and there is an end to how many there are.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { AccountClass, EventType, eventTypeName } from "../../../shared/gen/wire.gen.js";
import { parseMetrics } from "../../../test/lab/prometheus.js";
import type { RuleAccount } from "../ring/ring-set.js";
import { accounting } from "./accounting.js";
import { metricsText, RULE_ROWS, type Measured } from "./metrics.js";

const nothing = { written: 0, suppressed: 0, lostBudget: 0, lostFull: 0, consumed: 0 };
const rule = (row: number, name: string, written: number, accountClass: AccountClass = AccountClass.POLICY) =>
  ({ ...nothing, row, slot: 2, accountClass, name, type: EventType.POLICY_DENY, written, consumed: 1 }) as RuleAccount;

function measured(rules: readonly RuleAccount[], more: Partial<Measured> = {}): Measured {
  const accounts = eventTypeName.map((_, type) =>
    type === EventType.POLICY_DENY
      ? {
          ...nothing,
          written: rules.reduce((sum, { written }) => sum + written, 0),
          suppressed: rules.reduce((sum, { suppressed }) => sum + suppressed, 0),
          consumed: rules.length,
        }
      : nothing,
  );
  const stream = {
    kind: EventType.POLICY_DENY,
    ...{ queued: 7, sent: 4, filtered: 0, full: 2, unsendable: 0, limited: 0, inDoubt: 1 },
  };
  return {
    accounting: accounting({ before: accounts, rules, after: accounts }, 0, [
      { name: 'odd "name"\\', waiting: 2, accounts: [stream] },
    ]),
    rules,
    streams: [],
    helper: undefined,
    counters: undefined,
    interfaces: [],
    ...more,
  };
}

const values = (text: string, family: string): Record<string, number> =>
  Object.fromEntries(
    (parseMetrics(text).get(family)?.samples ?? []).map(({ labels, value }) => [
      Object.values(labels).join(" "),
      value,
    ]),
  );

test("kinds, rules and streams have the numbers of the accounts, as counters", async () => {
  const text = await metricsText(measured([{ ...rule(4, "a/b/c", 5), suppressed: 9 }, rule(5, "default", 2)]));
  assert.deepEqual(values(text, "ringwall_events_total"), {
    "POLICY_DENY written": 7,
    "POLICY_DENY suppressed": 9,
    "POLICY_DENY lostBudget": 0,
    "POLICY_DENY lostFull": 0,
  });
  assert.deepEqual(values(text, "ringwall_rule_events_total"), {
    "policy a/b/c POLICY_DENY written": 5,
    "policy a/b/c POLICY_DENY suppressed": 9,
    "policy a/b/c POLICY_DENY lostBudget": 0,
    "policy a/b/c POLICY_DENY lostFull": 0,
    "policy default-policy POLICY_DENY written": 2,
    "policy default-policy POLICY_DENY suppressed": 0,
    "policy default-policy POLICY_DENY lostBudget": 0,
    "policy default-policy POLICY_DENY lostFull": 0,
  });
  assert.deepEqual(values(text, "ringwall_events_read_total"), { POLICY_DENY: 2 });
  const lines = values(text, "ringwall_stream_lines_total");
  assert.equal(lines['odd "name"\\ inDoubt'], 1);
  assert.equal(lines['odd "name"\\ queued'], 7);
  assert.deepEqual(values(text, "ringwall_stream_waiting_lines"), { 'odd "name"\\': 2 });
  assert.deepEqual(values(text, "ringwall_accounting_balanced"), { "": 1 });
  assert.equal(parseMetrics(text).get("ringwall_events_total")!.type, "counter");
});

test("rules beyond a number of rows are told together, and always the same ones", async () => {
  const rules = [
    rule(RULE_ROWS - 1, "a/b/own", 1),
    rule(RULE_ROWS, "a/b/late", 10),
    rule(RULE_ROWS + 1, "a/b/later", 100),
    rule(RULE_ROWS + 2, "inet/f/t", 1000, AccountClass.FILTER),
  ];
  const written = Object.entries(values(await metricsText(measured(rules)), "ringwall_rule_events_total")).filter(
    ([name]) => name.endsWith(" written"),
  );
  assert.deepEqual(Object.fromEntries(written), {
    "policy a/b/own POLICY_DENY written": 1,
    "policy (others) POLICY_DENY written": 110,
    "filter (others) POLICY_DENY written": 1000,
  });
});

test("what the helper counts is told if there is one, and not as zero if there is none", async () => {
  const without = parseMetrics(await metricsText(measured([])));
  assert.equal(without.has("ringwall_sessions"), false);
  assert.equal(without.has("ringwall_dropped_packets_total"), false);
  const text = await metricsText(
    measured([], {
      counters: { generation: 1, totals: { "received-packets": 12 }, drops: { "no-route": 3 }, events: {} },
    }),
  );
  assert.deepEqual(values(text, "ringwall_dropped_packets_total"), { "no-route": 3 });
  assert.deepEqual(values(text, "ringwall_received_packets_total"), { "": 12 });
});
