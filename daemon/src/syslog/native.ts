// native.ts: finds the module made of daemon/native/datagrams.c beside the compiled daemon. SPDX-License-Identifier: Apache-2.0
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import { CodedError } from "../base/coded-error.js";
import type { Native } from "./outbox.js";

/** NativeMissingError: `make native` has not been run, or not for this Node. */
export class NativeMissingError extends CodedError {
  constructor(path: string, cause: unknown) {
    super("native-missing", `cannot load ${path}; run make native`, { cause });
  }
}

/** loadNative loads the module. Compiled JavaScript lies in build/js/daemon/src/syslog, the module in build/release. */
export function loadNative(): Native {
  const path = fileURLToPath(new URL("../../../../release/datagrams.node", import.meta.url));
  try {
    return createRequire(import.meta.url)(path) as Native;
  } catch (cause) {
    throw new NativeMissingError(path, cause);
  }
}
