// The house rules that a machine can check: formatting, lint, freshness of generated files.
import assert from "node:assert/strict";
import { test } from "node:test";
import { root } from "./lab/firewall.js";
import { run } from "./lab/process.js";

test("every source file is formatted and free of lint", { timeout: 300_000 }, async () => {
  const lint = await run(["make", "--no-print-directory", "-C", root, "lint"], { check: false, seconds: 280 });
  assert.equal(lint.code, 0, lint.stdout + lint.stderr);
});

test("generated files are as their declarations make them", async () => {
  const generate = await run([process.execPath, `${root}/shared/gen/generate.mjs`, "--check"], { check: false });
  assert.equal(generate.code, 0, generate.stdout + generate.stderr);
});

test("no document or source names a place on one machine", async () => {
  const found = await run(
    ["git", "-C", root, "grep", "-nIE", "(^|[ \"'(=])/(work|root|home)/", "--", ".", ":!LICENSE"],
    { check: false },
  );
  assert.deepEqual([found.stdout, found.stderr, found.code], ["", "", 1]); // 1: searched, and found nothing
});

test("every deliberate fault of make mutants still has its lines", async () => {
  const check = await run([process.execPath, `${root}/test/mutants/run`, "--check"], { check: false });
  assert.equal(check.code, 0, check.stdout + check.stderr);
});
