// A daemon that stands still: the ring fills up, what it has no room for is counted to the single event, and denied packets push
// out no session. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import type { KindAccounting } from "../../daemon/src/http/api.js";
import { EventOutcome, EventType, RING_PAGE_SIZE, ringOffset } from "../../shared/gen/wire.gen.js";
import type { Books } from "./books.js";
import { heldBack, type Line } from "./line.js";
import { ringFiles, Stage } from "./stage.js";

const SLOTS = 1024;
/** Of one half of the slots, the third that denied packets may use (helper/event/ring.h). */
const DENIES = Math.floor(SLOTS / 2 / 3);
const STORM_RATE = 200_000;
const STORM_DENIES = 50_000;
const SESSIONS = 400;

describe("accounts of a ring that nobody reads", { timeout: 300_000 }, () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.start({
      helperArguments: ["--ring-slots", String(SLOTS)],
      rate: { limit: "unlimited" },
      zoneRate: { limit: "unlimited" },
      streams: [
        { name: "tcp", protocol: "tcp" },
        { name: "udp", protocol: "udp" },
      ],
    });
  });
  after(async () => {
    await stage?.close();
  });

  /** stopped runs something while the daemon stands still, which it does before it is continued at the end. */
  async function stopped(run: () => Promise<void>): Promise<void> {
    const daemon = stage.lab.firewall.daemon!;
    daemon.signal("SIGSTOP");
    while (!/\) T /.test(readFileSync(`/proc/${daemon.pid}/stat`, "utf8"))) await sleep(10); // no event tells
    await run();
    daemon.signal("SIGCONT");
  }

  const counted = (type: EventType, outcome: EventOutcome): number => {
    const at = RING_PAGE_SIZE + ringOffset.producer.events + (type * Object.keys(EventOutcome).length + outcome) * 8;
    const [file = ""] = ringFiles(stage.lab.firewall.runDirectory);
    return Number(readFileSync(file).readBigUInt64LE(at));
  };
  const opened = (lines: readonly Line[]): number => lines.filter(({ kind }) => kind === "SESSION_OPEN").length;
  const of = (books: Books, kind: string): Pick<KindAccounting, "produced" | "read" | "lostBudget" | "lostFull"> => {
    const { produced = 0, read = 0, lostBudget = 0, lostFull = 0 } = books.kinds[kind] ?? {};
    return { produced, read, lostBudget, lostFull };
  };

  test("a storm takes its share of the ring and no more: each session is logged, each packet without room is told", async (t) => {
    await stopped(async () => {
      const storm = await stage.storm(STORM_RATE);
      while (counted(EventType.POLICY_DENY, EventOutcome.LOST_BUDGET) < STORM_DENIES) await sleep(50); // a counter
      await stage.sessions(SESSIONS, 20_000).printed(/answered/, 60);
      await storm.stop();
    });
    const { books, lines } = await stage.audit();
    const denied = books.hits["noisy"]!;
    assert.deepEqual(of(books, "POLICY_DENY"), {
      produced: denied,
      read: DENIES,
      lostBudget: denied - DENIES,
      lostFull: 0,
    });
    assert.deepEqual(of(books, "SESSION_OPEN"), { produced: SESSIONS, read: SESSIONS, lostBudget: 0, lostFull: 0 });
    assert.equal(opened(lines), SESSIONS);
    t.diagnostic(`${denied} packets denied, ${denied - DENIES} of them without room`);
    assert.deepEqual(
      heldBack(lines, ({ kind, outcome, rule }) => `${kind} ${outcome} ${rule}`),
      {
        "POLICY_DENY lost-budget noisy": denied - DENIES,
      },
    );
  });

  test("a ring that is full to its last slot loses what comes then, says how many, and stops no packet", async () => {
    const before = (await stage.audit()).books;
    const over = 200;
    await stopped(async () => {
      await stage.sessions(SLOTS + over, 22_000).printed(/answered/, 60);
    });
    const { books, lines } = await stage.audit();
    const all = SLOTS + over + SESSIONS;
    assert.deepEqual(of(books, "SESSION_OPEN"), { produced: all, read: all - over, lostBudget: 0, lostFull: over });
    assert.equal(opened(lines), all - over);
    assert.deepEqual(of(books, "POLICY_DENY"), of(before, "POLICY_DENY"));
    const told = heldBack(lines, ({ kind, outcome, rule }) => `${kind} ${outcome} ${rule}`);
    assert.equal(told["SESSION_OPEN lost-full echo"], over);
  });
});
