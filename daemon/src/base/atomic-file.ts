// atomic-file.ts: files that are either the old one or the new one, also after a crash or a power cut. SPDX-License-Identifier: Apache-2.0
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

import { hasCode } from "./coded-error.js";

/** writeFileAtomic replaces `path` by `content`: written beside it, synced, renamed over it, and the folder synced, so the
 * content is on the disk when it returns. */
export function writeFileAtomic(path: string, content: string, mode = 0o640): void {
  const beside = `${path}.new`;
  const file = openSync(beside, "w", mode);
  try {
    const bytes = Buffer.from(content);
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
  syncFolder(dirname(path));
}

/** renameDurably moves a file and syncs the folder it is now in. Both paths are on one file system. */
export function renameDurably(from: string, to: string): void {
  renameSync(from, to);
  syncFolder(dirname(to));
}

/** readIfThere gives a file's text, or undefined where there is no such file. Any other trouble is thrown. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (thrown) {
    if (hasCode(thrown, "ENOENT")) return undefined;
    throw thrown;
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
