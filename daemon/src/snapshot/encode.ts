// encode.ts: a snapshot as msgpack, in one way only: fields in the order of the schema, integers as short as they go, addresses as
// bin. SPDX-License-Identifier: Apache-2.0
import { Packr } from "msgpackr";

import { snapshotFields, type Snapshot } from "./snapshot.gen.js";

const packr = new Packr({ useRecords: false, variableMapSize: true });

/** inOrder copies a value of a map of the schema with its fields in the schema's order, absent ones left out. */
function inOrder(value: unknown, holds: string, without: ReadonlySet<string>): unknown {
  if (holds === "") return value;
  if (Array.isArray(value)) return value.map((item) => inOrder(item, holds, without));
  const given = value as Readonly<Record<string, unknown>>;
  const ordered: Record<string, unknown> = {};
  for (const [field, inner] of snapshotFields[holds]!) {
    if (given[field] !== undefined && !without.has(field)) ordered[field] = inOrder(given[field], inner, none);
  }
  return ordered;
}

const none: ReadonlySet<string> = new Set();
const ofTheCommit: ReadonlySet<string> = new Set(["generation", "hash"]);

/** orderSnapshot gives the snapshot with its fields in the order of the schema. */
export const orderSnapshot = (snapshot: Snapshot): Snapshot => inOrder(snapshot, "Snapshot", none) as Snapshot;

/** encodeSnapshot gives the canonical encoding. Assumes a valid snapshot. */
export const encodeSnapshot = (snapshot: Snapshot): Uint8Array => packr.pack(orderSnapshot(snapshot));

/** encodeContent is encodeSnapshot without generation and hash: what the hash is made of. */
export const encodeContent = (content: Omit<Snapshot, "generation" | "hash">): Uint8Array =>
  packr.pack(inOrder(content, "Snapshot", ofTheCommit));
