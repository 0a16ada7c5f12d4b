// coded-error.ts: the base of every error a person or another program may see: a stable code beside the sentence. SPDX-License-Identifier: Apache-2.0

/** CodedError: one subclass per cause. `code` is stable and goes over the API; `message` is for people. */
export class CodedError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** errorText gives the sentence of anything thrown, with its causes. */
export function errorText(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause === undefined ? thrown.message : `${thrown.message}: ${errorText(thrown.cause)}`;
}

/** hasCode tells whether a thrown value carries this code (ours or a system call's). */
export function hasCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === code;
}
