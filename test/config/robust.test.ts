// Whatever a text holds: an answer, never an exception, and what is accepted also compiles. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { compileConfig } from "../../daemon/src/config/compile.js";
import { loadConfig } from "../../daemon/src/config/load.js";
import { assertSnapshot } from "../../daemon/src/snapshot/validate.js";
import { editDistance, nearest } from "../../daemon/src/config/nearest.js";
import { edited, readRepositoryFile } from "./tree.js";

const base = readRepositoryFile("test/config/base.yaml");

function answers(text: string): void {
  const result = loadConfig(text);
  if (result.ok) assertSnapshot(compileConfig(result.config, 1).snapshot);
  else assert.ok(result.errors.length > 0 && result.errors.every((error) => error.message !== ""));
}

/** placesOf gives every place of a tree: the container and its key. */
function placesOf(tree: unknown): [container: Record<string, unknown>, key: string][] {
  if (typeof tree !== "object" || tree === null) return [];
  const container = tree as Record<string, unknown>;
  return Object.keys(container).flatMap((key) => [
    [container, key] as [Record<string, unknown>, string],
    ...placesOf(container[key]),
  ]);
}

test("a configuration with any of its statements replaced by anything is answered", () => {
  const spare = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(
      "any",
      "trust",
      "web",
      "servers",
      "own",
      "users-in",
      "protect",
      "p1m",
      "blue",
      "bogons",
      "tcp",
      "syn & !ack",
      "lo0.0",
      { name: "ours", except: true },
      "10.0.0.0/8",
      "::/0",
      "192.0.2.1/24",
      0,
      -1,
      65536,
      true,
      null,
      [],
      {},
    ),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(), spare), { minLength: 1, maxLength: 4 }), (changes) => {
      const tree = edited();
      for (const [at, value] of changes) {
        const places = placesOf(tree);
        const [container, key] = places[at % places.length]!;
        container[key] = structuredClone(value); // a later change may be made inside it, and must stay in this tree
      }
      answers(JSON.stringify(tree));
    }),
    { numRuns: 400 },
  );
});

test("a configuration with any statement left out is answered", () => {
  const count = placesOf(edited()).length;
  for (let at = 0; at < count; at++) {
    const tree = edited();
    const [container, key] = placesOf(tree)[at]!;
    if (Array.isArray(container)) container.splice(Number(key), 1);
    else delete container[key];
    answers(JSON.stringify(tree));
  }
});

test("a text cut off anywhere, or with characters replaced, is answered", () => {
  fc.assert(
    fc.property(
      fc.nat(base.length),
      fc.array(fc.tuple(fc.nat(base.length - 1), fc.constantFrom(..."{}[]:,-&*!|>'\"%@`#? \n\t~0ax")), {
        maxLength: 5,
      }),
      (length, changes) => {
        const characters = [...base];
        for (const [at, character] of changes) characters[at] = character;
        answers(characters.slice(0, length).join(""));
      },
    ),
    { numRuns: 300 },
  );
});

test("editDistance is a distance, and its limit only cuts it off", () => {
  const word = fc.stringMatching(/^[abc]{0,7}$/);
  fc.assert(
    fc.property(word, word, fc.nat(7), (a, b, limit) => {
      const distance = editDistance(a, b);
      assert.equal(distance, editDistance(b, a));
      assert.equal(distance === 0, a === b);
      assert.equal(Math.min(editDistance(a, b, limit), limit + 1), Math.min(distance, limit + 1));
    }),
  );
  for (const [a, b, distance] of [
    ["web", "wbe", 1],
    ["servers", "servres", 1],
    ["abc", "", 3],
    ["junos-htp", "junos-http", 1],
    ["kitten", "sitting", 3],
  ] as const)
    assert.equal(editDistance(a, b), distance);
});

test("nearest prefers the closest, then the longest common beginning, then the first", () => {
  assert.equal(nearest("junos-htp", ["junos-ftp", "junos-http", "junos-https"]), "junos-http");
  assert.equal(nearest("web-servres", ["db-servers", "web-servers"]), "web-servers");
  assert.equal(nearest("TRUST", ["untrust", "trust"]), "trust");
  assert.equal(nearest("x", ["yy", "zz"]), undefined);
  assert.equal(nearest("nowhere", ["trust", "dmz"]), undefined);
});
