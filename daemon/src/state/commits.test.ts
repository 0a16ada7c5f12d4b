// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { pino } from "pino";

import { HelperRefused, HelperUnavailable } from "../helper/error.js";
import type { Snapshot } from "../snapshot/snapshot.gen.js";
import {
  Commits,
  ConfigRefusedError,
  HelperAbsentError,
  NoSuchCommitError,
  NotFollowedError,
  OutcomeUnknownError,
  type InForce,
  type SnapshotSink,
} from "./commits.js";
import { StateStore } from "./state-store.js";

const NOTHING: InForce = { generation: 0, hash: "" };
const log = pino({ level: "silent" });
const text = (hostName: string, zone = "trust"): string => `
system: { host-name: ${hostName} }
interfaces: { eth0: { unit: { "0": {} } } }
security: { zones: { security-zone: [{ name: ${zone}, interfaces: [eth0.0] }] } }
`;

/** Enforcer stands in for the helper's side of the control socket: it enforces what it takes, and dies or refuses on demand. */
class Enforcer implements SnapshotSink {
  inForce: InForce = NOTHING;
  readonly seen: Snapshot[] = [];
  next: "take" | "refuse" | "take and vanish" | "vanish" | "be away" = "take";

  apply(snapshot: Snapshot): Promise<InForce> {
    this.seen.push(snapshot);
    const next = this.next;
    this.next = "take";
    if (next === "refuse") return Promise.reject(new HelperRefused("bound", "zones[0].name", "too long"));
    if (next === "be away") return Promise.reject(new HelperUnavailable("not connected", false));
    if (next === "take" || next === "take and vanish")
      this.inForce = { generation: snapshot.generation, hash: snapshot.hash };
    if (next !== "take") return Promise.reject(new HelperUnavailable("the connection broke", true));
    return Promise.resolve(this.inForce);
  }
}

interface Stage {
  readonly dir: string;
  readonly helper: Enforcer;
  /** As after a restart of the daemon. */
  restart(): Commits;
  readonly activated: string[];
}

function stage(t: TestContext): Stage {
  const dir = mkdtempSync(join(tmpdir(), "ringwall-commits-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const activated: string[] = [];
  return {
    dir,
    helper: new Enforcer(),
    activated,
    restart() {
      const commits = new Commits(new StateStore(dir), ({ config }) => activated.push(config.system["host-name"]), log);
      commits.start();
      return commits;
    },
  };
}

async function applied(t: TestContext, ...texts: string[]): Promise<Stage & { commits: Commits }> {
  const made = stage(t);
  const commits = made.restart();
  await commits.connected(made.helper, made.helper.inForce);
  for (const one of texts) await commits.apply(one);
  return { ...made, commits };
}

describe("a commit", () => {
  test("puts a configuration in force and makes it the active one", async (t) => {
    const { commits, helper, dir, activated } = await applied(t, text("fw1"));
    assert.deepEqual(commits.inForce, helper.inForce);
    assert.equal(commits.inForce.generation, 1);
    assert.equal(readFileSync(join(dir, "active.yaml"), "utf8"), text("fw1"));
    assert.deepEqual([activated, commits.problem], [["fw1"], ""]);
  });

  test("with errors is refused with all of them, and nothing is asked of the helper", async (t) => {
    const { commits, helper } = await applied(t, text("fw1"));
    await assert.rejects(commits.apply("system: { host-nam: x }\ninterfaces: 7\n", "apply", "bad.yaml"), (thrown) => {
      assert.ok(thrown instanceof ConfigRefusedError);
      assert.ok(thrown.errors.length >= 2, JSON.stringify(thrown.errors));
      assert.equal(thrown.errors[0]?.file, "bad.yaml");
      return true;
    });
    assert.deepEqual([helper.seen.length, commits.active?.commit.text], [1, text("fw1")]);
  });

  test("that the helper refuses changes nothing, and its number is not used again", async (t) => {
    const { commits, helper, restart } = await applied(t, text("fw1"));
    helper.next = "refuse";
    await assert.rejects(commits.apply(text("fw2")), HelperRefused);
    assert.deepEqual([commits.active?.commit.generation, commits.inForce.generation], [1, 1]);
    assert.equal((await commits.apply(text("fw3"))).generation, 3);
    assert.equal(restart().active?.commit.text, text("fw3"));
  });

  test("of the text that is in force asks nothing of the helper, and lets the daemon look at its files again", async (t) => {
    const { commits, helper, activated } = await applied(t, text("fw1"));
    assert.deepEqual(activated, ["fw1"]);
    assert.deepEqual(await commits.apply(text("fw1")), { ...helper.inForce, unchanged: true });
    assert.equal(helper.seen.length, 1);
    assert.deepEqual(activated, ["fw1", "fw1"]);
  });

  test("that the daemon cannot follow is in force all the same, is called a problem, and can be applied again", async (t) => {
    const { dir, helper } = stage(t);
    let isFull = true;
    const follow = (): void => {
      if (isFull) throw new Error("no space left");
    };
    const commits = new Commits(new StateStore(dir), follow, log);
    await commits.connected(helper, NOTHING);
    await assert.rejects(commits.apply(text("fw1")), NotFollowedError);
    assert.deepEqual([commits.inForce.generation, commits.active?.commit.generation], [1, 1]);
    assert.match(commits.problem, /^generation 1 is in force, but its log streams .*: no space left$/);
    isFull = false;
    assert.deepEqual([(await commits.apply(text("fw1"))).unchanged, commits.problem], [false, ""]);
  });

  test("without a helper is refused", async (t) => {
    const { restart } = stage(t);
    await assert.rejects(restart().apply(text("fw1")), HelperAbsentError);
    const { commits, helper } = await applied(t, text("fw1"));
    commits.disconnected();
    await assert.rejects(commits.apply(text("fw2")), HelperAbsentError);
    await commits.connected(helper, helper.inForce);
    helper.next = "be away";
    await assert.rejects(commits.apply(text("fw2")), HelperAbsentError);
    assert.equal(commits.active?.commit.text, text("fw1"));
  });

  test("rolls back to an earlier text under a new number", async (t) => {
    const { commits } = await applied(t, text("fw1"), text("fw2"), text("fw3"));
    assert.equal((await commits.rollback(2)).generation, 4);
    assert.equal(commits.active?.commit.text, text("fw1"));
    assert.equal((await commits.rollback(1)).generation, 5);
    assert.equal(commits.active?.commit.text, text("fw3"));
    await assert.rejects(commits.rollback(9), NoSuchCommitError);
  });

  test("waits for the one before it", async (t) => {
    const { commits } = await applied(t);
    const results = await Promise.all(["a", "b", "c"].map((name) => commits.apply(text(name))));
    assert.deepEqual(
      results.map(({ generation }) => generation),
      [1, 2, 3],
    );
    assert.equal(commits.active?.commit.text, text("c"));
  });
});

describe("after a death", () => {
  test("of the helper the active configuration comes back by itself, under its own number", async (t) => {
    const { commits, helper } = await applied(t, text("fw1"), text("fw2"));
    commits.disconnected();
    assert.notEqual(commits.problem, "");
    const reborn = new Enforcer();
    await commits.connected(reborn, NOTHING);
    assert.deepEqual(reborn.inForce, helper.inForce);
    assert.deepEqual([commits.problem, reborn.seen.length], ["", 1]);
  });

  test("of the daemon nothing is pushed at a helper that has it already", async (t) => {
    const { helper, restart } = await applied(t, text("fw1"));
    const commits = restart();
    await commits.connected(helper, helper.inForce);
    assert.deepEqual([helper.seen.length, commits.inForce, commits.problem], [1, helper.inForce, ""]);
  });

  test("between the helper's taking and the daemon's noting it, the commit is kept", async (t) => {
    const { commits, helper, restart } = await applied(t, text("fw1"));
    helper.next = "take and vanish";
    await assert.rejects(commits.apply(text("fw2")), OutcomeUnknownError);
    const next = restart();
    assert.equal(next.active?.commit.text, text("fw1"), "not known yet");
    await next.connected(helper, helper.inForce);
    assert.deepEqual([next.active?.commit.text, next.inForce.generation, helper.seen.length], [text("fw2"), 2, 2]);
    assert.equal(restart().active?.commit.text, text("fw2"));
  });

  test("before the helper's taking, the commit is forgotten and the active one stays", async (t) => {
    const { commits, helper, restart } = await applied(t, text("fw1"));
    helper.next = "vanish";
    await assert.rejects(commits.apply(text("fw2")), OutcomeUnknownError);
    const next = restart();
    await next.connected(helper, helper.inForce);
    assert.deepEqual([next.active?.commit.text, next.inForce.generation], [text("fw1"), 1]);
    assert.equal((await next.apply(text("fw3"))).generation, 3);
  });

  test("of the helper, a configuration that it cannot take at once is offered again until it can", async (t) => {
    const { commits } = await applied(t, text("fw1"));
    commits.disconnected();
    const reborn = new Enforcer();
    reborn.next = "refuse";
    await commits.connected(reborn, NOTHING);
    assert.deepEqual([commits.isSettled, commits.inForce.generation], [false, 0]);
    assert.match(commits.problem, /did not take the active configuration: zones\[0\]\.name: too long/);
    reborn.next = "refuse";
    await commits.retry();
    assert.equal(commits.isSettled, false);
    await commits.retry();
    assert.deepEqual([commits.isSettled, commits.problem, reborn.inForce.generation], [true, "", 1]);
    await commits.retry();
    assert.equal(reborn.seen.length, 3);
  });

  test("of both in the middle of a commit, the active one comes back", async (t) => {
    const { commits, helper, restart } = await applied(t, text("fw1"));
    helper.next = "take and vanish";
    await assert.rejects(commits.apply(text("fw2")), OutcomeUnknownError);
    const next = restart();
    const reborn = new Enforcer();
    await next.connected(reborn, NOTHING);
    assert.deepEqual([next.active?.commit.text, reborn.inForce.generation], [text("fw1"), 1]);
  });
});

describe("a number never names two configurations", () => {
  test("when the helper has seen higher ones from somebody else", async (t) => {
    const { commits, helper } = await applied(t, text("fw1"));
    commits.disconnected();
    helper.inForce = { generation: 40, hash: "f".repeat(64) };
    await commits.connected(helper, helper.inForce);
    assert.equal(helper.inForce.generation, 41);
    assert.equal(commits.active?.commit.generation, 41);
  });

  test("when the helper has the number for something else", async (t) => {
    const { commits, helper } = await applied(t, text("fw1"));
    commits.disconnected();
    helper.inForce = { generation: 1, hash: "f".repeat(64) };
    await commits.connected(helper, helper.inForce);
    assert.equal(helper.inForce.generation, 2);
  });

  test("when a helper enforces something and this state directory is empty, it is left in force and told of", async (t) => {
    const { restart, helper } = stage(t);
    const commits = restart();
    await commits.connected(helper, { generation: 5, hash: "f".repeat(64) });
    assert.deepEqual([helper.seen.length, commits.inForce.generation], [0, 5]);
    assert.match(commits.problem, /generation 5/);
    assert.equal((await commits.apply(text("fw1"))).generation, 6);
  });
});
