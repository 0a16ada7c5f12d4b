// candidate.ts: a text on its way to become the active configuration. SPDX-License-Identifier: Apache-2.0
import { compileConfig, type Compiled } from "../config/compile.js";
import type { Config } from "../config/config.js";
import type { ConfigError } from "../config/error.js";
import { loadConfig } from "../config/load.js";

/** Candidate: a text that is a configuration. */
export interface Candidate {
  readonly text: string;
  readonly config: Config;
}

export type CandidateResult =
  | { readonly ok: true; readonly candidate: Candidate }
  | { readonly ok: false; readonly errors: readonly ConfigError[] };

/** readCandidate understands a text or gives every error in it; `file` is the name that errors give as its place. */
export function readCandidate(text: string, file?: string): CandidateResult {
  const loaded = loadConfig(text, file === undefined ? {} : { file });
  return loaded.ok ? { ok: true, candidate: { text, config: loaded.config } } : loaded;
}

/** checkText gives every error that keeps a text from being a configuration; none means that it is one. */
export function checkText(text: string, file?: string): readonly ConfigError[] {
  const read = readCandidate(text, file);
  if (!read.ok) return read.errors;
  // What loads must compile; doing it here keeps `check` from promising what `apply` cannot hold.
  compileCandidate(read.candidate, 1);
  return [];
}

/** compileCandidate makes the snapshot and the names for one generation. */
export function compileCandidate(candidate: Candidate, generation: number): Compiled {
  return compileConfig(candidate.config, generation);
}
