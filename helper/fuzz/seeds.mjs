// seeds.mjs: writes the fuzzers' first inputs for snapshots and control messages: `node helper/fuzz/seeds.mjs`. Run it again when the
// schemas or the layout hash change. SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Packr } from "msgpackr";

const here = dirname(fileURLToPath(import.meta.url));
const packr = new Packr({ useRecords: false, variableMapSize: true });
const read = (path) => readFileSync(join(here, "..", "..", path), "utf8");

/** addressBytes: "@10.0.0.1" or "@2001:db8::1" as bytes. */
function addressBytes(text) {
  if (!text.includes(":")) return Uint8Array.from(text.split(".").map(Number));
  const [before, after] = text.split("::").map((half) => (half ? half.split(":") : []));
  const groups =
    after === undefined ? before : [...before, ...Array(8 - before.length - after.length).fill("0"), ...after];
  return Uint8Array.from(groups.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]));
}

const sample = JSON.parse(read("helper/snapshot/sample.json"), (_, value) =>
  typeof value === "string" && value.startsWith("@") ? addressBytes(value.slice(1)) : value,
);
const minimal = {
  ...sample,
  zones: [],
  instances: sample.instances.map((instance) => ({ ...instance, filter_host: 0, filter_host6: 0 })),
  ports: [],
  units: [],
  address_sets: [],
  applications: [],
  policy_sets: [],
  routes: [],
  filters: [],
  filter_counters: [],
  policers: [],
  default_policy: { ...sample.default_policy, counter: 0 },
};
const layoutHash = /WIRE_LAYOUT_HASH_TEXT "(\w+)"/.exec(read("shared/gen/wire_gen.h"))[1];

function frame(message) {
  const body = packr.pack(message);
  const header = Buffer.alloc(4);
  header.writeUInt32LE(body.length);
  return Buffer.concat([header, body]);
}

const hello = (role, id = 1) => ({ id, type: "hello", protocol: 1, layout_hash: layoutHash, role, client: "seed" });
const filter = {
  id: 5n,
  source_prefix: { address: addressBytes("10.0.0.0"), length: 8 },
  destination_prefix: { address: addressBytes("2001:db8::"), length: 32 },
  protocol: 6,
  port: 443,
  policy_id: 65536,
  zone: 1,
};
const explain = {
  id: 9,
  type: "explain",
  unit: 1,
  zone: 0,
  source: addressBytes("10.0.0.2"),
  destination: addressBytes("192.0.2.2"),
  protocol: 6,
  source_port: 40000,
  destination_port: 443,
  icmp_type: 0,
  icmp_code: 0,
};
const page = { after: 0, limit: 500 };

const seeds = {
  snapshot: { sample: packr.pack(sample), minimal: packr.pack(minimal) },
  control: {
    writer: [
      hello("writer"),
      { id: 2, type: "apply_snapshot", snapshot: minimal },
      { id: 3, type: "clear_sessions", filter },
      { id: 4, type: "clear_filters", generation: 1, counters: [0, 1], policers: [2] },
      { id: 5, type: "shutdown" },
    ],
    apply: [hello("writer"), { id: 2, type: "apply_snapshot", snapshot: sample }],
    reader: [
      hello("reader"),
      { id: 2, type: "status" },
      { id: 3, type: "counters" },
      { id: 7, type: "filters" },
      { id: 4, type: "sessions", ...page, filter },
      { id: 5, type: "neighbors", ...page },
      { id: 8, type: "nat" },
      { id: 9, type: "bindings", ...page },
      { id: 6, type: "routes", ...page },
      explain,
    ],
    mismatch: [
      { ...hello("reader"), protocol: 2 },
      { ...hello("reader", 2), layout_hash: "0" },
      { id: 3, type: "status" },
    ],
  },
};

for (const [name, entry] of Object.entries(seeds.snapshot)) write("snapshot", name, entry);
for (const [name, messages] of Object.entries(seeds.control)) {
  write("control", `${name}-whole`, Buffer.concat([Buffer.of(0x3f), ...messages.map(frame)]));
  write("control", `${name}-pieces`, Buffer.concat([Buffer.of(2), ...messages.map(frame)]));
  const greeted = messages.filter((message) => message.type !== "hello");
  if (greeted.length > 1)
    write(
      "control",
      `${name}-greeted`,
      Buffer.concat([Buffer.of(name === "reader" ? 0x40 : 0x80), ...greeted.map(frame)]),
    );
}

function write(fuzzer, name, bytes) {
  const folder = join(here, "corpus", fuzzer);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), bytes);
}
