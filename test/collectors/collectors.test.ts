// What real collectors make of the lines: traffic goes through a real firewall once, and whatever receives or parses its lines
// has to come to the values of the packets that were sent. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { collectorsTable, sectionOf, type CollectorRow } from "../evidence/document.js";
import { CollectorRun } from "./collector-run.js";
import { readers, readerTitle } from "./readers.js";

describe("collectors", { timeout: 120_000 }, () => {
  const table: CollectorRow[] = [];
  let run: CollectorRun;
  before(async () => {
    run = await CollectorRun.start();
  });
  after(async () => {
    await run?.close();
  });

  for (const reader of readers)
    test(`${readerTitle(reader)}: the values of the packets that were sent`, async () => {
      table.push({ reader, version: await reader.version(), ...(await reader.read(run)) });
    });

  test("each session's CLOSE comes under the number of its CREATE", () => {
    const ids = (tag: string): string[] =>
      run.lab.collector.received
        .slice(0, run.datagrams.sent.length)
        .filter((line) => line.tag === tag)
        .map((line) => line.fields["session-id"]!)
        .toSorted();
    assert.deepEqual(ids("RT_FLOW_SESSION_CLOSE"), ids("RT_FLOW_SESSION_CREATE"));
    assert.equal(new Set(ids("RT_FLOW_SESSION_CREATE")).size, 5);
  });

  test("docs/evidence.md has the table of this run", async () => {
    // Versions are those of the machine that wrote it.
    const rows = (section: string): string => section.replaceAll(/^(\| [^|]+ \|) [^|]* \|/gm, "$1 VERSION |");
    assert.equal(rows(await sectionOf("Collectors")), rows(collectorsTable(table)));
  });
});
