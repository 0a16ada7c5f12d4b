// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { sampleTable } from "../syslog/sample-events.js";
import { GenerationNames } from "./names.js";

const renamed = { ...sampleTable, generation: 8, hostName: "fw2", zones: ["", "inside", "outside"] };
const source = (tables: Readonly<Record<number, unknown>>) => {
  const asked: number[] = [];
  return { asked, names: (generation: number) => (asked.push(generation), tables[generation]) };
};

describe("names by generation", () => {
  test("an id means what it meant in the generation of the frame", () => {
    const names = new GenerationNames(source({ 7: sampleTable, 8: renamed }), "fallback");
    assert.deepEqual(
      [7, 8, 7].map((generation) => names.of(generation).zone(1)),
      ["trust", "inside", "trust"],
    );
    assert.deepEqual([names.of(7).hostName, names.of(8).hostName], ["fw1", "fw2"]);
  });

  test("a policy id names the policy of its application term", () => {
    const names = new GenerationNames(source({ 7: sampleTable }), "fallback").of(7);
    assert.deepEqual(
      [65536, 65537].map((id) => names.policy(id).name),
      ["users-to-internet", "users-to-internet"],
    );
    assert.equal(names.policy(65538).name, "65538");
  });

  test("a filter id and a term id name the term in the filter in which it is written", () => {
    const names = new GenerationNames(source({ 7: sampleTable }), "fallback").of(7);
    assert.deepEqual(
      [names.term(1, 2), names.term(2, 1)],
      [
        { filter: "from-users", term: "by-blue" },
        { filter: "protect", term: "ping" },
      ],
    );
    assert.deepEqual(
      [names.term(1, 4), names.term(1, 0), names.term(3, 1), names.term(0, 0)],
      [
        { filter: "from-users", term: "4" },
        { filter: "from-users", term: "0" },
        { filter: "3", term: "1" },
        { filter: "0", term: "0" },
      ],
    );
  });

  test("a generation that is not kept gives numbers and the fallback host name, and says so", () => {
    const names = new GenerationNames(source({}), "fallback").of(5);
    assert.deepEqual(
      [names.isKnown, names.hostName, names.zone(1), names.unit(2), names.policy(65536).name, names.application(1)],
      [false, "fallback", "1", "2", "65536", "1"],
    );
    assert.deepEqual(names.term(1, 2), { filter: "1", term: "2" });
  });

  test("a damaged table, or one of another generation, is not believed", () => {
    const names = new GenerationNames(source({ 1: { version: 1 }, 2: sampleTable, 3: "text" }), "fallback");
    assert.deepEqual(
      [1, 2, 3].map((generation) => names.of(generation).isKnown),
      [false, false, false],
    );
  });

  test("a table that cannot be read is told of once, and lines show numbers", () => {
    const told: unknown[] = [];
    const damaged = new Error("is not JSON");
    const source = {
      names: () => {
        throw damaged;
      },
    };
    const names = new GenerationNames(source, "fallback", (...args) => told.push(args));
    assert.deepEqual([names.of(7).isKnown, names.of(7).zone(1)], [false, "1"]);
    assert.deepEqual(told, [[7, damaged]]);
  });

  test("a table is read once, and again only after many others", () => {
    const from = source({ 7: sampleTable });
    const names = new GenerationNames(from, "fallback");
    for (let i = 0; i < 100; i++) names.of(7);
    assert.deepEqual(from.asked, [7]);
    for (let generation = 100; generation < 120; generation++) names.of(generation);
    names.of(7);
    assert.equal(from.asked.filter((generation) => generation === 7).length, 2);
  });
});
