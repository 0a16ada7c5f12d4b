// The C side's own tests, each a program built with AddressSanitizer and UndefinedBehaviorSanitizer, and short fuzzing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { basename } from "node:path";
import { root } from "./lab/firewall.js";
import { run } from "./lab/process.js";

const list = async (target: string): Promise<string[]> =>
  (await run(["make", "-s", "-C", root, target])).stdout.split(/\s+/).filter((file) => file.length > 0);

const programs = await list("print-c-tests");
const fuzzers = await list("print-fuzzers");

for (const program of programs) {
  test(`C unit test ${basename(program)}`, { timeout: 300_000 }, async () => {
    const finished = await run([`${root}/${program}`], { check: false, seconds: 280 });
    assert.equal(finished.code, 0, finished.stdout + finished.stderr);
    assert.match(finished.stderr + finished.stdout, /\[ {2}PASSED {2}\] [1-9]/, "it ran no test");
  });
}

for (const fuzzer of fuzzers) {
  test(`20 seconds of fuzzing find nothing in ${basename(fuzzer)}`, { timeout: 120_000 }, async () => {
    const finished = await run([`${root}/helper/fuzz/run`, "--seconds", "20", `${root}/${fuzzer}`], {
      check: false,
      seconds: 100,
    });
    assert.equal(finished.code, 0, finished.stdout + finished.stderr);
  });
}
