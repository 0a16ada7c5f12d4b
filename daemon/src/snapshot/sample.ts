// sample.ts: the sample snapshot that both sides' tests use, and larger ones. SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";

import type { Snapshot, SnapshotRule } from "./snapshot.gen.js";

const root = new URL("../../../../../", import.meta.url);

/** repositoryPath gives the path of a file of the repository, from the compiled code. */
export const repositoryPath = (path: string): string => new URL(path, root).pathname;

/** addressBytes: "10.0.0.1" or "2001:db8::1" as bytes. */
function addressBytes(text: string): Uint8Array {
  if (!text.includes(":")) return Uint8Array.from(text.split(".").map(Number));
  const [before = [], after] = text.split("::").map((half) => (half === "" ? [] : half.split(":")));
  const groups =
    after === undefined ? before : [...before, ...Array<string>(8 - before.length - after.length).fill("0"), ...after];
  return Uint8Array.from(groups.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]));
}

/** readSample reads helper/snapshot/sample.json, where "@ADDRESS" stands for the bytes of an address. */
export const readSample = (): Snapshot =>
  JSON.parse(readFileSync(repositoryPath("helper/snapshot/sample.json"), "utf8"), (_field, value: unknown) =>
    typeof value === "string" && value.startsWith("@") ? addressBytes(value.slice(1)) : value,
  ) as Snapshot;

/** manyRules gives the sample with `count` rules in its first policy set, each about its own /24 and port. */
export function manyRules(count: number): Snapshot {
  const sample = readSample();
  const [first, ...others] = sample.policy_sets;
  const template = first!.rules[0]!;
  const network = (index: number, host: number): Uint8Array => Uint8Array.of(10, (index >> 8) & 255, index & 255, host);
  const rules = Array.from({ length: count }, (_, index): SnapshotRule => ({
    ...template,
    policy_id: first!.id * 65536 + index,
    counter: sample.counters.length + index,
    name: `policy-${index}`,
    source: [sample.address_sets.length + index],
    destination_port_low: 1024 + index,
    destination_port_high: 1024 + index,
  }));
  return {
    ...sample,
    address_sets: [
      ...sample.address_sets,
      ...rules.map((_, index) => ({ inet: [{ low: network(index, 0), high: network(index, 255) }], inet6: [] })),
    ],
    policy_sets: [{ ...first!, rules }, ...others],
    counters: [...sample.counters, ...rules.map((rule) => `trust/untrust/${rule.name}`)],
  };
}
