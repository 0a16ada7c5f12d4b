// docs/configuration.md says something about every statement of the schema, and its examples and tables are true.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { parse } from "yaml";

import { hostProtocols, systemServices } from "../../daemon/src/config/host-service.js";
import { predefinedApplications, predefinedApplicationSets } from "../../daemon/src/config/predefined-application.js";
import { checkSchema } from "../../daemon/src/config/schema.js";
import { loadConfig } from "../../daemon/src/config/load.js";
import { leavesOfSchema } from "./leaves.js";
import { readRepositoryFile } from "./tree.js";

const page = readRepositoryFile("docs/configuration.md");

/** documented gives the paths that headings and first columns make together. */
function documented(): string[] {
  const paths: string[] = [];
  let prefixes: string[] = [];
  for (const line of page.slice(page.indexOf("# Statements")).split("\n")) {
    if (line.startsWith("#")) prefixes = [...line.matchAll(/`([^`]+)`/g)].map(([, path]) => path!);
    const [, statement] = /^\| `([^`]+)` \|.*\|.*\|.*\|$/.exec(line) ?? [];
    if (statement !== undefined) paths.push(...prefixes.map((prefix) => `${prefix}.${statement}`));
  }
  return paths;
}

test("every statement is documented, and every documented statement exists", () => {
  assert.deepEqual(documented().toSorted(), leavesOfSchema().toSorted());
});

test("every example loads as far as it goes", () => {
  const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text!);
  assert.ok(examples.length > 10);
  const whole = loadConfig(examples[0]!);
  assert.ok(whole.ok, JSON.stringify(whole));
  for (const example of examples) {
    const findings = checkSchema(parse(example)).filter(
      (finding) => finding.code !== "missing" || finding.path.length > 1,
    );
    assert.deepEqual(findings, [], example);
  }
});

test("the words for services, protocols and predefined applications are all listed", () => {
  for (const word of [
    ...systemServices.keys(),
    ...hostProtocols.keys(),
    ...predefinedApplications.keys(),
    ...predefinedApplicationSets.keys(),
  ]) {
    assert.ok(page.includes(`\n| \`${word}\` | `), word);
  }
});
