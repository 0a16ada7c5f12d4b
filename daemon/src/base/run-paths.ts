// run-paths.ts: where the processes meet: the names of everything in the run directory. SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";

export const DEFAULT_RUN_DIR = "/run/ringwall";
export const DEFAULT_STATE_DIR = "/var/lib/ringwall";

/** helperSocket is the helper's control socket. */
export const helperSocket = (runDir: string): string => join(runDir, "helper.sock");

/** daemonSocket is the daemon's API socket, which the CLI talks to. */
export const daemonSocket = (runDir: string): string => join(runDir, "ringwalld.sock");
