// Compilation: numbers, expansion, sets, names; and that the same configuration always gives the same bytes.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, test } from "node:test";

import fc from "fast-check";

import { formatAddress } from "../../daemon/src/config/address.js";
import { compileConfig, NEVER } from "../../daemon/src/config/compile.js";
import type { Config } from "../../daemon/src/config/config.js";
import { hostProtocols, systemServices } from "../../daemon/src/config/host-service.js";
import { loadConfig } from "../../daemon/src/config/load.js";
import {
  DEFAULT_POLICY_ID,
  GLOBAL_POLICY_SET,
  MAX_RULES_PER_POLICY_SET,
  parseNameTable,
  policyTerm,
} from "../../daemon/src/config/names.js";
import { predefinedApplications, predefinedApplicationSets } from "../../daemon/src/config/predefined-application.js";
import { printConfig } from "../../daemon/src/config/print.js";
import { configSchema } from "../../daemon/src/config/schema.js";
import { encodeSnapshot } from "../../daemon/src/snapshot/encode.js";
import type { Snapshot, SnapshotHostService, SnapshotRule } from "../../daemon/src/snapshot/snapshot.gen.js";
import { assertSnapshot } from "../../daemon/src/snapshot/validate.js";
import { configOf, readRepositoryFile, repository, type Edit } from "./tree.js";

const logRates = { log_rule_rate: 1000, log_rule_burst: 1024, log_zone_rate: 5000, log_zone_burst: 5120 };

const snapshotOf = (edits: readonly Edit[] = []): Snapshot => compileConfig(configOf(edits), 1).snapshot;
const match = { "source-address": ["any"], "destination-address": ["any"], application: ["any"] };
const POLICIES = "security.policies[0].policy";

/** rulesFor compiles one policy from trust to untrust. */
function rulesFor(
  policyMatch: object,
  more: readonly Edit[] = [],
): { rules: readonly SnapshotRule[]; snapshot: Snapshot } {
  const snapshot = snapshotOf([
    [POLICIES, [{ name: "p", match: { ...match, ...policyMatch }, then: { permit: true } }]],
    ...more,
  ]);
  return { rules: snapshot.policy_sets[0]!.rules, snapshot };
}

const text = (bytes: Uint8Array): string =>
  formatAddress({
    family: bytes.length === 4 ? "inet" : "inet6",
    value: bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n),
  });
const rangesOf = (snapshot: Snapshot, index: number): string[] => {
  const { inet, inet6 } = snapshot.address_sets[index]!;
  return [...inet, ...inet6].map(({ low, high }) => `${text(low)}-${text(high)}`);
};
const serviceText = (service: SnapshotHostService): string =>
  `${service.protocol}/${service.family}${service.icmp_type >= 0 ? ` type ${service.icmp_type}` : service.port_high === 65535 ? "" : ` ${service.port_low}-${service.port_high}`}`;
const hostInbound = (traffic: object): string[] =>
  snapshotOf([["security.zones.security-zone[0].host-inbound-traffic", traffic]]).zones[0]!.host_inbound.map(
    serviceText,
  );

describe("policy ids", () => {
  test("are set × 65536 + rule index, the index advancing by one per application term", () => {
    const snapshot = snapshotOf();
    assert.deepEqual(
      snapshot.policy_sets.map((set) => [set.id, set.from_zone, set.to_zone]),
      [
        [1, 1, 2],
        [GLOBAL_POLICY_SET, 0, 0],
      ],
    );
    assert.deepEqual(
      snapshot.policy_sets[0]!.rules.map((rule) => [
        rule.policy_id,
        rule.name,
        rule.protocol,
        rule.destination_port_low,
        rule.destination_port_high,
        rule.icmp_type,
      ]),
      [
        [65536, "web-out", 6, 80, 80, -1],
        [65537, "web-out", 6, 443, 443, -1],
        [65538, "own-out", 6, 8080, 8080, -1],
        [65539, "own-out", 17, 9000, 9009, -1],
        [65540, "own-out", 1, 0, 65535, 8],
      ],
    );
    assert.deepEqual(
      snapshot.policy_sets[1]!.rules.map((rule) => rule.policy_id),
      [GLOBAL_POLICY_SET * MAX_RULES_PER_POLICY_SET],
    );
    assert.equal(snapshot.default_policy.policy_id, DEFAULT_POLICY_ID);
  });

  test("name policy and application of each term", () => {
    const { names } = compileConfig(configOf(), 7);
    const stored = parseNameTable(JSON.parse(JSON.stringify(names)));
    assert.deepEqual(stored, names);
    const term = (policyId: number): unknown => policyTerm(names, policyId);
    assert.deepEqual(term(65537), {
      policyId: 65537,
      name: "web-out",
      from: "trust",
      to: "untrust",
      global: false,
      application: "junos-https",
    });
    assert.deepEqual(term(65539), {
      policyId: 65539,
      name: "own-out",
      from: "trust",
      to: "untrust",
      global: false,
      application: "terms",
    });
    assert.deepEqual(term(GLOBAL_POLICY_SET * 65536), {
      policyId: GLOBAL_POLICY_SET * 65536,
      name: "rest",
      from: "",
      to: "",
      global: true,
      application: "any",
    });
    assert.deepEqual(term(DEFAULT_POLICY_ID), {
      policyId: DEFAULT_POLICY_ID,
      name: "default-policy",
      from: "",
      to: "",
      global: false,
      application: "any",
    });
    for (const unknown of [0, 65535, 65541, 131072, DEFAULT_POLICY_ID + 1])
      assert.equal(term(unknown), undefined, String(unknown));
  });

  test("stay apart: every id stands once, and for the policy that its rule has", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.uniqueArray(fc.constantFrom("any", "own", "terms", "all", "junos-cifs", "junos-h323", "junos-ssh"), {
            minLength: 1,
          }),
          { minLength: 1, maxLength: 8 },
        ),
        (applications) => {
          const policies = applications.map((application, index) => ({
            name: `p${index}`,
            match: { ...match, application },
            then: { permit: true },
          }));
          const { snapshot, names } = compileConfig(configOf([[POLICIES, policies]]), 1);
          const rules = snapshot.policy_sets.flatMap((set) => set.rules.map((rule) => ({ set, rule })));
          assert.equal(new Set(rules.map(({ rule }) => rule.policy_id)).size, rules.length);
          for (const { set, rule } of rules) {
            assert.equal(Math.floor(rule.policy_id / 65536), set.id);
            assert.equal(rule.policy_id % 65536, set.rules.indexOf(rule));
            assert.equal(policyTerm(names, rule.policy_id)!.name, rule.name);
            assert.equal(policyTerm(names, rule.policy_id)!.application, names.applications[rule.application]);
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe("policies", () => {
  test("all terms of a policy share its counter, and counters have the policy's full name", () => {
    const snapshot = snapshotOf();
    assert.deepEqual(snapshot.counters, ["trust/untrust/web-out", "trust/untrust/own-out", "global/rest", "default"]);
    assert.deepEqual(
      snapshot.policy_sets[0]!.rules.map((rule) => rule.counter),
      [0, 0, 1, 1, 1],
    );
    assert.equal(snapshot.policy_sets[1]!.rules[0]!.counter, 2);
    assert.equal(snapshot.default_policy.counter, 3);
  });

  test("actions, logs and count are as written", () => {
    const snapshot = snapshotOf();
    const outcome = ({ action, log_init, log_close, count }: SnapshotRule): unknown[] => [
      action,
      log_init,
      log_close,
      count,
    ];
    assert.deepEqual(
      snapshot.policy_sets.flatMap((set) => set.rules.map(outcome)),
      [
        [1, true, true, true],
        [1, true, true, true],
        [2, false, false, false],
        [2, false, false, false],
        [2, false, false, false],
        [0, true, false, false],
      ],
    );
  });

  test("each rule has the rate at which it logs, its own or the general one", () => {
    const policy = "security.policies[0].policy[0].then";
    const rates = (edits: readonly Edit[]): unknown[] => {
      const { policy_sets: sets, default_policy: rest, settings } = snapshotOf(edits);
      const [rule] = sets[0]!.rules;
      return [
        [rule!.log_rate, rule!.log_burst],
        [rest.log_rate, rest.log_burst],
        [settings.log_rule_rate, settings.log_rule_burst],
        [settings.log_zone_rate, settings.log_zone_burst],
      ];
    };
    const own = { deny: true, log: { "session-init": true, rate: { limit: 7, burst: 3 } } };
    assert.deepEqual(rates([]), [
      [1000, 1024],
      [1000, 1024],
      [1000, 1024],
      [5000, 5120],
    ]);
    assert.deepEqual(
      rates([
        [policy, own],
        ["security.log.rate", { rule: { limit: "unlimited" }, zone: { limit: 9, burst: 2 } }],
      ]),
      [
        [7, 3],
        [0, 1024],
        [0, 1024],
        [9, 2],
      ],
    );
    assert.deepEqual(
      rates([
        [policy, { deny: true, log: { "session-init": true, rate: { limit: "unlimited" } } }],
        ["security.log.rate", { rule: { burst: 50 } }],
      ]),
      [
        [0, 50],
        [1000, 50],
        [1000, 50],
        [5000, 5120],
      ],
    );
  });

  test("the default policy denies silently unless told otherwise", () => {
    const outcome = (edits: readonly Edit[]): unknown[] => {
      const { action, log_init, log_close } = snapshotOf(edits).default_policy;
      return [action, log_init, log_close];
    };
    assert.deepEqual(outcome([["security.default-policy", undefined]]), [0, false, false]);
    assert.deepEqual(outcome([]), [0, true, false]);
    assert.deepEqual(outcome([["security.default-policy", { "permit-all": true, log: { "session-close": true } }]]), [
      1,
      false,
      true,
    ]);
    assert.deepEqual(outcome([["security.default-policy", { "reject-all": true }]]), [2, false, false]);
  });

  test("global policies come last, whatever their place, and carry their zones", () => {
    const config = configOf();
    const moved = { ...config, security: { ...config.security, policies: config.security.policies!.toReversed() } };
    assert.deepEqual(
      compileConfig(moved, 1).snapshot.policy_sets.map((set) => set.id),
      [1, GLOBAL_POLICY_SET],
    );
    const zones = (from: string[] | undefined): readonly number[] =>
      snapshotOf([["security.policies[1].policy[0].match.from-zone", from]]).policy_sets[1]!.rules[0]!.from_zones;
    assert.deepEqual(zones(["untrust", "trust"]), [2, 1]);
    assert.deepEqual(zones(undefined), []);
    assert.deepEqual(zones(["trust", "any"]), []);
  });

  test("an application named twice over sets is one rule; any keeps its place", () => {
    assert.deepEqual(
      rulesFor({ application: ["own", "all", "all-own", "junos-http", "any"] }).rules.map(
        (rule) => rule.name + rule.protocol + ":" + rule.destination_port_low,
      ),
      ["p6:8080", "p17:9000", "p1:0", "p6:80", "p-1:0"],
    );
  });

  test("timeouts of applications reach the rules", () => {
    const timeout = (value: unknown): number =>
      rulesFor({ application: ["own"] }, [["applications.application[0].inactivity-timeout", value]]).rules[0]!.timeout;
    assert.deepEqual([timeout(undefined), timeout(4), timeout(86400), timeout("never")], [0, 4, 86400, NEVER]);
  });

  test("every condition of an application reaches the rule", () => {
    const conditions = (application: object): number[] => {
      const [rule] = rulesFor({ application: ["own"] }, [
        ["applications.application[0]", { name: "own", ...application }],
      ]).rules as [SnapshotRule];
      return [
        rule.protocol,
        rule.source_port_low,
        rule.source_port_high,
        rule.destination_port_low,
        rule.destination_port_high,
        rule.icmp_type,
        rule.icmp_code,
      ];
    };
    assert.deepEqual(
      conditions({ protocol: "sctp", "source-port": "1024-65535", "destination-port": "https" }),
      [132, 1024, 65535, 443, 443, -1, -1],
    );
    assert.deepEqual(
      conditions({ protocol: "icmp", "icmp-type": "unreachable", "icmp-code": 13 }),
      [1, 0, 65535, 0, 65535, 3, 13],
    );
    assert.deepEqual(
      conditions({ protocol: "icmp6", "icmp6-type": 1, "icmp6-code": 0 }),
      [58, 0, 65535, 0, 65535, 1, 0],
    );
    assert.deepEqual(conditions({ protocol: 47 }), [47, 0, 65535, 0, 65535, -1, -1]);
    assert.deepEqual(conditions({ protocol: "tcp" }), [6, 0, 65535, 0, 65535, -1, -1]);
  });
});

describe("addresses", () => {
  test("any is no condition; any-ipv4 and any-ipv6 are whole families", () => {
    assert.deepEqual(rulesFor({ "source-address": ["web", "any"] }).rules[0]!.source, []);
    const { rules, snapshot } = rulesFor({ "source-address": ["any-ipv4"], "destination-address": ["any-ipv6"] });
    assert.deepEqual(
      rules[0]!.source.map((index) => rangesOf(snapshot, index)),
      [["0.0.0.0-255.255.255.255"]],
    );
    assert.deepEqual(
      rules[0]!.destination.map((index) => rangesOf(snapshot, index)),
      [["::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]],
    );
  });

  test("sets become sorted, disjoint ranges of both families", () => {
    const { rules, snapshot } = rulesFor({ "destination-address": ["everything"] }, [
      [
        "security.address-book[0].address",
        [
          { name: "web", "ip-prefix": "192.0.2.128/25" },
          { name: "pool", "range-address": { low: "192.0.2.100", high: "192.0.2.199" } },
          { name: "six", "ip-prefix": "2001:db8::/64" },
          { name: "next", "range-address": { low: "2001:db8:0:1::", high: "2001:db8:0:1::5" } },
          { name: "low", "ip-prefix": "10.0.0.1" },
        ],
      ],
      ["security.address-book[0].address-set[0].address", ["web", "six", "next", "low", "pool"]],
    ]);
    assert.deepEqual(
      rules[0]!.destination.map((index) => rangesOf(snapshot, index)),
      [["10.0.0.1-10.0.0.1", "192.0.2.100-192.0.2.255", "2001:db8::-2001:db8:0:1::5"]],
    );
  });

  test("the same addresses are one set, whatever their names and wherever they are used", () => {
    const snapshot = snapshotOf([
      [
        "security.address-book[0].address[2]",
        { name: "web2", "range-address": { low: "192.0.2.80", high: "192.0.2.80" } },
      ],
      [
        POLICIES,
        [
          {
            name: "a",
            match: { ...match, "source-address": ["web"], "destination-address": ["web2"] },
            then: { permit: true },
          },
          { name: "b", match: { ...match, "source-address": ["web", "web2"] }, then: { permit: true } },
        ],
      ],
    ]);
    const same = snapshot.address_sets.map((_, index) => rangesOf(snapshot, index).join(" "));
    assert.equal(same.filter((ranges) => ranges === "192.0.2.80-192.0.2.80").length, 1);
    assert.deepEqual(
      snapshot.policy_sets[0]!.rules.map((rule) => [rule.source, rule.destination]),
      [
        [[0], [0]],
        [[0], []],
      ],
    );
  });

  test("exclusion is kept beside the sets", () => {
    const { rules } = rulesFor({
      "source-address": ["users"],
      "source-address-excluded": true,
      "destination-address": ["web"],
    });
    assert.deepEqual(
      [rules[0]!.source, rules[0]!.source_excluded, rules[0]!.destination, rules[0]!.destination_excluded],
      [[0], true, [1], false],
    );
    assert.equal(
      rulesFor({ "destination-address": ["web"], "destination-address-excluded": true }).rules[0]!.destination_excluded,
      true,
    );
  });

  test("a zone's own book hides the global one, on its own side only", () => {
    const { rules, snapshot } = rulesFor({ "source-address": ["web"], "destination-address": ["web"] }, [
      ["security.address-book[1].address[1]", { name: "web", "ip-prefix": "10.1.1.80" }],
    ]);
    assert.deepEqual(
      rules[0]!.source.map((index) => rangesOf(snapshot, index)),
      [["10.1.1.80-10.1.1.80"]],
    );
    assert.deepEqual(
      rules[0]!.destination.map((index) => rangesOf(snapshot, index)),
      [["192.0.2.80-192.0.2.80"]],
    );
  });
});

describe("host-inbound-traffic", () => {
  test("ping is the echo request of both families", () => {
    assert.deepEqual(hostInbound({ "system-services": ["ping"] }), ["1/2 type 8", "58/10 type 128"]);
  });

  test("traceroute, dns and ospf stand for their ports and protocol", () => {
    assert.deepEqual(hostInbound({ "system-services": ["traceroute", "dns"], protocols: ["ospf", "ospf3"] }), [
      "6/0 53-53",
      "17/0 53-53",
      "17/0 33434-33534",
      "89/2",
      "89/10",
    ]);
  });

  test("all is every service of the table, each once, and except takes one out", () => {
    const all = hostInbound({ "system-services": ["all"] });
    assert.equal(new Set(all).size, all.length);
    const words = configSchema["$defs"] as Record<string, { enum: string[] }>;
    const one = words["system-service"]!.enum.filter((word) => word !== "all" && word !== "any-service").flatMap(
      (word) => hostInbound({ "system-services": [word] }),
    );
    assert.deepEqual([...new Set(one)].toSorted(), all.toSorted());
    assert.deepEqual(
      all.filter(
        (service) => !hostInbound({ "system-services": ["all", { name: "ssh", except: true }] }).includes(service),
      ),
      ["6/0 22-22"],
    );
  });

  test("all does not bring back what an excepted word stands for by another word of the table", () => {
    const withoutDhcp = ["all", { name: "dhcp", except: true }];
    assert.equal(hostInbound({ "system-services": withoutDhcp }).includes("17/0 67-67"), false);
    assert.equal(hostInbound({ protocols: ["all", { name: "igmp", except: true }] }).includes("2/2"), false);
    assert.ok(
      hostInbound({ "system-services": [...withoutDhcp, "bootp"] }).includes("17/0 67-67"),
      "bootp, which has the same ports, is listed by itself",
    );
  });

  test("any-service is every TCP and UDP port and ping, and no other protocol", () => {
    assert.deepEqual(hostInbound({ "system-services": ["any-service"] }), [
      "1/2 type 8",
      "6/0",
      "17/0",
      "58/10 type 128",
    ]);
  });

  test("the words of the schema are the words of the tables", () => {
    const words = configSchema["$defs"] as Record<string, { enum: string[] }>;
    assert.deepEqual(
      words["system-service"]!.enum.toSorted(),
      ["all", "any-service", ...systemServices.keys()].toSorted(),
    );
    assert.deepEqual(words["host-protocol"]!.enum.toSorted(), ["all", ...hostProtocols.keys()].toSorted());
  });

  test("nothing is accepted where nothing is written; an interface has its own list or none", () => {
    const snapshot = snapshotOf([["security.zones.security-zone[0].host-inbound-traffic", undefined]]);
    assert.deepEqual(
      snapshot.zones.map((zone) => zone.host_inbound.map(serviceText)),
      [[], []],
    );
    assert.deepEqual(
      snapshot.units.map((unit) => unit.host_inbound?.map(serviceText)),
      [undefined, ["6/0 22-22"]],
    );
    assert.deepEqual(
      snapshotOf([["security.zones.security-zone[1].interfaces[0].host-inbound-traffic", {}]]).units[1]!.host_inbound,
      [],
    );
  });
});

describe("interfaces, routes and settings", () => {
  test("ports go by name, numbers in it by value; units by number; zones in the order of the text", () => {
    const names = ["ge-0/0/10", "ge-0/0/2", "eth1"];
    const snapshot = snapshotOf([
      [
        "interfaces",
        Object.fromEntries(
          names.map((name, index) => [
            name,
            { device: `d${index}`, "vlan-tagging": true, unit: { 10: { "vlan-id": 10 }, 9: { "vlan-id": 9 } } },
          ]),
        ),
      ],
      [
        "security.zones.security-zone",
        [
          { name: "trust", interfaces: names.map((name) => `${name}.9`) },
          { name: "untrust", interfaces: names.map((name) => `${name}.10`) },
        ],
      ],
      ["routing-options", undefined],
    ]);
    assert.deepEqual(
      snapshot.ports.map((port) => [port.id, port.name, port.device]),
      [
        [0, "eth1", "d2"],
        [1, "ge-0/0/2", "d1"],
        [2, "ge-0/0/10", "d0"],
      ],
    );
    assert.deepEqual(
      snapshot.units.map((unit) => [unit.id, unit.name, unit.port, unit.vlan, unit.zone]),
      [
        [1, "eth1.9", 0, 9, 1],
        [2, "eth1.10", 0, 10, 2],
        [3, "ge-0/0/2.9", 1, 9, 1],
        [4, "ge-0/0/2.10", 1, 10, 2],
        [5, "ge-0/0/10.9", 2, 9, 1],
        [6, "ge-0/0/10.10", 2, 10, 2],
      ],
    );
  });

  test("the order of mappings does not matter", () => {
    const config = configOf();
    const turned = { ...config, interfaces: Object.fromEntries(Object.entries(config.interfaces).toReversed()) };
    assert.deepEqual(compileConfig(turned, 1), compileConfig(config, 1));
  });

  test("MTUs, modes, devices and settings are as written, with their defaults", () => {
    const [port, other] = snapshotOf([
      ["interfaces.ge-0/0/0.mtu", 9000],
      ["interfaces.ge-0/0/0.xdp-mode", "native"],
    ]).ports;
    assert.deepEqual([port!.mtu, port!.xdp_mode, other!.mtu, other!.xdp_mode], [9000, "native", 0, "auto"]);
    const [unit] = snapshotOf([
      ["interfaces.ge-0/0/0.unit.0.family.inet.mtu", 1400],
      ["interfaces.ge-0/0/0.unit.0.family.inet6.mtu", 1280],
    ]).units;
    assert.deepEqual([unit!.mtu_inet, unit!.mtu_inet6], [1400, 1280]);
    const families = (family: object | undefined): boolean[] => {
      const [one] = snapshotOf([["interfaces.ge-0/0/0.unit.0.family", family]]).units;
      return [one!.inet, one!.inet6];
    };
    assert.deepEqual(families({ inet: { address: ["10.1.1.1/24"] } }), [true, false]);
    assert.deepEqual(families({ inet6: {} }), [false, true]);
    assert.deepEqual(families(undefined), [false, false]);
    assert.deepEqual(snapshotOf([["security.flow", undefined]]).settings, {
      fail_mode: "closed",
      tcp_no_syn_check: false,
      tcp_strict_syn_check: false,
      tcp_no_sequence_check: false,
      tcp_rst_invalidate: false,
      tcp_fin_invalidate: false,
      tcp_initial_timeout: 20,
      tcp_time_wait: 2,
      tcp_mss: 0,
      session_maximum: 262144,
      early_ageout: 20,
      high_watermark: 100,
      low_watermark: 100,
      icmp_error_rate: 1000,
      icmp_error_burst: 100,
      require_delivery: false,
      ...logRates,
    });
    assert.deepEqual(
      snapshotOf([
        [
          "system.dataplane",
          { "fail-mode": "open", "session-maximum": 4096, "icmp-error-rate": 0, "icmp-error-burst": 5 },
        ],
        [
          "security.flow.tcp-session",
          {
            "no-syn-check": true,
            "no-sequence-check": true,
            "rst-invalidate-session": true,
            "fin-invalidate-session": true,
            "time-wait-state": { "session-timeout": 30 },
            "tcp-initial-timeout": 4,
          },
        ],
        ["security.flow.tcp-mss", { "all-tcp": { mss: 1380 } }],
        ["security.flow.aging", { "early-ageout": 7, "high-watermark": 90, "low-watermark": 70 }],
      ]).settings,
      {
        fail_mode: "open",
        tcp_no_syn_check: true,
        tcp_strict_syn_check: false,
        tcp_no_sequence_check: true,
        tcp_rst_invalidate: true,
        tcp_fin_invalidate: true,
        tcp_initial_timeout: 4,
        tcp_time_wait: 30,
        tcp_mss: 1380,
        session_maximum: 4096,
        early_ageout: 7,
        high_watermark: 90,
        low_watermark: 70,
        icmp_error_rate: 0,
        icmp_error_burst: 5,
        require_delivery: false,
        ...logRates,
      },
    );
  });

  test("a high watermark alone is the low one too, and strict-syn-check is taken over", () => {
    const { settings } = snapshotOf([
      ["security.flow.aging", { "high-watermark": 95 }],
      ["security.flow.tcp-session", { "strict-syn-check": true }],
    ]);
    const { early_ageout, high_watermark, low_watermark, tcp_strict_syn_check } = settings;
    assert.deepEqual([early_ageout, high_watermark, low_watermark, tcp_strict_syn_check], [20, 95, 95, true]);
  });

  test("time-wait-state without a number stands for 150 seconds", () => {
    const { settings } = snapshotOf([["security.flow.tcp-session", { "time-wait-state": {} }]]);
    assert.equal(settings.tcp_time_wait, 150);
  });

  test("tcp-rst belongs to its zone", () => {
    assert.deepEqual(
      snapshotOf([["security.zones.security-zone[1].tcp-rst", true]]).zones.map((zone) => zone.tcp_rst),
      [false, true],
    );
  });

  test("routes lead to the unit whose network holds the gateway, or to the one named", () => {
    const { routes } = snapshotOf([
      [
        "routing-options.static.route[3]",
        { name: "::/0", "qualified-next-hop": [{ name: "fe80::1", interface: "ge-0/0/1.10" }] },
      ],
      ["routing-options.static.route[4]", { name: "198.18.0.0/15", reject: true }],
    ]);
    assert.deepEqual(
      routes.map((route) => [
        route.instance,
        `${text(route.prefix)}/${route.length}`,
        route.kind,
        route.next_hops.map((hop) => `${text(hop.gateway)} ${hop.unit}`),
        route.table,
      ]),
      [
        [0, "0.0.0.0/0", "next-hop", ["192.0.2.254 2"], 0],
        [0, "198.51.100.0/24", "next-hop", ["192.0.2.253 2"], 0],
        [0, "203.0.113.0/24", "discard", [], 0],
        [0, "::/0", "next-hop", ["fe80::1 2"], 0],
        [0, "198.18.0.0/15", "reject", [], 0],
        [1, "0.0.0.0/0", "next-table", [], 0],
        [1, "10.0.0.0/8", "discard", [], 0],
      ],
    );
  });

  test("next hops of different preferences are routes of their own", () => {
    const { routes } = snapshotOf([
      [
        "routing-options.static.route[0]",
        {
          name: "0.0.0.0/0",
          "next-hop": ["192.0.2.254"],
          "qualified-next-hop": [
            { name: "192.0.2.252", interface: "ge-0/0/1.10", preference: 7 },
            { name: "192.0.2.253", interface: "ge-0/0/1.10" },
            { name: "192.0.2.251", interface: "ge-0/0/1.10", preference: 7 },
          ],
        },
      ],
      ["routing-options.static.route[1].preference", 200],
      ["routing-options.static.route[2].preference", 0],
    ]);
    assert.deepEqual(
      routes
        .filter(({ instance }) => instance === 0)
        .map(({ prefix, length, preference, kind, next_hops: hops }) => [
          `${text(prefix)}/${length}`,
          preference,
          kind,
          hops.map((hop) => text(hop.gateway)),
        ]),
      [
        ["0.0.0.0/0", 5, "next-hop", ["192.0.2.254", "192.0.2.253"]],
        ["0.0.0.0/0", 7, "next-hop", ["192.0.2.252", "192.0.2.251"]],
        ["198.51.100.0/24", 200, "next-hop", ["192.0.2.253"]],
        ["203.0.113.0/24", 0, "discard", []],
      ],
    );
  });

  test("a routing instance has the kernel's table that it names, the default one the main table", () => {
    const { instances } = snapshotOf([["routing-instances[0].kernel-table", 100]]);
    assert.deepEqual(
      instances.map(({ kernel_table: table }) => table),
      [254, 100],
    );
  });

  test("routing instances have their units, routes and tables; a forwarding one has the gateways of the default one", () => {
    const snapshot = snapshotOf([
      ["interfaces.eth5", { unit: { 0: { family: { inet: { address: ["10.1.1.1/24"] } } } } }],
      ["security.zones.security-zone[0].interfaces[1]", "eth5.0"],
      ["routing-instances[0].interface", ["eth5.0"]],
      ["routing-instances[0].routing-options.static.route[1]", { name: "10.0.0.0/8", "next-hop": ["10.1.1.9"] }],
      [
        "routing-instances[1]",
        {
          name: "red",
          "instance-type": "forwarding",
          "routing-options": {
            static: {
              route: [
                { name: "10.0.0.0/8", "next-hop": ["10.1.1.9"] },
                { name: "::/0", "next-table": "blue.inet6.0" },
              ],
            },
          },
        },
      ],
    ]);
    assert.deepEqual(
      snapshot.instances.map(({ id, name, kernel_table }) => [id, name, kernel_table]),
      [
        [0, "inet.0", 254],
        [1, "blue", 0],
        [2, "red", 0],
      ],
    );
    assert.deepEqual(
      snapshot.units.map(({ name, instance }) => [name, instance]),
      [
        ["eth5.0", 1],
        ["ge-0/0/0.0", 0],
        ["ge-0/0/1.10", 0],
      ],
    );
    assert.deepEqual(
      snapshot.routes
        .filter(({ instance }) => instance > 0)
        .map((route) => [
          route.instance,
          `${text(route.prefix)}/${route.length}`,
          route.kind,
          route.next_hops.map((hop) => `${text(hop.gateway)} ${hop.unit}`),
          route.table,
        ]),
      [
        [1, "0.0.0.0/0", "next-table", [], 0],
        [1, "10.0.0.0/8", "next-hop", ["10.1.1.9 1"], 0],
        [2, "10.0.0.0/8", "next-hop", ["10.1.1.9 2"], 0],
        [2, "::/0", "next-table", [], 1],
      ],
    );
  });
});

describe("naming traffic", () => {
  /** nameOf does what the helper does with the table: the first row that fits. */
  const nameOf = (snapshot: Snapshot, protocol: number, port = 0): string | undefined =>
    snapshot.applications.find(
      (row) =>
        row.protocol === protocol &&
        ((protocol !== 6 && protocol !== 17) || (row.port_low <= port && port <= row.port_high)),
    )?.name;

  test("well-known ports have their usual names", () => {
    const snapshot = snapshotOf([
      ["applications", undefined],
      [`${POLICIES}[1]`, undefined],
    ]);
    const names = [
      [6, 22],
      [6, 25],
      [6, 80],
      [6, 139],
      [6, 389],
      [6, 443],
      [6, 445],
      [17, 53],
      [17, 67],
      [17, 123],
      [17, 514],
      [1, 0],
      [58, 0],
      [47, 0],
      [89, 0],
    ].map(([protocol, port]) => nameOf(snapshot, protocol!, port));
    assert.deepEqual(names, [
      "junos-ssh",
      "junos-smtp",
      "junos-http",
      "junos-netbios-session",
      "junos-ldap",
      "junos-https",
      "junos-smb-session",
      "junos-dns-udp",
      "junos-bootps",
      "junos-ntp",
      "junos-syslog",
      "junos-icmp-all",
      "junos-icmp6-all",
      "junos-gre",
      "junos-ospf",
    ]);
    assert.equal(nameOf(snapshot, 6, 31337), undefined, "junos-tcp-any names nothing");
    assert.equal(nameOf(snapshot, 17, 31337), undefined);
  });

  test("own applications name before predefined ones", () => {
    assert.equal(nameOf(snapshotOf([["applications.application[0].destination-port", 443]]), 6, 443), "own");
  });

  test("an application with conditions beyond the destination port names nothing by itself", () => {
    const conditions = (application: object): Snapshot =>
      snapshotOf([["applications.application[0]", { name: "own", ...application }]]);
    assert.equal(nameOf(conditions({ protocol: "udp", "source-port": 53 }), 17, 4000), undefined);
    assert.equal(
      nameOf(conditions({ protocol: "udp", "source-port": 53, "destination-port": 4000 }), 17, 4000),
      undefined,
    );
    assert.equal(nameOf(conditions({ protocol: "icmp", "icmp-type": 13 }), 1), "junos-icmp-all");
    assert.equal(nameOf(conditions({ protocol: "tcp" }), 6, 31337), undefined);
  });

  test("every predefined application and set can be used in a policy", () => {
    for (const name of [...predefinedApplications.keys(), ...predefinedApplicationSets.keys()])
      assert.ok(rulesFor({ application: [name] }).rules.length > 0, name);
  });
});

describe("the whole snapshot", () => {
  const samples: readonly (readonly [name: string, content: string])[] = [
    ["test/config/base.yaml", readRepositoryFile("test/config/base.yaml")],
    ...readdirSync(new URL("examples/", repository))
      .filter((name) => name.endsWith(".yaml"))
      .map((name) => [`examples/${name}`, readRepositoryFile(`examples/${name}`)] as const),
  ];
  for (const [name, content] of samples) {
    test(`${name} compiles to a valid snapshot, and through YAML and JSON to the same bytes`, () => {
      const first = loadConfig(content, { file: name });
      assert.ok(first.ok, JSON.stringify(!first.ok && first.errors));
      const snapshot = compileConfig(first.config, 3).snapshot;
      assertSnapshot(snapshot);
      for (const again of [content, printConfig(first.config), JSON.stringify(first.config)]) {
        const result = loadConfig(again);
        assert.ok(result.ok);
        assert.deepEqual(result.config, first.config);
        assert.deepEqual(encodeSnapshot(compileConfig(result.config, 3).snapshot), encodeSnapshot(snapshot));
      }
    });
  }

  test("the hash is of the content alone: it stays with the generation and changes with anything else", () => {
    const config: Config = configOf();
    const hash = compileConfig(config, 1).snapshot.hash;
    assert.equal(compileConfig(config, 2).snapshot.hash, hash);
    assert.equal(compileConfig(config, 2).snapshot.generation, 2);
    assert.notEqual(snapshotOf([["security.flow.tcp-session.tcp-initial-timeout", 31]]).hash, hash);
    assert.notEqual(snapshotOf([["security.address-book[0].address[0].ip-prefix", "192.0.2.81"]]).hash, hash);
  });

  test("the names give host, zones, units and applications by id", () => {
    const { names, snapshot } = compileConfig(configOf(), 9);
    assert.deepEqual([names.generation, names.hostName, names.zones], [9, "fw1", ["", "trust", "untrust"]]);
    assert.deepEqual(names.units, [
      { name: "", zone: "" },
      { name: "ge-0/0/0.0", zone: "trust" },
      { name: "ge-0/0/1.10", zone: "untrust" },
    ]);
    assert.deepEqual(names.applications, ["any", ...snapshot.applications.map((application) => application.name)]);
  });
});
