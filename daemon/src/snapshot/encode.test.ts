// encode.test.ts: what the daemon encodes is what the helper reads. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

import { encodeContent, encodeSnapshot } from "./encode.js";
import { hashSnapshot, sealSnapshot } from "./hash.js";
import { manyRules, readSample, repositoryPath } from "./sample.js";
import type { Snapshot } from "./snapshot.gen.js";
import { assertSnapshot, SchemaMismatch } from "./validate.js";

interface Answer {
  readonly ok: boolean;
  readonly code?: string;
  readonly path?: string;
  readonly message?: string;
  readonly hash?: string;
  readonly zones?: readonly string[];
  readonly units?: readonly { name: string; zone: number; addresses: readonly string[] }[];
  readonly policies?: readonly { policy_id: number; name: string; action: number; timeout: number }[];
  readonly counters?: number;
  readonly routes?: number;
}

/** helperReads gives the encoding to the helper's own decoder. */
function helperReads(bytes: Uint8Array): Answer {
  const run = spawnSync(repositoryPath("build/release/tools/snapshot-check"), { input: bytes, maxBuffer: 64 << 20 });
  if (run.error) throw run.error;
  return JSON.parse(run.stdout.toString("utf8")) as Answer;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

test("the helper reads every part of the sample as it was written", () => {
  const sample = readSample();
  const answer = helperReads(encodeSnapshot(sample));
  assert.equal(answer.ok, true, answer.message);
  assert.equal(answer.hash, sample.hash);
  assert.deepEqual(
    answer.zones,
    sample.zones.map((zone) => zone.name),
  );
  assert.deepEqual(
    answer.units,
    sample.units.map((unit) => ({
      name: unit.name,
      zone: unit.zone,
      addresses: unit.addresses.map(({ address }) => hex(address)),
    })),
  );
  assert.deepEqual(
    answer.policies,
    sample.policy_sets
      .flatMap((set) => set.rules)
      .map((rule) => ({ policy_id: rule.policy_id, name: rule.name, action: rule.action, timeout: rule.timeout })),
  );
  assert.equal(answer.counters, sample.counters.length);
  assert.equal(answer.routes, sample.routes.length);
});

test("ten thousand policies go over", () => {
  const answer = helperReads(encodeSnapshot(manyRules(10_000)));
  assert.equal(answer.ok, true, `${answer.path}: ${answer.message}`);
  assert.equal(answer.policies?.length, 10_001);
  assert.equal(answer.policies?.[9_999]?.name, "policy-9999");
});

/** reversed gives a copy whose maps have their fields in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value instanceof Uint8Array || typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([field, inner]) => [field, reversed(inner)]),
  );
}

test("the encoding does not depend on the order in which fields were set, nor on what kind of byte array holds an address", () => {
  const sample = readSample();
  const other = reversed(sample) as Snapshot;
  assert.notDeepEqual(Object.keys(other), Object.keys(sample));
  assert.equal(hex(encodeSnapshot(other)), hex(encodeSnapshot(sample)));
  const buffers: Snapshot = {
    ...sample,
    routes: sample.routes.map((route) => ({ ...route, prefix: Buffer.from(route.prefix) })),
  };
  assert.equal(hex(encodeSnapshot(buffers)), hex(encodeSnapshot(sample)));
});

test("the hash names the content alone", () => {
  const sample = readSample();
  const hash = hashSnapshot(sample);
  assert.match(hash, /^[0-9a-f]{64}$/);
  assert.equal(hashSnapshot({ ...sample, ...{ generation: 99, hash: "" } }), hash);
  assert.notEqual(hashSnapshot({ ...sample, default_policy: { ...sample.default_policy, action: 2 } }), hash);
  const sealed = sealSnapshot(sample, 12);
  assert.equal(sealed.generation, 12);
  assert.equal(sealed.hash, hash);
  assert.equal(hashSnapshot(sealed), hash);
  assert.doesNotThrow(() => assertSnapshot(sealed));
  assert.ok(encodeContent(sample).length < encodeSnapshot(sample).length);
});

/** spoiled gives the sample with what stands at a path of fields and indexes replaced; undefined takes a field away. */
function spoiled(path: readonly (string | number)[], value: unknown): unknown {
  const copy = structuredClone(readSample()) as unknown;
  let at = copy as Record<string | number, unknown>;
  for (const step of path.slice(0, -1)) at = at[step] as Record<string | number, unknown>;
  const last = path.at(-1)!;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

const wrong: readonly (readonly [path: readonly (string | number)[], value: unknown])[] = [
  [["version"], 2],
  [["generation"], 0],
  [["generation"], undefined],
  [["hash"], "0".repeat(63)],
  [["hash"], "G".repeat(64)],
  [["settings", "fail_mode"], "ajar"],
  [["settings", "session_maximum"], 1023],
  [["settings", "tcp_no_syn_check"], 1],
  [["zones", 0, "name"], ""],
  [["zones", 0, "name"], "x".repeat(64)],
  [["zones", 0, "name"], "caf\u00e9"],
  [["zones", 0, "host_inbound", 1, "family"], 3],
  [["ports", 1, "mtu"], 255],
  [["ports", 1, "device"], "a/b"],
  [["units", 0, "vlan"], 4095],
  [["units", 0, "vlan"], 1.5],
  [["units", 0, "colour"], 1],
  [["units", 0, "addresses", 0, "address"], Uint8Array.of(1, 2, 3)],
  [["units", 0, "host_inbound", 0, "protocol"], 256],
  [["address_sets", 0, "inet", 0, "low"], new Uint8Array(16)],
  [["policy_sets", 0, "rules", 1, "action"], 3],
  [["policy_sets", 0, "rules", 0, "source", 0], -1],
  [["policy_sets", 0, "rules", 0, "timeout"], undefined],
  [["default_policy", "policy_id"], 1],
  [["counters"], []],
  [["counters", 1], 5],
  [["routes", 0, "kind"], "nowhere"],
  [["routes", 0, "next_hops"], Array.from({ length: 17 }, () => ({ gateway: Uint8Array.of(192, 0, 2, 2), unit: 0 }))],
];

test("daemon and helper refuse the same thing by the same code and path", () => {
  for (const [path, value] of wrong) {
    const snapshot = spoiled(path, value);
    let mismatch: SchemaMismatch | undefined;
    try {
      assertSnapshot(snapshot);
    } catch (thrown) {
      assert.ok(thrown instanceof SchemaMismatch);
      mismatch = thrown;
    }
    assert.ok(mismatch, `${path.join(".")} was not refused`);
    /* the canonical encoding has no room for an unknown field, so only the daemon can meet one */
    if (mismatch.code === "unknown") continue;
    const answer = helperReads(encodeSnapshot(snapshot as Snapshot));
    assert.deepEqual(
      { code: mismatch.code, path: mismatch.path },
      { code: answer.code, path: answer.path },
      `${path.join(".")}: ${answer.message}`,
    );
  }
});

test("a mismatch names the place in words", () => {
  assert.throws(() => assertSnapshot(spoiled(["policy_sets", 0, "rules", 1, "action"], 3)), {
    code: "bound",
    path: "policy_sets[0].rules[1].action",
    message: "policy_sets[0].rules[1].action: must be <= 2",
  });
});
