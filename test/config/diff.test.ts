// What `ringwall diff` says. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { diffConfig, formatChanges } from "../../daemon/src/config/diff.js";
import { configOf, type Edit } from "./tree.js";

const diff = (edits: readonly Edit[], from: readonly Edit[] = []): string[] => {
  const changes = formatChanges(diffConfig(configOf(from), configOf(edits)));
  return changes === "" ? [] : changes.split("\n");
};
const policy = (name: string): object => ({
  name,
  match: { "source-address": ["any"], "destination-address": ["any"], application: ["any"] },
  then: { deny: true },
});
const list = (...names: string[]): Edit => ["security.policies[0].policy", names.map(policy)];

describe("diffConfig", () => {
  test("finds nothing between equal configurations", () => {
    assert.deepEqual(diff([]), []);
  });

  test("shows a changed, a new and a removed statement by path", () => {
    assert.deepEqual(
      diff([
        ["system.host-name", "fw2"],
        ["security.zones.security-zone[0].tcp-rst", true],
        ["security.flow", undefined],
      ]),
      [
        "~ system.host-name: fw1 -> fw2",
        "+ security.zones.security-zone[trust].tcp-rst: true",
        "- security.flow.tcp-session.tcp-initial-timeout: 30",
      ],
    );
  });

  test("finds list entries by name: a new one in front changes no other", () => {
    assert.deepEqual(
      diff([
        [
          "security.address-book[0].address",
          [
            { name: "new", "ip-prefix": "10.0.0.1" },
            { name: "web", "ip-prefix": "192.0.2.81/32" },
            { name: "pool", "range-address": { low: "192.0.2.100", high: "192.0.2.199" } },
          ],
        ],
      ]),
      [
        "+ security.address-book[global].address[new].ip-prefix: 10.0.0.1",
        "~ security.address-book[global].address[web].ip-prefix: 192.0.2.80/32 -> 192.0.2.81/32",
      ],
    );
  });

  test("names policy contexts by their zones, and shows a new one leaf by leaf", () => {
    assert.deepEqual(
      diff([["security.policies[2]", { "from-zone": "untrust", "to-zone": "trust", policy: [policy("x")] }]]),
      [
        "+ security.policies[untrust > trust].policy[x].match.source-address: [any]",
        "+ security.policies[untrust > trust].policy[x].match.destination-address: [any]",
        "+ security.policies[untrust > trust].policy[x].match.application: [any]",
        "+ security.policies[untrust > trust].policy[x].then.deny: true",
      ],
    );
    assert.deepEqual(diff([["security.policies[1].policy[0].then.count", true]]), [
      "+ security.policies[global].policy[rest].then.count: true",
    ]);
  });

  test("shows lists of words as a whole, their order included", () => {
    assert.deepEqual(diff([["security.policies[0].policy[0].match.application", ["junos-https", "junos-http"]]]), [
      "~ security.policies[trust > untrust].policy[web-out].match.application: [junos-http, junos-https] -> [junos-https, junos-http]",
    ]);
  });

  test("shows a moved policy as one move, since order decides", () => {
    const path = "security.policies[trust > untrust].policy";
    assert.deepEqual(diff([list("b", "c", "d", "a")], [list("a", "b", "c", "d")]), [
      `> ${path}[a]: moved behind ${path}[d]`,
    ]);
    assert.deepEqual(diff([list("d", "a", "b", "c")], [list("a", "b", "c", "d")]), [
      `> ${path}[d]: moved to the front`,
    ]);
  });

  test("an inserted or removed policy moves no other", () => {
    const path = "security.policies[trust > untrust].policy";
    const lines = diff([list("a", "x", "c")], [list("a", "b", "c")]);
    assert.ok(
      lines.every((line) => line.startsWith(`- ${path}[b].`) || line.startsWith(`+ ${path}[x].`)),
      lines.join("\n"),
    );
    assert.equal(lines.length, 8);
  });

  test("an interface that gets its own host-inbound-traffic", () => {
    assert.deepEqual(diff([["security.zones.security-zone[1].interfaces[0]", "ge-0/0/1.10"]]), [
      "- security.zones.security-zone[untrust].interfaces[ge-0/0/1.10].host-inbound-traffic.system-services: [ssh]",
      "+ security.zones.security-zone[untrust].interfaces: [ge-0/0/1.10]",
    ]);
  });

  test("against no configuration everything is new", () => {
    const lines = formatChanges(diffConfig(undefined, configOf())).split("\n");
    assert.equal(lines[0], "+ system.host-name: fw1");
    assert.ok(lines.every((line) => line.startsWith("+ ")));
  });

  test("colour tells the kinds apart", () => {
    assert.equal(
      formatChanges(diffConfig(configOf(), configOf([["system.host-name", "fw2"]])), { color: true }),
      "\x1b[33m~ system.host-name: fw1 -> fw2\x1b[0m",
    );
  });
});
