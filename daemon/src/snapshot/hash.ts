// hash.ts: the hash that names a snapshot's content, whatever its generation. SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";

import { encodeContent } from "./encode.js";
import type { Snapshot } from "./snapshot.gen.js";

/** SnapshotContent: all that is configured; generation and hash come with the commit. */
export type SnapshotContent = Omit<Snapshot, "generation" | "hash">;

/** hashSnapshot gives the SHA-256 of the canonical encoding without generation and hash, in hexadecimal digits. */
export const hashSnapshot = (content: SnapshotContent): string =>
  createHash("sha256").update(encodeContent(content)).digest("hex");

/** sealSnapshot makes a snapshot of a content: numbered and hashed. */
export const sealSnapshot = (content: SnapshotContent, generation: number): Snapshot => ({
  ...content,
  generation,
  hash: hashSnapshot(content),
});
