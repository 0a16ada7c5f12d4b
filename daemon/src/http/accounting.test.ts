// What became of every event adds up, or the difference is named. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { EventType, eventTypeName } from "../../../shared/gen/wire.gen.js";
import type { Accounts, KindAccount } from "../ring/reader.js";
import { accounting } from "./accounting.js";

const nothing: KindAccount = { written: 0, suppressed: 0, lostBudget: 0, lostFull: 0, consumed: 0 };
const denies = (account: Partial<KindAccount>): Accounts =>
  eventTypeName.map((_, type) => (type === EventType.POLICY_DENY ? { ...nothing, ...account } : nothing));
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
  assert.deepEqual(accounting(denies(written), 0, [stream(9)]), {
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
  const { balanced, differences } = accounting(denies({ written: 3, consumed: 5 }), 4, [stream(7), stream(9)]);
  assert.equal(balanced, false);
  assert.deepEqual(differences, [
    "POLICY_DENY: 2 more were read than were written",
    "rings: 4 frames were no events, or were left out",
    "stream siem: 2 lines were queued and have no end",
  ]);
});
