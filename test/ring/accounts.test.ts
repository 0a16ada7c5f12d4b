// Accounts by rule between two real processes that are killed again and again: they add up to those by kind, on both sides, to
// the event. RINGWALL_ACCOUNT_LIVES sets how many helpers live.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { accounting, readCounts } from "../../daemon/src/http/accounting.js";
import { RingSet } from "../../daemon/src/ring/ring-set.js";
import { Producer } from "./producer.js";
import { ringFolder } from "./ring-file.js";

const LIVES = Number(process.env["RINGWALL_ACCOUNT_LIVES"] ?? 12);
const RULES = 40;
const READER = fileURLToPath(new URL("./set-reader.js", import.meta.url));

/** readAwhile lives for a random time and is killed. */
async function readAwhile(folder: string): Promise<void> {
  const child = spawn(process.execPath, [READER, folder], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  await once(child.stdout, "data");
  await delay(20 + Math.random() * 200);
  child.kill("SIGKILL");
  const [, signal] = (await ended) as [number | null, NodeJS.Signals | null];
  assert.equal(signal, "SIGKILL", "the reader ended by itself");
}

const writer = (folder: string, startId: number, ...more: (string | number)[]): Producer =>
  new Producer([
    ...["--path", join(folder, "ring-0"), "--start-id", startId, "--slots", 4096, "--rules", RULES, "--no-wait"],
    ...more,
  ]);

test(
  `${LIVES} helpers and their readers killed at any instruction leave accounts that add up, by rule and by kind`,
  { timeout: 300_000 },
  async () => {
    const folder = ringFolder();
    try {
      for (let startId = 1; startId <= LIVES; startId++) {
        const producer = writer(folder.path, startId, "--endless", "--pause-us", 200);
        await producer.ready;
        // Every fourth has no reader: its ring fills, and may be removed unread.
        if (startId % 4 !== 0) await readAwhile(folder.path);
        else await delay(20 + Math.random() * 50);
        await producer.kill();
      }
      const last = writer(folder.path, LIVES + 1, "--count", 0, "--stay");
      await last.report;
      const rings = new RingSet(folder.path);
      rings.refresh();
      while (rings.drain(4096, () => undefined) > 0);
      const { differences, kinds, rules } = accounting(readCounts(rings), 0, []);
      await last.finish();
      assert.deepEqual(differences, []);
      // The frame that a killed helper had begun is lost, and told; nothing else is unread.
      assert.deepEqual(
        kinds.map(({ unread }) => unread),
        kinds.map(() => 0),
      );
      assert.deepEqual(
        rules.filter(({ unread }) => unread !== 0),
        [],
      );
      assert.deepEqual(
        kinds.map(({ kind }) => kind),
        ["SESSION_OPEN", "SESSION_CLOSE", "POLICY_DENY", "SCREEN_DROP", "FILTER_LOG", "LOG_SUPPRESSED"],
      );
      assert.equal(rules.length, 5 * RULES + 1);
    } finally {
      folder.remove();
    }
  },
);

test("what was written before somebody took the book away is counted by kind alone, and never for a rule of the new book", async () => {
  const folder = ringFolder();
  try {
    const first = writer(folder.path, 1, "--count", 300);
    await first.ended;
    rmSync(join(folder.path, "accounts"));
    const last = writer(folder.path, 2, "--count", 100, "--stay");
    await last.report;
    const rings = new RingSet(folder.path);
    rings.refresh();
    while (rings.drain(4096, () => undefined) > 0);
    const { kinds, rules } = accounting(readCounts(rings), 0, []);
    await last.finish();
    const sum = (rows: readonly { readonly written: number; readonly unread: number }[]): number[] =>
      rows.reduce<number[]>(([written = 0, unread = 0], row) => [written + row.written, unread + row.unread], []);
    assert.deepEqual(
      [sum(kinds), sum(rules)],
      [
        [400, 0],
        [100, 0],
      ],
    );
  } finally {
    folder.remove();
  }
});
