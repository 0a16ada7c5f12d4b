// The table of errors: each row is an edit of the base configuration, or a text, and the exact list of what is said about it.
// A bug fixed adds the row that missed it. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { formatConfigErrors } from "../../daemon/src/config/error.js";
import { loadConfig } from "../../daemon/src/config/load.js";
import { edited, errorsOf, readRepositoryFile, type Edit } from "./tree.js";

type Row = readonly [what: string, edits: readonly Edit[], errors: readonly string[]];

const match = { "source-address": ["any"], "destination-address": ["any"], application: ["any"] };
const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const POLICY = "security.policies[0].policy[0]";
const TOP =
  "system, interfaces, security, services, applications, policy-options, firewall, class-of-service, routing-options, routing-instances";

const table: Readonly<Record<string, readonly Row[]>> = {
  "unknown, missing and contradicting statements": [
    ["nothing is wrong with the base", [], []],
    [
      "a misspelt statement is one error, not a missing one too",
      [
        ["securty", {}],
        ["security", undefined],
      ],
      ["securty: unknown statement 'securty'; did you mean 'security'?"],
    ],
    ["a statement that is nothing like another", [["chassis", {}]], ["chassis: unknown statement 'chassis'"]],
    [
      "what comes later is refused now: translation between IPv4 and IPv6",
      [["security.nat", { natv6v4: {} }]],
      ["security.nat.natv6v4: unknown statement 'natv6v4'"],
    ],
    [
      "statements of security flow that are not enforced",
      [
        ["security.flow.aging", { "early-aging": {} }],
        ["security.flow.tcp-mss", { "all-tcp": {}, "ipsec-vpn": { mss: 1320 } }],
        [
          "security.flow.tcp-session",
          { "no-syn-check-in-tunnel": true, "time-wait-state": { "session-ageout": true } },
        ],
      ],
      [
        "security.flow.tcp-session.no-syn-check-in-tunnel: unknown statement 'no-syn-check-in-tunnel'",
        "security.flow.tcp-session.time-wait-state.session-ageout: unknown statement 'session-ageout'; did you mean 'session-timeout'?",
        "security.flow.aging.early-aging: unknown statement 'early-aging'",
        "security.flow.tcp-mss.all-tcp: 'mss' is missing",
        "security.flow.tcp-mss.ipsec-vpn: unknown statement 'ipsec-vpn'",
      ],
    ],
    [
      "SYN checks that contradict each other, and watermarks that do",
      [
        ["security.flow.tcp-session", { "strict-syn-check": true, "no-syn-check": true }],
        ["security.flow.aging", { "high-watermark": 80, "low-watermark": 81 }],
      ],
      [
        "security.flow.tcp-session.strict-syn-check: strict-syn-check holds every session to its handshake, no-syn-check lets it begin without",
        "security.flow.aging.low-watermark: expected at most the high-watermark 80, found 81",
      ],
    ],
    [
      "a low watermark without a high one",
      [["security.flow.aging", { "low-watermark": 50 }]],
      ["security.flow.aging: 'high-watermark' is missing: without it sessions never end early"],
    ],
    [
      "Junos conditions that are not enforced are never dropped",
      [
        [`${POLICY}.match.source-identity`, ["x"]],
        [`${POLICY}.match.dynamic-application`, ["x"]],
        [`${POLICY}.then.permit`, { tunnel: {} }],
      ],
      [
        `${POLICY}.match.source-identity: unknown statement 'source-identity'`,
        `${POLICY}.match.dynamic-application: unknown statement 'dynamic-application'`,
        `${POLICY}.then.permit: expected true (leave the statement out to turn it off), found a mapping`,
      ],
    ],
    [
      "addresses that need DNS or a wildcard",
      [["security.address-book[0].address[0]", { name: "web", "dns-name": "example.net" }]],
      [
        "security.address-book[0].address[0]: expected exactly one of ip-prefix, range-address, found none",
        "security.address-book[0].address[0].dns-name: unknown statement 'dns-name'",
      ],
    ],
    [
      "everything required is missing",
      [
        ["system", undefined],
        ["interfaces", undefined],
        ["security", undefined],
      ],
      ["'system' is missing", "'interfaces' is missing", "'security' is missing"],
    ],
    [
      "a policy without match and then",
      [[POLICY, { name: "p" }]],
      [`${POLICY}: 'match' is missing`, `${POLICY}: 'then' is missing`],
    ],
    [
      "a policy without action",
      [[`${POLICY}.then`, { count: true }]],
      [`${POLICY}.then: expected exactly one of permit, deny, reject, found none`],
    ],
    [
      "a policy with two actions",
      [[`${POLICY}.then.deny`, true]],
      [`${POLICY}.then: expected exactly one of permit, deny, reject, found permit and deny`],
    ],
    [
      "a misspelt action",
      [[`${POLICY}.then`, { permti: true }]],
      [`${POLICY}.then.permti: unknown statement 'permti'; did you mean 'permit'?`],
    ],
    [
      "a default policy without action",
      [["security.default-policy", { log: { "session-init": true } }]],
      ["security.default-policy: expected exactly one of permit-all, deny-all, reject-all, found none"],
    ],
    [
      "a log that logs nothing",
      [[`${POLICY}.then.log`, {}]],
      [`${POLICY}.then.log: expected a mapping of session-init, session-close and rate, at least 1, found 0`],
    ],
    [
      "a list where a mapping is wanted, and the reverse",
      [
        ["system", ["fw1"]],
        ["security.zones.security-zone", { name: "x" }],
      ],
      [
        "system: expected a mapping with host-name, found a list",
        "security.zones.security-zone: expected a list of zones, found a mapping",
      ],
    ],
  ],
  "system and interfaces": [
    [
      "a name that cannot be a device's needs one",
      [["interfaces.ge-0/0/0.device", undefined]],
      ["interfaces.ge-0/0/0: 'device' is missing: 'ge-0/0/0' cannot be the name of a Linux device"],
    ],
    [
      "a Linux name needs no device",
      [
        ["interfaces.eth5", { unit: { 0: {} } }],
        ["security.zones.security-zone[0].interfaces[1]", "eth5.0"],
      ],
      [],
    ],
    [
      "two interfaces on one device",
      [["interfaces.ge-0/0/1.device", "eth0"]],
      ["interfaces.ge-0/0/1.device: the device 'eth0' is already that of interface 'ge-0/0/0'"],
    ],
    [
      "two interfaces on one device, one of them by its name",
      [
        ["interfaces.eth1", { unit: { 0: {} } }],
        ["security.zones.security-zone[0].interfaces[1]", "eth1.0"],
      ],
      ["interfaces.eth1: the device 'eth1' is already that of interface 'ge-0/0/1'"],
    ],
    [
      "the device of this host itself",
      [
        ["interfaces.eth5", { device: "lo", unit: { 0: {} } }],
        ["security.zones.security-zone[0].interfaces[1]", "eth5.0"],
      ],
      [
        "interfaces.eth5: the device 'lo' is this host itself and carries no traffic of others; filters for this host stand on lo0",
      ],
    ],
    [
      "an interface name that starts with a digit",
      [["interfaces.0eth", { unit: { 0: {} } }]],
      [
        "interfaces.0eth: expected an interface name: a letter, then letters, digits, '-', '_', '/', '.'; at most 57 characters, found '0eth'",
        "interfaces.0eth.unit.0: 0eth.0 is in no security-zone, so all its packets would be dropped",
      ],
    ],
    [
      "a unit number too high",
      [["interfaces.ge-0/0/0.unit.16385", {}]],
      ["interfaces.ge-0/0/0.unit.16385: expected a unit number from 0 to 16384, found '16385'"],
    ],
    [
      "the highest unit number",
      [
        ["interfaces.ge-0/0/1.unit.16384", { "vlan-id": 11 }],
        ["security.zones.security-zone[0].interfaces[1]", "ge-0/0/1.16384"],
      ],
      [],
    ],
    [
      "an interface without units",
      [["interfaces.ge-0/0/2", { device: "eth2", unit: {} }]],
      ["interfaces.ge-0/0/2.unit: expected a mapping of unit numbers, at least 1, found 0"],
    ],
    [
      "vlan-id without vlan-tagging",
      [["interfaces.ge-0/0/1.vlan-tagging", undefined]],
      ["interfaces.ge-0/0/1.unit.10.vlan-id: vlan-id needs vlan-tagging on the interface"],
    ],
    [
      "vlan-tagging without vlan-id",
      [["interfaces.ge-0/0/1.unit.10.vlan-id", undefined]],
      ["interfaces.ge-0/0/1.unit.10: 'vlan-id' is missing: the interface has vlan-tagging"],
    ],
    [
      "two units on one VLAN",
      [
        ["interfaces.ge-0/0/1.unit.11", { "vlan-id": 10 }],
        ["security.zones.security-zone[0].interfaces[1]", "ge-0/0/1.11"],
      ],
      ["interfaces.ge-0/0/1.unit.11.vlan-id: unit 10 has VLAN 10 already"],
    ],
    [
      "two untagged units",
      [
        ["interfaces.ge-0/0/0.unit.1", {}],
        ["security.zones.security-zone[0].interfaces[1]", "ge-0/0/0.1"],
      ],
      [
        "interfaces.ge-0/0/0.unit.1: unit 0 has the untagged traffic already; tell units apart by vlan-tagging and vlan-id",
      ],
    ],
    [
      "a family with a larger MTU than the interface",
      [
        ["interfaces.ge-0/0/0.mtu", 1400],
        ["interfaces.ge-0/0/0.unit.0.family.inet.mtu", 1500],
        ["interfaces.ge-0/0/0.unit.0.family.inet6.mtu", 1400],
      ],
      ["interfaces.ge-0/0/0.unit.0.family.inet.mtu: 1500 is larger than the interface's mtu of 1400"],
    ],
    [
      "IPv6 on an interface whose MTU is too small for it",
      [["interfaces.ge-0/0/0.mtu", 1279]],
      ["interfaces.ge-0/0/0.unit.0.family.inet6: IPv6 needs an mtu of at least 1280; the interface's is 1279"],
    ],
    [
      "the same address twice",
      [["interfaces.ge-0/0/0.unit.0.family.inet.address[1]", "10.1.1.1/24"]],
      ["interfaces.ge-0/0/0.unit.0.family.inet.address[1]: 10.1.1.1/24 and 10.1.1.1/24 are the same address"],
    ],
    [
      "a second address in the same network is fine",
      [["interfaces.ge-0/0/0.unit.0.family.inet.address[1]", "10.1.1.2/24"]],
      [],
    ],
    [
      "overlapping networks on two units",
      [["interfaces.ge-0/0/0.unit.0.family.inet.address[1]", "192.0.0.1/16"]],
      [
        "interfaces.ge-0/0/1.unit.10.family.inet.address[0]: 192.0.2.1/24 overlaps 192.0.0.1/16 of ge-0/0/0.0: 192.0.0.0/16 must be connected once",
      ],
    ],
    [
      "overlapping IPv6 networks",
      [["interfaces.ge-0/0/1.unit.10.family.inet6.address", ["2001:db8:1:0:1::1/80"]]],
      [
        "interfaces.ge-0/0/1.unit.10.family.inet6.address[0]: 2001:db8:1:0:1::1/80 overlaps 2001:db8:1::1/64 of ge-0/0/0.0: 2001:db8:1::/64 must be connected once",
      ],
    ],
    [
      "link-local networks are everywhere",
      [
        ["interfaces.ge-0/0/0.unit.0.family.inet6.address[1]", "fe80::1/64"],
        ["interfaces.ge-0/0/1.unit.10.family.inet6.address", ["fe80::1/64"]],
      ],
      [],
    ],
    [
      "more interfaces than fit",
      [
        ["interfaces", Object.fromEntries(many(65, (i) => [`eth${i}`, { unit: { 0: {} } }]))],
        [
          "security.zones.security-zone",
          [{ name: "trust", interfaces: many(65, (i) => `eth${i}.0`) }, { name: "untrust" }],
        ],
        ["routing-options", undefined],
      ],
      ["interfaces: expected a mapping of interface names, at most 64, found 65"],
    ],
    [
      "more units than fit",
      [
        [
          "interfaces",
          {
            eth0: { "vlan-tagging": true, unit: Object.fromEntries(many(4094, (i) => [i, { "vlan-id": i + 1 }])) },
            eth1: { "vlan-tagging": true, unit: { 0: { "vlan-id": 1 }, 1: { "vlan-id": 2 } } },
          },
        ],
        [
          "security.zones.security-zone",
          [{ name: "trust", interfaces: [...many(4094, (i) => `eth0.${i}`), "eth1.0", "eth1.1"] }, { name: "untrust" }],
        ],
        ["routing-options", undefined],
      ],
      ["interfaces: expected at most 4095 units, found 4096"],
    ],
  ],
  zones: [
    [
      "a zone name twice",
      [["security.zones.security-zone[2]", { name: "trust" }]],
      ["security.zones.security-zone[2].name: security-zone 'trust' exists already"],
    ],
    [
      "reserved zone names",
      [
        ["security.zones.security-zone[2]", { name: "junos-host" }],
        ["security.zones.security-zone[3]", { name: "any" }],
      ],
      [
        "security.zones.security-zone[2].name: 'junos-host' is a reserved name",
        "security.zones.security-zone[3].name: 'any' is a reserved name",
      ],
    ],
    [
      "an interface in two zones",
      [["security.zones.security-zone[1].interfaces[1]", "ge-0/0/0.0"]],
      ["security.zones.security-zone[1].interfaces[1]: 'ge-0/0/0.0' is in zone 'trust' already"],
    ],
    [
      "an interface twice in one zone",
      [["security.zones.security-zone[0].interfaces[1]", { name: "ge-0/0/0.0" }]],
      ["security.zones.security-zone[0].interfaces[1].name: 'ge-0/0/0.0' stands in this zone twice"],
    ],
    [
      "an interface in no zone",
      [["security.zones.security-zone[0].interfaces", undefined]],
      ["interfaces.ge-0/0/0.unit.0: ge-0/0/0.0 is in no security-zone, so all its packets would be dropped"],
    ],
    [
      "an interface without its unit is one error",
      [["security.zones.security-zone[0].interfaces[0]", "ge-0/0/0"]],
      ["security.zones.security-zone[0].interfaces[0]: no interface unit named 'ge-0/0/0'; did you mean 'ge-0/0/0.0'?"],
    ],
    [
      "a misspelt interface is one error",
      [["security.zones.security-zone[0].interfaces[0]", "ge-0/0/2.0"]],
      [
        "security.zones.security-zone[0].interfaces[0]: no interface unit named 'ge-0/0/2.0'; did you mean 'ge-0/0/0.0'?",
      ],
    ],
    [
      "except without all",
      [
        [
          "security.zones.security-zone[0].host-inbound-traffic.system-services",
          ["ping", { name: "ssh", except: true }],
        ],
      ],
      [
        "security.zones.security-zone[0].host-inbound-traffic.system-services[1].except: except takes something out of 'all', which is not in the list",
      ],
    ],
    [
      "except beside any-service",
      [
        [
          "security.zones.security-zone[0].host-inbound-traffic.system-services",
          ["all", "any-service", { name: "ssh", except: true }],
        ],
      ],
      [
        "security.zones.security-zone[0].host-inbound-traffic.system-services[2].except: 'any-service', which is in the list too, accepts every service",
      ],
    ],
    [
      "everything but everything",
      [["security.zones.security-zone[0].host-inbound-traffic.protocols", ["all", { name: "all", except: true }]]],
      [
        "security.zones.security-zone[0].host-inbound-traffic.protocols[1].name: service 'all' stands here twice",
        "security.zones.security-zone[0].host-inbound-traffic.protocols[1].except: 'all' cannot be excepted",
      ],
    ],
    [
      "a service twice",
      [["security.zones.security-zone[0].host-inbound-traffic.system-services", ["ssh", "ping", "ssh"]]],
      ["security.zones.security-zone[0].host-inbound-traffic.system-services[2]: service 'ssh' stands here twice"],
    ],
    [
      "more zones than fit",
      [
        [
          "security.zones.security-zone",
          [
            { name: "trust", interfaces: ["ge-0/0/0.0", "ge-0/0/1.10"] },
            { name: "untrust" },
            ...many(126, (i) => ({ name: `z${i}` })),
          ],
        ],
      ],
      ["security.zones.security-zone: expected a list of zones, at most 127, found 128"],
    ],
  ],
  "address books": [
    [
      "a name twice, also between address and set",
      [
        ["security.address-book[0].address[2]", { name: "web", "ip-prefix": "10.0.0.1" }],
        ["security.address-book[0].address-set[2]", { name: "pool", address: ["web"] }],
      ],
      [
        "security.address-book[0].address[2].name: address 'web' exists already",
        "security.address-book[0].address-set[2].name: address or address-set 'pool' exists already",
      ],
    ],
    [
      "a reserved name",
      [["security.address-book[0].address[2]", { name: "any-ipv4", "ip-prefix": "10.0.0.1" }]],
      ["security.address-book[0].address[2].name: 'any-ipv4' is a reserved name"],
    ],
    [
      "both kinds of address in one",
      [["security.address-book[0].address[0].range-address", { low: "10.0.0.1", high: "10.0.0.2" }]],
      [
        "security.address-book[0].address[0]: expected exactly one of ip-prefix, range-address, found ip-prefix and range-address",
      ],
    ],
    [
      "a range that ends before it begins",
      [["security.address-book[0].address[1].range-address.high", "192.0.2.99"]],
      ["security.address-book[0].address[1].range-address: the low end 192.0.2.100 is above the high end 192.0.2.99"],
    ],
    [
      "a range of two families",
      [["security.address-book[0].address[1].range-address.high", "2001:db8::1"]],
      ["security.address-book[0].address[1].range-address: one end is IPv4 and the other IPv6"],
    ],
    [
      "a set of nothing",
      [["security.address-book[0].address-set[0]", { name: "servers" }]],
      ["security.address-book[0].address-set[0]: expected at least one of address, address-set, found none"],
    ],
    [
      "a set with an empty list",
      [["security.address-book[0].address-set[0].address", []]],
      ["security.address-book[0].address-set[0].address: expected a list of address names, at least 1, found 0"],
    ],
    [
      "a misspelt member",
      [["security.address-book[0].address-set[0].address[0]", "wbe"]],
      ["security.address-book[0].address-set[0].address[0]: no address named 'wbe'; did you mean 'web'?"],
    ],
    [
      "a member of the other kind",
      [
        ["security.address-book[0].address-set[1].address", ["servers"]],
        ["security.address-book[0].address-set[1].address-set", ["web"]],
      ],
      [
        "security.address-book[0].address-set[1].address-set[0]: 'web' is an address; name it under address",
        "security.address-book[0].address-set[1].address[0]: 'servers' is an address-set; name it under address-set",
      ],
    ],
    [
      "any in a set",
      [["security.address-book[0].address-set[0].address[0]", "any"]],
      ["security.address-book[0].address-set[0].address[0]: 'any' stands in policies only, not in an address-set"],
    ],
    [
      "a member from another book",
      [["security.address-book[1].address-set", [{ name: "s", address: ["web"] }]]],
      ["security.address-book[1].address-set[0].address[0]: no address named 'web'"],
    ],
    [
      "a set that holds itself",
      [["security.address-book[0].address-set[0].address-set", ["servers"]]],
      ["security.address-book[0].address-set[0].address-set[0]: address-set holds itself: servers > servers"],
    ],
    [
      "sets that hold each other",
      [["security.address-book[0].address-set[0].address-set", ["everything"]]],
      [
        "security.address-book[0].address-set[1].address-set[0]: address-set holds itself: servers > everything > servers",
      ],
    ],
    [
      "sets nested too deep",
      [
        [
          "security.address-book[0].address-set",
          [
            { name: "servers", address: ["web"] },
            { name: "everything", "address-set": ["s0"] },
            ...many(40, (i) =>
              i === 39 ? { name: "s39", address: ["web"] } : { name: `s${i}`, "address-set": [`s${i + 1}`] },
            ),
          ],
        ],
      ],
      ["security.address-book[0].address-set[1]: address-set 'everything' is nested deeper than 32 levels"],
    ],
    [
      "a book that no zone sees",
      [["security.address-book[1].attach", undefined]],
      [
        `${POLICY}.match.source-address[0]: no address or set named 'users'`,
        "security.address-book[1]: 'attach' is missing: no zone sees the addresses of 'inside'",
      ].toReversed(),
    ],
    [
      "the global book is not attached",
      [["security.address-book[0].attach", { zone: ["trust"] }]],
      ["security.address-book[0].attach: the global address-book belongs to all zones and is not attached"],
    ],
    [
      "a zone with two books",
      [
        [
          "security.address-book[2]",
          { name: "other", attach: { zone: ["trust"] }, address: [{ name: "users", "ip-prefix": "10.0.0.0/8" }] },
        ],
      ],
      ["security.address-book[2].attach.zone[0]: zone 'trust' has address-book 'inside' already"],
    ],
    [
      "a book twice",
      [["security.address-book[2]", { name: "inside", attach: { zone: ["untrust"] } }]],
      ["security.address-book[2].name: address-book 'inside' exists already"],
    ],
  ],
  applications: [
    [
      "ports on a protocol without ports",
      [["applications.application[0].protocol", "gre"]],
      ["applications.application[0].destination-port: destination-port needs protocol tcp, udp or sctp, found 'gre'"],
    ],
    [
      "ICMP conditions on TCP",
      [
        ["applications.application[0].icmp-type", 8],
        ["applications.application[0].icmp6-type", 128],
      ],
      [
        "applications.application[0].icmp-type: icmp-type needs protocol icmp, found 'tcp'",
        "applications.application[0].icmp6-type: icmp6-type needs protocol icmp6, found 'tcp'",
      ],
    ],
    [
      "a code without its type",
      [["applications.application[1].term[1]", { name: "t2", protocol: "icmp", "icmp-code": 1 }]],
      ["applications.application[1].term[1]: 'icmp-type' is missing"],
    ],
    [
      "conditions beside terms",
      [
        ["applications.application[1].destination-port", 80],
        ["applications.application[1].inactivity-timeout", 60],
      ],
      [
        "applications.application[1].destination-port: destination-port belongs into the terms of this application",
        "applications.application[1].inactivity-timeout: inactivity-timeout belongs into the terms of this application",
      ],
    ],
    [
      "protocol beside terms",
      [["applications.application[1].protocol", "tcp"]],
      ["applications.application[1]: expected exactly one of protocol, term, found protocol and term"],
    ],
    [
      "neither protocol nor terms",
      [["applications.application[0]", { name: "own" }]],
      ["applications.application[0]: expected exactly one of protocol, term, found none"],
    ],
    [
      "a term twice",
      [["applications.application[1].term[1].name", "t1"]],
      ["applications.application[1].term[1].name: term 't1' exists already"],
    ],
    [
      "nine terms",
      [
        [
          "applications.application[1].term",
          many(9, (i) => ({ name: `t${i}`, protocol: "tcp", "destination-port": i })),
        ],
      ],
      ["applications.application[1].term: expected a list of terms, at most 8, found 9"],
    ],
    [
      "reserved names",
      [
        ["applications.application[2]", { name: "junos-http", protocol: "tcp" }],
        ["applications.application-set[2]", { name: "any", application: ["own"] }],
      ],
      [
        "applications.application[2].name: 'junos-http' is a reserved name",
        "applications.application-set[2].name: 'any' is a reserved name",
      ],
    ],
    [
      "a name twice, also between application and set",
      [
        ["applications.application[2]", { name: "own", protocol: "tcp" }],
        ["applications.application-set[2]", { name: "terms", application: ["own"] }],
      ],
      [
        "applications.application[2].name: application 'own' exists already",
        "applications.application-set[2].name: application or application-set 'terms' exists already",
      ],
    ],
    [
      "a member of the other kind",
      [
        ["applications.application-set[0].application[1]", "junos-cifs"],
        ["applications.application-set[1].application-set[0]", "junos-http"],
      ],
      [
        "applications.application-set[0].application[1]: 'junos-cifs' is an application-set; name it under application-set",
        "applications.application-set[1].application-set[0]: 'junos-http' is an application; name it under application",
      ],
    ],
    [
      "any in a set",
      [["applications.application-set[0].application[1]", "any"]],
      ["applications.application-set[0].application[1]: 'any' stands in policies only, not in an application-set"],
    ],
    [
      "sets that hold each other",
      [["applications.application-set[0].application-set", ["all"]]],
      ["applications.application-set[1].application-set[0]: application-set holds itself: all-own > all > all-own"],
    ],
  ],
  policies: [
    [
      "the example of the design",
      [
        ["security.address-book[0].address-set[2]", { name: "web-servers", address: ["web"] }],
        [`${POLICY}.match.source-address[1]`, "web-servres"],
      ],
      [`${POLICY}.match.source-address[1]: no address or set named 'web-servres'; did you mean 'web-servers'?`],
    ],
    [
      "an address of the other zone's book",
      [[`${POLICY}.match.destination-address[0]`, "users"]],
      [`${POLICY}.match.destination-address[0]: no address or set named 'users'`],
    ],
    [
      "an address of a zone's book in a global policy",
      [["security.policies[1].policy[0].match.source-address[0]", "users"]],
      ["security.policies[1].policy[0].match.source-address[0]: no address or set named 'users'"],
    ],
    [
      "a misspelt application",
      [[`${POLICY}.match.application[0]`, "junos-htp"]],
      [`${POLICY}.match.application[0]: no application or set named 'junos-htp'; did you mean 'junos-http'?`],
    ],
    [
      "a misspelt zone",
      [["security.policies[0].to-zone", "untrsut"]],
      ["security.policies[0].to-zone: no security-zone named 'untrsut'; did you mean 'untrust'?"],
    ],
    [
      "policies for the host itself",
      [["security.policies[0].to-zone", "junos-host"]],
      [
        "security.policies[0].to-zone: policies to or from this host are not supported; use host-inbound-traffic of the zone",
      ],
    ],
    [
      "a policy name twice in one context",
      [["security.policies[0].policy[1].name", "web-out"]],
      ["security.policies[0].policy[1].name: policy 'web-out' exists already"],
    ],
    ["a policy name again in another context is fine", [["security.policies[1].policy[0].name", "web-out"]], []],
    [
      "a zone pair twice",
      [
        [
          "security.policies[2]",
          { "from-zone": "trust", "to-zone": "untrust", policy: [{ name: "x", match, then: { deny: true } }] },
        ],
      ],
      [
        "security.policies[2]: the policies from 'trust' to 'untrust' stand in an earlier entry already; put all into one",
      ],
    ],
    [
      "global policies twice",
      [["security.policies[2]", { global: true, policy: [{ name: "x", match, then: { deny: true } }] }]],
      ["security.policies[2]: the global policies stand in an earlier entry already; put all into one"],
    ],
    [
      "a pair that is global",
      [
        ["security.policies[1].from-zone", "trust"],
        ["security.policies[1].to-zone", "trust"],
      ],
      [
        "security.policies[1]: expected exactly one of global, from-zone or to-zone, found global and from-zone and to-zone",
      ],
    ],
    ["half a pair", [["security.policies[0].to-zone", undefined]], ["security.policies[0]: 'to-zone' is missing"]],
    [
      "a context without anything",
      [["security.policies[2]", {}]],
      [
        "security.policies[2]: expected exactly one of global, from-zone or to-zone, found none",
        "security.policies[2]: 'policy' is missing",
      ],
    ],
    [
      "a context without policies",
      [["security.policies[0].policy", []]],
      ["security.policies[0].policy: expected a list of policies, at least 1, found 0"],
    ],
    [
      "zones in the match of a zone pair's policy",
      [[`${POLICY}.match.from-zone`, ["trust"]]],
      [`${POLICY}.match.from-zone: from-zone stands in the match of global policies only; here the context gives it`],
    ],
    [
      "any, excluded",
      [
        [`${POLICY}.match.source-address`, ["any"]],
        [`${POLICY}.match.source-address-excluded`, true],
      ],
      [`${POLICY}.match.source-address-excluded: without 'any' nothing is left: the policy could never match`],
    ],
    [
      "an empty match list is not any",
      [
        [`${POLICY}.match.source-address`, []],
        [`${POLICY}.match.application`, []],
      ],
      [
        `${POLICY}.match.source-address: expected a list of addresses, address sets, 'any', 'any-ipv4' or 'any-ipv6', at least 1, found 0`,
        `${POLICY}.match.application: expected a list of applications, application sets or 'any', at least 1, found 0`,
      ],
    ],
    [
      "a name twice in a match",
      [
        [`${POLICY}.match.application`, ["own", "own"]],
        [`${POLICY}.match.destination-address`, ["web", "web"]],
      ],
      [
        `${POLICY}.match.destination-address[1]: address 'web' stands here twice`,
        `${POLICY}.match.application[1]: application 'own' stands here twice`,
      ],
    ],
    [
      "only the close of what never opens is logged",
      [
        ["security.policies[1].policy[0].then.log", { "session-close": true }],
        ["security.default-policy.log", { "session-close": true }],
      ],
      [
        "security.policies[1].policy[0].then.log.session-close: what is denied or rejected has no session to close; log it with session-init",
        "security.default-policy.log.session-close: what is denied or rejected has no session to close; log it with session-init",
      ],
    ],
    [
      "a rate where nothing is logged, or where the log is of sessions",
      [
        ["security.policies[0].policy[0].then.log.rate", { limit: 5 }],
        ["security.policies[1].policy[0].then.log", { rate: { limit: 5 } }],
        ["security.default-policy", { "permit-all": true, log: { "session-init": true, rate: { burst: 5 } } }],
      ],
      [
        "security.policies[0].policy[0].then.log.rate: the logs of sessions are not limited",
        "security.policies[1].policy[0].then.log.rate: nothing is logged whose rate could be limited; log it with session-init",
        "security.default-policy.log.rate: the logs of sessions are not limited",
      ],
    ],
    [
      "the close of what the default policy permits is logged",
      [["security.default-policy", { "permit-all": true, log: { "session-close": true } }]],
      [],
    ],
    [
      "more rules than one set can number",
      [
        [
          "applications.application",
          [
            { name: "own", protocol: "tcp", "destination-port": 8080 },
            { name: "terms", term: many(8, (i) => ({ name: `t${i}`, protocol: "tcp", "destination-port": i })) },
          ],
        ],
        [
          "security.policies[0].policy",
          many(8193, (i) => ({ name: `p${i}`, match: { ...match, application: ["terms"] }, then: { permit: true } })),
        ],
      ],
      ["security.policies[0]: its policies expand to 65544 rules, one per application term; expected at most 65536"],
    ],
  ],
  routes: [
    [
      "a route twice, however it is written",
      [
        ["routing-options.static.route[3]", { name: "203.0.113.0/24", reject: true }],
        ["routing-options.static.route[4]", { name: "::/0", discard: true }],
        ["routing-options.static.route[5]", { name: "0:0::/0", discard: true }],
      ],
      [
        "routing-options.static.route[3].name: a route to 203.0.113.0/24 exists already",
        "routing-options.static.route[5].name: a route to 0:0::/0 exists already",
      ],
    ],
    [
      "a route to nowhere",
      [["routing-options.static.route[2].discard", undefined]],
      [
        "routing-options.static.route[2]: expected exactly one of discard, reject, next-table, next-hop or qualified-next-hop, found none",
      ],
    ],
    [
      "a route that discards and leads on",
      [["routing-options.static.route[0].discard", true]],
      [
        "routing-options.static.route[0]: expected exactly one of discard, reject, next-table, next-hop or qualified-next-hop, found discard and next-hop",
      ],
    ],
    [
      "a next hop on no network",
      [["routing-options.static.route[0].next-hop[0]", "198.18.0.1"]],
      ["routing-options.static.route[0].next-hop[0]: next hop 198.18.0.1 is on no connected network"],
    ],
    [
      "a next hop of the other family",
      [["routing-options.static.route[0].next-hop[0]", "2001:db8:1::9"]],
      ["routing-options.static.route[0].next-hop[0]: the next hop is not of the same family as the route"],
    ],
    [
      "this host as its own next hop",
      [["routing-options.static.route[0].next-hop[0]", "192.0.2.1"]],
      ["routing-options.static.route[0].next-hop[0]: 192.0.2.1 is this host's own address on ge-0/0/1.10"],
    ],
    [
      "a multicast next hop",
      [["routing-options.static.route[0].next-hop[0]", "224.0.0.5"]],
      ["routing-options.static.route[0].next-hop[0]: '224.0.0.5' is a multicast address, not one of a router"],
    ],
    [
      "a link-local next hop without interface",
      [["routing-options.static.route[3]", { name: "::/0", "next-hop": ["fe80::1"] }]],
      [
        "routing-options.static.route[3].next-hop[0]: fe80::1 is a link-local address; say on which interface with qualified-next-hop",
      ],
    ],
    [
      "a link-local next hop with interface",
      [
        [
          "routing-options.static.route[3]",
          { name: "::/0", "qualified-next-hop": [{ name: "fe80::1", interface: "ge-0/0/1.10" }] },
        ],
      ],
      [],
    ],
    [
      "a next hop on another interface's network",
      [["routing-options.static.route[1].qualified-next-hop[0].interface", "ge-0/0/0.0"]],
      [
        "routing-options.static.route[1].qualified-next-hop[0].name: next hop 192.0.2.253 is not on a network of ge-0/0/0.0",
      ],
    ],
    [
      "a next hop twice",
      [["routing-options.static.route[0].next-hop", ["192.0.2.254", "192.0.2.254"]]],
      ["routing-options.static.route[0].next-hop[1]: next hop '192.0.2.254' stands here twice"],
    ],
    [
      "more next hops than fit",
      [
        [
          "routing-options.static.route[0]",
          {
            name: "0.0.0.0/0",
            "next-hop": many(10, (i) => `192.0.2.${i + 2}`),
            "qualified-next-hop": many(7, (i) => ({ name: `192.0.2.${i + 20}`, interface: "ge-0/0/1.10" })),
          },
        ],
      ],
      ["routing-options.static.route[0]: expected at most 16 next hops, found 17"],
    ],
  ],
  "log streams": [
    [
      "a stream twice",
      [["security.log.stream[1]", { name: "soc", host: "192.0.2.54" }]],
      ["security.log.stream[1].name: stream 'soc' exists already"],
    ],
    [
      "nine streams",
      [["security.log.stream", many(9, (i) => ({ name: `s${i}`, host: `192.0.2.${i + 2}` }))]],
      ["security.log.stream: expected a list of streams, at most 8, found 9"],
    ],
    [
      "a source of the other family",
      [["security.log.stream[0].source-address", "2001:db8:1::1"]],
      ["security.log.stream[0].source-address: the source address is not of the same family as the host"],
    ],
    [
      "a collector that is no host",
      [["security.log.stream[0].host", "224.0.0.1"]],
      ["security.log.stream[0].host: '224.0.0.1' is a multicast address, not one of a collector"],
    ],
    [
      "a link-local collector",
      [["security.log.stream[0].host", "fe80::1"]],
      [
        "security.log.stream[0].host: 'fe80::1' is a link-local address, which needs an interface; use another address of the collector",
      ],
    ],
    [
      "a category twice",
      [["security.log.stream[0].category", ["policy", "policy"]]],
      ["security.log.stream[0].category[1]: category 'policy' stands here twice"],
    ],
    [
      "padding of a form that has none",
      [["security.log.stream[0].filter-padding", "compact"]],
      ["security.log.stream[0].filter-padding: without filter-format pfe there is nothing to pad"],
    ],
    [
      "settings that the format does not show",
      [
        ["security.log.stream[0].format", "json"],
        ["security.log.stream[0].layout", "junos-22"],
        ["security.log.stream[0].structured-data-id", "acme@32473"],
        ["security.log.stream[0].session-limit-message", "RT_SCREEN_IP"],
        ["security.log.stream[0].filter-format", "pfe"],
      ],
      [
        "security.log.stream[0].layout: format json has none; it is of format sd-syslog and syslog",
        "security.log.stream[0].structured-data-id: format json has none; it is of format sd-syslog",
        "security.log.stream[0].session-limit-message: format json has none; it is of format sd-syslog and syslog",
        "security.log.stream[0].filter-format: format json has none; it is of format sd-syslog and syslog and kv",
      ],
    ],
    [
      "what does not go with format ipfix",
      [
        ["security.log.stream[0].format", "ipfix"],
        ["security.log.stream[0].transport", { protocol: "tls" }],
        ["security.log.stream[0].category", ["session", "screen"]],
        ["security.log.stream[0].line-limit", 1000],
        ["security.log.stream[0].facility-override", "local1"],
        [
          "security.log.stream[1]",
          {
            name: "flows",
            host: "192.0.2.55",
            format: "ipfix",
            "template-refresh": 5,
            transport: { protocol: "tcp", framing: "newline" },
          },
        ],
        ["security.log.stream[2]", { name: "records", format: "ipfix", file: { path: "/a" } }],
      ],
      [
        "security.log.stream[0].category[1]: format ipfix has no records of category screen",
        "security.log.stream[0].transport.protocol: format ipfix goes over udp or tcp, not over tls",
        "security.log.stream[0].line-limit: format ipfix has none; it is of format sd-syslog and syslog and kv and json",
        "security.log.stream[0].facility-override: format ipfix has none; it is of format sd-syslog and syslog and kv",
        "security.log.stream[1].template-refresh: over tcp templates are sent once in each connection",
        "security.log.stream[1].transport.framing: messages of format ipfix need no framing",
        "security.log.stream[2].file: format ipfix goes to a host",
      ],
    ],
    [
      "a plain layout that does not exist",
      [
        ["security.log.stream[0].format", "syslog"],
        ["security.log.stream[0].layout", "junos-15"],
      ],
      ["security.log.stream[0].layout: format syslog has the layouts junos-12 and junos-22"],
    ],
    [
      "a stream to nowhere",
      [["security.log.stream[1]", { name: "lost" }]],
      ["security.log.stream[1]: 'host' is missing: a stream goes to a host, a Unix socket or a file"],
    ],
    [
      "what does not go with a file",
      [
        [
          "security.log.stream[1]",
          { name: "file", file: { path: "/a" }, host: "192.0.2.1", port: 1, transport: { protocol: "tcp" } },
        ],
      ],
      [
        "security.log.stream[1].host: a stream with 'file' has no host",
        "security.log.stream[1].port: a stream with 'file' has no port",
        "security.log.stream[1].transport: a stream with 'file' has no transport",
      ],
    ],
    [
      "what does not go with a transport",
      [
        ["security.log.stream[0].transport", { framing: "newline", "tls-profile": "x", "keep-alive": 5, path: "/a" }],
        ["security.log.stream[1]", { name: "local", host: "192.0.2.1", transport: { protocol: "unix" } }],
        ["services.ssl.initiation.profile", [{ name: "x" }]],
      ],
      [
        "security.log.stream[0].transport.framing: framing goes with protocol tcp, not with udp",
        "security.log.stream[0].transport.tls-profile: tls-profile goes with protocol tls, not with udp",
        "security.log.stream[0].transport.keep-alive: keep-alive goes with protocol tcp or tls, not with udp",
        "security.log.stream[0].transport.path: path goes with protocol unix, not with udp",
        "security.log.stream[1].host: protocol unix has no host",
      ],
    ],
    [
      "a web page where other hosts reach it, without saying so",
      [["system.services.web-management.http", { port: 8080, address: "0.0.0.0", "token-file": "/etc/token" }]],
      [
        "system.services.web-management.http.address: other hosts reach '0.0.0.0', and token and log would cross the network unencrypted; use 127.0.0.1 or ::1, or say 'allow-remote: true'",
      ],
    ],
    [
      "a web page that is said to be reached by others and is not, without a token, over TLS",
      [
        ["system.services.web-management.http", { port: 8080, "allow-remote": true }],
        ["system.services.web-management.https", { port: 8443 }],
      ],
      [
        "system.services.web-management.http: 'token-file' is missing",
        "system.services.web-management.http.allow-remote: no other host reaches a loopback address; name the address that they shall reach",
        "system.services.web-management.https: unknown statement 'https'; did you mean 'http'?",
      ],
    ],
    [
      "a web page on addresses that cannot be listened on",
      [
        [
          "system.services.web-management.http",
          { port: 8080, address: "224.0.0.1", "token-file": "/etc/token", "allow-remote": true },
        ],
      ],
      ["system.services.web-management.http.address: '224.0.0.1' is a multicast address, not one to listen on"],
    ],
    [
      "a queue beside a spool",
      [
        ["security.log.stream[0].spool", { size: "64m" }],
        ["security.log.stream[0].queue", { records: 100, overflow: "drop-oldest" }],
      ],
      ["security.log.stream[0].queue.records: the spool is the queue, and its size says how much of it there is"],
    ],
    [
      "two streams to one file",
      [
        ["security.log.stream[1]", { name: "a", file: { path: "/var/log/x" } }],
        ["security.log.stream[2]", { name: "b", file: { path: "/var/log/x" } }],
      ],
      ["security.log.stream[2].file.path: another stream writes '/var/log/x' already"],
    ],
    [
      "a zone twice",
      [["security.log.stream[0].zone", ["trust", "trust"]]],
      ["security.log.stream[0].zone[1]: zone 'trust' stands here twice"],
    ],
    [
      "a TLS profile twice",
      [["services.ssl.initiation.profile", [{ name: "x" }, { name: "x" }]]],
      ["services.ssl.initiation.profile[1].name: profile 'x' exists already"],
    ],
  ],
};

for (const [chapter, rows] of Object.entries(table)) {
  describe(chapter, () => {
    for (const [what, edits, errors] of rows) {
      test(what, () => {
        assert.deepEqual(errorsOf(edited(edits)), errors);
      });
    }
  });
}

test("an unknown statement names what may stand there", () => {
  const result = loadConfig(JSON.stringify(edited([["chassis", {}]])));
  assert.ok(!result.ok);
  const [{ code, expected, found }] = result.errors as [(typeof result.errors)[number]];
  assert.deepEqual({ code, expected, found }, { code: "unknown", expected: `one of ${TOP}`, found: "'chassis'" });
});

test("a text with many errors gives all of them in the order of its lines", () => {
  const result = loadConfig(readRepositoryFile("test/config/wrong.yaml"), { file: "wrong.yaml" });
  assert.ok(!result.ok);
  assert.equal(`${formatConfigErrors(result.errors)}\n`, readRepositoryFile("test/config/wrong.txt"));
});

test("colour surrounds place, path and message, and nothing else changes", () => {
  const result = loadConfig("system: 5\ninterfaces: {}\n");
  assert.ok(!result.ok);
  const coloured = formatConfigErrors(result.errors, { color: true });
  assert.ok(coloured.startsWith("\x1b[2m1:1\x1b[0m: "));
  assert.equal(coloured.replace(/\x1b\[\d+m/g, ""), formatConfigErrors(result.errors));
});

test("what a text holds cannot control the terminal", () => {
  assert.deepEqual(errorsOf(edited([["system.host-name", "a\x1b[2Jb"]])), [
    "system.host-name: expected a host name of 1 to 255 letters, digits, '-' and '.', found 'a\\x1b[2Jb'",
  ]);
});

test("ten thousand misspelt names are all reported, within the bound of the search for likely ones", () => {
  const policies = many(10_000, (i) => ({
    name: `p${i}`,
    match: { ...match, "source-address": [`a${i}x`] },
    then: { permit: true },
  }));
  const addresses = many(10_000, (i) => ({ name: `a${i}y`, "ip-prefix": "10.0.0.0/8" }));
  const errors = errorsOf(
    edited([
      ["security.policies[0].policy", policies],
      [
        "security.address-book[0].address",
        [{ name: "web", "ip-prefix": "10.0.0.1" }, { name: "pool", "ip-prefix": "10.0.0.1" }, ...addresses],
      ],
    ]),
  );
  assert.equal(errors.length, 10_000);
  assert.equal(
    errors[0],
    "security.policies[0].policy[0].match.source-address[0]: no address or set named 'a0x'; did you mean 'a0y'?",
  );
  assert.equal(
    errors[9_999],
    "security.policies[0].policy[9999].match.source-address[0]: no address or set named 'a9999x'",
  );
});
