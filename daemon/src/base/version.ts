// version.ts: which Ringwall this is. SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";

interface Package {
  readonly version: string;
}

/** VERSION is the one in package.json, beside which the compiled daemon lies in build/js/daemon/src/base. */
export const VERSION = (
  JSON.parse(readFileSync(new URL("../../../../../package.json", import.meta.url), "utf8")) as Package
).version;
