// evidence.ts: one run: packets and lines of both families, then the storm. SPDX-License-Identifier: Apache-2.0
import type { FamilyName } from "../e2e/filters.js";
import { Lab } from "../lab/lab.js";
import { evidenceConfiguration } from "./configuration.js";
import { collectExhibits, type Exhibit } from "./exhibit.js";
import { storm, type Storm } from "./storm.js";

export interface Evidence {
  readonly exhibits: Readonly<Record<FamilyName, readonly Exhibit[]>>;
  readonly storm: Storm;
}

/** collectEvidence brings up a laboratory of its own; it fails where a line differs from its packet, or accounts do not balance. */
export async function collectEvidence(stormPackets: number): Promise<Evidence> {
  const lab = await Lab.start(await evidenceConfiguration());
  try {
    for (const host of [lab.untrust, lab.dmz]) await lab.host(host);
    const inet = await collectExhibits(lab, "inet");
    const inet6 = await collectExhibits(lab, "inet6");
    return { exhibits: { inet, inet6 }, storm: await storm(lab, stormPackets) };
  } finally {
    await lab.close();
  }
}
