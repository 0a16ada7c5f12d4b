// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { pino } from "pino";

import { EventType } from "../../../shared/gen/wire.gen.js";
import type { Stream as StreamConfig } from "../config/config.js";
import type { RingwallEvent } from "../event/event.js";
import { GenerationNames } from "../event/names.js";
import { Delivery } from "./delivery.js";
import { loadNative } from "./native.js";
import { DEFAULT_BOUNDS, Outbox } from "./outbox.js";
import { OutboxFiles } from "./outbox-file.js";
import { sampleClose, sampleDeny, sampleOpen, samplePacket, sampleTable } from "./sample-events.js";
import { Stream, streamSettings } from "./stream.js";
import { Streams } from "./streams.js";

const native = loadNative();
const { SESSION_OPEN, SESSION_CLOSE, POLICY_DENY, SCREEN_DROP } = EventType;
const ring = { worker: 0, startId: 5 };
const screen: RingwallEvent = { ...samplePacket, kind: "SCREEN_DROP", screenId: 0 };
const ALL: readonly RingwallEvent[] = [sampleOpen, sampleClose, sampleDeny, screen];

const stream = (config: Partial<StreamConfig>): Stream =>
  new Stream(
    native,
    streamSettings({ name: "s", host: "127.0.0.1", port: 9, ...config }),
    new Outbox(native, Buffer.alloc(Outbox.bytes(native, DEFAULT_BOUNDS))),
  );

const account = (of: Stream | Outbox, kind: number) =>
  (of instanceof Stream ? of.outbox : of).accounts().find((one) => one.kind === kind)!;

const failed: RingwallEvent[] = [];

function delivery(...streams: Stream[]): Delivery {
  const made = new Delivery(
    new GenerationNames({ names: (generation) => (generation === 7 ? sampleTable : undefined) }, "x"),
    [{ isWatched: false, publish: () => assert.fail("nobody looks on") }],
    (event) => failed.push(event),
  );
  made.setStreams(streams);
  return made;
}

function deliver(to: Delivery, events: readonly RingwallEvent[], first = 1): void {
  events.forEach((event, index) => to.event(event, ring, first + index));
  to.decided(ring, first + events.length - 1);
}

describe("zones and rate", () => {
  test("a stream with zones wants what comes from one of them or goes to it, and counts the rest as filtered", () => {
    const between = (ingressZone: number, egressZone: number): RingwallEvent => ({
      ...sampleOpen,
      ingressZone,
      egressZone,
    });
    // trust is zone 1, untrust 2; 0 is this host.
    const wants = (zone: readonly string[], event: RingwallEvent): boolean => {
      const one = stream({ zone });
      deliver(delivery(one), [event]);
      const { queued, filtered } = account(one, EventType[event.kind]);
      assert.equal(queued + filtered, 1);
      return queued === 1;
    };
    assert.deepEqual(
      [wants(["trust"], between(1, 2)), wants(["untrust"], between(1, 2)), wants(["dmz"], between(1, 2))],
      [true, true, false],
    );
    assert.deepEqual([wants(["junos-host"], between(1, 0)), wants(["junos-host"], between(1, 2))], [true, false]);
    // Where a packet would have gone is not known to a screen.
    assert.deepEqual(
      [
        wants(["junos-host"], { ...screen, ingressZone: 1, egressZone: 0 }),
        wants(["trust"], { ...screen, ingressZone: 1 }),
      ],
      [false, true],
    );
  });

  test("what is beyond a stream's rate is counted as limited, and costs no other stream a line", () => {
    const [slow, other] = [stream({ name: "slow", "rate-limit": 3 }), stream({ name: "other" })];
    deliver(delivery(slow, other), [sampleOpen, sampleOpen, sampleOpen, sampleOpen, sampleDeny]);
    assert.deepEqual(
      [account(slow, SESSION_OPEN).queued, account(slow, SESSION_OPEN).limited, account(slow, POLICY_DENY).limited],
      [3, 1, 1],
    );
    assert.deepEqual([account(other, SESSION_OPEN).queued, account(other, POLICY_DENY).queued], [4, 1]);
  });
});

describe("categories and severity", () => {
  const wanted = (config: Partial<StreamConfig>): string[] => {
    const { wants } = stream(config).settings;
    return Object.entries(EventType)
      .filter(([, value]) => wants[value])
      .map(([name]) => name);
  };

  test("a stream without a category wants everything", () => {
    assert.deepEqual(wanted({}), Object.keys(EventType));
  });

  test("categories add up", () => {
    assert.deepEqual(wanted({ category: ["session"] }), ["SESSION_OPEN", "SESSION_CLOSE"]);
    assert.deepEqual(wanted({ category: ["session-close", "policy"] }), ["SESSION_CLOSE", "POLICY_DENY"]);
    assert.deepEqual(wanted({ category: ["session-open"] }), ["SESSION_OPEN"]);
    assert.deepEqual(wanted({ category: ["screen"] }), ["SCREEN_DROP"]);
  });

  test("a severity keeps what is as grave or graver: sessions are info, screens are error", () => {
    assert.deepEqual(wanted({ severity: "info" }), Object.keys(EventType));
    assert.deepEqual(wanted({ severity: "warning" }), ["SCREEN_DROP"]);
    assert.deepEqual(wanted({ severity: "critical" }), []);
  });
});

describe("delivery", () => {
  test("queues each event where it is wanted and counts where it is not", () => {
    const sessions = stream({ category: ["session"] });
    const grave = stream({ severity: "error", format: "kv" });
    deliver(delivery(sessions, grave), ALL);
    assert.deepEqual(
      [SESSION_OPEN, SESSION_CLOSE, POLICY_DENY, SCREEN_DROP].map((kind) => [
        account(sessions, kind).queued,
        account(sessions, kind).filtered,
      ]),
      [
        [1, 0],
        [1, 0],
        [0, 1],
        [0, 1],
      ],
    );
    assert.deepEqual(
      [SESSION_OPEN, SESSION_CLOSE, POLICY_DENY, SCREEN_DROP].map((kind) => [
        account(grave, kind).queued,
        account(grave, kind).filtered,
      ]),
      [
        [0, 1],
        [0, 1],
        [0, 1],
        [1, 0],
      ],
    );
  });

  test("a full stream costs the others nothing", () => {
    const full = stream({ name: "full" });
    const roomy = stream({ name: "roomy" });
    const filler = Buffer.from("x");
    while (account(full, SESSION_OPEN).full === 0) full.outbox.append(SESSION_OPEN, filler, filler.length);
    deliver(delivery(full, roomy), [sampleDeny]);
    assert.deepEqual([account(full, POLICY_DENY).full, account(roomy, POLICY_DENY).queued], [1, 1]);
  });

  test("a stream whose oldest lines give way has decided, at any instant, about the frames whose lines it holds", () => {
    const region = Buffer.alloc(Outbox.bytes(native, { ...DEFAULT_BOUNDS, records: 64 }));
    const bounds = { ...DEFAULT_BOUNDS, records: 64 };
    const queue = { records: 64, overflow: "drop-oldest" } as const;
    const settings = streamSettings({ name: "s", host: "127.0.0.1", port: 9, queue });
    const made = delivery(new Stream(native, settings, new Outbox(native, region, bounds)));
    for (let frame = 1; frame <= 100; frame++) made.event(sampleOpen, ring, frame);
    // As after a kill in the middle of the batch.
    const successor = new Outbox(native, Buffer.from(region), bounds);
    const { queued, full } = account(successor, SESSION_OPEN);
    assert.deepEqual([queued, full, successor.waiting], [63, 36, 63]);
    assert.deepEqual(
      [99, 100].map((frame) => successor.hasDecided(ring.worker, ring.startId, frame)),
      [true, false],
    );
  });

  test("frames read again after a restart go only to streams that have not decided about them", () => {
    const old = stream({ name: "old" });
    deliver(delivery(old), [sampleOpen, sampleClose]);
    const young = stream({ name: "young" });
    deliver(delivery(old, young), [sampleOpen, sampleClose, sampleDeny]);
    assert.deepEqual(
      [SESSION_OPEN, SESSION_CLOSE, POLICY_DENY].map((kind) => [
        account(old, kind).queued,
        account(young, kind).queued,
      ]),
      [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
    );
  });

  test("an event whose line cannot be written is counted and told of, and the next one has its turn", () => {
    const only = stream({});
    const odd = { ...sampleDeny, sourceAddress: undefined as unknown as string };
    deliver(delivery(only), [odd, sampleDeny]);
    assert.deepEqual([account(only, POLICY_DENY).unsendable, only.outbox.waiting, failed], [1, 1, [odd]]);
  });

  test("events of a generation without names are counted", () => {
    const made = delivery(stream({}));
    deliver(made, [sampleOpen, { ...sampleOpen, generation: 3 }]);
    assert.equal(made.unnamed, 1);
  });
});

describe("streams as commits come", () => {
  function streams(t: TestContext): { dir: string; make(): Streams } {
    const dir = mkdtempSync("/dev/shm/ringwall-streams-");
    t.after(() => rmSync(dir, { recursive: true }));
    return {
      dir,
      make: () => new Streams(native, new OutboxFiles(native, dir, () => undefined), pino({ level: "silent" })),
    };
  }
  const config = (name: string, more: Partial<StreamConfig> = {}): StreamConfig => ({
    name,
    host: "127.0.0.1",
    port: 9,
    "source-address": "192.0.2.77",
    ...more,
  });

  test("an unchanged stream goes on as it is; a changed one keeps queue and accounts", async (t) => {
    const made = streams(t).make();
    const [first] = made.configure([config("a")]);
    deliver(delivery(first!), [sampleOpen]);
    const [same] = made.configure([config("a")]);
    assert.equal(same, first);
    const [changed] = made.configure([config("a", { format: "kv" })]);
    assert.notEqual(changed, first);
    assert.deepEqual([changed!.outbox.waiting, account(changed!, SESSION_OPEN).queued], [1, 1]);
    await made.close();
  });

  test("a stream is found again by the next daemon, with what it had waiting", async (t) => {
    const { make } = streams(t);
    const former = make();
    deliver(delivery(former.configure([config("a")])[0]!), [sampleOpen, sampleDeny]);
    await former.close();
    const next = make();
    const [found] = next.configure([config("a")]);
    assert.deepEqual([found!.outbox.waiting, account(found!, POLICY_DENY).queued], [2, 1]);
    await next.close();
  });

  test("a stream that is gone leaves no file, also if another daemon made it", async (t) => {
    const { dir, make } = streams(t);
    const former = make();
    former.configure([config("a"), config("b/../c")]);
    assert.ok(existsSync(join(dir, "b%2F..%2Fc.outbox")));
    await former.close();
    const next = make();
    next.configure([config("a")]);
    assert.deepEqual([existsSync(join(dir, "a.outbox")), existsSync(join(dir, "b%2F..%2Fc.outbox"))], [true, false]);
    next.configure([]);
    await next.close();
    assert.equal(existsSync(join(dir, "a.outbox")), false);
  });

  test("a damaged file is set aside and told of, and a new one takes its place", (t) => {
    const { dir } = streams(t);
    const told: string[] = [];
    writeFileSync(join(dir, "a.outbox"), "not an outbox");
    const outbox = new OutboxFiles(native, dir, (path) => told.push(path)).open("a");
    assert.equal(outbox.waiting, 0);
    assert.deepEqual(
      [told, readFileSync(join(dir, "a.outbox.damaged"), "utf8")],
      [[join(dir, "a.outbox")], "not an outbox"],
    );
  });
});
