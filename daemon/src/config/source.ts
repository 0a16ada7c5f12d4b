// source.ts: a configuration text as a tree whose every node knows its place in the text. SPDX-License-Identifier: Apache-2.0
import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  Parser,
  type CST,
  type Document,
  type Node,
} from "yaml";

import type { ConfigError } from "./error.js";
import { formatPath, type Path } from "./path.js";

export type Scalar = string | number | boolean | null;

/** SourceNode: `offset` counts characters from the start of the text; `key` is the place of the key that holds the node. */
export type SourceNode =
  | { readonly kind: "scalar"; readonly offset: number; readonly key?: number; readonly value: Scalar }
  | { readonly kind: "list"; readonly offset: number; readonly key?: number; readonly items: readonly SourceNode[] }
  | {
      readonly kind: "map";
      readonly offset: number;
      readonly key?: number;
      readonly entries: ReadonlyMap<string, SourceNode>;
    };

export interface Source {
  readonly root: SourceNode;
  /** errors: duplicate and unusable keys; the tree is whole without them */
  readonly errors: readonly ConfigError[];
  readonly place: (offset: number) => { readonly line: number; readonly column: number };
}

export const MAX_TEXT_BYTES = 32 * 1024 * 1024;
export const MAX_DEPTH = 64;
/** MAX_ALIASED_NODES bounds what YAML aliases may add up to, so that a small text cannot become a huge tree. */
export const MAX_ALIASED_NODES = 100_000;

/** readSource parses YAML or JSON. Gives the errors alone when the text is neither. */
export function readSource(text: string): Source | readonly ConfigError[] {
  if (Buffer.byteLength(text) > MAX_TEXT_BYTES) {
    return [{ code: "limit", path: "", message: `the text is larger than ${MAX_TEXT_BYTES / 1024 / 1024} MiB` }];
  }
  const lines = new LineCounter();
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines.addNewLine(at + 1);
  lines.lineStarts.unshift(0);
  const place = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const report = new SourceReport(place);
  const root = (/^\s*[{[]/.test(text) ? readJson(text, report) : undefined) ?? readYaml(text, report);
  return root === undefined ? report.errors : { root, errors: report.errors, place };
}

/** sourceValue gives the plain value of a tree. */
export function sourceValue(node: SourceNode): unknown {
  switch (node.kind) {
    case "scalar":
      return node.value;
    case "list":
      return node.items.map(sourceValue);
    case "map":
      return Object.fromEntries(Array.from(node.entries, ([key, value]) => [key, sourceValue(value)]));
  }
}

/** sourceOffset gives the place of the statement at a path, or of the deepest one on the way that is there. */
export function sourceOffset(root: SourceNode, path: Path): number {
  let node = root;
  let offset = root.offset;
  for (const step of path) {
    const next: SourceNode | undefined =
      node.kind === "list" && typeof step === "number"
        ? node.items[step]
        : node.kind === "map"
          ? node.entries.get(String(step))
          : undefined;
    if (next === undefined) break;
    node = next;
    offset = next.key ?? next.offset;
  }
  return offset;
}

class SourceReport {
  errors: ConfigError[] = [];
  readonly #place: Source["place"];

  constructor(place: Source["place"]) {
    this.#place = place;
  }

  add(code: ConfigError["code"], path: Path, offset: number, message: string): void {
    this.errors.push({ code, path: formatPath(path), message, ...this.#place(offset) });
  }

  duplicate(path: Path, offset: number, first: number): void {
    this.add(
      "duplicate",
      path,
      offset,
      `'${path.at(-1)}' is said twice; the first is on line ${this.#place(first).line}`,
    );
  }
}

/** UNUSABLE_KEYS would reach into the prototype of a plain object. */
const UNUSABLE_KEYS: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

// ---- YAML ------------------------------------------------------------------------------------------------------------

function readYaml(text: string, report: SourceReport): SourceNode | undefined {
  const tokens = Array.from(new Parser().parse(text));
  if (tokens.some((token) => isDeep(token))) {
    report.add("limit", [], 0, `nested deeper than ${MAX_DEPTH} levels`);
    return undefined;
  }
  const documents = Array.from(new Composer({ uniqueKeys: false, version: "1.2" }).compose(tokens, true, text.length));
  const [document] = documents;
  if (document === undefined || document.contents === null) {
    report.add("syntax", [], 0, "the text holds no configuration");
    return undefined;
  }
  const before = report.errors.length;
  const seen = new Set<string>();
  for (const { pos, message } of [...document.errors, ...document.warnings]) {
    if (!seen.has(`${pos[0]} ${message}`)) report.add("syntax", [], pos[0], `not YAML: ${message.replace(/\.?$/, "")}`);
    seen.add(`${pos[0]} ${message}`);
  }
  if (documents[1] !== undefined)
    report.add("syntax", [], documents[1].range[0], "a second document begins here; expected one");
  if (report.errors.length > before) return undefined;
  return new YamlReader(document, report).read(document.contents);
}

/** The YAML parser keeps a stack of its own, but what follows recurses, so the depth is measured before, without recursion. */
function isDeep(root: CST.Token): boolean {
  let level: CST.Token[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH + 1) return true;
    level = level.flatMap((token) => {
      if (token.type === "document") return token.value ?? [];
      return "items" in token ? token.items.flatMap((item) => [item.key ?? [], item.value ?? []].flat()) : [];
    });
  }
  return false;
}

class YamlReader {
  readonly #document: Document.Parsed;
  readonly #report: SourceReport;
  #aliased = 0;
  #failed = false;

  constructor(document: Document.Parsed, report: SourceReport) {
    this.#document = document;
    this.#report = report;
  }

  /** read gives undefined when the tree is too deep or aliases make it too large; both are reported. */
  read(contents: Node): SourceNode | undefined {
    const root = this.#node(contents, [], undefined, undefined);
    return this.#failed ? undefined : root;
  }

  /** What an alias stands for has its place at the alias: `alias`, where there is one. */
  #node(node: Node | null, path: Path, key: number | undefined, alias: number | undefined): SourceNode {
    const offset = alias ?? node?.range?.[0] ?? key ?? 0;
    const at = key === undefined ? { offset } : { offset, key };
    const nothing: SourceNode = { kind: "scalar", value: null, ...at };
    if (this.#failed || node === null) return nothing;
    if (path.length > MAX_DEPTH) return this.#fail(path, offset, `nested deeper than ${MAX_DEPTH} levels`, nothing);
    if (alias !== undefined && ++this.#aliased > MAX_ALIASED_NODES) {
      return this.#fail(path, offset, `aliases add up to more than ${MAX_ALIASED_NODES} statements`, nothing);
    }
    if (isAlias(node)) {
      const anchored = node.resolve(this.#document);
      if (anchored === undefined)
        this.#report.add("syntax", path, offset, `no anchor &${node.source} stands before this alias`);
      return this.#node(anchored ?? null, path, key, offset);
    }
    if (isSeq<Node>(node)) {
      return {
        kind: "list",
        items: node.items.map((item, index) => this.#node(item, [...path, index], undefined, alias)),
        ...at,
      };
    }
    if (isMap<Node, Node | null>(node)) {
      const entries = new Map<string, SourceNode>();
      for (const pair of node.items) {
        const name = isScalar(pair.key) ? String(pair.key.value) : undefined;
        const keyOffset = alias ?? pair.key.range?.[0] ?? offset;
        if (name === undefined || UNUSABLE_KEYS.has(name)) {
          this.#report.add("syntax", path, keyOffset, "expected a word as the name of a statement");
          continue;
        }
        const before = entries.get(name);
        if (before !== undefined) this.#report.duplicate([...path, name], keyOffset, before.key ?? before.offset);
        else entries.set(name, this.#node(pair.value, [...path, name], keyOffset, alias));
      }
      return { kind: "map", entries, ...at };
    }
    if (isScalar(node) && typeof node.value === "number" && /^[-+]?0[0-9]/.test(node.source ?? "")) {
      const hint = "write it in quotes to make it a text, or without the zeros";
      this.#report.add("syntax", path, offset, `the number ${node.source!} begins with zeros; ${hint}`);
    }
    return { kind: "scalar", value: isScalar(node) ? scalarOf(node.value) : null, ...at };
  }

  #fail(path: Path, offset: number, message: string, nothing: SourceNode): SourceNode {
    this.#failed = true;
    this.#report.add("limit", path.slice(0, 1), offset, message);
    return nothing;
  }
}

function scalarOf(value: unknown): Scalar {
  return typeof value === "number" || typeof value === "boolean" || value === null ? value : String(value);
}

// ---- JSON ------------------------------------------------------------------------------------------------------------

/** readJson is the quick way for what is JSON; undefined and nothing reported for anything else, which YAML then judges. */
function readJson(text: string, report: SourceReport): SourceNode | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const before = report.errors.length;
  const root = new JsonReader(text, report).read();
  if (root === undefined) report.errors.length = before;
  return root;
}

/** JsonReader finds the places of a text that JSON.parse has already accepted, so it need not check what it reads. */
class JsonReader {
  readonly #text: string;
  readonly #report: SourceReport;
  #at = 0;

  constructor(text: string, report: SourceReport) {
    this.#text = text;
    this.#report = report;
  }

  read(): SourceNode | undefined {
    return this.#node([], undefined);
  }

  #node(path: Path, key: number | undefined): SourceNode | undefined {
    if (path.length > MAX_DEPTH) return undefined;
    const offset = this.#next();
    const at = key === undefined ? { offset } : { offset, key };
    if (this.#text[offset] === "[") {
      const items = this.#list(path);
      return items === undefined ? undefined : { kind: "list", items, ...at };
    }
    if (this.#text[offset] === "{") {
      const entries = this.#map(path);
      return entries === undefined ? undefined : { kind: "map", entries, ...at };
    }
    return { kind: "scalar", value: this.#scalar(), ...at };
  }

  #list(path: Path): SourceNode[] | undefined {
    const items: SourceNode[] = [];
    this.#at++;
    while (this.#text[this.#next()] !== "]") {
      const item = this.#node([...path, items.length], undefined);
      if (item === undefined) return undefined;
      items.push(item);
      if (this.#text[this.#next()] === ",") this.#at++;
    }
    this.#at++;
    return items;
  }

  #map(path: Path): Map<string, SourceNode> | undefined {
    const entries = new Map<string, SourceNode>();
    this.#at++;
    while (this.#text[this.#next()] !== "}") {
      const keyOffset = this.#next();
      const name = String(this.#scalar());
      this.#at = this.#next() + 1;
      const value = this.#node([...path, name], keyOffset);
      if (value === undefined) return undefined;
      const before = entries.get(name);
      if (UNUSABLE_KEYS.has(name))
        this.#report.add("syntax", path, keyOffset, "expected a word as the name of a statement");
      else if (before !== undefined) this.#report.duplicate([...path, name], keyOffset, before.key ?? before.offset);
      else entries.set(name, value);
      if (this.#text[this.#next()] === ",") this.#at++;
    }
    this.#at++;
    return entries;
  }

  #next(): number {
    while (/[ \t\r\n]/.test(this.#text[this.#at]!)) this.#at++;
    return this.#at;
  }

  #scalar(): Scalar {
    SCALAR.lastIndex = this.#next();
    const [token] = SCALAR.exec(this.#text)!;
    this.#at = SCALAR.lastIndex;
    return JSON.parse(token) as Scalar;
  }
}

const SCALAR = /"[^"\\]*(?:\\.[^"\\]*)*"|[^\s,\]}:]+/gy;
