// write.ts: make evidence: runs everything and writes docs/evidence.md. SPDX-License-Identifier: Apache-2.0
import { writeFile } from "node:fs/promises";

import { CollectorRun } from "../collectors/collector-run.js";
import { readers } from "../collectors/readers.js";
import { documentFile, documentText, type CollectorRow } from "./document.js";
import { collectEvidence } from "./evidence.js";

const STORM_PACKETS = 100_000;

async function collectors(): Promise<CollectorRow[]> {
  const run = await CollectorRun.start();
  try {
    const rows: CollectorRow[] = [];
    for (const reader of readers) rows.push({ reader, version: await reader.version(), ...(await reader.read(run)) });
    return rows;
  } finally {
    await run.close();
  }
}

await writeFile(documentFile, documentText(await collectEvidence(STORM_PACKETS), await collectors()));
