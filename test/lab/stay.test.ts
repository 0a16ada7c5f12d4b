// What make lab leaves running keeps nothing of its starter: a pipe on its output ends with it.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { root } from "./firewall.js";
import type { Kept } from "./kept.js";
import { run, Running, within, type Finished } from "./process.js";

const prefix = `rwk${process.pid}`;
const env = { RINGWALL_LAB: prefix };
const program = (name: string): string[] => [process.execPath, join(root, `build/js/test/lab/${name}.js`)];
const record = join(root, "build", prefix, "record.json");

after(async () => {
  if (existsSync(record)) await run(program("down"), { env });
});

test("make lab gives its output back while the laboratory goes on", { timeout: 120_000 }, async () => {
  const up = new Running("make lab", program("stay"), { env: { ...env, SHELL: "/bin/true" } });
  const { code, stdout } = await within<Finished>(90, "the output to end", (resolve, reject) => {
    up.ended.then(resolve, reject);
    return () => undefined;
  });
  assert.equal(code, 0, up.output);
  assert.match(stdout, /The laboratory is running/);

  const { pid } = JSON.parse(readFileSync(record, "utf8")) as Kept;
  assert.ok(existsSync(`/proc/${pid}`));
  const status = await run([join(root, "build", prefix, "ringwall"), "status"]);
  assert.match(status.stdout, /generation/);

  const down = await run(program("down"), { env });
  assert.equal(down.stdout, "the laboratory is gone\n");
  assert.ok(!existsSync(`/proc/${pid}`));
});
