// Files as memory: the only place that knows mmap. SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, fstatSync, openSync } from "node:fs";

import mmapModule from "@riaskov/mmap-io";

import { CodedError } from "../base/coded-error.js";

// The module's types describe an ES module; at run time its exports are the functions themselves.
const mmap = mmapModule as unknown as typeof mmapModule.default;

const READ_WRITE = 3; // PROT_READ | PROT_WRITE

/** A file cannot be mapped as it is: not a regular file, or too short. */
export class MappingRefusedError extends CodedError {}

/** mapForReading maps a whole file of at least `least` bytes; the kernel refuses every store to it. */
export function mapForReading(path: string, least: number): Buffer {
  return map(path, least, constants.O_RDONLY, mmap.PROT_READ);
}

/** mapForWriting maps a whole file of at least `least` bytes for loads and stores, shared with other processes. */
export function mapForWriting(path: string, least: number): Buffer {
  return map(path, least, constants.O_RDWR, READ_WRITE);
}

function map(path: string, least: number, access: number, protection: 1 | 3): Buffer {
  const file = openSync(path, access | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw new MappingRefusedError("mapping-not-a-file", `${path}: expected a regular file`);
    if (status.size < least) {
      throw new MappingRefusedError("mapping-short", `${path}: expected at least ${least} bytes, got ${status.size}`);
    }
    // Populated, so that no batch waits for page faults.
    return mmap.map(status.size, protection, mmap.MAP_SHARED | mmap.MAP_POPULATE, file);
  } finally {
    closeSync(file);
  }
}
