// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { StateDamagedError, StateStore, type Commit } from "./state-store.js";

function folder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), "ringwall-state-"));
  t.after(() => rmSync(dir, { recursive: true }));
  return dir;
}

const commit = (generation: number, text = `text ${generation}\n`): Commit => ({
  generation,
  hash: String(generation % 10).repeat(64),
  time: "2026-09-06T04:24:26.000Z",
  origin: "apply",
  text,
});

function store(t: TestContext, upTo: number, dir = folder(t)): { dir: string; store: StateStore } {
  const made = new StateStore(dir, { commits: 3, names: 4 });
  for (let generation = 1; generation <= upTo; generation++) {
    assert.equal(made.takeGeneration(), generation);
    made.prepare(commit(generation), { generation });
    made.activate(generation);
  }
  return { dir, store: made };
}

describe("the state directory", () => {
  test("gives back what was made active, to this process and the next", (t) => {
    const { dir, store: made } = store(t, 2);
    assert.deepEqual(made.active(), commit(2));
    assert.deepEqual(new StateStore(dir).active(), commit(2));
    assert.equal(readFileSync(join(dir, "active.yaml"), "utf8"), "text 2\n");
  });

  test("is empty at first", (t) => {
    const made = new StateStore(folder(t));
    assert.deepEqual(
      [made.active(), made.pending(), made.history(), made.names(1)],
      [undefined, undefined, [], undefined],
    );
  });

  test("never gives a generation twice, also when the commit was discarded or the counter is lost", (t) => {
    const { dir, store: made } = store(t, 2);
    assert.equal(made.takeGeneration(), 3);
    made.prepare(commit(3), {});
    made.discard(3);
    assert.equal(new StateStore(dir).takeGeneration(), 4);
    unlinkSync(join(dir, "generation"));
    assert.equal(new StateStore(dir).takeGeneration(), 3, "the highest number that left a trace is 2");
    assert.equal(made.takeGeneration(100), 101, "beyond what somebody else has used");
  });

  test("knows a commit that was prepared and not finished", (t) => {
    const { dir, store: made } = store(t, 1);
    made.prepare(commit(2), { generation: 2 });
    const next = new StateStore(dir);
    assert.deepEqual([next.active(), next.pending()], [commit(1), commit(2)]);
    next.discard(2);
    assert.equal(next.pending(), undefined);
  });

  test("keeps as many commits and name tables as it is told, the active one always", (t) => {
    const { dir, store: made } = store(t, 7);
    assert.deepEqual(
      made.history().map(({ generation }) => generation),
      [7, 6, 5],
    );
    assert.deepEqual(readdirSync(join(dir, "names")).sort(), ["4.json", "5.json", "6.json", "7.json"]);
    assert.deepEqual(made.names(4), { generation: 4 });
    assert.equal(made.names(3), undefined);
  });

  test("lists the history from the active one backwards, without what is pending", (t) => {
    const { store: made } = store(t, 2);
    made.prepare(commit(3), {});
    assert.deepEqual(
      made.history().map(({ generation }) => generation),
      [2, 1],
    );
  });

  test("guesses nothing from a damaged file", (t) => {
    const { dir, store: made } = store(t, 2);
    writeFileSync(join(dir, "generation"), "many\n");
    assert.throws(() => made.takeGeneration(), StateDamagedError);
    writeFileSync(join(dir, "commits/2.json"), "{}");
    assert.throws(() => made.active(), StateDamagedError);
    unlinkSync(join(dir, "commits/2.yaml"));
    assert.throws(() => made.active(), StateDamagedError);
    unlinkSync(join(dir, "active.yaml"));
    writeFileSync(join(dir, "active.yaml"), "system: {}\n");
    assert.throws(() => made.active(), /expected a link to a commit, got a file/);
  });

  test("survives leftovers of an interrupted write", (t) => {
    const { dir, store: made } = store(t, 1);
    writeFileSync(join(dir, "active.yaml.new"), "half");
    writeFileSync(join(dir, "commits/2.yaml.new"), "half");
    made.prepare(commit(2), {});
    made.activate(2);
    assert.equal(made.active()?.generation, 2);
    assert.ok(!existsSync(join(dir, "active.yaml.new")));
  });
});
