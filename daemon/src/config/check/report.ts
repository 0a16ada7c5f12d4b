// report.ts: how checks say what is wrong. SPDX-License-Identifier: Apache-2.0
import type { ConfigErrorCode } from "../error.js";
import { didYouMean } from "../nearest.js";
import type { Finding } from "../schema.js";
import type { Statement } from "../statement.js";

/** MAX_COMPARISONS bounds the search for likely names: ten thousand misspelt names among ten thousand would take minutes. */
const MAX_COMPARISONS = 2_000_000;

export class Report {
  readonly findings: Finding[] = [];
  #comparisons = 0;

  add(
    code: ConfigErrorCode,
    statement: Statement,
    message: string,
    more: { expected?: string; found?: string } = {},
  ): void {
    this.findings.push({ code, path: statement.path, message, ...more });
  }

  /** missing reports a statement that other statements make necessary. */
  missing(statement: Statement, name: string, why: string): void {
    this.add("missing", statement, `'${name}' is missing: ${why}`, { expected: name, found: "nothing" });
  }

  /** dangling reports a name that nothing has, with the likely one. */
  dangling(statement: Statement, what: string, name: string, candidates: () => Iterable<string>): void {
    const words = this.#comparisons < MAX_COMPARISONS ? [...candidates()] : [];
    this.#comparisons += words.length;
    const hint = didYouMean(name, words);
    this.add("reference", statement, `no ${what} named '${name}'${hint}`, { expected: what, found: `'${name}'` });
  }
}

/** reportDuplicates reports every text of a list that stood in it before. */
export function reportDuplicates(report: Report, what: string, statements: readonly Statement[]): void {
  const seen = new Set<string | number>();
  for (const statement of statements) {
    const value = statement.scalar;
    if (value === undefined) continue;
    if (seen.has(value)) report.add("duplicate", statement, `${what} '${value}' stands here twice`);
    seen.add(value);
  }
}

/** byName gives entries by their names, whether or not they are unique. */
export function byName(entries: readonly Statement[]): Map<string, Statement> {
  return new Map(
    entries.flatMap((entry) => (entry.get("name").text === undefined ? [] : [[entry.get("name").text!, entry]])),
  );
}

/** declare collects named entries by name and reports those whose name is taken or reserved. */
export function declare(
  report: Report,
  what: string,
  entries: readonly Statement[],
  taken: Map<string, Statement> = new Map<string, Statement>(),
  isReserved: (name: string) => boolean = () => false,
): Map<string, Statement> {
  for (const entry of entries) {
    const name = entry.get("name").text;
    if (name === undefined) continue;
    if (isReserved(name)) report.add("conflict", entry.get("name"), `'${name}' is a reserved name`);
    if (taken.has(name)) report.add("duplicate", entry.get("name"), `${what} '${name}' exists already`);
    else taken.set(name, entry);
  }
  return taken;
}

export const MAX_SET_DEPTH = 32;

/**
 * reportLoops reports each set that holds itself over its member sets, at the member that closes the loop, and sets that
 * are nested too deep. `kind` is the statement that names member sets, unless `membersOf` finds them.
 */
export function reportLoops(
  report: Report,
  kind: string,
  sets: ReadonlyMap<string, Statement>,
  membersOf: (set: Statement) => readonly Statement[] = (set) => set.get(kind).items(),
): void {
  const heights = new Map<string, number>();
  const heightOf = (name: string, trail: readonly string[]): number => {
    const known = heights.get(name);
    if (known !== undefined) return known;
    let height = 1;
    for (const member of membersOf(sets.get(name)!)) {
      const inner = member.text;
      if (inner === undefined || !sets.has(inner)) continue;
      const at = [...trail, name].indexOf(inner);
      if (at >= 0)
        report.add("conflict", member, `${kind} holds itself: ${[...trail.slice(at), name, inner].join(" > ")}`);
      else if (trail.length < MAX_SET_DEPTH) height = Math.max(height, 1 + heightOf(inner, [...trail, name]));
      else height = MAX_SET_DEPTH + 1;
    }
    if (height > MAX_SET_DEPTH && trail.length === 0) {
      report.add("limit", sets.get(name)!, `${kind} '${name}' is nested deeper than ${MAX_SET_DEPTH} levels`);
    }
    heights.set(name, height);
    return height;
  };
  for (const name of sets.keys()) heightOf(name, []);
}
