// Name tables as they come back from the disk. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { compileConfig } from "../../daemon/src/config/compile.js";
import {
  applicationName,
  filterName,
  parseNameTable,
  termName,
  unitName,
  unitZone,
  zoneName,
} from "../../daemon/src/config/names.js";
import { nat } from "./nat-tree.js";
import { configOf } from "./tree.js";

const { names } = compileConfig(configOf([["security.nat", nat]]), 1);

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
  assert.equal(parseNameTable({ ...names, version: 4 }), undefined);
  assert.equal(parseNameTable({ ...names, version: 0 }), undefined);
  for (const nothing of [null, 5, "x", []]) assert.equal(parseNameTable(nothing), undefined);
});

test("a table stored before there were filters or rules of translation is read without them", () => {
  const { natRules, ...second } = names;
  const { filters, ...first } = second;
  assert.ok(filters.length > 1 && natRules.length > 0);
  assert.deepEqual(parseNameTable({ ...second, version: 2 }), { ...names, natRules: [] });
  assert.deepEqual(parseNameTable({ ...first, version: 1 }), { ...names, filters: [], natRules: [] });
});

test("filters and terms are named by their ids", () => {
  const name = (filterId: number): string | undefined => filterName(names, filterId)?.name;
  assert.deepEqual([1, 2, 3, 4].map(name), ["users-in", "common", "protect", "users-in6"]);
  assert.deepEqual([0, 5].map(name), [undefined, undefined]);
  assert.deepEqual([filterName(names, 3)?.family, filterName(names, 4)?.family], ["inet", "inet6"]);
  const term = (termId: number): string | undefined => termName(names, 1, termId);
  assert.deepEqual([1, 2, 3, 4].map(term), ["spoofed", "steer", "more", "rest"]);
  assert.deepEqual([0, 5].map(term), [undefined, undefined]);
  assert.deepEqual([termName(names, 0, 1), termName(names, 9, 1)], [undefined, undefined]);
});
