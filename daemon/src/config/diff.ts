// diff.ts: what changes between two configurations, statement by statement. SPDX-License-Identifier: Apache-2.0
import type { Config } from "./config.js";

/** Change of one statement; list entries are shown by name. `moved`: same content, other place in an ordered list. */
export type Change =
  | { readonly kind: "added"; readonly path: string; readonly after: Leaf }
  | { readonly kind: "removed"; readonly path: string; readonly before: Leaf }
  | { readonly kind: "changed"; readonly path: string; readonly before: Leaf; readonly after: Leaf }
  | { readonly kind: "moved"; readonly path: string; readonly behind: string | undefined };

/** Leaf: a scalar, a list of words, or an empty mapping. */
export type Leaf = string | number | boolean | readonly unknown[] | Readonly<Record<string, never>>;

/** diffConfig gives the changes in the order of the trees: what is gone stands where it stood, what is new where it stands. */
export function diffConfig(before: Config | undefined, after: Config): Change[] {
  const changes: Change[] = [];
  compare("", before, after, changes);
  return changes;
}

/** formatChanges writes one line per change: "+", "-", "~" (changed) or ">" (moved), the path and the values. */
export function formatChanges(changes: readonly Change[], options: { readonly color?: boolean } = {}): string {
  const paint = (code: string, text: string): string => (options.color === true ? `\x1b[${code}m${text}\x1b[0m` : text);
  return changes
    .map((change) => {
      switch (change.kind) {
        case "added":
          return paint("32", `+ ${change.path}: ${leafText(change.after)}`);
        case "removed":
          return paint("31", `- ${change.path}: ${leafText(change.before)}`);
        case "changed":
          return paint("33", `~ ${change.path}: ${leafText(change.before)} -> ${leafText(change.after)}`);
        case "moved":
          return paint(
            "36",
            `> ${change.path}: moved ${change.behind === undefined ? "to the front" : `behind ${change.behind}`}`,
          );
      }
    })
    .join("\n");
}

type Entries = ReadonlyMap<string, unknown>;

function compare(path: string, before: unknown, after: unknown, changes: Change[]): void {
  const [old, now] = [entriesOf(path, before), entriesOf(path, after)];
  if (old === undefined || now === undefined || (old.size === 0) !== (now.size === 0)) {
    if (sameText(before, after)) return;
    if (old === undefined && now === undefined && before !== undefined && after !== undefined) {
      changes.push(...leafChanges(path, before as Leaf, after as Leaf));
    } else {
      flatten(path, before, (at, leaf) => changes.push({ kind: "removed", path: at, before: leaf }));
      flatten(path, after, (at, leaf) => changes.push({ kind: "added", path: at, after: leaf }));
    }
    return;
  }
  const [oldNames, nowNames] = [[...old.keys()], [...now.keys()]];
  for (const name of merged(oldNames, nowNames)) compare(name, old.get(name), now.get(name), changes);
  if (!Array.isArray(after)) return;
  reportMoves(
    oldNames.filter((name) => now.has(name)),
    nowNames.filter((name) => old.has(name)),
    changes,
  );
}

/** LONG_LIST: of longer lists, such as prefix lists, only the words that are gone or new are shown. */
const LONG_LIST = 8;

function leafChanges(path: string, before: Leaf, after: Leaf): Change[] {
  if (Array.isArray(before) && Array.isArray(after) && Math.max(before.length, after.length) > LONG_LIST) {
    const [old, now] = [new Set<unknown>(before), new Set<unknown>(after)];
    const gone = before.filter((word) => !now.has(word));
    const fresh = after.filter((word) => !old.has(word));
    if (gone.length + fresh.length > 0) {
      return [
        ...(gone.length === 0 ? [] : [{ kind: "removed" as const, path, before: gone }]),
        ...(fresh.length === 0 ? [] : [{ kind: "added" as const, path, after: fresh }]),
      ];
    }
  }
  return [{ kind: "changed", path, before, after }];
}

/** flatten visits the leaves below a path. */
function flatten(path: string, value: unknown, visit: (path: string, leaf: Leaf) => void): void {
  if (value === undefined) return;
  const entries = entriesOf(path, value);
  if (entries === undefined || entries.size === 0) visit(path, value as Leaf);
  else for (const [name, inner] of entries) flatten(name, inner, visit);
}

/** entriesOf gives the statements inside a mapping or a list of named entries, by their paths; undefined for a leaf. */
function entriesOf(path: string, value: unknown): Entries | undefined {
  if (Array.isArray(value)) {
    const mixed = value.some((item) => typeof item === "object");
    const named = value.map(
      (item: unknown) => [mixed && typeof item === "string" ? item : entryName(item), item] as const,
    );
    if (value.length === 0 || named.some(([name]) => name === undefined)) return undefined;
    return new Map(named.map(([name, item]) => [`${path}[${name!}]`, withoutName(item)]));
  }
  if (typeof value !== "object" || value === null) return undefined;
  return new Map(Object.entries(value).map(([key, inner]) => [path === "" ? key : `${path}.${key}`, inner as unknown]));
}

/** entryName is what tells an entry of a list from its neighbours; a plain list of words has none. */
function entryName(item: unknown): string | undefined {
  if (typeof item !== "object" || item === null) return undefined;
  if ("name" in item && typeof item.name === "string") return item.name;
  if ("from-zone" in item && "to-zone" in item) return `${String(item["from-zone"])} > ${String(item["to-zone"])}`;
  return "global" in item ? "global" : undefined;
}

const IDENTITY: ReadonlySet<string> = new Set(["name", "from-zone", "to-zone", "global"]);

/** withoutName gives an entry without what entryName has said. A word alone holds nothing more. */
function withoutName(item: unknown): unknown {
  if (typeof item !== "object" || item === null) return {};
  return Object.fromEntries(Object.entries(item).filter(([key]) => !IDENTITY.has(key)));
}

/** merged gives all names once: the new order, with those that are gone behind the name they stood behind. */
function merged(before: readonly string[], after: readonly string[]): string[] {
  const names = [...after];
  const known = new Set(after);
  before.forEach((name, index) => {
    if (known.has(name)) return;
    const behind = index === 0 ? -1 : names.indexOf(before[index - 1]!);
    names.splice(behind + 1, 0, name);
  });
  return names;
}

/** reportMoves: names outside the longest run that kept its order have moved. */
function reportMoves(before: readonly string[], after: readonly string[], changes: Change[]): void {
  const place = new Map(before.map((name, index) => [name, index]));
  const kept = longestRising(after.map((name) => place.get(name)!));
  after.forEach((name, index) => {
    if (!kept.has(index)) changes.push({ kind: "moved", path: name, behind: after[index - 1] });
  });
}

/** longestRising gives the positions of one longest rising subsequence (patience sorting). */
function longestRising(values: readonly number[]): ReadonlySet<number> {
  const tails: number[] = [];
  const previous: (number | undefined)[] = [];
  values.forEach((value, index) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (values[tails[middle]!]! < value) low = middle + 1;
      else high = middle;
    }
    previous[index] = tails[low - 1];
    tails[low] = index;
  });
  const kept = new Set<number>();
  for (let at = tails.at(-1); at !== undefined; at = previous[at]) kept.add(at);
  return kept;
}

const sameText = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function leafText(leaf: Leaf): string {
  if (Array.isArray(leaf)) return `[${leaf.map(String).join(", ")}]`;
  return typeof leaf === "object" ? "{}" : String(leaf);
}
