// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Action, EventOutcome, EventType, FilterAnswer, FilterLogSource } from "../../../shared/gen/wire.gen.js";
import type { RingwallEvent } from "../event/event.js";
import {
  sampleClose,
  sampleClose6,
  sampleDeny,
  sampleDeny6,
  sampleFilter,
  sampleFilter6,
  sampleNames,
  sampleOpen,
  samplePacket,
} from "../syslog/sample-events.js";
import { ApiSchema, problemOf } from "./api-schema.js";
import type { LogQuery } from "./api.js";
import { eventTest, eventView, HISTORY_EVENTS, LiveLog, LogQueryError, type LogReader } from "./live-log.js";

const screen: RingwallEvent = { ...samplePacket, kind: "SCREEN_DROP", screenId: 5 };
const rejected: RingwallEvent = {
  ...sampleFilter6,
  action: Action.REJECT,
  filterLogSource: FilterLogSource.LO0,
  filterAnswer: FilterAnswer.SENT,
};
const muted: RingwallEvent = {
  ...samplePacket,
  kind: "LOG_SUPPRESSED",
  suppressedKind: EventType.POLICY_DENY,
  suppressedRule: 65536,
  termId: 0,
  suppressedCount: 9,
  suppressedOutcome: EventOutcome.SUPPRESSED,
  firstSourceAddress: "10.1.1.4",
  firstDestinationAddress: "192.0.2.9",
  firstSourcePort: 50999,
  firstDestinationPort: 80,
  firstProtocol: 17,
};
const mutedFilter: RingwallEvent = {
  ...muted,
  suppressedKind: EventType.FILTER_LOG,
  suppressedRule: 1,
  termId: 3,
};
const ALL = [sampleOpen, sampleClose, sampleClose6, sampleDeny, sampleDeny6, screen, sampleFilter, rejected, muted];

const chosen = (query: LogQuery): string[] => {
  const passes = eventTest(query);
  return ALL.filter((event) => passes(event, sampleNames)).map((event) => event.kind);
};

describe("the live log", () => {
  test("writes every kind as the schema says", () => {
    const validate = new ApiSchema().validator("event");
    for (const event of ALL) assert.ok(validate(eventView(event, sampleNames)), problemOf(validate, event.kind));
  });

  test("writes what a line of syslog says, with nanoseconds", () => {
    const { time, kind, policy, from, to, reason, clientPackets, serverBytes, elapsedSeconds, session } = eventView(
      sampleClose,
      sampleNames,
    );
    assert.deepEqual(
      [time, kind, policy, from, to, reason, clientPackets, serverBytes, elapsedSeconds, session],
      [
        "2026-09-06T04:24:26.095999999Z",
        "SESSION_CLOSE",
        "users-to-internet",
        "trust",
        "untrust",
        "TCP FIN",
        60,
        2784,
        66,
        4242,
      ],
    );
  });

  test("writes what became of a packet in a filter, and by which term", () => {
    const { filter, term, reason, action, answer, length, dscp, tcpFlags, ingress, egress, session } = eventView(
      sampleFilter,
      sampleNames,
    );
    assert.deepEqual(
      [filter, term, reason, action, answer, length, dscp, tcpFlags, ingress, egress, session],
      ["from-users", "by-blue", "input", "permit", undefined, 1500, 46, 0x18, "ge-0/0/0.0", "ge-0/0/1.0", 4242],
    );
    const host = eventView(rejected, sampleNames);
    assert.deepEqual(
      [host.filter, host.term, host.reason, host.action, host.answer, host.icmpType, host.tcpFlags],
      ["protect", "ping", "lo0", "reject", "sent", 128, undefined],
    );
    assert.deepEqual([host.to, host.egress, host.session], ["junos-host", ".local..0", undefined]);
  });

  test("names the filter and term whose logs were held back", () => {
    const { filter, term, reason, suppressed } = eventView(mutedFilter, sampleNames);
    assert.deepEqual([filter, term, reason, suppressed], ["from-users", "rest", "FILTER_LOG", 9]);
    const policy = eventView(muted, sampleNames);
    assert.deepEqual([policy.filter, policy.term], [undefined, undefined]);
  });

  test("chooses by filter", () => {
    assert.deepEqual(chosen({ filter: "from-users" }), ["FILTER_LOG"]);
    assert.deepEqual(chosen({ filter: "protect", zone: "junos-host" }), ["FILTER_LOG"]);
    assert.deepEqual(chosen({ filter: "protect", zone: "untrust" }), []);
    assert.deepEqual(chosen({ filter: "other" }), []);
    assert.ok(eventTest({ filter: "from-users" })(mutedFilter, sampleNames));
    assert.ok(!eventTest({ filter: "protect" })(mutedFilter, sampleNames));
  });

  test("chooses by kind, zone, policy and address; all that is given must hold", () => {
    assert.deepEqual(chosen({ kind: "deny" }), ["POLICY_DENY", "POLICY_DENY"]);
    assert.deepEqual(chosen({ kind: "open,SESSION_CLOSE" }), ["SESSION_OPEN", "SESSION_CLOSE", "SESSION_CLOSE"]);
    assert.deepEqual(chosen({ kind: "screen,filter,suppressed" }), [
      "SCREEN_DROP",
      "FILTER_LOG",
      "FILTER_LOG",
      "LOG_SUPPRESSED",
    ]);
    assert.equal(chosen({ zone: "untrust" }).length, ALL.length - 1);
    assert.equal(chosen({ zone: "dmz" }).length, 0);
    assert.deepEqual(chosen({ policy: "users-to-internet", kind: "close" }), ["SESSION_CLOSE", "SESSION_CLOSE"]);
    assert.deepEqual(chosen({ address: "2001:db8::/32" }), ["SESSION_CLOSE", "POLICY_DENY", "FILTER_LOG"]);
    assert.equal(chosen({ address: "192.0.2.10" }).length, 6);
    assert.equal(chosen({ address: "10.1.1.0/30" }).length, 0);
  });

  test("refuses a filter it does not understand", () => {
    assert.throws(() => eventTest({ kind: "everything" }), LogQueryError);
    assert.throws(() => eventTest({ address: "here" }), LogQueryError);
  });

  test("tells a reader who was slow how many events he missed, before the next one or when he has room", () => {
    const log = new LiveLog();
    const reader = new Notebook();
    const unsubscribe = log.subscribe({ kind: "open" }, reader);
    publish(log, 1);
    reader.full = true;
    publish(log, 3);
    log.settle();
    assert.deepEqual(reader.notes, ["SESSION_OPEN 0"]);
    reader.full = false;
    publish(log, 1);
    assert.deepEqual(reader.notes.splice(0), ["SESSION_OPEN 0", "missed 3", "SESSION_OPEN 4"]);
    reader.full = true;
    publish(log, 2);
    reader.full = false;
    log.settle();
    log.settle();
    assert.deepEqual(reader.notes.splice(0), ["missed 2"]);
    unsubscribe();
    publish(log, 1);
    assert.deepEqual(reader.notes, []);
  });

  test("gives a reader that comes back what happened meanwhile, each event once and in order", () => {
    const log = new LiveLog();
    const first = new Notebook();
    log.subscribe({}, first)();
    log.publish(sampleOpen, sampleNames);
    log.subscribe({}, first);
    log.publish(sampleDeny, sampleNames);
    log.publish(sampleClose, sampleNames);
    const back = new Notebook();
    log.subscribe({ kind: "close,deny" }, back, first.lastId.replace(/-\d+$/, "-0"));
    log.publish(sampleDeny, sampleNames);
    assert.deepEqual(back.notes, ["POLICY_DENY 1", "SESSION_CLOSE 2", "POLICY_DENY 3"]);
    assert.deepEqual(first.notes, ["POLICY_DENY 1", "SESSION_CLOSE 2", "POLICY_DENY 3"]);
  });

  test("tells a reader that comes back too late how many events are gone, and one with a strange id that it is not known", () => {
    const log = new LiveLog();
    const first = new Notebook();
    log.subscribe({}, first);
    publish(log, 1);
    const { lastId } = first;
    publish(log, HISTORY_EVENTS + 10);
    const late = new Notebook();
    log.subscribe({}, late, lastId);
    assert.deepEqual(
      [late.notes[0], late.notes[1], late.notes.length],
      ["gap 10", "SESSION_OPEN 11", HISTORY_EVENTS + 1],
    );
    for (const id of ["another-1", lastId.replace(/\d+$/, "99999999"), lastId.replace(/\d+$/, "-1"), ""]) {
      const strange = new Notebook();
      log.subscribe({}, strange, id);
      assert.deepEqual(strange.notes, ["gap null"], id);
    }
  });
});

/** Notebook notes what a reader is told. */
class Notebook implements LogReader {
  full = false;
  lastId = "";
  readonly notes: string[] = [];
  event(json: string, id: string): void {
    this.lastId = id;
    this.notes.push(`${(JSON.parse(json) as { kind: string }).kind} ${id.replace(/^.*-/, "")}`);
  }
  missed(count: number): void {
    this.notes.push(`missed ${count}`);
  }
  gap(count: number | null): void {
    this.notes.push(`gap ${count}`);
  }
}

function publish(log: LiveLog, count: number): void {
  for (let i = 0; i < count; i++) log.publish(sampleOpen, sampleNames);
}
