// schema.ts: what schemas/config.schema.json has to say about a tree, as one error per cause. SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";

import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";

import type { ConfigErrorCode } from "./error.js";
import { formats } from "./format.js";
import { nearest } from "./nearest.js";
import type { Path } from "./path.js";

export interface Finding {
  readonly code: ConfigErrorCode;
  readonly path: Path;
  readonly message: string;
  readonly expected?: string;
  readonly found?: string;
}

/** The schema as far as messages need it. */
interface SchemaNode {
  readonly title?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly SchemaNode[];
}

export const configSchema = JSON.parse(
  readFileSync(new URL("../../../../../schemas/config.schema.json", import.meta.url), "utf8"),
) as Readonly<Record<string, unknown>>;

let compiled: ValidateFunction | undefined;

function validator(): ValidateFunction {
  if (compiled !== undefined) return compiled;
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: true,
    allowUnionTypes: true,
    strictRequired: false,
  });
  for (const [name, { trouble }] of formats) {
    ajv.addFormat(name, { type: "string", validate: (text: string) => trouble(text) === undefined });
  }
  compiled = ajv.compile(configSchema);
  return compiled;
}

/** checkSchema gives everything in the tree that the schema does not accept. */
export function checkSchema(tree: unknown): Finding[] {
  const validate = validator();
  if (validate(tree)) return [];
  const errors = (validate.errors ?? []).filter((error) => !isPartOfAnother(error));
  const unknownWords = new Map<string, string[]>();
  for (const error of errors) {
    if (error.keyword !== "additionalProperties") continue;
    const before = unknownWords.get(error.instancePath) ?? [];
    unknownWords.set(error.instancePath, [...before, String(error.params["additionalProperty"])]);
  }
  const findings = errors.filter((error) => !isMissingByTypo(error, unknownWords)).map(findingOf);
  return onePerCause(findings);
}

/** Errors that only repeat what another one says: branches of a choice, and the frames around conditions. */
function isPartOfAnother(error: ErrorObject): boolean {
  return error.keyword === "if" || error.keyword === "propertyNames" || /\/(oneOf|anyOf)\/\d+\//.test(error.schemaPath);
}

/** A statement is not missing where a word very like its name stands: that word is the error. */
function isMissingByTypo(error: ErrorObject, unknownWords: ReadonlyMap<string, readonly string[]>): boolean {
  const missing =
    error.keyword === "required" || error.keyword === "dependentRequired"
      ? [String(error.params["missingProperty"])]
      : error.keyword === "oneOf" || error.keyword === "anyOf"
        ? namesOf(branchesOf(error)).filter((name) => !has(error.data, name))
        : [];
  return (
    missing.length > 0 &&
    (unknownWords.get(error.instancePath) ?? []).some((word) => nearest(word, missing) !== undefined)
  );
}

function findingOf(error: ErrorObject): Finding {
  const schema = error.parentSchema as SchemaNode;
  const path = pathOf(error.instancePath);
  const expected = schema.title ?? "something else";
  switch (error.keyword) {
    case "additionalProperties":
      return unknownFinding(path, String(error.params["additionalProperty"]), Object.keys(schema.properties ?? {}));
    case "required":
    case "dependentRequired": {
      const name = String(error.params["missingProperty"]);
      return { code: "missing", path, message: `'${name}' is missing`, expected: name, found: "nothing" };
    }
    case "oneOf":
    case "anyOf":
      return choiceFinding(path, error);
    case "minItems":
    case "maxItems":
    case "minProperties":
    case "maxProperties": {
      const found = Array.isArray(error.data) ? error.data.length : Object.keys(error.data as object).length;
      const bound = `at ${error.keyword.startsWith("min") ? "least" : "most"} ${String(error.params["limit"])}`;
      return { code: "limit", path, ...expectation(`${expected}, ${bound}`, String(found)) };
    }
    case "type":
      return { code: "type", path, ...expectation(expected, foundText(error.data), quoteHint(schema, error.data)) };
    default:
      return valueFinding(path, error, schema, expected);
  }
}

function unknownFinding(path: Path, word: string, known: readonly string[]): Finding {
  const likely = nearest(word, known);
  return {
    code: "unknown",
    path: [...path, word],
    message: `unknown statement '${word}'${likely === undefined ? "" : `; did you mean '${likely}'?`}`,
    expected: `one of ${known.join(", ")}`,
    found: `'${word}'`,
  };
}

function choiceFinding(path: Path, error: ErrorObject): Finding {
  const branches = branchesOf(error);
  const there = namesOf(branches).filter((name) => has(error.data, name));
  const words = branches.map((branch) => namesOf([branch]).join(" or "));
  const expected = `${error.keyword === "oneOf" ? "exactly" : "at least"} one of ${words.join(", ")}`;
  const found = there.length === 0 ? "none" : there.join(" and ");
  return { code: there.length === 0 ? "missing" : "conflict", path, ...expectation(expected, found) };
}

function expectation(expected: string, found: string, hint = ""): Pick<Finding, "message" | "expected" | "found"> {
  return { message: `expected ${expected}, found ${found}${hint}`, expected, found };
}

function valueFinding(path: Path, error: ErrorObject, schema: SchemaNode, expected: string): Finding {
  const found = foundText(error.propertyName ?? error.data);
  const at = error.propertyName === undefined ? path : [...path, error.propertyName];
  if (error.keyword === "format" && typeof error.data === "string") {
    const trouble = formats.get(String(error.params["format"]))?.trouble(error.data);
    if (trouble !== undefined && trouble !== "") return { code: "value", path: at, message: trouble, expected, found };
  }
  const words = (schema.enum ?? []).filter((word) => typeof word === "string");
  const meant = error.keyword === "format" ? (formats.get(String(error.params["format"]))?.words ?? []) : words;
  const likely = typeof error.data === "string" ? nearest(error.data, meant) : undefined;
  return {
    code: error.keyword === "const" ? "type" : "value",
    path: at,
    message: `expected ${expected}, found ${found}${likely === undefined ? "" : `; did you mean '${likely}'?`}`,
    expected: words.length > 0 ? `one of ${words.join(", ")}` : expected,
    found,
  };
}

/** onePerCause keeps the first finding of a place, but every unknown and every missing statement. */
function onePerCause(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter((finding) => {
    const key = JSON.stringify([finding.path, finding.code === "missing" ? finding.message : ""]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function branchesOf(error: ErrorObject): readonly SchemaNode[] {
  return error.schema as readonly SchemaNode[];
}

function namesOf(branches: readonly SchemaNode[]): string[] {
  return branches.flatMap((branch) => [...(branch.required ?? []), ...namesOf(branch.anyOf ?? [])]);
}

const has = (value: unknown, name: string): boolean =>
  typeof value === "object" && value !== null && Object.hasOwn(value, name);

/** A number where a text is wanted is nearly always a name that looks like one. */
function quoteHint(schema: SchemaNode, value: unknown): string {
  const looksLikeText = typeof value === "number" || typeof value === "boolean";
  const types = [schema.type].flat();
  if (!looksLikeText || !types.includes("string") || types.includes("integer")) return "";
  return `; write "${String(value)}" in quotes to make it a text`;
}

function foundText(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "string") return value.length > 80 ? `'${value.slice(0, 77)}...'` : `'${value}'`;
  return String(value);
}

/** pathOf turns a JSON pointer into steps; digits are positions, since the only mappings with numeric keys are units. */
function pathOf(pointer: string): Path {
  const steps = pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  return steps.map((step, index) => (/^[0-9]+$/.test(step) && steps[index - 1] !== "unit" ? Number(step) : step));
}
