// exit.ts: what the CLI tells its caller when it ends. SPDX-License-Identifier: Apache-2.0
import { CodedError } from "../base/coded-error.js";

/** Exit codes, stable: scripts rely on them. */
export const Exit = {
  OK: 0,
  /** Refused or failed: the configuration has errors, there is no such commit, the helper said no. */
  REFUSED: 1,
  /** The command line is wrong. */
  USAGE: 2,
  /** The daemon cannot be reached. */
  UNREACHABLE: 3,
} as const;
export type Exit = (typeof Exit)[keyof typeof Exit];

/** CliError ends the command with a sentence on standard error and an exit code. */
export class CliError extends CodedError {
  readonly exit: Exit;

  constructor(exit: Exit, code: string, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.exit = exit;
  }
}
