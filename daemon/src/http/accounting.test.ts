// What became of every event adds up, or the difference is named. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { AccountClass, EventType, eventTypeName, ScreenId } from "../../../shared/gen/wire.gen.js";
import type { Accounts, KindAccount } from "../ring/reader.js";
import type { RuleAccount } from "../ring/ring-set.js";
import { accounting, readCounts, ruleName, type Counted } from "./accounting.js";

const nothing: KindAccount = { written: 0, suppressed: 0, lostBudget: 0, lostFull: 0, consumed: 0 };
const denies = (account: Partial<KindAccount>): Accounts =>
  eventTypeName.map((_, type) => (type === EventType.POLICY_DENY ? { ...nothing, ...account } : nothing));
const still = (accounts: Accounts, rules?: readonly RuleAccount[]): Counted => ({
  before: accounts,
  rules,
  after: accounts,
});
const rule = (name: string, account: Partial<KindAccount>): RuleAccount => ({
  ...nothing,
  ...account,
  row: 9,
  slot: 2,
  accountClass: AccountClass.POLICY,
  name,
  type: EventType.POLICY_DENY,
});
const stream = (waiting: number) => ({
  name: "siem",
  waiting,
  accounts: [
    { kind: EventType.POLICY_DENY, queued: 70, sent: 60, filtered: 5, limited: 4, full: 3, unsendable: 1, inDoubt: 0 },
    { kind: EventType.SESSION_OPEN, queued: 2, sent: 2, filtered: 0, limited: 0, full: 0, unsendable: 0, inDoubt: 0 },
  ],
});

test("each event of a kind has one end, and each queued line has one", () => {
  const written = { written: 80, suppressed: 900, lostBudget: 15, lostFull: 5, consumed: 78 };
  assert.deepEqual(accounting(still(denies(written)), 0, [stream(9)]), {
    balanced: true,
    differences: [],
    kinds: [
      {
        kind: "POLICY_DENY",
        produced: 1000,
        written: 80,
        suppressed: 900,
        lostBudget: 15,
        lostFull: 5,
        read: 78,
        unread: 2,
      },
    ],
    rules: [],
    streams: [
      {
        name: "siem",
        waiting: 9,
        totals: { queued: 72, sent: 62, filtered: 5, limited: 4, full: 3, unsendable: 1, inDoubt: 0 },
        difference: 0,
      },
    ],
  });
});

test("what does not add up is named with its difference", () => {
  const { balanced, differences } = accounting(still(denies({ written: 3, consumed: 5 })), 4, [stream(7), stream(9)]);
  assert.equal(balanced, false);
  assert.deepEqual(differences, [
    "POLICY_DENY: 2 more were read than were written",
    "rings: 4 frames were no events, or were left out",
    "stream siem: 2 lines were queued and have no end",
  ]);
});

test("each event of a rule has one end, and the rules of a kind add up to the kind", () => {
  const all = denies({ written: 80, suppressed: 900, lostBudget: 15, lostFull: 5, consumed: 78 });
  const rules = [
    rule("a/b/noisy", { written: 70, suppressed: 900, lostBudget: 15, consumed: 69 }),
    rule("default", { written: 10, lostFull: 5, consumed: 9 }),
  ];
  const { balanced, differences, rules: told } = accounting(still(all, rules), 0, []);
  assert.deepEqual([balanced, differences], [true, []]);
  assert.deepEqual(told, [
    {
      class: "policy",
      rule: "a/b/noisy",
      kind: "POLICY_DENY",
      produced: 985,
      written: 70,
      suppressed: 900,
      lostBudget: 15,
      lostFull: 0,
      read: 69,
      unread: 1,
    },
    {
      class: "policy",
      rule: "default-policy",
      kind: "POLICY_DENY",
      produced: 15,
      written: 10,
      suppressed: 0,
      lostBudget: 0,
      lostFull: 5,
      read: 9,
      unread: 1,
    },
  ]);
});

test("rules that do not add up to their kind are told, number by number", () => {
  const all = denies({ written: 5, suppressed: 2, consumed: 5 });
  const { differences } = accounting(still(all, [rule("a/b/c", { written: 4, suppressed: 3, consumed: 5 })]), 0, []);
  assert.deepEqual(differences, [
    "POLICY_DENY of a/b/c: 1 more were read than were written",
    "POLICY_DENY: its rules add up to 4 written, not to 5",
    "POLICY_DENY: its rules add up to 3 suppressed, not to 2",
  ]);
});

test("while the helper counts on, what its rules add up to lies between what the kinds say before and after", () => {
  const between = (written: number): readonly string[] =>
    accounting(
      {
        before: denies({ written: 100 }),
        rules: [rule("a/b/c", { written })],
        after: denies({ written: 200 }),
      },
      0,
      [],
    ).differences;
  assert.deepEqual(between(99), ["POLICY_DENY: its rules add up to 99 written, not to 200"]);
  assert.deepEqual(between(100), []);
  assert.deepEqual(between(200 + 32), []);
  assert.deepEqual(between(200 + 33), ["POLICY_DENY: its rules add up to 233 written, not to 200"]);
});

test("counts are read again while they move, and then no more", () => {
  let written = 0;
  let readings = 0;
  const moving = (moves: number) => ({
    accounts: () => denies({ written: readings < moves ? ++written : written }),
    rules: () => {
      readings++;
      return [rule("a/b/c", { written })];
    },
  });
  const { before, after } = readCounts(moving(2));
  assert.equal(readings, 2);
  assert.deepEqual(before, after);
  readings = 0;
  readCounts(moving(99));
  assert.equal(readings, 3);
});

test("rules are named as an operator knows them", () => {
  assert.equal(ruleName(AccountClass.POLICY, "a/b/web"), "a/b/web");
  assert.equal(ruleName(AccountClass.POLICY, "default"), "default-policy");
  assert.equal(ruleName(AccountClass.FILTER, "inet6/edge/default"), "inet6/edge/default");
  assert.equal(ruleName(AccountClass.SCREEN, `untrust/${ScreenId.LAND}`), "untrust/land");
  assert.equal(ruleName(AccountClass.SCREEN, "untrust/250"), "untrust/250");
  assert.equal(ruleName(AccountClass.FILTER, ""), "(others)");
  assert.equal(ruleName(AccountClass.SUMMARIES, ""), "");
});
