// The session table's alarms: at its watermarks once each, and while it is full each minute. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { TableAlarm, type TableUse } from "./table-alarm.js";

describe("alarms about the session table", () => {
  let said: string[], alarm: TableAlarm;
  beforeEach(() => {
    said = [];
    alarm = new TableAlarm(({ name, text }, raised) => said.push(`${raised ? "+" : "-"} ${name}: ${text}`));
  });
  const worker = (sessions: number, refused: number, early = false): TableUse => ({
    sessions,
    session_limit: 100,
    sessions_refused: refused,
    ageing_early: early,
  });

  test("one line when a worker is beyond the high watermark, one when all are down again", () => {
    for (const [one, other] of [
      [false, false],
      [true, false],
      [true, true],
      [false, true],
      [false, false],
      [false, false],
    ])
      alarm.observe([worker(95, 0, one), worker(90, 0, other)], 0);
    assert.deepEqual(said, [
      "+ FLOW_HIGH_WATERMARK_TRIGGERED: 185 sessions, above the high watermark: sessions end early",
      "- FLOW_LOW_WATERMARK_TRIGGERED: 185 sessions, at the low watermark: no session ends early any more",
    ]);
    assert.deepEqual(alarm.raised, []);
  });

  test("a full table is told of at once, then each minute with all that was dropped since, and when it is over", () => {
    alarm.observe([worker(99, 7)], 0);
    assert.deepEqual(said, [], "what was before nobody knows");
    for (let second = 2; second <= 122; second += 2) alarm.observe([worker(100, 7 + second / 2)], second * 1000);
    assert.deepEqual(alarm.raised, [
      {
        since: "1970-01-01T00:00:02.000Z",
        name: "RT_FLOW_SESSION_TABLE_FULL_RAISE",
        text: "Session table full: 100 of 100 sessions, packets dropped: 30",
      },
    ]);
    for (let second = 124; second <= 184; second += 2) alarm.observe([worker(80, 68)], second * 1000);
    assert.deepEqual(said, [
      "+ RT_FLOW_SESSION_TABLE_FULL_RAISE: Session table full: 100 of 100 sessions, packets dropped: 1",
      "+ RT_FLOW_SESSION_TABLE_FULL_RAISE: Session table full: 100 of 100 sessions, packets dropped: 30",
      "+ RT_FLOW_SESSION_TABLE_FULL_RAISE: Session table full: 100 of 100 sessions, packets dropped: 30",
      "- RT_FLOW_SESSION_TABLE_FULL_CLEAR: Session table not full any more: 80 of 100 sessions, nothing dropped for 60 s",
    ]);
    assert.deepEqual(alarm.raised, []);
  });

  test("a helper that starts anew counts from nothing", () => {
    alarm.observe([worker(10, 50)], 0);
    alarm.observe([worker(10, 0)], 2000);
    assert.deepEqual(said, []);
    alarm.observe([worker(10, 50)], 4000);
    alarm.observe([worker(100, 3)], 6000);
    assert.equal(said.length, 1);
  });
});
