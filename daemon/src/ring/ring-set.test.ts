// Several rings as one source: order between helpers, accounts across restarts, sleep and doorbell.
import assert from "node:assert/strict";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";

import * as wire from "../../../shared/gen/wire.gen.js";
import { frameNumber } from "../../../test/ring/frame-number.js";
import { Producer, storedEvents, total } from "../../../test/ring/producer.js";
import { frame, RingFile, ringFolder } from "../../../test/ring/ring-file.js";
import type { RingwallEvent } from "../event/event.js";
import { RingSet } from "./ring-set.js";

const { SESSION_OPEN, POLICY_DENY } = wire.EventType;
const { WRITTEN, LOST_BUDGET, LOST_FULL } = wire.EventOutcome;

let folder: ReturnType<typeof ringFolder>;
beforeEach(() => {
  folder = ringFolder();
});
afterEach(() => folder.remove());

function drained(set: RingSet, limit = 1e6): number[] {
  const ids: number[] = [];
  set.refresh();
  set.drain(limit, (event) => ids.push(event.sessionId));
  return ids;
}

/** takeOver writes what a helper does that counts a ring of its predecessor, all of it denials that were read, as gone. */
function takeOver(ring: RingFile, written: number, startId: number): void {
  const { producer } = wire.ringOffset;
  ring.setLong(wire.RING_PAGE_SIZE + producer.former_events + 256 + POLICY_DENY * 32, BigInt(written));
  ring.setLong(wire.RING_PAGE_SIZE + producer.former_start_id + 8, BigInt(startId));
  ring.setLong(wire.RING_PAGE_SIZE + producer.former_select, 1n);
}

/** until awaits a condition that another process brings about. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("a set of rings", () => {
  test("drains a worker's rings in their order, whatever their start ids", () => {
    const young = new RingFile(folder.path, { startId: 5, order: 2 });
    const old = new RingFile(folder.path, { startId: 9, order: 1 });
    old.put(frame(1));
    young.put(frame(3));
    old.put(frame(2));
    assert.deepEqual(drained(new RingSet(folder.path)), [1, 2, 3]);
  });

  test("goes to the young ring only when the old one is empty", () => {
    const old = new RingFile(folder.path, { startId: 1, order: 1 });
    const young = new RingFile(folder.path, { startId: 2, order: 2 });
    for (const id of [1, 2, 3]) old.put(frame(id));
    young.put(frame(4));
    const set = new RingSet(folder.path);
    assert.deepEqual(drained(set, 2), [1, 2]);
    assert.deepEqual(drained(set, 2), [3, 4]);
    assert.deepEqual(
      set.status().map((ring) => [ring.startId, ring.former, ring.unread]),
      [
        [1, true, 0],
        [2, false, 0],
      ],
    );
  });

  test("reads every worker's ring in each turn", () => {
    const rings = [0, 1, 2].map((worker) => new RingFile(folder.path, { worker }));
    rings.forEach((ring, worker) => [1, 2, 3].forEach((id) => ring.put(frame(worker * 10 + id))));
    const set = new RingSet(folder.path);
    assert.deepEqual(drained(set, 2), [1, 2, 11, 12, 21, 22]);
    assert.deepEqual(drained(set, 2), [3, 13, 23]);
  });

  test("finds a ring that comes later, and forgets one that is gone", () => {
    const set = new RingSet(folder.path);
    assert.deepEqual(drained(set), []);
    const ring = new RingFile(folder.path);
    ring.put(frame(1));
    assert.deepEqual(drained(set), [1]);
    rmSync(ring.path);
    set.refresh();
    assert.deepEqual(set.status(), []);
  });

  test("reports a refused ring once and reads the others", () => {
    const refused: string[] = [];
    const opened: number[] = [];
    const set = new RingSet(folder.path, {
      refused: (_path, reason) => refused.push(reason),
      opened: (reader) => opened.push(reader.identity.startId),
    });
    writeFileSync(join(folder.path, "ring-0.7"), "short");
    writeFileSync(join(folder.path, "ring-0.8.new"), "not there yet");
    writeFileSync(join(folder.path, "helper.pid"), "1");
    const foreign = new RingFile(folder.path, { startId: 2, order: 1 });
    foreign.setLong(wire.ringOffset.identity.layout_hash, 1n);
    const good = new RingFile(folder.path, { startId: 3, order: 2 });
    good.put(frame(1));
    assert.deepEqual(drained(set), [1]);
    assert.deepEqual(drained(set), []);
    assert.deepEqual(opened, [3]);
    assert.equal(refused.length, 2);
    assert.match(refused.join("\n"), /expected at least 8192 bytes, got 5/);
    assert.match(refused.join("\n"), /layout hash: expected [0-9a-f]{16}, got 0000000000000001/);
  });

  test("counts a ring once that its successor has taken over but not yet removed", () => {
    const old = new RingFile(folder.path, { startId: 1, order: 1 });
    const young = new RingFile(folder.path, { startId: 2, order: 2 });
    for (let i = 0; i < 3; i++) old.put(frame(i, POLICY_DENY));
    young.put(frame(9, POLICY_DENY));
    const set = new RingSet(folder.path);
    drained(set);
    const expected = { written: 4, suppressed: 0, lostBudget: 0, lostFull: 0, consumed: 4 };
    assert.deepEqual(set.accounts()[POLICY_DENY], expected);
    takeOver(young, 3, 1);
    assert.deepEqual(set.accounts()[POLICY_DENY], expected);
    rmSync(old.path);
    set.refresh();
    assert.deepEqual(set.accounts()[POLICY_DENY], expected);
  });

  test("counts a ring once with those before it that it had taken over itself", () => {
    const old = new RingFile(folder.path, { startId: 1, order: 1 });
    const young = new RingFile(folder.path, { startId: 2, order: 2 });
    takeOver(old, 10, 99);
    for (let i = 0; i < 3; i++) old.put(frame(i, POLICY_DENY));
    young.put(frame(9, POLICY_DENY));
    const set = new RingSet(folder.path);
    drained(set);
    const expected = { written: 14, suppressed: 0, lostBudget: 0, lostFull: 0, consumed: 14 };
    assert.deepEqual(set.accounts()[POLICY_DENY], expected);
    takeOver(young, 13, 1);
    assert.deepEqual(set.accounts()[POLICY_DENY], expected);
    rmSync(old.path);
    assert.deepEqual(set.accounts()[POLICY_DENY], expected);
  });
});

describe("between events the set", () => {
  const never = new AbortController().signal;

  test("sleeps until the doorbell, and takes its wish for one back", async () => {
    const ring = new RingFile(folder.path);
    const set = new RingSet(folder.path);
    assert.deepEqual(drained(set), []);
    const sleeping = set.sleep(never);
    assert.notEqual(ring.waiting, 0);
    set.notify();
    await sleeping;
    assert.equal(ring.waiting, 0);
  });

  test("does not ask for a doorbell right after events", async () => {
    const ring = new RingFile(folder.path);
    const set = new RingSet(folder.path);
    ring.put(frame(1));
    drained(set);
    const nap = set.sleep(never);
    assert.equal(ring.waiting, 0);
    await nap;
    drained(set);
    const sleeping = set.sleep(never);
    assert.notEqual(ring.waiting, 0);
    set.notify();
    await sleeping;
  });

  test("stays awake if an event came while it lay down", async () => {
    const [first, second] = [0, 1].map((worker) => new RingFile(folder.path, { worker })) as [RingFile, RingFile];
    const set = new RingSet(folder.path);
    drained(set);
    second.put(frame(1));
    await set.sleep(never);
    assert.deepEqual([first.waiting, second.waiting], [0, 0]);
  });

  test("wakes up when a ring is found, for it has not asked that one for a doorbell", async () => {
    const set = new RingSet(folder.path);
    assert.deepEqual(drained(set), []);
    const sleeping = set.sleep(never).then(() => "awake");
    const ring = new RingFile(folder.path);
    ring.put(frame(1));
    set.refresh();
    assert.equal(await Promise.race([sleeping, nextTurn("asleep")]), "awake");
    assert.deepEqual(drained(set), [1]);
  });

  test("ends its run when it is told to, and runs only once at a time", async () => {
    const ring = new RingFile(folder.path);
    const set = new RingSet(folder.path);
    const stop = new AbortController();
    const seen: number[] = [];
    const running = set.run((event) => {
      seen.push(event.sessionId);
      stop.abort();
    }, stop.signal);
    await assert.rejects(
      set.run(() => undefined, stop.signal),
      { code: "ring-set-running" },
    );
    ring.put(frame(4));
    set.notify();
    await running;
    assert.deepEqual(seen, [4]);
    assert.equal(ring.waiting, 0);
  });

  test("an exception of the sink ends the run", async () => {
    const ring = new RingFile(folder.path);
    ring.put(frame(1));
    const failing = (): never => {
      throw new Error("no room");
    };
    await assert.rejects(new RingSet(folder.path).run(failing, never), /no room/);
  });
});

test("a doorbell for each lonely event, none for those in between", { timeout: 60_000 }, async () => {
  const set = new RingSet(folder.path);
  const ids: number[] = [];
  const stop = new AbortController();
  const name = join(folder.path, "ring-0");
  const producer = new Producer(
    ["--path", name, "--start-id", 1, "--count", 40, "--rate", 100, "--kinds", "open", "--doorbell", "--stay"],
    () => set.notify(),
  );
  await producer.ready;
  set.refresh();
  await set.run((event) => {
    ids.push(frameNumber(event));
    if (ids.length === 40) stop.abort();
  }, stop.signal);
  await producer.finish();
  assert.deepEqual(ids, [...Array(40).keys()]);
  assert.ok(producer.doorbells >= 1 && producer.doorbells <= 40, `${producer.doorbells} doorbells`);
});

describe("a helper killed and started again", () => {
  const start = (name: string, startId: number, ...more: (string | number)[]): Producer =>
    new Producer(["--path", name, "--start-id", startId, "--slots", 4096, ...more]);

  test(
    "its tail is drained first, its counters go on, its files go when they are read",
    { timeout: 60_000 },
    async () => {
      const name = join(folder.path, "ring-0");
      const first = start(name, 100, "--endless", "--rate", 200_000);
      await first.ready;
      const set = new RingSet(folder.path);
      const events: RingwallEvent[] = [];
      const sink = (event: RingwallEvent): unknown => events.push(event);
      set.refresh();
      await until(() => (set.drain(64, sink), events.length >= 5000));
      await first.kill();
      const left = storedEvents(`${name}.100`);

      const second = start(name, 50, "--count", 3000, "--first", 10_000_000, "--kinds", "open", "--stay");
      const report = await second.report;
      assert.ok(existsSync(`${name}.100`) || events.length === total(left, WRITTEN));
      set.refresh();
      set.drain(1e6, sink);
      const ids = events.map(frameNumber);
      assert.ok(
        ids.every((id, index) => index === 0 || id > ids[index - 1]!),
        "the first helper's tail comes before the second helper's frames",
      );
      const fromFirst = ids.filter((id) => id < 10_000_000).length;
      assert.equal(ids.length - fromFirst, 3000);
      assert.equal(report.written, 3000);

      await until(() => !existsSync(`${name}.100`));
      set.refresh();
      const accounts = set.accounts();
      for (const [type, account] of accounts.entries()) {
        const attempts =
          left[type]!.reduce((sum, n) => sum + n, 0) + report.events[type]!.reduce((sum, n) => sum + n, 0);
        assert.equal(account.consumed + account.lostBudget + account.lostFull, attempts, `type ${type}`);
        assert.equal(account.consumed, events.filter((event) => wire.EventType[event.kind] === type).length);
        assert.equal(account.written, account.consumed);
      }
      const lost = total(left, LOST_BUDGET) + total(left, LOST_FULL);
      assert.ok(fromFirst + lost >= ids[fromFirst - 1]! + 1, "each gap is counted");
      await second.finish();
    },
  );

  test("while the daemon is dead too, the new daemon reads both in order", { timeout: 60_000 }, async () => {
    const name = join(folder.path, "ring-0");
    for (const [startId, first] of [
      [30, 0],
      [20, 1000],
      [10, 2000],
    ] as const) {
      const helper = start(name, startId, "--count", 1000, "--first", first, "--kinds", "open", "--stay");
      await helper.report;
      await helper.kill();
    }
    const set = new RingSet(folder.path);
    assert.deepEqual(drained(set), [...Array(3000).keys()]);
    assert.equal(set.accounts()[SESSION_OPEN]!.consumed, 3000);
  });

  test("rings that nobody read are given up beyond four, and counted as lost", { timeout: 60_000 }, async () => {
    const name = join(folder.path, "ring-0");
    const lives = 7;
    for (let startId = 1; startId < lives; startId++)
      await start(name, startId, "--count", 10, "--first", startId * 10, "--kinds", "open").report;
    const last = start(name, lives, "--count", 10, "--first", lives * 10, "--kinds", "open", "--stay");
    await last.report;
    const set = new RingSet(folder.path);
    const account = () => {
      const { written, lostFull, consumed } = set.accounts()[SESSION_OPEN]!;
      return { written, lostFull, consumed };
    };
    assert.deepEqual(
      drained(set),
      [...Array(50).keys()].map((n) => n + 30),
    );
    // A second later, when every reader has seen that they are given up.
    assert.deepEqual(account(), { written: 70, lostFull: 0, consumed: 50 });
    await until(() => account().lostFull === 20);
    assert.deepEqual(account(), { written: 50, lostFull: 20, consumed: 50 });
    await last.finish();
  });

  test(
    "what is read of a ring while it is given up is read, and no more of it is lost",
    { timeout: 60_000 },
    async () => {
      const name = join(folder.path, "ring-0");
      const set = new RingSet(folder.path);
      const seen: number[] = [];
      const some = (): void => void set.drain(3, (event) => seen.push(event.sessionId));
      let last: Producer | undefined;
      for (let startId = 1; startId <= 7; startId++) {
        await last?.finish();
        last = start(name, startId, "--count", 1000, "--first", startId * 1000, "--kinds", "open", "--stay");
        await last.report;
        set.refresh();
        some();
      }
      const account = () => set.accounts()[SESSION_OPEN]!;
      await until(() => {
        some();
        return account().lostFull > 0;
      });
      while (set.drain(1000, (event) => seen.push(event.sessionId)) > 0);
      const { written, lostFull, lostBudget, consumed } = account();
      assert.deepEqual([consumed, written + lostFull + lostBudget], [seen.length, 7000]);
      assert.equal(new Set(seen).size, seen.length);
      await last!.finish();
    },
  );
});
