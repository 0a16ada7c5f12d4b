// snapshot.mjs: makes from schemas/{snapshot,control}.schema.json the helper's decoder tables, the daemon's types and the
// documents, so that each field and each bound stands once. SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const read = (path) => JSON.parse(readFileSync(join(root, path), "utf8"));
const U32_MAX = 0xffffffff;

/** fail names the place in the schema that the generator does not understand: nothing is passed over. */
function fail(at, why) {
  throw new Error(`${at}: ${why}`);
}

const KEYWORDS = new Set([
  "type",
  "description",
  "minimum",
  "maximum",
  "anyOf",
  "const",
  "enum",
  "minLength",
  "maxLength",
  "pattern",
  "items",
  "minItems",
  "maxItems",
  "byteLengths",
  "$ref",
  "properties",
  "required",
  "additionalProperties",
]);

/** typeOf turns one schema node into the form that all emitters share. */
function typeOf(node, at, defs) {
  for (const key of Object.keys(node)) if (!KEYWORDS.has(key)) fail(at, `unknown keyword "${key}"`);
  if (node.$ref !== undefined) {
    if (node.$ref === "snapshot.schema.json") return { kind: "raw" };
    const name = /^#\/\$defs\/(\w+)$/.exec(node.$ref)?.[1];
    const target = defs[name] ?? fail(at, `no definition ${node.$ref}`);
    return target.type === "object" ? { kind: "map", name } : typeOf(target, `$defs.${name}`, defs);
  }
  if (node.byteLengths !== undefined) return { kind: "bytes", lengths: node.byteLengths };
  if (node.const !== undefined) return { kind: "integer", low: node.const, high: node.const };
  if (node.enum !== undefined) {
    return node.enum.every((v) => typeof v === "string")
      ? { kind: "choice", words: node.enum }
      : { kind: "integer", values: node.enum };
  }
  switch (node.type) {
    case "boolean":
      return { kind: "boolean" };
    case "integer": {
      const range = node.anyOf === undefined ? node : node.anyOf[1];
      if (node.anyOf !== undefined && (node.anyOf.length !== 2 || node.anyOf[0].const !== 0))
        fail(at, "anyOf must be 0 or a range");
      if (range.minimum === undefined || range.maximum === undefined) fail(at, "an integer needs minimum and maximum");
      return { kind: "integer", low: range.minimum, high: range.maximum, orZero: node.anyOf !== undefined };
    }
    case "string":
      return { kind: "text", low: node.minLength, high: node.maxLength, pattern: node.pattern };
    case "array":
      return { kind: "array", low: node.minItems, high: node.maxItems, item: typeOf(node.items, `${at}[]`, defs) };
    default:
      return fail(at, `unknown type "${node.type}"`);
  }
}

/** mapOf turns an object node into its fields in order. */
function mapOf(name, node, defs) {
  const fields = Object.entries(node.properties).map(([field, child]) => ({
    name: field,
    required: node.required.includes(field),
    doc: child.description ?? "",
    type: typeOf(child, `${name}.${field}`, defs),
  }));
  for (const field of node.required)
    if (node.properties[field] === undefined) fail(name, `required "${field}" is no property`);
  if (fields.length > 64) fail(name, "more than 64 fields");
  return { name, doc: node.description, fields };
}

/** mapsFrom lists the maps reachable from `names`, nested ones before those that hold them. */
function mapsFrom(names, maps) {
  const done = new Map();
  const visit = (name) => {
    if (done.has(name)) return;
    const map = maps.get(name) ?? fail(name, "no such map");
    for (const field of map.fields) {
      let type = field.type;
      while (type.kind === "array") type = type.item;
      if (type.kind === "map") visit(type.name);
    }
    done.set(name, map);
  };
  names.forEach(visit);
  return [...done.values()];
}

// ---- C ---------------------------------------------------------------------------------------------------------------

const cScalar = (type) => {
  if (type.kind === "boolean") return "bool";
  const low = type.values ? Math.min(...type.values) : (type.low ?? 0);
  const high = type.values ? Math.max(...type.values) : (type.high ?? 0);
  if (low < 0) return "int32_t";
  return high > U32_MAX ? "uint64_t" : "uint32_t";
};

function cType(type, prefix) {
  switch (type.kind) {
    case "text":
      return "struct schema_text";
    case "bytes":
    case "raw":
      return "struct schema_bytes";
    case "map":
      return `struct ${prefix}${type.name}`;
    case "array":
      return cType(type.item, prefix);
    default:
      return cScalar(type);
  }
}

const cWord = (text) => text.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");

/** cCharacters turns a pattern of the form ^[...]*$ into a bit for each ASCII character. */
function cCharacters(pattern, at) {
  const set = /^\^\[([^\]]+)\]\*\$$/.exec(pattern)?.[1] ?? fail(at, `pattern ${pattern} is not of the form ^[...]*$`);
  const allowed = new RegExp(`^[${set}]$`);
  const words = [0, 0, 0, 0];
  for (let c = 0; c < 128; c++) if (allowed.test(String.fromCharCode(c))) words[c >> 5] |= 1 << (c & 31);
  return words.map((w) => `0x${(w >>> 0).toString(16).padStart(8, "0")}`);
}

/** cInitializer gives the braces of a struct schema_type; what it points at is added to `out` first. */
function cInitializer(type, id, prefix, out) {
  const n = (v) => `${v}ll`;
  switch (type.kind) {
    case "boolean":
      return "{ .kind = SCHEMA_BOOLEAN }";
    case "raw":
      return "{ .kind = SCHEMA_RAW }";
    case "integer": {
      const width = `.width = sizeof(${cScalar(type)})`;
      if (type.values) {
        out.push(`static const int64_t ${id}_values[] = { ${type.values.join(", ")} };`);
        return `{ .kind = SCHEMA_INTEGER, ${width}, .low = ${n(Math.min(...type.values))}, .high = ${n(Math.max(...type.values))}, .values = ${id}_values, .value_count = ${type.values.length} }`;
      }
      return `{ .kind = SCHEMA_INTEGER, ${width}, .low = ${n(type.low)}, .high = ${n(type.high)}${type.orZero ? ", .or_zero = true" : ""} }`;
    }
    case "choice":
      out.push(`static const char *const ${id}_words[] = { ${type.words.map((w) => JSON.stringify(w)).join(", ")} };`);
      return `{ .kind = SCHEMA_CHOICE, .words = ${id}_words, .value_count = ${type.words.length} }`;
    case "text":
      out.push(`static const uint32_t ${id}_characters[4] = { ${cCharacters(type.pattern, id).join(", ")} };`);
      return `{ .kind = SCHEMA_TEXT, .low = ${n(type.low)}, .high = ${n(type.high)}, .characters = ${id}_characters }`;
    case "bytes":
      return `{ .kind = SCHEMA_BYTES, .lengths = ${type.lengths.map((l) => `1u << ${l}`).join(" | ")} }`;
    case "map":
      return `{ .kind = SCHEMA_MAP, .map = &${prefix}${type.name}_map }`;
    case "array": {
      const item = cInitializer(type.item, `${id}_item`, prefix, out);
      out.push(`static const struct schema_type ${id}_item = ${item};`);
      return `{ .kind = SCHEMA_ARRAY, .low = ${n(type.low)}, .high = ${n(type.high)}, .item = &${id}_item, .item_size = sizeof(${cType(type.item, prefix)}) }`;
    }
    default:
      return fail(id, `kind ${type.kind}`);
  }
}

const banner = (file, what, schema) =>
  `/* ${file}: ${what} Made by shared/gen/snapshot.mjs from ${schema}; do not edit.\n * SPDX-License-Identifier: Apache-2.0 */\n`;

function cHeader(maps, { file, guard, prefix, what, schema }) {
  const lines = [banner(file, what, schema) + `#ifndef ${guard}\n#define ${guard}\n\n#include "snapshot/schema.h"\n`];
  for (const map of maps) {
    for (const field of map.fields) {
      if (field.type.kind !== "choice") continue;
      const name = `${prefix}${map.name}_${field.name}`;
      lines.push(`enum ${name} { ${field.type.words.map((w) => `${cWord(name)}_${cWord(w)}`).join(", ")} };`);
    }
    lines.push(`struct ${prefix}${map.name} {`);
    for (const field of map.fields) {
      if (!field.required) lines.push(`\tbool has_${field.name};`);
      const type = cType(field.type, prefix);
      if (field.type.kind === "array") lines.push(`\tuint32_t ${field.name}_count;\n\t${type} *${field.name};`);
      else lines.push(`\t${type} ${field.name};`);
    }
    if (map.fields.length === 0) lines.push("\tchar nothing;");
    lines.push("};", `extern const struct schema_map ${prefix}${map.name}_map;`, "");
  }
  return lines.join("\n") + "\n#endif\n";
}

function cTables(maps, { file, header, prefix, what, schema }) {
  const lines = [banner(file, what, schema) + `#include "${header}"\n\n#include <stddef.h>\n`];
  for (const map of maps) {
    const struct = `struct ${prefix}${map.name}`;
    const rows = [];
    for (const field of map.fields) {
      const init = cInitializer(field.type, `${map.name}_${field.name}`, prefix, lines);
      const count = field.type.kind === "array" ? `, .count_at = offsetof(${struct}, ${field.name}_count)` : "";
      const present = field.required ? "" : `, .present_at = offsetof(${struct}, has_${field.name})`;
      rows.push(
        `\t{ .name = "${field.name}", .name_length = ${field.name.length}, .required = ${field.required}, .at = offsetof(${struct}, ${field.name})${count}${present},\n\t  .type = ${init} },`,
      );
    }
    if (rows.length > 0)
      lines.push(`static const struct schema_field ${map.name}_fields[] = {\n${rows.join("\n")}\n};`);
    lines.push(
      `const struct schema_map ${prefix}${map.name}_map = { .name = "${map.name}", .size = sizeof(${struct}), .count = ${rows.length}${rows.length > 0 ? `, .field = ${map.name}_fields` : ""} };`,
      "",
    );
  }
  return lines.join("\n");
}

// ---- TypeScript ------------------------------------------------------------------------------------------------------

const pascal = (name) =>
  name
    .split("_")
    .map((part) => part[0].toUpperCase() + part.slice(1))
    .join("");

function tsType(type, nameOf) {
  switch (type.kind) {
    case "integer":
      if (type.values) return type.values.join(" | ");
      return type.low !== undefined && type.low === type.high ? String(type.low) : "number";
    case "boolean":
      return "boolean";
    case "text":
      return "string";
    case "choice":
      return type.words.map((w) => JSON.stringify(w)).join(" | ");
    case "bytes":
      return "Uint8Array";
    case "raw":
      return "Snapshot";
    case "map":
      return nameOf(type.name);
    case "array": {
      const item = tsType(type.item, nameOf);
      return `readonly ${item.includes(" ") ? `(${item})` : item}[]`;
    }
    default:
      return fail("typescript", `kind ${type.kind}`);
  }
}

function tsInterface(map, nameOf) {
  const lines = [`/** ${map.doc} */`, `export interface ${nameOf(map.name)} {`];
  for (const field of map.fields) {
    const bound = boundText(field.type);
    const doc = [field.doc, bound].filter(Boolean).join("; ");
    if (doc) lines.push(`  /** ${doc} */`);
    lines.push(`  readonly ${field.name}${field.required ? "" : "?"}: ${tsType(field.type, nameOf)};`);
  }
  lines.push("}", "");
  return lines.join("\n").replace("{\n}", "{}");
}

function boundText(type) {
  switch (type.kind) {
    case "integer":
      if (type.values) return type.values.join(", ");
      if (type.low === undefined) return "";
      if (type.low === type.high) return String(type.low);
      return `${type.orZero ? "0 or " : ""}${type.low}..${type.high}`;
    case "text":
      return type.high === undefined
        ? ""
        : type.low === type.high
          ? `${type.low} characters`
          : `${type.low}..${type.high} characters`;
    case "array":
      return type.high === undefined ? "" : `${type.low > 0 ? `${type.low}..` : "at most "}${type.high}`;
    case "bytes":
      return `${type.lengths.join(" or ")} bytes`;
    case "choice":
      return type.words.join(", ");
    default:
      return "";
  }
}

const tsBanner = (file, what, schema) =>
  `// ${file}: ${what} Made by shared/gen/snapshot.mjs from ${schema}; do not edit. SPDX-License-Identifier: Apache-2.0\n`;

const inner = (type) => (type.kind === "array" ? inner(type.item) : type);

function tsFields(name, maps, nameOf) {
  const lines = [
    `/** ${name} gives each map's fields in the order of the schema, and the map that a field holds. */`,
    `export const ${name}: Readonly<Record<string, readonly (readonly [field: string, holds: string])[]>> = {`,
  ];
  for (const map of maps) {
    const rows = map.fields.map(
      (f) => `["${f.name}", "${inner(f.type).kind === "map" ? nameOf(inner(f.type).name) : ""}"]`,
    );
    lines.push(`  ${nameOf(map.name)}: [${rows.join(", ")}],`);
  }
  lines.push("};", "");
  return lines.join("\n");
}

// ---- documents -------------------------------------------------------------------------------------------------------

function docType(type) {
  switch (type.kind) {
    case "map":
      return `[${type.name}](#${type.name.replaceAll("_", "-")})`;
    case "array":
      return `list of ${docType(type.item)}`;
    case "choice":
      return "word";
    case "raw":
      return "[snapshot](snapshot.md)";
    default:
      return type.kind;
  }
}

function docMap(map) {
  const lines = [`## ${map.name.replaceAll("_", " ")}`, "", map.doc, ""];
  if (map.fields.length === 0) return [...lines, "No fields.", ""].join("\n");
  lines.push("| field | type | bound | meaning |", "|---|---|---|---|");
  for (const field of map.fields) {
    lines.push(
      `| \`${field.name}\`${field.required ? "" : " (optional)"} | ${docType(field.type)} | ${boundText(field.type)} | ${field.doc} |`,
    );
  }
  lines.push("");
  return lines.join("\n");
}

// ---- what is made ----------------------------------------------------------------------------------------------------

const sorted = (value) => JSON.stringify(value, null, 1);

/** files gives every file made here: path from the root, and its text. */
export function files() {
  const out = new Map();

  const snapshotPath = "schemas/snapshot.schema.json";
  const snapshot = read(snapshotPath);
  const snapshotMaps = new Map();
  for (const [name, node] of Object.entries(snapshot.$defs)) {
    if (node.type === "object") snapshotMaps.set(name, mapOf(name, node, snapshot.$defs));
  }
  snapshotMaps.set("snapshot", mapOf("snapshot", snapshot, snapshot.$defs));
  const ordered = mapsFrom(["snapshot"], snapshotMaps);
  for (const name of snapshotMaps.keys()) if (!ordered.some((map) => map.name === name)) fail(name, "is used nowhere");
  const given = { prefix: "given_", schema: snapshotPath };
  out.set(
    "helper/snapshot/schema_gen.h",
    cHeader(ordered, {
      ...given,
      file: "schema_gen.h",
      guard: "RINGWALL_SNAPSHOT_SCHEMA_GEN_H",
      what: "a snapshot as it was given, its bounds checked.",
    }),
  );
  out.set(
    "helper/snapshot/schema_gen.c",
    cTables(ordered, {
      ...given,
      file: "schema_gen.c",
      header: "snapshot/schema_gen.h",
      what: "each field of a snapshot with its bounds.",
    }),
  );
  const snapshotName = (name) => (name === "snapshot" ? "Snapshot" : `Snapshot${pascal(name)}`);
  out.set(
    "daemon/src/snapshot/snapshot.gen.ts",
    tsBanner("snapshot.gen.ts", "the types of a snapshot and their schema.", snapshotPath) +
      "\n" +
      ordered.map((map) => tsInterface(map, snapshotName)).join("\n") +
      "\n" +
      tsFields("snapshotFields", ordered, snapshotName) +
      "\n" +
      `export const snapshotSchema = ${sorted(snapshot)} as const;\n`,
  );
  out.set(
    "docs/snapshot.md",
    "# Snapshot\n\n<!-- Made by shared/gen/snapshot.mjs from schemas/snapshot.schema.json; do not edit. -->\n\n" +
      "What the daemon compiles a configuration into and the helper puts in force, whole or not at all. The helper refuses the " +
      "first thing that does not fit, by its path (`policy_sets[0].rules[2].action`), and then checks what the tables below " +
      "cannot say: references lead somewhere, ids are dense, ranges are sorted and disjoint, prefixes have no host bits.\n\n" +
      [...ordered].reverse().map(docMap).join("\n"),
  );

  const controlPath = "schemas/control.schema.json";
  const control = read(controlPath);
  const controlMaps = new Map();
  for (const [name, node] of Object.entries(control.$defs)) {
    if (node.type === "object") controlMaps.set(name, mapOf(name, node, control.$defs));
  }
  const requests = mapsFrom(control.requests, controlMaps);
  const envelope = [
    { name: "id", required: true, doc: "chosen by the client", type: { kind: "integer", low: 1, high: U32_MAX } },
    { name: "type", required: true, doc: "of the request", type: { kind: "choice", words: control.requests } },
  ];
  const enveloped = requests.map((map) =>
    control.requests.includes(map.name) ? { ...map, fields: [...envelope, ...map.fields] } : map,
  );
  const request = { prefix: "request_", schema: controlPath };
  out.set(
    "helper/control/request_gen.h",
    cHeader(enveloped, {
      ...request,
      file: "request_gen.h",
      guard: "RINGWALL_CONTROL_REQUEST_GEN_H",
      what: "requests as they were given, their bounds checked.",
    }),
  );
  out.set(
    "helper/control/request_gen.c",
    cTables(enveloped, {
      ...request,
      file: "request_gen.c",
      header: "control/request_gen.h",
      what: "each field of a request with its bounds.",
    }),
  );
  const controlName = (name) => (control.requests.includes(name) ? `${pascal(name)}Request` : `Control${pascal(name)}`);
  const replyName = (name) => (name.endsWith("_reply") ? pascal(name) : controlName(name));
  const replies = mapsFrom(
    control.requests.map((name) => `${name}_reply`),
    controlMaps,
  );
  for (const name of controlMaps.keys())
    if (![...requests, ...replies].some((map) => map.name === name)) fail(name, "is used nowhere");
  const pairs = (suffix) => control.requests.map((name) => `  readonly ${name}: ${pascal(name)}${suffix};`).join("\n");
  out.set(
    "daemon/src/helper/control.gen.ts",
    tsBanner("control.gen.ts", "requests to the helper and its replies.", controlPath) +
      'import type { Snapshot } from "../snapshot/snapshot.gen.js";\n\n' +
      [...requests, ...replies].map((map) => tsInterface(map, replyName)).join("\n") +
      "\n" +
      `/** The body of each request by its type. */\nexport interface ControlRequests {\n${pairs("Request")}\n}\n\n` +
      `/** The body of each reply by its request's type. */\nexport interface ControlReplies {\n${pairs("Reply")}\n}\n\n` +
      `export const controlSchema = ${sorted(control)} as const;\n`,
  );
  out.set(
    "docs/control.md",
    "# Control protocol\n\n<!-- Made by shared/gen/snapshot.mjs from schemas/control.schema.json; do not edit. -->\n\n" +
      "Spoken over the helper's Unix stream socket. Each message is a 4-byte little-endian length and a msgpack map. A request is " +
      "`{id, type, …}` with the fields below; it gets one reply with its id: `{id, ok: true, …}` or `{id, ok: false, code, path, " +
      'message}`. `hello` comes first. The writer also gets `{type: "doorbell"}` when a ring that it sleeps on has events. A ' +
      "message that is no such map, or too long, ends the connection.\n\n" +
      "Peers are root, the helper's own user, and the members of the socket's group; others are told so and turned away. A " +
      "request is at most 64 KiB, the writer's 64 MiB; a reply at most 16 MiB. A peer that does not finish a message, say hello or " +
      "read what it asked for within 10 s is disconnected. Generations only rise: `apply_snapshot` with the generation in " +
      "force is answered `unchanged` if the hash is the same, and refused if it is not.\n\n" +
      [...requests, ...replies].map(docMap).join("\n"),
  );
  return out;
}
