// error.ts: what is wrong with a configuration: every error at once, each with its place. SPDX-License-Identifier: Apache-2.0

/**
 * The causes, stable for programs: syntax (not YAML or JSON), unknown (no such statement), missing (a required statement),
 * type, value (outside what is allowed), duplicate (said twice), reference (a name that nothing has), conflict (two
 * statements that cannot both hold), limit (more than fits).
 */
export type ConfigErrorCode =
  "syntax" | "unknown" | "missing" | "type" | "value" | "duplicate" | "reference" | "conflict" | "limit";

export interface ConfigError {
  readonly code: ConfigErrorCode;
  /** path of the statement, e.g. security.policies[0].policy[2].match.source-address[1]; "" for the whole text */
  readonly path: string;
  readonly message: string;
  readonly expected?: string;
  readonly found?: string;
  /** file, line and column (from 1) in the text, where known */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

export interface FormatOptions {
  readonly color?: boolean;
}

/** formatConfigErrors writes one line per error, "FILE:LINE:COLUMN: PATH: MESSAGE", and a closing count. */
export function formatConfigErrors(errors: readonly ConfigError[], options: FormatOptions = {}): string {
  const paint = (code: string, text: string): string =>
    options.color === true && text !== "" ? `\x1b[${code}m${text}\x1b[0m` : text;
  const lines = errors.map((error) => {
    const place = [error.file, error.line, error.column].filter((part) => part !== undefined).join(":");
    return [paint("2", place), paint("1", error.path), paint("31", error.message)]
      .filter((part) => part !== "")
      .join(": ");
  });
  lines.push(errors.length === 1 ? "1 error" : `${errors.length} errors`);
  return lines.join("\n");
}
