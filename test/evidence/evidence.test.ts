// docs/evidence.md is what a run of today gives, but for what differs from run to run. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { documentFile, documentText } from "./document.js";
import { collectEvidence } from "./evidence.js";

const STORM_PACKETS = 20_000;

/** withoutChance takes out times, identifiers that hosts choose, and how a connection's segments fell. */
function withoutChance(document: string): string {
  const [packets, storm] = document.split("\n## Collectors\n")[0]!.split("\n## Deny storm\n") as [string, string];
  const chance: readonly (readonly [RegExp, string])[] = [
    [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME"],
    [/session-id="[1-9]\d*"/g, 'session-id="N"'],
    [/elapsed-time="\d+"/g, 'elapsed-time="N"'],
    [/^[0-9a-f]{4} (?: [0-9a-f]{2,4})+$/gm, "HEX"],
    [/\b(seq|ack|val|ecr|win|wscale) \d+(:\d+)?/g, "$1 N"],
    [/(as captured by the sender:\n```\n)(?:IP.*\n)+/g, "$1SESSION\n"],
    [/((?:packets|bytes)-from-(?:client|server)(?:="| \| ))\d+( captured packets \| `)?\d*/g, "$1N$2"],
  ];
  const masked = chance.reduce((text, [pattern, to]) => text.replaceAll(pattern, to), packets);
  // Of the storm every number may differ, and with them the widths of columns.
  return masked + storm.replaceAll(/\d+/g, "N").replaceAll(/ +/g, " ");
}

test("packets, lines and accounts are those of docs/evidence.md", { timeout: 120_000 }, async () => {
  const fresh = documentText(await collectEvidence(STORM_PACKETS), []);
  assert.equal(withoutChance(fresh), withoutChance(await readFile(documentFile, "utf8")));
});
