// load.ts: from a text to a configuration, or to every error in it. SPDX-License-Identifier: Apache-2.0
import { checkMeaning } from "./check.js";
import type { Config } from "./config.js";
import type { ConfigError } from "./error.js";
import { formatPath } from "./path.js";
import { checkSchema } from "./schema.js";
import { readSource, sourceOffset, sourceValue } from "./source.js";

export type LoadResult =
  { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly errors: readonly ConfigError[] };

export interface LoadOptions {
  /** file: a name for the text in errors */
  readonly file?: string;
}

/** loadConfig reads YAML or JSON. The errors are all there are, in the order of the text; there is no half of a configuration. */
export function loadConfig(text: string, options: LoadOptions = {}): LoadResult {
  const inFile = (error: ConfigError): ConfigError =>
    options.file === undefined ? error : { ...error, file: options.file };
  const source = readSource(text);
  if (!("root" in source)) return { ok: false, errors: source.map(inFile) };
  const tree = sourceValue(source.root);
  const found = [...checkSchema(tree), ...checkMeaning(tree)].map((finding): ConfigError => ({
    ...finding,
    path: formatPath(finding.path),
    message: printable(finding.message),
    ...source.place(sourceOffset(source.root, finding.path)),
  }));
  const errors = [...source.errors, ...found].toSorted((a, b) => a.line! - b.line! || a.column! - b.column!);
  return errors.length === 0 ? { ok: true, config: tree as Config } : { ok: false, errors: errors.map(inFile) };
}

/** printable keeps what a text holds from controlling the terminal that its errors are shown on. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
