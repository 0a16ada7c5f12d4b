// Address translation: what the helper is told, and what is refused. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { compileConfig } from "../../daemon/src/config/compile.js";
import type { SnapshotAddressSet, SnapshotNatMatch } from "../../daemon/src/snapshot/snapshot.gen.js";
import { nat } from "./nat-tree.js";
import { configOf, edited, errorsOf, type Edit } from "./tree.js";

const NAT = "security.nat";
const base: readonly Edit[] = [[NAT, nat]];
const compiled = (edits: readonly Edit[]) => compileConfig(configOf(edits), 1);
const quad = (text: string): Uint8Array => Uint8Array.from(text.split(".").map(Number));
const range = (low: string, high = low) => ({ low: quad(low), high: quad(high) });
const TRUST = 1;
const UNTRUST = 2;

const text = ({ inet, inet6 }: SnapshotAddressSet): string =>
  [...inet, ...inet6]
    .map(({ low, high }) => [low, high].map((bytes) => bytes.join(bytes.length === 4 ? "." : " ")).join("-"))
    .join(",");

/** spelled writes a match in one line, its address sets as their ranges. */
function spelled(match: SnapshotNatMatch, sets: readonly SnapshotAddressSet[]): string {
  const side = (indexes: readonly number[]): string => indexes.map((index) => text(sets[index]!)).join(" ") || "any";
  const { rule, source, destination, protocol } = match;
  const ports = `${match.source_port_low}-${match.source_port_high} ${match.destination_port_low}-${match.destination_port_high}`;
  return `${rule}: ${side(source)} to ${side(destination)}, ${protocol}, ${ports}`;
}

describe("what the helper is told", () => {
  test("without rules there is nothing about translation", () => {
    for (const edits of [[], [[NAT, {}]], [[NAT, { source: { pool: nat.source.pool } }]]] satisfies Edit[][]) {
      const { snapshot, names } = compiled(edits);
      assert.deepEqual(
        [snapshot.nat_pools, snapshot.nat_rules, snapshot.nat_sets, names.natRules],
        [undefined, undefined, undefined, []],
      );
    }
  });

  test("pools have their addresses, ports and overflows", () => {
    const pool = {
      family: 2,
      port_low: 1024,
      port_high: 63487,
      persistent: true,
      overflow: "none",
      overflow_pool: 0,
    };
    const own = { ...pool, port_low: 0, port_high: 0 };
    const inside = Uint8Array.from([0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x25]);
    assert.deepEqual(compiled(base).snapshot.nat_pools, [
      {
        ...pool,
        name: "source/outside",
        addresses: [range("192.0.2.32", "192.0.2.35"), range("192.0.2.40", "192.0.2.43")],
        port_low: 2000,
        port_high: 2999,
        overflow: "pool",
        overflow_pool: 2,
      },
      { ...pool, name: "source/spare", addresses: [range("192.0.2.48")] },
      {
        ...own,
        name: "source/same-ports",
        addresses: [range("192.0.2.50", "192.0.2.51")],
        overflow: "interface",
      },
      {
        ...own,
        name: "destination/web",
        addresses: [range("10.1.1.80", "10.1.1.81")],
        port_low: 8080,
        port_high: 8080,
        persistent: false,
      },
      { ...own, name: "destination/mail", family: 10, addresses: [{ low: inside, high: inside }], persistent: false },
    ]);
  });

  test("rules have numbers in the order of the text, and names for the log", () => {
    const { snapshot, names } = compiled(base);
    const plain = { pool: 0, length: 0, outer_port: 0, inner_port: 0 };
    assert.deepEqual(snapshot.nat_rules, [
      { ...plain, name: "source/by-instance/rest", action: "interface" },
      { ...plain, name: "source/out/printers", action: "off" },
      {
        ...plain,
        name: "source/out/users",
        action: "pool",
        pool: 1,
        persistent: "target-host-port",
        persistent_timeout: 600,
        persistent_sessions: 100,
      },
      { ...plain, name: "source/by-interface/all", action: "pool", pool: 3 },
      { ...plain, name: "destination/in/web", action: "pool", pool: 4 },
      { ...plain, name: "destination/in/mail", action: "pool", pool: 5 },
      { ...plain, name: "destination/in/rest", action: "off" },
      {
        ...plain,
        name: "static/hosts/ssh",
        action: "prefix",
        outer: quad("192.0.2.60"),
        inner: quad("10.1.1.60"),
        length: 32,
        outer_port: 2200,
        inner_port: 22,
      },
      {
        ...plain,
        name: "static/hosts/servers",
        action: "prefix",
        outer: quad("192.0.2.64"),
        inner: quad("10.1.1.64"),
        length: 28,
      },
      {
        ...plain,
        name: "static/hosts/site",
        action: "nptv6",
        outer: Uint8Array.from([0x20, 0x01, 0x0d, 0xb8, 0, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        inner: Uint8Array.from([0xfd, 0x01, 0x02, 0x03, 0x04, 0x05, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        length: 48,
      },
    ]);
    assert.deepEqual(
      names.natRules.map(({ kind, set, name }) => `${kind}/${set}/${name}`),
      snapshot.nat_rules!.map(({ name }) => name),
    );
  });

  test("sets stand by stage, and those that name interfaces before those that name zones or instances", () => {
    const { nat_sets: sets, address_sets: addresses } = compiled(base).snapshot;
    const all = "0-65535 0-65535";
    const any4 = "0.0.0.0-255.255.255.255";
    const site = (prefix: string): string => `${prefix}${" 0".repeat(10)}-${prefix}${" 255".repeat(10)}`;
    const everything = "192.0.2.80-192.0.2.80,192.0.2.100-192.0.2.199";
    const documentation = "198.51.100.0-198.51.100.255,203.0.113.0-203.0.113.255";
    const users = [6, 17].flatMap((protocol) =>
      ["80-80", "8000-8000", "8002-8009"].map(
        (ports) => `3: ${everything} to ${documentation}, ${protocol}, 1024-65535 ${ports}`,
      ),
    );
    const servers = "10.1.1.64-10.1.1.79";
    const client = "192.0.2.80-192.0.2.80,198.51.100.0-198.51.100.255";
    const inet6 = (...bytes: readonly number[]): string => bytes.join(" ");
    const mail = inet6(0x20, 1, 0xd, 0xb8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x25);
    const any6 = `${inet6(...new Array<number>(16).fill(0))}-${inet6(...new Array<number>(16).fill(255))}`;
    assert.deepEqual(
      sets!.map(({ matches, ...set }) => ({ ...set, matches: matches.map((match) => spelled(match, addresses)) })),
      [
        {
          stage: "static-destination",
          from: [UNTRUST],
          to: [],
          matches: [
            `8: ${client} to 192.0.2.60-192.0.2.60, -1, 0-65535 2200-2201`,
            `9: ${any4} to 192.0.2.64-192.0.2.79, -1, ${all}`,
            `10: ${any6} to ${site("32 1 13 184 0 10")}, -1, ${all}`,
          ],
        },
        {
          stage: "destination",
          from: [UNTRUST],
          to: [],
          matches: [
            "5: 198.51.100.0-198.51.100.255 to 192.0.2.1-192.0.2.1, 6, 0-65535 80-80",
            `6: ${any6} to ${mail}-${mail}, -1, ${all}`,
            `7: any to 192.0.2.100-192.0.2.199, -1, ${all}`,
          ],
        },
        {
          stage: "static-source",
          from: [],
          to: [UNTRUST],
          matches: [
            `8: 10.1.1.60-10.1.1.60 to ${client}, -1, 22-23 0-65535`,
            `9: ${servers} to ${any4}, -1, ${all}`,
            `10: ${site("253 1 2 3 4 5")} to ${any6}, -1, ${all}`,
          ],
        },
        { stage: "source", from: [TRUST], to: [UNTRUST], matches: [`4: ${any4} to ${any4}, -1, ${all}`] },
        {
          stage: "source",
          from: [TRUST],
          to: [UNTRUST],
          matches: [`2: 10.1.1.128-10.1.1.255 to 192.0.2.80-192.0.2.80, -1, ${all}`, ...users],
        },
        { stage: "source", from: [TRUST, UNTRUST], to: [TRUST, UNTRUST], matches: [`1: any to any, -1, ${all}`] },
      ],
    );
  });

  test("what is answered for is named by unit, in ranges, also without rules", () => {
    const low = (last: number) => Uint8Array.from([0x20, 1, 0xd, 0xb8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, last]);
    const expected = [
      { unit: UNTRUST, ...range("192.0.2.32", "192.0.2.36") },
      { unit: UNTRUST, ...range("192.0.2.40", "192.0.2.43") },
      { unit: UNTRUST, low: low(0x70), high: low(0x7f) },
    ];
    assert.deepEqual(compiled(base).snapshot.proxies, expected);
    const { "proxy-arp": arp, "proxy-ndp": ndp } = nat;
    const alone = compiled([[NAT, { "proxy-arp": arp, "proxy-ndp": ndp }]]).snapshot;
    assert.deepEqual([alone.proxies, alone.nat_rules], [expected, undefined]);
    assert.equal(compiled([]).snapshot.proxies, undefined);
  });

  test("what comes for an address that is answered for goes nowhere, unless a route says more than the link's network", () => {
    const routes = (edits: readonly Edit[]) =>
      compiled([[NAT, { "proxy-arp": { interface: [{ name: "ge-0/0/1.10", address: ["192.0.2.32/31"] }] } }], ...edits])
        .snapshot.routes.filter(({ length }) => length > 24)
        .map(({ prefix, length, kind }) => `${prefix.join(".")}/${length} ${kind}`);
    assert.deepEqual(routes([]), ["192.0.2.32/32 discard", "192.0.2.33/32 discard"]);
    const behind = { name: "192.0.2.32/32", "next-hop": ["192.0.2.253"] };
    assert.deepEqual(routes([["routing-options.static.route[3]", behind]]), [
      "192.0.2.32/32 next-hop",
      "192.0.2.33/32 discard",
    ]);
  });

  test("of rule-sets that fit, the destination's kind of context comes before the source's, as in Junos", () => {
    const kinds = ["routing-instance", "zone", "interface"] as const;
    const from = { "routing-instance": ["default"], zone: ["trust"], interface: ["ge-0/0/0.0"] };
    const to = { "routing-instance": ["default"], zone: ["untrust"], interface: ["ge-0/0/1.10"] };
    const sets = kinds.flatMap((source) =>
      kinds.map((destination) => ({
        name: `${source}-${destination}`,
        from: { [source]: from[source] },
        to: { [destination]: to[destination] },
        rule: [{ name: "all", match: {}, then: { "source-nat": { interface: true } } }],
      })),
    );
    const { snapshot, names } = compiled([[NAT, { source: { "rule-set": sets } }]]);
    assert.deepEqual(
      snapshot.nat_sets!.map(({ matches }) => names.natRules[matches[0]!.rule - 1]!.set),
      ["interface", "zone", "routing-instance"].flatMap((destination) =>
        ["interface", "zone", "routing-instance"].map((source) => `${source}-${destination}`),
      ),
    );
  });

  test("an application is what its terms are, one match each", () => {
    const { nat_sets: sets, address_sets: addresses } = compiled([
      ...base,
      [
        "applications.application[0]",
        { name: "own", protocol: "tcp", "source-port": "1000-1999", "destination-port": 8443 },
      ],
      [
        "applications.application[2]",
        {
          name: "tunnel",
          term: [
            { name: "a", protocol: "esp" },
            { name: "b", protocol: "udp", "destination-port": 4500 },
          ],
        },
      ],
      [`${NAT}.source.rule-set[1].rule[1].match`, { application: ["own", "tunnel"] }],
      [`${NAT}.destination.rule-set[0].rule[2].match.application`, ["junos-https", "any"]],
    ]).snapshot;
    const spelledOf = (stage: string, rule: number): string[] =>
      sets!
        .filter((set) => set.stage === stage)
        .flatMap(({ matches }) => matches)
        .filter((match) => match.rule === rule)
        .map((match) => spelled(match, addresses).replace(/^.* to [^,]*,(?: |[^,]*, )/, ""));
    assert.deepEqual(spelledOf("source", 3), [
      "6, 1000-1999 8443-8443",
      "50, 0-65535 0-65535",
      "17, 0-65535 4500-4500",
    ]);
    assert.deepEqual(spelledOf("destination", 7), ["6, 0-65535 443-443", "-1, 0-65535 0-65535"]);
  });

  test("bindings last five minutes and have thirty sessions unless the rule says otherwise", () => {
    const { snapshot } = compiled([
      ...base,
      [
        `${NAT}.source.rule-set[0].rule[0].then.source-nat`,
        { interface: true, "persistent-nat": { permit: { "any-remote-host": true } } },
      ],
    ]);
    const { persistent, persistent_timeout, persistent_sessions } = snapshot.nat_rules![0]!;
    assert.deepEqual([persistent, persistent_timeout, persistent_sessions], ["any-remote-host", 300, 30]);
  });

  test("a rule whose names hold no address of the pool's family matches nothing", () => {
    const { nat_sets: sets } = compiled([
      ...base,
      [`${NAT}.destination.rule-set[0].rule[1].match`, { "destination-address-name": "web" }],
    ]).snapshot;
    assert.deepEqual(
      sets!.find(({ stage }) => stage === "destination")!.matches.map(({ rule }) => rule),
      [5, 7],
    );
  });
});

/** nat64: IPv4 hosts behind a prefix, for clients whose sources a rule translates. */
const nat64 = (action: object, match: object = {}) => ({
  source: {
    pool: [
      { name: "four", address: ["192.0.2.40"] },
      { name: "six", address: ["2001:db8:2::40"] },
    ],
    "rule-set": [
      {
        name: "out",
        from: { zone: ["trust"] },
        to: { zone: ["untrust"] },
        rule: [{ name: "users", match, then: { "source-nat": action } }],
      },
    ],
  },
  static: {
    "rule-set": [
      {
        name: "internet",
        from: { zone: ["trust"] },
        rule: [
          {
            name: "four",
            match: { "source-address": ["2001:db8:1::/64"], "destination-address": "64:ff9b::/96" },
            then: { "static-nat": { inet: true } },
          },
        ],
      },
    ],
  },
});

describe("NAT64", () => {
  const six = (...bytes: readonly number[]): string => bytes.join(" ");
  const clients = [0x20, 1, 0xd, 0xb8, 0, 1, 0, 0];
  const users = `${six(...clients, 0, 0, 0, 0, 0, 0, 0, 0)}-${six(...clients, 255, 255, 255, 255, 255, 255, 255, 255)}`;

  test("is a static rule in one direction, and a source rule to IPv4 for clients of both families", () => {
    const { snapshot } = compiled([[NAT, nat64({ pool: "four" })]]);
    const { nat_rules: rules, nat_sets: sets, address_sets: addresses } = snapshot;
    const outer = Uint8Array.from([0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    const plain = { pool: 0, length: 0, outer_port: 0, inner_port: 0 };
    assert.deepEqual(rules, [
      { ...plain, name: "source/out/users", action: "pool", pool: 1 },
      { ...plain, name: "static/internet/four", action: "nat64", outer, length: 96 },
    ]);
    const prefix = six(...outer.subarray(0, 12));
    assert.deepEqual(
      sets!.map(({ stage, matches }) => ({ stage, matches: matches.map((match) => spelled(match, addresses)) })),
      [
        {
          stage: "static-destination",
          matches: [`2: ${users} to ${prefix} 0 0 0 0-${prefix} 255 255 255 255, -1, 0-65535 0-65535`],
        },
        { stage: "source", matches: ["1: any to 0.0.0.0-255.255.255.255, -1, 0-65535 0-65535"] },
      ],
    );
  });

  const INET = `${NAT}.static.rule-set[0].rule[0].then.static-nat.inet`;
  const NONE = `${INET}: no source rule gives IPv6 clients an IPv4 source: one is needed with an IPv4 pool or interface, without persistent-nat`;
  const RULE = `${NAT}.source.rule-set[0].rule[0]`;
  const persistent = { "persistent-nat": { permit: { "any-remote-host": true } } };
  const families = { "source-address": ["2001:db8:1::/64"], "destination-address": ["0.0.0.0/0"] };
  for (const [what, action, match, errors] of [
    ["an IPv4 pool", { pool: "four" }, families, []],
    ["an interface", { interface: true }, families, []],
    ["an IPv6 pool", { pool: "six" }, {}, [NONE]],
    ["no translation", { off: true }, {}, [NONE]],
    ["IPv4 clients alone", { pool: "four" }, { "source-address": ["10.1.1.0/24"] }, [NONE]],
    [
      "a binding",
      { pool: "four", ...persistent },
      families,
      [
        `${RULE}.match.source-address[0]: NAT64 knows no persistent-nat: nothing from outside could reach an IPv6 client`,
        NONE,
      ],
    ],
  ] as const) {
    test(`a source rule with ${what} is ${errors.length === 0 ? "enough" : "none for it"}`, () => {
      assert.deepEqual(errorsOf(edited([[NAT, nat64(action, match)]])).toSorted(), [...errors].toSorted());
    });
  }

  test("without it, IPv6 sources cannot be translated to IPv4", () => {
    const { source } = nat64({ pool: "four" }, families);
    assert.deepEqual(errorsOf(edited([[NAT, { source }]])), [
      `${RULE}.match.source-address[0]: '2001:db8:1::/64' is of another family than the addresses of 'four': ${NOT_BETWEEN}`,
    ]);
  });
});

type Row = readonly [what: string, edits: readonly Edit[], errors: readonly string[]];
const POOL = `${NAT}.source.pool`;
const OUT = `${NAT}.source.rule-set[1]`;
const IN = `${NAT}.destination.rule-set[0]`;
const HOSTS = `${NAT}.static.rule-set[0]`;
const NOT_BETWEEN = "only static rules with inet, for IPv6 prefixes, lead from one to the other";

const rows: readonly Row[] = [
  [
    "addresses of a pool: one family, in order, each once",
    [
      [`${POOL}[0].address[2]`, "2001:db8::1"],
      [`${POOL}[0].address[3]`, "192.0.2.33"],
      [
        `${POOL}[1].address`,
        [
          { name: "192.0.2.9", to: "192.0.2.8" },
          { name: "192.0.2.9", to: "::1" },
        ],
      ],
      [`${NAT}.destination.pool[0].address.name`, "10.1.1.80/31"],
    ],
    [
      `${POOL}[0].address[2]: its other addresses are of the other family`,
      `${POOL}[0].address[3]: the list has some of these addresses already`,
      `${POOL}[1].address[0].to: the last address 192.0.2.8 is below the first, 192.0.2.9`,
      `${POOL}[1].address[1].to: one end is IPv4 and the other IPv6`,
      `${NAT}.destination.pool[0].address.to: a range begins with one address, not with the prefix '10.1.1.80/31'`,
    ],
  ],
  [
    "addresses that no host can have, and too many",
    [
      [`${POOL}[0].address[0]`, "127.0.0.0/30"],
      [`${POOL}[1].address[0]`, "10.16.0.0/20"],
    ],
    [
      `${NAT}: expected at most 4096 addresses in all pools together, found 4109`,
      `${POOL}[0].address[0]: it holds a loopback address, which no host can have`,
    ],
  ],
  [
    "packets for this host itself are not translated",
    [[`${NAT}.destination.pool[0].address.name`, "10.1.1.1"]],
    [
      `${NAT}.destination.pool[0].address: it holds 10.1.1.1/24 of ge-0/0/0.0: packets cannot be translated to this host itself`,
    ],
  ],
  [
    "ports and overflows of a pool",
    [
      [`${POOL}[0].port.range`, { low: 9, high: 8 }],
      [`${POOL}[0].overflow-pool`, "same-ports"],
      [`${POOL}[1].overflow-pool`, "spare"],
      [`${POOL}[3]`, { name: "six", address: ["2001:db8::1"], "overflow-pool": "five" }],
      [
        `${POOL}[4]`,
        { name: "five", address: ["192.0.2.5"], port: { "no-translation": true, range: { low: 1, high: 2 } } },
      ],
      [`${POOL}[5]`, { name: "interface", address: ["192.0.2.6"], port: {} }],
    ],
    [
      `${POOL}[0].overflow-pool: 'same-ports' has an overflow-pool itself; only one takes over`,
      `${POOL}[0].port.range: the low end 9 is above the high end 8`,
      `${POOL}[1].overflow-pool: a pool cannot overflow into itself`,
      `${POOL}[3].overflow-pool: 'five' has no-translation: it cannot take what another one has no ports for`,
      `${POOL}[4].port: expected exactly one of no-translation, range, found no-translation and range`,
      `${POOL}[5].name: 'interface' is a reserved name`,
      `${POOL}[5].port: expected exactly one of no-translation, range, found none`,
    ],
  ],
  [
    "an overflow of the other family",
    [
      [`${POOL}[3]`, { name: "six", address: ["2001:db8::1"], "overflow-pool": "spare" }],
      [`${POOL}[4]`, { name: "six", address: ["2001:db8::2"] }],
    ],
    [
      `${POOL}[3].overflow-pool: the addresses of 'spare' are of the other family`,
      `${POOL}[4].name: source pool 'six' exists already`,
    ],
  ],
  [
    "contexts: one kind each, of things that exist, and no two sets for the same packets",
    [
      [`${OUT}.from`, { zone: ["trust", "trus", "trust"] }],
      [`${OUT}.to`, { zone: ["untrust"], interface: ["ge-0/0/1.10"] }],
      [
        `${NAT}.source.rule-set[3]`,
        { ...nat.source["rule-set"][2], from: { interface: ["ge-0/0/0.0", "ge-0/0/9.0"] } },
      ],
      [`${NAT}.destination.rule-set[1]`, { ...nat.destination["rule-set"][0], name: "again" }],
      [`${HOSTS}.from`, {}],
    ],
    [
      `${OUT}.from.zone[1]: no security-zone named 'trus'; did you mean 'trust'?`,
      `${OUT}.from.zone[2]: zone 'trust' stands here twice`,
      `${OUT}.to: expected exactly one of zone, interface, routing-instance, found zone and interface`,
      `${NAT}.source.rule-set[3]: rule-set 'by-interface' is for the same packets as this one: the first of them would decide alone`,
      `${NAT}.source.rule-set[3].name: rule-set 'by-interface' exists already`,
      `${NAT}.source.rule-set[3].from.interface[1]: no interface unit named 'ge-0/0/9.0'; did you mean 'ge-0/0/0.0'?`,
      `${NAT}.destination.rule-set[1]: rule-set 'in' is for the same packets as this one: the first of them would decide alone`,
      `${HOSTS}.from: expected exactly one of zone, interface, routing-instance, found none`,
    ],
  ],
  [
    "conditions: names of the global address-book, ports only where there are ports",
    [
      [`${OUT}.rule[0].match.source-address-name`, ["users"]],
      [`${OUT}.rule[1].match.protocol`, ["tcp", "icmp", "tcp"]],
      [`${IN}.rule[0].match.destination-address-name`, "web"],
      [`${IN}.rule[1].match`, {}],
      [`${IN}.rule[2].name`, "web"],
    ],
    [
      `${OUT}.rule[0].match.source-address-name[0]: no address or set of the global address-book named 'users'`,
      `${OUT}.rule[1].match.source-port: source-port needs protocol tcp, udp or sctp, found 'icmp'`,
      `${OUT}.rule[1].match.destination-port: destination-port needs protocol tcp, udp or sctp, found 'icmp'`,
      `${OUT}.rule[1].match.protocol[2]: protocol 'tcp' stands here twice`,
      `${IN}.rule[0].match: expected exactly one of destination-address, destination-address-name, found destination-address and destination-address-name`,
      `${IN}.rule[1].match: expected exactly one of destination-address, destination-address-name, found none`,
      `${IN}.rule[2].name: rule 'web' exists already`,
    ],
  ],
  [
    "persistent NAT: where ports are given out, for one kind of others",
    [
      [`${OUT}.rule[0].then.source-nat.persistent-nat`, { permit: { "any-remote-host": true } }],
      [`${OUT}.rule[1].then.source-nat.persistent-nat.permit.target-host`, true],
      [`${NAT}.source.rule-set[2].rule[0].then.source-nat.persistent-nat`, { permit: {} }],
    ],
    [
      `${OUT}.rule[0].then.source-nat.persistent-nat: the rule translates nothing, so there is nothing to keep`,
      `${OUT}.rule[1].then.source-nat.persistent-nat.permit: expected exactly one of any-remote-host, target-host, target-host-port, found target-host and target-host-port`,
      `${NAT}.source.rule-set[2].rule[0].then.source-nat.persistent-nat: 'same-ports' has no-translation: it gives out no ports to bind to`,
      `${NAT}.source.rule-set[2].rule[0].then.source-nat.persistent-nat.permit: expected exactly one of any-remote-host, target-host, target-host-port, found none`,
    ],
  ],
  [
    "alarms: lower when they are cleared, and only where ports can be used up",
    [
      [`${NAT}.source.pool-utilization-alarm.clear-threshold`, 90],
      [`${POOL}[0].pool-utilization-alarm`, { "clear-threshold": 50 }],
      [`${POOL}[2].pool-utilization-alarm`, { "raise-threshold": 60, "clear-threshold": 61 }],
    ],
    [
      `${NAT}.source.pool-utilization-alarm.clear-threshold: expected less than the raise-threshold 90, found 90`,
      `${POOL}[0].pool-utilization-alarm: 'raise-threshold' is missing`,
      `${POOL}[2].pool-utilization-alarm: the pool has no-translation: it gives out no ports that could be used up`,
      `${POOL}[2].pool-utilization-alarm.clear-threshold: expected less than the raise-threshold 60, found 61`,
    ],
  ],
  [
    "proxies: addresses that hosts can have and this one has not",
    [
      [`${NAT}.proxy-arp.interface[0].address[2]`, "192.0.2.41"],
      [`${NAT}.proxy-arp.interface[0].address[3]`, "224.0.0.1"],
      [`${NAT}.proxy-arp.interface[1]`, { name: "ge-0/0/1.10", address: ["10.1.1.0/28", "2001:db8::1"] }],
      [`${NAT}.proxy-arp.interface[2]`, { name: "ge-0/0/0.1", address: ["10.64.0.0/20"] }],
    ],
    [
      `${NAT}: expected at most 4096 addresses in proxy-arp and proxy-ndp together, found 4138`,
      `${NAT}.proxy-arp.interface[0].address[2]: the list has some of these addresses already`,
      `${NAT}.proxy-arp.interface[0].address[3]: it holds a multicast address, which no host can have`,
      `${NAT}.proxy-arp.interface[1].address[0]: it holds 10.1.1.1/24 of ge-0/0/0.0, which this host answers for anyway`,
      `${NAT}.proxy-arp.interface[1].address[1]: IPv6 addresses stand in proxy-ndp`,
      `${NAT}.proxy-arp.interface[1].name: interface 'ge-0/0/1.10' exists already`,
      `${NAT}.proxy-arp.interface[2].name: no interface unit named 'ge-0/0/0.1'; did you mean 'ge-0/0/0.0'?`,
    ],
  ],
  [
    "applications: instead of protocols and ports, and none that asks for an ICMP type",
    [
      [`${OUT}.rule[0].match.application`, ["junos-http", "junos-htp", "junos-http", "junos-ping"]],
      [`${OUT}.rule[1].match.application`, ["any"]],
      [`${IN}.rule[0].match.application`, ["all", "junos-icmp-all"]],
    ],
    [
      `${OUT}.rule[0].match.application[1]: no application or set named 'junos-htp'; did you mean 'junos-http'?`,
      `${OUT}.rule[0].match.application[2]: application 'junos-http' stands here twice`,
      `${OUT}.rule[0].match.application[3]: 'junos-ping' asks for an ICMP type: translation goes by protocol and ports only`,
      `${OUT}.rule[1].match.protocol: application says which protocol it means; only one of them can stand here`,
      `${OUT}.rule[1].match.source-port: application says which source-port it means; only one of them can stand here`,
      `${OUT}.rule[1].match.destination-port: application says which destination-port it means; only one of them can stand here`,
      `${IN}.rule[0].match.application[0]: 'all' asks for an ICMP type: translation goes by protocol and ports only`,
      `${IN}.rule[0].match.destination-port: application says which destination-port it means; only one of them can stand here`,
      `${IN}.rule[0].match.protocol: application says which protocol it means; only one of them can stand here`,
    ],
  ],
  [
    "IPv4 stays IPv4 and IPv6 stays IPv6",
    [
      [`${OUT}.rule[1].match.destination-address[1]`, "2001:db8::/32"],
      [`${IN}.rule[0].match.destination-address`, "2001:db8:2::1/128"],
      [`${HOSTS}.rule[1].then.static-nat.prefix.name`, "2001:db8:9::/28"],
      [`${HOSTS}.rule[0].match.source-address[0]`, "2001:db8:9::/48"],
    ],
    [
      `${OUT}.rule[1].match.destination-address[1]: '2001:db8::/32' is of another family than the addresses of 'outside': ${NOT_BETWEEN}`,
      `${IN}.rule[0].match.destination-address: '2001:db8:2::1/128' is of another family than the addresses of 'web': ${NOT_BETWEEN}`,
      `${HOSTS}.rule[0].match.source-address[0]: '2001:db8:9::/48' is of another family than destination-address: ${NOT_BETWEEN}`,
      `${HOSTS}.rule[1].then.static-nat.prefix.name: '2001:db8:9::/28' has bits set behind its prefix length; did you mean '2001:db0::/28'?`,
    ],
  ],
  [
    "NPTv6 rules: two IPv6 prefixes of one length, up to 64 bits, and no ports",
    [
      [`${HOSTS}.rule[1].then.static-nat`, { "nptv6-prefix": { name: "10.1.1.64/28" } }],
      [`${HOSTS}.rule[2].match.destination-address`, "2001:db8:a::/56"],
      [
        `${HOSTS}.rule[3]`,
        {
          name: "long",
          match: { "destination-address": "2001:db8:b::/72", "destination-port": 80 },
          then: { "static-nat": { "nptv6-prefix": { name: "fd01::/72" } } },
        },
      ],
    ],
    [
      `${HOSTS}.rule[1].match.destination-address: NPTv6 is for IPv6 prefixes, found '192.0.2.64/28'`,
      `${HOSTS}.rule[1].then.static-nat.nptv6-prefix.name: NPTv6 is for IPv6 prefixes, found '10.1.1.64/28'`,
      `${HOSTS}.rule[2].then.static-nat.nptv6-prefix.name: each address of /56 needs one of its own, found /48`,
      `${HOSTS}.rule[3].match.destination-address: NPTv6 is for prefixes of 1 to 64 bits, found /72`,
      `${HOSTS}.rule[3].match.destination-port: NPTv6 translates all ports of an address, or none`,
      `${HOSTS}.rule[3].then.static-nat.nptv6-prefix.name: NPTv6 is for prefixes of 1 to 64 bits, found /72`,
    ],
  ],
  [
    "NAT64 rules: an IPv6 prefix of the lengths of RFC 6052, IPv6 clients, no ports",
    [
      [`${HOSTS}.rule[0].then.static-nat`, { inet: true }],
      [
        `${HOSTS}.rule[3]`,
        {
          name: "odd",
          match: { "destination-address": "2001:db8:b::/72", "source-address": ["10.0.0.0/8"], "destination-port": 80 },
          then: { "static-nat": { inet: true } },
        },
      ],
      [
        `${HOSTS}.rule[4]`,
        {
          name: "bits",
          match: { "destination-address": "2001:db8:b:0:100::/96" },
          then: { "static-nat": { inet: true } },
        },
      ],
    ],
    [
      `${HOSTS}.rule[0].match.source-address[0]: NAT64 is for clients with IPv6 addresses, found '198.51.100.0/24'`,
      `${HOSTS}.rule[0].match.destination-address: NAT64 is for IPv6 prefixes, found '192.0.2.60/32'`,
      `${HOSTS}.rule[0].match.destination-port: NAT64 translates all ports of an address`,
      `${HOSTS}.rule[3].match.destination-address: IPv4 addresses stand behind 32, 40, 48, 56, 64 or 96 bits of an IPv6 prefix, found /72`,
      `${HOSTS}.rule[3].match.source-address[0]: NAT64 is for clients with IPv6 addresses, found '10.0.0.0/8'`,
      `${HOSTS}.rule[3].match.destination-port: NAT64 translates all ports of an address`,
      `${HOSTS}.rule[4].match.destination-address: bits 64 to 71 of the prefix have to be zero (RFC 6052)`,
    ],
  ],
  [
    "a static rule has one action",
    [[`${HOSTS}.rule[2].then.static-nat.prefix`, { name: "fd01::/48" }]],
    [
      `${HOSTS}.rule[2].then.static-nat: expected exactly one of prefix, nptv6-prefix, inet, found prefix and nptv6-prefix`,
    ],
  ],
  [
    "static rules: as many addresses and ports on both sides",
    [
      [`${HOSTS}.rule[0].then.static-nat.prefix.mapped-port`, "22-24"],
      [`${HOSTS}.rule[1].then.static-nat.prefix`, { name: "10.1.1.64/27", "mapped-port": 22 }],
      [
        `${HOSTS}.rule[2]`,
        {
          name: "zero",
          match: { "destination-address": "192.0.2.9", "destination-port": 0 },
          then: { "static-nat": { prefix: { name: "10.1.1.9" } } },
        },
      ],
    ],
    [
      `${HOSTS}.rule[0].then.static-nat.prefix.mapped-port: expected as many ports as destination-port has, 2, found 3`,
      `${HOSTS}.rule[1].then.static-nat.prefix.name: each address of /28 needs one of its own, found /27`,
      `${HOSTS}.rule[1].then.static-nat.prefix.mapped-port: mapped-port needs a destination-port in match, which it stands for`,
      `${HOSTS}.rule[2].then.static-nat.prefix: 'mapped-port' is missing: the rule has a destination-port, which stands for another one`,
    ],
  ],
  [
    "what is not enforced is not accepted",
    [
      [`${HOSTS}.rule[1].match.application`, ["junos-http"]],
      [`${OUT}.rule[1].then.source-nat.persistent-nat.address-mapping`, true],
      [`${POOL}[0].host-address-base`, "10.1.1.0"],
      [`${IN}.rule[0].then.source-nat`, { interface: true }],
    ],
    [
      `${POOL}[0].host-address-base: unknown statement 'host-address-base'`,
      `${HOSTS}.rule[1].match.application: unknown statement 'application'`,
      `${OUT}.rule[1].then.source-nat.persistent-nat.address-mapping: unknown statement 'address-mapping'`,
      `${IN}.rule[0].then.source-nat: unknown statement 'source-nat'`,
    ],
  ],
];

describe("what is refused, every error at once", () => {
  for (const [what, edits, errors] of rows) {
    test(what, () => {
      assert.deepEqual(errorsOf(edited([...base, ...edits])).toSorted(), errors.toSorted());
    });
  }
});
