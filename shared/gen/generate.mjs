// Turns shared/wire/*.json into the C header, the TypeScript module and docs/wire.md, and schemas/*.json into what snapshot.mjs
// makes of them; with --check compares instead.
// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { files as snapshotFiles } from "./snapshot.mjs";

const TYPES = {
  u8: { c: "uint8_t", size: 1 },
  u16le: { c: "uint16_t", size: 2 },
  u16be: { c: "uint16_t", size: 2, note: "network byte order" },
  u32le: { c: "uint32_t", size: 4 },
  u64le: { c: "uint64_t", size: 8 },
  time64le: { c: "uint64_t", size: 8 },
  bytes: { c: "uint8_t", size: 1 },
};

class RefusedError extends Error {}
const refuse = (message) => {
  throw new RefusedError(message);
};

// ---- reading and judging the declaration ----------------------------------------------------------

/** fieldOf names the parts of one declared row: [name, at, size, type, doc, dimensions?]. */
function fieldOf(where, row) {
  const [name, at, size, type, doc, count] = row;
  const path = `${where}.${name}`;
  const known = TYPES[type] ?? refuse(`${path}: unknown type "${type}"`);
  if (!/^[a-z][a-z0-9_]*$/.test(name)) refuse(`${path}: a name is lower case with underscores`);
  const dimensions = count ?? (type === "bytes" ? [size] : []);
  const expected = dimensions.reduce((product, n) => product * n, known.size);
  if (expected !== size) refuse(`${path}: size ${size} contradicts its type, which takes ${expected}`);
  if (at % known.size !== 0) refuse(`${path}: offset ${at} is not aligned to ${known.size}`);
  return { name, at, size, type, doc, dimensions, reserved: name.startsWith("reserved_") };
}

/** structOf checks that rows fill [0, size) without hole or overlap; pages may have gaps, which become reserved bytes. */
function structOf(name, rows, size, { gaps = false } = {}) {
  const fields = [];
  const seen = new Set();
  let next = 0;
  for (const row of rows) {
    const field = fieldOf(name, row);
    if (seen.has(field.name)) refuse(`${name}.${field.name}: declared twice`);
    seen.add(field.name);
    if (field.at < next)
      refuse(`${name}.${field.name}: offset ${field.at} overlaps the field before, which ends at ${next}`);
    if (field.at > next) {
      if (!gaps) refuse(`${name}.${field.name}: hole from ${next} to ${field.at}`);
      fields.push(gap(next, field.at));
    }
    fields.push(field);
    next = field.at + field.size;
  }
  if (next > size) refuse(`${name}: fields end at ${next}, size is ${size}`);
  if (next < size) {
    if (!gaps) refuse(`${name}: fields end at ${next}, size is ${size}`);
    fields.push(gap(next, size));
  }
  return { name, size, fields };
}

function gap(from, to) {
  return {
    name: `reserved_${from}`,
    at: from,
    size: to - from,
    type: "bytes",
    doc: "zero",
    dimensions: [to - from],
    reserved: true,
  };
}

/** viewsOf turns one kind's renamings into fields: `"rule": "policy_id"`, `[name, enum]`, or `{name: [at, size, type]}`. */
function viewsOf(kind, renamings, record, enums) {
  const views = [];
  for (const [shared, naming] of Object.entries(renamings)) {
    const path = `kinds.${kind}.${shared}`;
    const field = record.fields.find((f) => f.name === shared) ?? refuse(`${path}: the record has no such field`);
    if (typeof naming === "string") {
      views.push({ ...field, name: naming, shared });
    } else if (Array.isArray(naming)) {
      const [name, of] = naming;
      if (!(of in enums)) refuse(`${path}: no enum "${of}"`);
      views.push({ ...field, name, shared, of });
    } else {
      const rows = Object.entries(naming).map(([name, [at, size, type]]) => [name, at, size, type, field.doc]);
      for (const part of structOf(path, rows, field.size).fields) {
        views.push({ ...part, at: field.at + part.at, shared, within: part.at });
      }
    }
  }
  return views;
}

function enumOf(name, entries) {
  const byValue = new Map();
  const members = Object.entries(entries).map(([key, [value, doc, text]]) => {
    if (!/^[A-Z][A-Z0-9_]*$/.test(key)) refuse(`${name}.${key}: a member is upper case with underscores`);
    if (!Number.isInteger(value) || value < 0 || value > 255) refuse(`${name}.${key}: ${value} does not fit one byte`);
    if (byValue.has(value)) refuse(`${name}.${key}: value ${value} is already ${byValue.get(value)}`);
    if (typeof text !== "string" || text === "") refuse(`${name}.${key}: no text`);
    byValue.set(value, key);
    return { key, value, doc, text };
  });
  return { name, members, count: Math.max(...members.map((m) => m.value)) + 1 };
}

export function judge(frames, enumerations) {
  const enums = Object.fromEntries(
    Object.entries(enumerations)
      .filter(([name]) => !name.startsWith("$"))
      .map(([name, entries]) => [name, enumOf(name, entries)]),
  );
  const frame = frames.event_frame;
  let end = 0;
  const parts = Object.entries(frame.parts).map(([name, [at, size]]) => {
    if (at !== end) refuse(`event_frame.${name}: begins at ${at}, the part before ends at ${end}`);
    if (at % 8 !== 0) refuse(`event_frame.${name}: offset ${at} is not aligned to 8`);
    end = at + size;
    return { part: name, at, ...structOf(`event_${name}`, frame[name], size) };
  });
  if (end !== frame.size) refuse(`event_frame: parts end at ${end}, size is ${frame.size}`);
  const record = parts.find((p) => p.part === "record");
  const kinds = Object.entries(frame.kinds).map(([kind, renamings]) => ({
    kind,
    views: viewsOf(kind, renamings, record, enums),
  }));
  const declared = enums.event_type.members.map((m) => m.key);
  for (const kind of declared) if (!(kind in frame.kinds)) refuse(`kinds: event type ${kind} has no view`);
  for (const { kind } of kinds) if (!declared.includes(kind)) refuse(`kinds.${kind}: no such event type`);

  const ring = frames.ring;
  const page = ring.page_size;
  const files = ["identity", "producer", "consumer"].map((name) =>
    structOf(`ring_${name}`, ring[name], page, { gaps: true }),
  );
  if (ring.slots_at % page !== 0) refuse(`ring.slots_at: ${ring.slots_at} is no page boundary`);
  if (Buffer.byteLength(ring.magic) !== 8) refuse("ring.magic: not 8 bytes");
  for (const [where, name] of [
    [1, "events"],
    [1, "former_events"],
  ]) {
    const dimensions = files[where].fields.find((f) => f.name === name).dimensions.slice(-2);
    if (dimensions[0] < enums.event_type.count || dimensions[1] < enums.event_outcome.count)
      refuse(`ring.producer.${name}: [${dimensions}] is too small for the event types and outcomes`);
  }
  const book = frames.accounts;
  if (book.rows_at % page !== 0) refuse(`accounts.rows_at: ${book.rows_at} is no page boundary`);
  if (Buffer.byteLength(book.magic) !== 8) refuse("accounts.magic: not 8 bytes");
  const structs = [
    structOf("account_header", book.header, book.rows_at, { gaps: true }),
    structOf("account_row", book.row, book.row_head, { gaps: true }),
    structOf("account_cell", book.cell, book.cell[0][2]),
  ];
  for (const { name, size } of structs) if (size % 64 !== 0) refuse(`accounts: ${name} is not in whole cache lines`);
  return {
    enums,
    accounts: { ...book, structs },
    frame: { size: frame.size, parts, record, kinds },
    ring: { ...ring, structs: files },
    version: frames.layout_version,
  };
}

/** layoutHash covers what both sides must agree on, and no prose: rewording a description changes nothing on the wire. */
export function layoutHash(model) {
  const shape = (s) => s.fields.map(({ name, at, size, type, dimensions }) => [name, at, size, type, dimensions]);
  const canonical = JSON.stringify([
    model.version,
    model.frame.size,
    model.frame.parts.map((p) => [p.part, p.at, p.size, shape(p)]),
    model.frame.kinds.map((k) => [
      k.kind,
      k.views.map(({ name, at, size, type, of }) => [name, at, size, type, of ?? null]),
    ]),
    [model.ring.page_size, model.ring.slots_at, model.ring.magic],
    model.ring.structs.map((s) => [s.name, shape(s)]),
    [model.accounts.rows_at, model.accounts.worker_count, model.accounts.magic],
    model.accounts.structs.map((s) => [s.name, shape(s)]),
    Object.values(model.enums).map((e) => [e.name, e.members.map((m) => [m.key, m.value])]),
  ]);
  return createHash("sha256").update(canonical).digest("hex").slice(0, 16);
}

// ---- C ------------------------------------------------------------------------------------------------

const upper = (name) => name.toUpperCase();
const pascal = (name) =>
  name
    .split("_")
    .map((w) => w[0].toUpperCase() + w.slice(1))
    .join("");
const camel = (name) => pascal(name)[0].toLowerCase() + pascal(name).slice(1);

function cMember(field, indent) {
  const type = TYPES[field.type];
  const dimensions = field.dimensions.map((n) => `[${n}]`).join("");
  const doc = [field.doc, type.note].filter(Boolean).join("; ");
  return `${indent}${type.c} ${field.name}${dimensions};${doc ? ` /* ${doc} */` : ""}`;
}

/** cShared writes a field whose meaning depends on the kind as an anonymous union of the kinds' own names. */
function cShared(field, kinds) {
  const users = new Map();
  for (const { kind, views } of kinds)
    for (const view of views.filter((v) => v.shared === field.name)) {
      const key = view.within === undefined ? view.name : `{${kind}}`;
      const entry = users.get(key) ?? { kinds: [], views: [] };
      if (!entry.kinds.includes(kind)) entry.kinds.push(kind);
      if (!entry.views.some((v) => v.name === view.name)) entry.views.push(view);
      users.set(key, entry);
    }
  const lines = [`\tunion { /* ${field.doc} */`];
  for (const { kinds: of, views } of users.values()) {
    if (views[0].within === undefined) {
      const [view] = views;
      lines.push(cMember({ ...view, doc: of.join(", ") + (view.of ? `: enum ${view.of}` : "") }, "\t\t"));
    } else {
      lines.push("\t\tstruct {", ...views.map((v) => cMember({ ...v, doc: of.join(", ") }, "\t\t\t")), "\t\t};");
    }
  }
  return [...lines, "\t};"];
}

function cStruct(struct, kinds = []) {
  const shared = new Set(kinds.flatMap((k) => k.views.map((v) => v.shared)));
  const lines = [`struct ${struct.name} {`];
  const asserts = [];
  const assert = (f) =>
    asserts.push(
      `_Static_assert(offsetof(struct ${struct.name}, ${f.name}) == ${f.at}, "${struct.name}.${f.name} moved");`,
      `_Static_assert(sizeof(((struct ${struct.name} *)0)->${f.name}) == ${f.size}, "${struct.name}.${f.name} changed size");`,
    );
  for (const field of struct.fields) {
    if (shared.has(field.name)) lines.push(...cShared(field, kinds));
    else {
      lines.push(cMember(field, "\t"));
      assert(field);
    }
  }
  const views = new Map(kinds.flatMap((k) => k.views.map((v) => [v.name, v])));
  views.forEach(assert);
  asserts.push(`_Static_assert(sizeof(struct ${struct.name}) == ${struct.size}, "${struct.name} changed size");`);
  return [...lines, "};", ...asserts, ""];
}

function cEnum({ name, members, count }) {
  const U = upper(name);
  return [
    `enum ${name} {`,
    ...members.map((m) => `\t${U}_${m.key} = ${m.value}, /* ${m.doc} */`),
    "};",
    `#define ${U}_COUNT ${count}u /* highest value + 1 */`,
    "",
    `/* ${name}_text returns what a user reads, "unknown" for a value that is not declared. Any thread. */`,
    "static inline const char *",
    `${name}_text(unsigned v)`,
    "{",
    `\tstatic const char *const text[${U}_COUNT] = {`,
    ...members.map((m) => `\t\t[${U}_${m.key}] = ${JSON.stringify(m.text)},`),
    "\t};",
    `\treturn v < ${U}_COUNT && text[v] ? text[v] : "unknown";`,
    "}",
    "",
  ];
}

/** magicWord writes eight characters as the number that a little-endian machine reads. */
const magicWord = (magic) => `0x${Buffer.from(magic).reverse().toString("hex")}ull /* "${magic}" */`;

function header(model) {
  const { frame, ring, accounts } = model;
  return [
    "/* wire_gen.h: everything that crosses the ring, generated from shared/wire/ by shared/gen/generate.mjs; do not edit.",
    " * SPDX-License-Identifier: Apache-2.0 */",
    "#ifndef RINGWALL_WIRE_GEN_H",
    "#define RINGWALL_WIRE_GEN_H",
    "",
    "#include <stddef.h>",
    "#include <stdint.h>",
    "",
    `#define WIRE_LAYOUT_VERSION ${model.version}u`,
    `#define WIRE_LAYOUT_HASH 0x${layoutHash(model)}ull`,
    `#define WIRE_LAYOUT_HASH_TEXT "${layoutHash(model)}"`,
    `#define EVENT_FRAME_SIZE ${frame.size}u`,
    `#define RING_PAGE_SIZE ${ring.page_size}u`,
    `#define RING_SLOTS_AT ${ring.slots_at}u`,
    `#define RING_MAGIC ${magicWord(ring.magic)}`,
    `#define ACCOUNT_ROWS_AT ${accounts.rows_at}u`,
    `#define ACCOUNT_WORKERS ${accounts.worker_count}u`,
    `#define ACCOUNT_MAGIC ${magicWord(accounts.magic)}`,
    "",
    ...Object.values(model.enums).flatMap(cEnum),
    ...frame.parts.flatMap((p) => cStruct(p, p.part === "record" ? frame.kinds : [])),
    "struct event_frame {",
    ...frame.parts.map((p) => `\tstruct ${p.name} ${p.part};`),
    "};",
    ...frame.parts.map(
      (p) => `_Static_assert(offsetof(struct event_frame, ${p.part}) == ${p.at}, "event_frame.${p.part} moved");`,
    ),
    `_Static_assert(sizeof(struct event_frame) == ${frame.size}, "event_frame changed size");`,
    "",
    ...ring.structs.flatMap((s) => cStruct(s)),
    ...accounts.structs.flatMap((s) => cStruct(s)),
    "#endif",
    "",
  ].join("\n");
}

// ---- TypeScript ---------------------------------------------------------------------------------------

function tsOffsets(name, fields, base = 0) {
  return [`  ${name}: {`, ...fields.map((f) => `    ${f.name}: ${base + f.at},`), "  },"];
}

function tsEnum({ name, members, count }) {
  const T = pascal(name);
  const texts = Array.from({ length: count }, (_, v) => members.find((m) => m.value === v)?.text ?? "unknown");
  const names = Array.from({ length: count }, (_, v) => members.find((m) => m.value === v)?.key);
  return [
    `export const ${T} = {`,
    ...members.flatMap((m) => [`  /** ${m.doc} */`, `  ${m.key}: ${m.value},`]),
    "} as const;",
    `export type ${T} = (typeof ${T})[keyof typeof ${T}];`,
    `export type ${T}Name = keyof typeof ${T};`,
    `/** What a user reads, by value. */`,
    `export const ${camel(name)}Text: readonly string[] = ${JSON.stringify(texts)};`,
    `/** The declared name, by value. */`,
    `export const ${camel(name)}Name: readonly (${T}Name | undefined)[] = [${names.map((n) => (n ? JSON.stringify(n) : "undefined")).join(", ")}];`,
    "",
  ];
}

function module(model) {
  const { frame, ring, accounts } = model;
  const shared = new Set(frame.kinds.flatMap((k) => k.views.map((v) => v.shared)));
  const named = (fields) => fields.filter((f) => !shared.has(f.name) && !f.reserved);
  return [
    "// Everything that crosses the ring, generated from shared/wire/ by shared/gen/generate.mjs; do not edit.",
    "// SPDX-License-Identifier: Apache-2.0",
    "",
    `export const LAYOUT_VERSION = ${model.version};`,
    `export const LAYOUT_HASH = "${layoutHash(model)}";`,
    `export const FRAME_SIZE = ${frame.size};`,
    `export const RING_PAGE_SIZE = ${ring.page_size};`,
    `export const RING_SLOTS_AT = ${ring.slots_at};`,
    `export const RING_MAGIC = "${ring.magic}";`,
    `export const ACCOUNT_ROWS_AT = ${accounts.rows_at};`,
    `export const ACCOUNT_ROW_HEAD = ${accounts.row_head};`,
    `export const ACCOUNT_WORKERS = ${accounts.worker_count};`,
    `export const ACCOUNT_CELL_SIZE = ${accounts.structs[2].size};`,
    `export const ACCOUNT_MAGIC = "${accounts.magic}";`,
    "",
    ...Object.values(model.enums).flatMap(tsEnum),
    "/** Offsets in the frame. Bytes whose meaning depends on the kind are in `view` only. */",
    "export const offset = {",
    ...frame.parts.flatMap((p) => tsOffsets(p.part, named(p.fields), p.at)),
    "} as const;",
    "",
    "/** Each kind's own names for the shared bytes of the record: offsets in the frame. */",
    "export const view = {",
    ...frame.kinds.flatMap((k) => tsOffsets(k.kind, k.views, frame.record.at)),
    "} as const;",
    "",
    "/** Offsets in the pages of a ring: identity and producer in the ring file, consumer in the cursor file. */",
    "export const ringOffset = {",
    ...ring.structs.flatMap((s) =>
      tsOffsets(
        s.name.replace("ring_", ""),
        s.fields.filter((f) => !f.reserved),
      ),
    ),
    "} as const;",
    "",
    "/** Offsets in the account book: in its header, a row, and a worker's cell of a row. */",
    "export const accountOffset = {",
    ...accounts.structs.flatMap((s) =>
      tsOffsets(
        s.name.replace("account_", ""),
        s.fields.filter((f) => !f.reserved),
      ),
    ),
    "} as const;",
    "",
  ].join("\n");
}

// ---- documentation ------------------------------------------------------------------------------------

const cell = (text) => text.replaceAll("|", "\\|");
const table = (head, rows) => [
  `| ${head.join(" | ")} |`,
  `|${head.map(() => "---").join("|")}|`,
  ...rows.map((r) => `| ${r.map((c) => cell(String(c))).join(" | ")} |`),
  "",
];

function fieldTable(fields, base = 0) {
  return table(
    ["at", "size", "type", "field", "meaning"],
    fields.map((f) => [
      base + f.at,
      f.size,
      f.type + (f.type === "bytes" ? "" : f.dimensions.map((n) => `[${n}]`).join("")),
      `\`${f.name}\``,
      f.doc,
    ]),
  );
}

function documentation(model) {
  const { frame, ring, accounts } = model;
  const heading = { header: "Frame header", record: "RT_FLOW record", extension: "Extension" };
  return [
    "# Wire contract",
    "",
    "Generated from `shared/wire/` by `npm run gen`; do not edit. The JSON is the declaration, this page is for reading.",
    "",
    `Layout version ${model.version}, layout hash \`${layoutHash(model)}\`. The hash stands in every ring file and in the hello message of the control socket; a side that finds another one refuses to go on. It covers names, offsets, types and values, not descriptions.`,
    "",
    `## Event frame, ${frame.size} bytes`,
    "Little-endian unless the type says `be`. Offsets are from the start of the frame; those of the record are also given from the start of the record, as in RT_FLOW.",
    "",
    ...frame.parts.flatMap((p) => [
      `### ${heading[p.part]}: ${p.at} to ${p.at + p.size - 1}`,
      ...(p.part === "record"
        ? table(
            ["at", "in record", "size", "type", "field", "meaning"],
            p.fields.map((f) => [p.at + f.at, f.at, f.size, f.type, `\`${f.name}\``, f.doc]),
          )
        : fieldTable(p.fields, p.at)),
    ]),
    "### What the shared bytes mean in each kind",
    ...table(
      ["kind", "at", "in record", "type", "name"],
      frame.kinds.flatMap((k) =>
        k.views.map((v) => [
          k.kind,
          frame.record.at + v.at,
          v.at,
          v.type,
          `\`${v.name}\`${v.of ? `, enum ${v.of}` : ""}`,
        ]),
      ),
    ),
    "## Ring",
    ring.$comment,
    "",
    `Magic \`${ring.magic}\`, pages of ${ring.page_size} bytes; the slots begin at ${ring.slots_at} of the ring file. Slot \`n & (slot_count - 1)\` holds frame n; it is there when its sequence is n + 1.`,
    "",
    ...ring.structs.flatMap((s, i) => [
      `### ${["Identity: page 0 of the ring file, immutable", "Producer: page 1 of the ring file, written by the helper", "Consumer: the cursor file, written by the daemon"][i]}`,
      ...fieldTable(s.fields.filter((f) => !f.reserved)),
    ]),
    "## Account book",
    accounts.$comment,
    "",
    `Magic \`${accounts.magic}\`; the rows begin at ${accounts.rows_at}.`,
    "",
    ...accounts.structs.flatMap((s, i) => [
      `### ${["Header: page 0", "Row", "Cell of a worker"][i]}`,
      ...fieldTable(s.fields.filter((f) => !f.reserved)),
    ]),
    "## Enumerations",
    "The text is what a user reads. Numbers are never reused.",
    "",
    ...Object.values(model.enums).flatMap((e) => [
      `### ${e.name}`,
      ...table(
        ["value", "name", "text", "meaning"],
        e.members.map((m) => [m.value, m.key, m.text, m.doc]),
      ),
    ]),
  ]
    .join("\n")
    .replace(/\n+$/, "\n");
}

// ---- main -----------------------------------------------------------------------------------------------

export function generate(frames, enumerations) {
  const model = judge(frames, enumerations);
  return {
    "shared/gen/wire_gen.h": header(model),
    "shared/gen/wire.gen.ts": module(model),
    "docs/wire.md": documentation(model),
  };
}

function main(args) {
  const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
  const read = (name) => JSON.parse(readFileSync(join(root, "shared/wire", name), "utf8"));
  const files = { ...generate(read("frames.json"), read("enums.json")), ...Object.fromEntries(snapshotFiles()) };
  let stale = 0;
  for (const [path, text] of Object.entries(files)) {
    const full = join(root, path);
    if (!args.includes("--check")) {
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, text);
      continue;
    }
    let present = "";
    try {
      present = readFileSync(full, "utf8");
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
    }
    if (present !== text) {
      process.stderr.write(`${path} is stale: run npm run gen\n`);
      stale = 1;
    }
  }
  return stale;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.exitCode = main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    process.stderr.write(`shared/wire: ${error.message}\n`);
    process.exitCode = 1;
  }
}
