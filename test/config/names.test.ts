// Name tables as they come back from the disk. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { compileConfig } from "../../daemon/src/config/compile.js";
import { applicationName, parseNameTable, unitName, unitZone, zoneName } from "../../daemon/src/config/names.js";
import { configOf } from "./tree.js";

const { names } = compileConfig(configOf(), 1);

test("ids give names, and what was not there gives none", () => {
  assert.deepEqual([zoneName(names, 1), zoneName(names, 0), zoneName(names, 99)], ["trust", undefined, undefined]);
  assert.deepEqual(
    [unitName(names, 2), unitName(names, 0), unitName(names, 99)],
    ["ge-0/0/1.10", undefined, undefined],
  );
  assert.deepEqual([unitZone(names, 2), unitZone(names, 0), unitZone(names, 99)], ["untrust", undefined, undefined]);
  assert.deepEqual(
    [applicationName(names, 1), applicationName(names, 0), applicationName(names, 60000)],
    ["own", undefined, undefined],
  );
});

test("a stored table that is not whole, or of another version, is refused", () => {
  const stored = JSON.stringify(names);
  assert.deepEqual(parseNameTable(JSON.parse(stored)), names);
  for (const field of Object.keys(names)) {
    const table = JSON.parse(stored) as Record<string, unknown>;
    for (const wrong of [undefined, null, -1.5, {}, [5]]) {
      table[field] = wrong;
      assert.equal(parseNameTable(table), undefined, `${field}: ${JSON.stringify(wrong)}`);
    }
  }
  assert.equal(parseNameTable({ ...names, version: 1 }), undefined);
  for (const nothing of [null, 5, "x", []]) assert.equal(parseNameTable(nothing), undefined);
});
