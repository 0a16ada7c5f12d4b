// Configurations for tests: the base configuration, and edits to it by path. SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";

import { parse } from "yaml";

import type { Config } from "../../daemon/src/config/config.js";
import { loadConfig } from "../../daemon/src/config/load.js";
import { formatPath } from "../../daemon/src/config/path.js";

export const repository = new URL("../../../../", import.meta.url);
export const readRepositoryFile = (path: string): string => readFileSync(new URL(path, repository), "utf8");

/** Edit: a value to stand at a path; undefined takes the statement out. */
export type Edit = readonly [path: string, value: unknown];

const baseText = readRepositoryFile("test/config/base.yaml");

/** edited gives the base configuration with edits made, as a plain tree. A path reads security.policies[0].policy[1].name. */
export function edited(edits: readonly Edit[] = []): unknown {
  const tree: unknown = parse(baseText);
  for (const [path, value] of edits) edit(tree, stepsOf(path), structuredClone(value), path);
  return tree;
}

function edit(tree: unknown, steps: readonly (string | number)[], value: unknown, path: string): void {
  const last = steps.at(-1)!;
  let at = tree as Record<string | number, unknown>;
  for (const [index, step] of steps.slice(0, -1).entries()) {
    at[step] ??= typeof steps[index + 1] === "number" ? [] : {};
    if (typeof at[step] !== "object") throw new Error(`${path} leads through ${String(at[step])}`);
    at = at[step] as Record<string | number, unknown>;
  }
  if (value !== undefined) at[last] = value;
  else if (Array.isArray(at)) at.splice(Number(last), 1);
  else delete at[last];
}

export function stepsOf(path: string): (string | number)[] {
  return [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, key]) =>
    index === undefined ? key! : Number(index),
  );
}

/** errorsOf gives "path: message" for every error of a tree, in order. */
export function errorsOf(tree: unknown): string[] {
  const result = loadConfig(JSON.stringify(tree));
  return result.ok ? [] : result.errors.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
}

/** configOf gives the base configuration with edits, which must be accepted. */
export function configOf(edits: readonly Edit[] = []): Config {
  const result = loadConfig(JSON.stringify(edited(edits)));
  if (!result.ok)
    throw new Error(result.errors.map(({ path, message }) => `${formatPath([path])}: ${message}`).join("\n"));
  return result.config;
}
