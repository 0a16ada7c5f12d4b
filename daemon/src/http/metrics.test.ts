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

const STREAM = { queued: 7, sent: 4, filtered: 0, full: 2, unsendable: 0, limited: 0, inDoubt: 1 };

function measured(
  rules: readonly RuleAccount[],
  more: Partial<Measured> = {},
  stream: typeof STREAM = STREAM,
): Measured {
  const accounts = eventTypeName.map((_, type) =>
    type === EventType.POLICY_DENY
      ? {
          ...nothing,
          written: rules.reduce((sum, { written }) => sum + written, 0),
          suppressed: rules.reduce((sum, { suppressed }) => sum + suppressed, 0),
          lostFull: rules.reduce((sum, { lostFull }) => sum + lostFull, 0),
          consumed: rules.length,
        }
      : nothing,
  );
  return {
    accounting: accounting({ before: accounts, rules, after: accounts }, 0, [
      { name: 'odd "name"\\', waiting: 2, accounts: [{ kind: EventType.POLICY_DENY, ...stream }] },
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
  assert.deepEqual(values(text, "ringwall_events_total"), { POLICY_DENY: 16 });
  assert.deepEqual(values(text, "ringwall_events_unwritten_total"), {
    "POLICY_DENY suppressed": 9,
    "POLICY_DENY lostBudget": 0,
    "POLICY_DENY lostFull": 0,
  });
  assert.deepEqual(values(text, "ringwall_rule_events_total"), {
    "policy a/b/c POLICY_DENY": 14,
    "policy default-policy POLICY_DENY": 2,
  });
  assert.deepEqual(values(text, "ringwall_rule_events_unwritten_total"), {
    "policy a/b/c POLICY_DENY suppressed": 9,
    "policy a/b/c POLICY_DENY lostBudget": 0,
    "policy a/b/c POLICY_DENY lostFull": 0,
    "policy default-policy POLICY_DENY suppressed": 0,
    "policy default-policy POLICY_DENY lostBudget": 0,
    "policy default-policy POLICY_DENY lostFull": 0,
  });
  assert.deepEqual(values(text, "ringwall_events_read_total"), { POLICY_DENY: 2 });
  assert.deepEqual(values(text, "ringwall_rule_events_read_total"), {
    "policy a/b/c POLICY_DENY": 1,
    "policy default-policy POLICY_DENY": 1,
  });
  assert.deepEqual(values(text, "ringwall_stream_events_total"), { 'odd "name"\\': 9 });
  assert.deepEqual(values(text, "ringwall_stream_lines_total"), {
    'odd "name"\\ sent': 4,
    'odd "name"\\ filtered': 0,
    'odd "name"\\ full': 2,
    'odd "name"\\ unsendable': 0,
    'odd "name"\\ limited': 0,
    'odd "name"\\ inDoubt': 1,
  });
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
  assert.deepEqual(values(await metricsText(measured(rules)), "ringwall_rule_events_total"), {
    "policy a/b/own POLICY_DENY": 1,
    "policy (others) POLICY_DENY": 110,
    "filter (others) POLICY_DENY": 1000,
  });
});

test("no counter gets smaller when a line gives way to a later one, or a ring is given up that nobody read", async () => {
  const counters = async (of: Measured): Promise<[string, number][]> =>
    [...parseMetrics(await metricsText(of)).values()]
      .filter(({ type }) => type === "counter")
      .flatMap(({ samples }) =>
        samples.map(({ name, labels, value }): [string, number] => [`${name} ${JSON.stringify(labels)}`, value]),
      );
  const before = await counters(measured([rule(4, "a/b/c", 5), rule(RULE_ROWS, "a/b/late", 3)]));
  const after = new Map(
    await counters(
      measured(
        [
          { ...rule(4, "a/b/c", 4), lostFull: 1 },
          { ...rule(RULE_ROWS, "a/b/late", 1), lostFull: 2 },
        ],
        {},
        { ...STREAM, queued: STREAM.queued - 1, full: STREAM.full + 1 },
      ),
    ),
  );
  assert.ok(before.length > 20);
  for (const [name, value] of before)
    assert.ok(after.get(name)! >= value, `${name}: ${value}, then ${after.get(name)}`);
  assert.deepEqual(
    before.filter(([name]) => /events_total /.test(name)),
    [...after].filter(([name]) => /events_total /.test(name)),
    "and nothing more has happened",
  );
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
