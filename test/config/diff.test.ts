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

  test("shows terms of a filter by name, a moved one as a move", () => {
    const path = "firewall.family.inet.filter[users-in].term";
    assert.deepEqual(
      diff([
        ["firewall.family.inet.filter[0].term[0].then.log", undefined],
        [
          "firewall.family.inet.filter[0].term[0].from.source-prefix-list",
          ["bogons", { name: "ours", except: true }, "x"],
        ],
        ["policy-options.prefix-list[2]", { name: "x", prefix: ["192.0.2.1"] }],
        ["firewall.family.inet.filter[0].term[4]", { name: "new", then: { reject: "tcp-reset" } }],
        ["interfaces.ge-0/0/0.unit.0.family.inet.filter", { "input-list": ["users-in"] }],
      ]),
      [
        "- interfaces.ge-0/0/0.unit.0.family.inet.filter.input: users-in",
        "+ interfaces.ge-0/0/0.unit.0.family.inet.filter.input-list: [users-in]",
        "+ policy-options.prefix-list[x].prefix: [192.0.2.1]",
        `+ ${path}[spoofed].from.source-prefix-list[x]: {}`,
        `- ${path}[spoofed].then.log: true`,
        `+ ${path}[new].then.reject: tcp-reset`,
      ],
    );
    const terms = (...names: string[]): Edit => [
      "firewall.family.inet.filter[1].term",
      names.map((name) => ({ name })),
    ];
    assert.deepEqual(diff([terms("c", "a", "b")], [terms("a", "b", "c")]), [
      "> firewall.family.inet.filter[common].term[c]: moved to the front",
    ]);
  });

  test("shows policers, routing instances and their routes by name", () => {
    assert.deepEqual(
      diff([
        ["firewall.policer[0].if-exceeding.bandwidth-limit", "2m"],
        ["firewall.three-color-policer[0].action", undefined],
        ["routing-instances[0].routing-options.static.route[0].next-table", undefined],
        ["routing-instances[0].routing-options.static.route[0].reject", true],
        ["class-of-service.forwarding-classes.class[0].queue-num", 5],
      ]),
      [
        "~ firewall.policer[p1m].if-exceeding.bandwidth-limit: 1m -> 2m",
        "- firewall.three-color-policer[colors].action.loss-priority[high].then.discard: true",
        "~ class-of-service.forwarding-classes.class[bulk].queue-num: 4 -> 5",
        "- routing-instances[blue].routing-options.static.route[0.0.0.0/0].next-table: inet.0",
        "+ routing-instances[blue].routing-options.static.route[0.0.0.0/0].reject: true",
      ],
    );
  });

  test("shows of a long list of words what is gone and what is new", () => {
    const list = (...hosts: number[]): Edit => [
      "policy-options.prefix-list[1].prefix",
      hosts.map((host) => `10.0.0.${host}`),
    ];
    const path = "policy-options.prefix-list[ours].prefix";
    const nine = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    assert.deepEqual(diff([list(...nine.slice(1), 20, 21)], [list(...nine)]), [
      `- ${path}: [10.0.0.1]`,
      `+ ${path}: [10.0.0.20, 10.0.0.21]`,
    ]);
    assert.deepEqual(diff([list(...nine.slice(1))], [list(...nine)]), [`- ${path}: [10.0.0.1]`]);
    const all = nine.map((host) => `10.0.0.${host}`);
    assert.deepEqual(diff([list(...nine.toReversed())], [list(...nine)]), [
      `~ ${path}: [${all.join(", ")}] -> [${all.toReversed().join(", ")}]`,
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
