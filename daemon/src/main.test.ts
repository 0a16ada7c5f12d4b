// ringwalld as a process: how it ends. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { root } from "../../test/lab/firewall.js";
import { Running } from "../../test/lab/process.js";

test("a signal while it still waits for the helper ends it in good order", { timeout: 30_000 }, async (t) => {
  const directory = await mkdtemp("/tmp/ringwall-main-");
  t.after(() => rm(directory, { recursive: true }));
  const daemon = new Running("ringwalld", [
    process.execPath,
    join(root, "build/js/daemon/src/main.js"),
    "--run-dir",
    join(directory, "run"),
    "--state-dir",
    join(directory, "state"),
  ]);
  await daemon.printed(/"msg":"helper not reached"/);
  const finished = await daemon.stop("SIGTERM");
  assert.deepEqual([finished.code, finished.stderr], [0, ""]);
  assert.match(finished.stdout, /"msg":"stopped"/);
  assert.doesNotMatch(finished.stdout, /"msg":"ready"/);
});
