// grok.ts: Logstash's patterns as regular expressions. SPDX-License-Identifier: Apache-2.0
//
// %{NAME} stands for another pattern, %{NAME:field} and %{NAME:field:type} also give what it matched a name. The patterns are
// written for Oniguruma; of what JavaScript lacks they use atomic groups only, which decide about time and not about matches.
import { readFile } from "node:fs/promises";

const REFERENCE = /%\{(\w+)(?::([^:}]+))?(?::\w+)?\}/;

export class Grok {
  readonly #patterns: ReadonlyMap<string, string>;

  private constructor(patterns: ReadonlyMap<string, string>) {
    this.#patterns = patterns;
  }

  static async load(...files: readonly string[]): Promise<Grok> {
    const patterns = new Map<string, string>();
    for (const file of files)
      for (const line of (await readFile(file, "utf8")).split("\n")) {
        const [, name, pattern] = /^(\w+) (.*)$/.exec(line) ?? [];
        if (name !== undefined && pattern !== undefined) patterns.set(name, pattern);
      }
    return new Grok(patterns);
  }

  /** match looks for a pattern in a text: the fields it names, or undefined. */
  match(name: string, text: string): Record<string, string> | undefined {
    const fields: string[] = [];
    const found = new RegExp(this.#expand(`%{${name}}`, fields)).exec(text);
    if (found === null) return undefined;
    return Object.fromEntries(fields.map((field, at) => [field, found[at + 1] ?? ""]));
  }

  // Groups with a name are the only ones that capture, in the order in which they stand.
  #expand(pattern: string, fields: string[]): string {
    let rest = pattern;
    let expanded = "";
    for (let found = REFERENCE.exec(rest); found !== null; found = REFERENCE.exec(rest)) {
      const [whole, name = "", field] = found;
      const inner = this.#patterns.get(name);
      if (inner === undefined) throw new Error(`no pattern ${name}`);
      expanded += silent(rest.slice(0, found.index));
      if (field !== undefined) fields.push(field);
      expanded += `(${field === undefined ? "?:" : ""}${this.#expand(inner, fields)})`;
      rest = rest.slice(found.index + whole.length);
    }
    return expanded + silent(rest);
  }
}

/** silent makes the groups of a pattern's own text capture nothing. */
function silent(text: string): string {
  return text.replaceAll("(?>", "(?:").replace(/(?<!\\)\((?!\?)/g, "(?:");
}
