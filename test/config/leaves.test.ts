// Every leaf of schemas/config.schema.json: what it accepts, and what it refuses with which words. A leaf without a row here
// fails the first test. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { leavesOfSchema } from "./leaves.js";
import {
  address,
  ADDRESS_NAME,
  description,
  flag,
  logRate,
  NAME,
  names,
  number,
  prefix,
  reference,
  words,
  type Row,
} from "./leaf-row.js";
import { classOfServiceRows } from "./class-of-service-leaves.js";
import { natRows } from "./nat-leaves.js";
import { filterRows, routes } from "./filter-leaves.js";
import { screenRows } from "./screen-leaves.js";
import { edited, errorsOf, type Edit } from "./tree.js";

const POLICY = "security.policies[0].policy[0]";
const GLOBAL = "security.policies[1].policy[0]";
const ZONE = "security.zones.security-zone[0]";
const BOOK = "security.address-book[0]";
const STREAM = "security.log.stream[0]";
const UNIX = "security.log.stream[1]";
const WEB = "system.services.web-management.http";
const WITH_WEB: readonly Edit[] = [[WEB, { port: 8080, "token-file": "/etc/ringwall/token" }]];
const UNIX_STREAM = { name: "local", transport: { protocol: "unix" } };
const FILE_STREAM = { name: "file", file: { path: "/var/log/ringwall/log" } };
const QUEUE_SIZE = "a number of bytes from 64k to 1g, such as 64m";
const PROFILE = "services.ssl.initiation.profile[0]";
const WITH_PROFILE: readonly Edit[] = [["services.ssl.initiation.profile", [{ name: "siem" }]]];
const WITH_CERTIFICATE: readonly Edit[] = [
  ...WITH_PROFILE,
  [`${PROFILE}.client-certificate`, { certificate: "/etc/ringwall/own.pem", key: "/etc/ringwall/own.key" }],
];

/** A collector's address or name. */
const COLLECTOR = "expected an IPv4 or IPv6 address or a host name";
const collector = (at: string, also: readonly Edit[] = []): Row => ({
  at,
  also,
  accept: ["10.0.0.1", "2001:db8::1", "127.0.0.1", "::1", "siem.example", "siem"],
  refuse: [
    ["192.0.2.300", `${COLLECTOR}, found '192.0.2.300'`],
    ["fe80::1%eth0", `${COLLECTOR}, found 'fe80::1%eth0'`],
    ["two words", `${COLLECTOR}, found 'two words'`],
    ["-a", `${COLLECTOR}, found '-a'`],
    ["", `${COLLECTOR}, found ''`],
    [5, `${COLLECTOR}, found 5; write "5" in quotes to make it a text`],
  ],
});
const PATH = "expected an absolute path of at most 100 characters";
const path = (at: string, also: readonly Edit[]): Row => ({
  at,
  also,
  accept: ["/etc/ringwall/ca.pem", "/a", `/${"x".repeat(99)}`],
  refuse: [
    ["ca.pem", `${PATH}, found 'ca.pem'`],
    ["/etc/", `${PATH}, found '/etc/'`],
    ["/a\nb", `${PATH}, found '/a\\x0ab'`],
    [`/${"x".repeat(100)}`, `${PATH}, found '/${"x".repeat(76)}...'`],
  ],
});
const octets = (at: string, what: string, low: number, high: number, also: readonly Edit[] = []): Row => ({
  at,
  also,
  accept: [low, high, "1m"],
  refuse: [
    [low - 1, `expected ${what}, found ${low - 1}`],
    [high + 1, `expected ${what}, found ${high + 1}`],
    ["63k", `expected ${what}, found '63k'`],
    ["1MB", `expected ${what}, found '1MB'`],
  ],
});
const UNIT = "interfaces.ge-0/0/0.unit.0";
const APPLICATION = "applications.application[0]";
const TERM = "applications.application[1].term[0]";
const SERVICES = [
  "all",
  "any-service",
  "bootp",
  "dhcp",
  "dhcpv6",
  "dns",
  "finger",
  "ftp",
  "http",
  "https",
  "ike",
  "lsping",
  "netconf",
  "ntp",
  "ping",
  "r2cp",
  "reverse-ssh",
  "reverse-telnet",
  "rlogin",
  "rsh",
  "sip",
  "snmp",
  "snmp-trap",
  "ssh",
  "telnet",
  "tftp",
  "traceroute",
  "webapi-clear-text",
  "webapi-ssl",
  "xnm-clear-text",
  "xnm-ssl",
];
const PROTOCOLS = [
  "all",
  "bfd",
  "bgp",
  "dvmrp",
  "igmp",
  "ldp",
  "msdp",
  "ndp",
  "nhrp",
  "ospf",
  "ospf3",
  "pgm",
  "pim",
  "rip",
  "ripng",
  "router-discovery",
  "rsvp",
  "sap",
  "vrrp",
];
const service = (at: string, accept: readonly string[], title: string): Row => ({
  at,
  accept,
  refuse: [
    ["sssh", `expected ${title}, found 'sssh'${accept.includes("ssh") ? "; did you mean 'ssh'?" : ""}`],
    ["ident-reset", `expected ${title}, found 'ident-reset'`],
  ],
});
const INET_ADDRESS = "expected an IPv4 address with prefix length, e.g. 192.0.2.1/24";
const INET6_ADDRESS = "expected an IPv6 address with prefix length, e.g. 2001:db8::1/64";
const PORTS = "expected a port from 0 to 65535, a port name, or a range like 8000-8010";
const PROTOCOL =
  "expected an IP protocol: tcp, udp, icmp, icmp6, sctp, gre, esp, ah, ospf, ... or a number from 0 to 255";
const ICMP_TYPE = "expected an ICMP type: a number from 0 to 255 or a name such as echo-request";
const TIMEOUT = "expected a number of seconds from 4 to 86400, or never";

const ports = (at: string): Row => ({
  at,
  accept: [0, 65535, "443", "8000-8010", "0-65535", "https", "ftp-data"],
  refuse: [
    [-1, `${PORTS}, found -1`],
    [65536, `${PORTS}, found 65536`],
    ["65536", `${PORTS}, found '65536'`],
    ["80-70", `${PORTS}, found '80-70'`],
    ["80 - 90", `${PORTS}, found '80 - 90'`],
    ["80-90-100", `${PORTS}, found '80-90-100'`],
    ["htp", `${PORTS}, found 'htp'; did you mean 'http'?`],
    ["080", `${PORTS}, found '080'`],
    ["", `${PORTS}, found ''`],
    [[80], `${PORTS}, found a list`],
  ],
});
const protocol = (at: string, own: string): Row => ({
  at,
  also: [[`${own}.destination-port`, undefined]],
  accept: [
    "tcp",
    "udp",
    "sctp",
    "icmp",
    "icmp6",
    "icmpv6",
    "gre",
    "esp",
    "ah",
    "ospf",
    "igmp",
    "ipip",
    "egp",
    "ipv6",
    "rsvp",
    "pim",
    "vrrp",
    0,
    255,
    "47",
  ],
  refuse: [
    ["tcpp", `${PROTOCOL}, found 'tcpp'; did you mean 'tcp'?`],
    [256, `${PROTOCOL}, found 256`],
    ["256", `${PROTOCOL}, found '256'`],
    ["any", `${PROTOCOL}, found 'any'`],
  ],
});
const conditions = (at: string, pattern: string): [string, Row][] => {
  const icmp: Edit[] = [
    [`${at}.destination-port`, undefined],
    [`${at}.protocol`, "icmp"],
  ];
  const icmp6: Edit[] = [
    [`${at}.destination-port`, undefined],
    [`${at}.protocol`, "icmp6"],
  ];
  return [
    [`${pattern}.protocol`, protocol(`${at}.protocol`, at)],
    [`${pattern}.destination-port`, ports(`${at}.destination-port`)],
    [`${pattern}.source-port`, ports(`${at}.source-port`)],
    [
      `${pattern}.icmp-type`,
      {
        at: `${at}.icmp-type`,
        also: icmp,
        accept: [0, 255, "8", "echo-request", "mask-reply"],
        refuse: [
          [256, `${ICMP_TYPE}, found 256`],
          [-1, `${ICMP_TYPE}, found -1`],
          ["256", `${ICMP_TYPE}, found '256'`],
          ["ping", `${ICMP_TYPE}, found 'ping'`],
        ],
      },
    ],
    [
      `${pattern}.icmp-code`,
      number(`${at}.icmp-code`, "an ICMP code: a number from 0 to 255", 0, 255, [...icmp, [`${at}.icmp-type`, 3]]),
    ],
    [`${pattern}.icmp6-type`, number(`${at}.icmp6-type`, "an ICMPv6 type: a number from 0 to 255", 0, 255, icmp6)],
    [
      `${pattern}.icmp6-code`,
      number(`${at}.icmp6-code`, "an ICMP code: a number from 0 to 255", 0, 255, [...icmp6, [`${at}.icmp6-type`, 1]]),
    ],
    [
      `${pattern}.inactivity-timeout`,
      {
        at: `${at}.inactivity-timeout`,
        accept: [4, 86400, "never"],
        refuse: [
          [3, `${TIMEOUT}, found 3`],
          [86401, `${TIMEOUT}, found 86401`],
          ["ever", `${TIMEOUT}, found 'ever'`],
          ["60", `${TIMEOUT}, found '60'`],
        ],
      },
    ],
  ];
};
const hostInbound = (at: string, pattern: string): [string, Row][] => [
  [`${pattern}.system-services[]`, service(`${at}.system-services[0]`, SERVICES, "a system service")],
  [`${pattern}.system-services[].name`, service(`${at}.system-services[0].name`, SERVICES, "a system service")],
  [
    `${pattern}.system-services[].except`,
    flag(`${at}.system-services[1].except`, [[`${at}.system-services`, ["all", { name: "ssh" }]]]),
  ],
  [`${pattern}.protocols[]`, service(`${at}.protocols[0]`, PROTOCOLS, "a protocol")],
  [`${pattern}.protocols[].name`, service(`${at}.protocols[0].name`, PROTOCOLS, "a protocol")],
  [`${pattern}.protocols[].except`, flag(`${at}.protocols[1].except`, [[`${at}.protocols`, ["all", { name: "bgp" }]]])],
];

const rows: ReadonlyMap<string, Row> = new Map<string, Row>([
  [
    "system.host-name",
    {
      at: "system.host-name",
      accept: ["a", "fw-1.example.net", "3com", "x".repeat(63)],
      refuse: ["", "-", "fw_1", "a b", "a..b", "-a", "a-", "x".repeat(64), ".a"].map((text) => [
        text,
        `expected a host name of 1 to 255 letters, digits, '-' and '.', found '${text}'`,
      ]),
    },
  ],
  [
    "system.dataplane.fail-mode",
    {
      at: "system.dataplane.fail-mode",
      accept: ["closed", "open"],
      refuse: [
        ["opened", "expected closed or open, found 'opened'"],
        ["opn", "expected closed or open, found 'opn'; did you mean 'open'?"],
      ],
    },
  ],
  [
    "system.dataplane.session-maximum",
    number("system.dataplane.session-maximum", "a number of sessions from 1024 to 16777216", 1024, 16777216),
  ],
  [
    "system.dataplane.icmp-error-rate",
    number("system.dataplane.icmp-error-rate", "a number per second from 0 to 1000000", 0, 1000000),
  ],
  [
    "system.dataplane.icmp-error-burst",
    number("system.dataplane.icmp-error-burst", "a number from 1 to 100000", 1, 100000),
  ],
  [
    "system.services.web-management.http.port",
    number(`${WEB}.port`, "a port from 1 to 65535", 1, 65535, [[`${WEB}.token-file`, "/etc/ringwall/token"]]),
  ],
  [
    "system.services.web-management.http.address",
    address(`${WEB}.address`, ["127.0.0.1", "127.9.9.9", "::1"], WITH_WEB),
  ],
  ["system.services.web-management.http.token-file", path(`${WEB}.token-file`, [[`${WEB}.port`, 8080]])],
  [
    "system.services.web-management.http.allow-remote",
    flag(`${WEB}.allow-remote`, [...WITH_WEB, [`${WEB}.address`, "192.0.2.1"]]),
  ],

  [
    "interfaces.*.device",
    {
      at: "interfaces.ge-0/0/0.device",
      accept: ["eth7", "a", "enp0s31f6", "veth@if2", "eth0.100", "x".repeat(15)],
      refuse: ["", ".", "..", "a/b", "a b", "a:b", "x".repeat(16)].map((text) => [
        text,
        `expected a Linux device name of 1 to 15 characters without blank, '/' or ':', found '${text}'`,
      ]),
    },
  ],
  ["interfaces.*.description", description("interfaces.ge-0/0/0.description")],
  ["interfaces.*.mtu", number("interfaces.ge-0/0/1.mtu", "a number of bytes from 256 to 9216", 256, 9216)],
  ["interfaces.*.vlan-tagging", flag("interfaces.ge-0/0/1.vlan-tagging")],
  [
    "interfaces.*.xdp-mode",
    {
      at: "interfaces.ge-0/0/0.xdp-mode",
      accept: ["auto", "zero-copy", "native", "generic"],
      refuse: [
        ["zerocopy", "expected auto, zero-copy, native or generic, found 'zerocopy'; did you mean 'zero-copy'?"],
        ["skb", "expected auto, zero-copy, native or generic, found 'skb'"],
      ],
    },
  ],
  ["interfaces.*.unit.*.description", description(`${UNIT}.description`)],
  [
    "interfaces.*.unit.*.vlan-id",
    number("interfaces.ge-0/0/1.unit.10.vlan-id", "a VLAN number from 1 to 4094", 1, 4094),
  ],
  [
    "interfaces.*.unit.*.family.inet.address[]",
    {
      at: `${UNIT}.family.inet.address[0]`,
      accept: ["10.1.1.254/24", "10.1.1.0/31", "10.1.1.1/32", "172.16.0.1/12"],
      refuse: [
        ["10.1.1.1", `${INET_ADDRESS}, found '10.1.1.1'`],
        ["2001:db8::1/64", `${INET_ADDRESS}, found '2001:db8::1/64'`],
        ["10.1.1.1/33", `${INET_ADDRESS}, found '10.1.1.1/33'`],
        ["10.1.1.0/24", "'10.1.1.0/24' is the address of the network itself, not of one host in it"],
        ["10.1.1.255/24", "'10.1.1.255/24' is the broadcast address of its network"],
        ["224.0.0.1/24", "'224.0.0.1/24' is a multicast address, not one of an interface"],
        ["127.0.0.1/8", "'127.0.0.1/8' is a loopback address, not one of an interface"],
        ["0.0.0.1/24", "'0.0.0.1/24' is an unspecified address, not one of an interface"],
        ["250.0.0.1/24", "'250.0.0.1/24' is a reserved address, not one of an interface"],
      ],
    },
  ],
  [
    "interfaces.*.unit.*.family.inet.mtu",
    number(`${UNIT}.family.inet.mtu`, "a number of bytes from 68 to 9216", 68, 9216),
  ],
  [
    "interfaces.*.unit.*.family.inet6.address[]",
    {
      at: `${UNIT}.family.inet6.address[0]`,
      accept: ["2001:db8:1::2/64", "fe80::1/64", "2001:db8::/127", "2001:db8::1/128"],
      refuse: [
        ["2001:db8::1", `${INET6_ADDRESS}, found '2001:db8::1'`],
        ["10.1.1.1/24", `${INET6_ADDRESS}, found '10.1.1.1/24'`],
        ["2001:db8::/64", "'2001:db8::/64' is the address of the network itself, not of one host in it"],
        ["ff02::1/64", "'ff02::1/64' is a multicast address, not one of an interface"],
        ["::1/128", "'::1/128' is the loopback address, not one of an interface"],
        ["::ffff:10.0.0.1/128", "'::ffff:10.0.0.1/128' is an IPv4-mapped address, not one of an interface"],
      ],
    },
  ],
  [
    "interfaces.*.unit.*.family.inet6.mtu",
    number(`${UNIT}.family.inet6.mtu`, "a number of bytes from 1280 to 9216", 1280, 9216),
  ],

  [
    "security.zones.security-zone[].name",
    names("security.zones.security-zone[2].name", NAME, ["dmz", "guest.wifi_2-a", "0"]),
  ],
  ["security.zones.security-zone[].description", description(`${ZONE}.description`)],
  [
    "security.zones.security-zone[].interfaces[]",
    {
      at: `${ZONE}.interfaces[0]`,
      accept: ["ge-0/0/0.0"],
      refuse: [
        ["ge-0/0/0", "no interface unit named 'ge-0/0/0'; did you mean 'ge-0/0/0.0'?"],
        [
          7,
          `expected an interface unit such as ge-0/0/0.0, or a mapping with name, found 7; write "7" in quotes to make it a text`,
        ],
      ],
    },
  ],
  [
    "security.zones.security-zone[].interfaces[].name",
    reference(
      `${ZONE}.interfaces[0].name`,
      ["ge-0/0/0.0"],
      "an interface unit such as ge-0/0/0.0",
      "no interface unit named 'nowhere'",
      [[`${ZONE}.interfaces`, [{}]]],
    ),
  ],
  ...hostInbound(
    "security.zones.security-zone[1].interfaces[0].host-inbound-traffic",
    "security.zones.security-zone[].interfaces[].host-inbound-traffic",
  ).map(([pattern, row]): [string, Row] => [
    pattern,
    pattern.endsWith(".name") ? { ...row, also: [[row.at.replace(/\.name$/, ""), {}]] } : row,
  ]),
  ...hostInbound(`${ZONE}.host-inbound-traffic`, "security.zones.security-zone[].host-inbound-traffic").map(
    ([pattern, row]): [string, Row] => [
      pattern,
      pattern.endsWith(".name") ? { ...row, also: [[row.at.replace(/\.name$/, ""), {}]] } : row,
    ],
  ),
  ["security.zones.security-zone[].tcp-rst", flag(`${ZONE}.tcp-rst`)],

  ["security.address-book[].name", names("security.address-book[1].name", NAME, ["inside-2"])],
  ["security.address-book[].description", description(`${BOOK}.description`)],
  [
    "security.address-book[].attach.zone[]",
    reference(
      "security.address-book[1].attach.zone[1]",
      ["untrust"],
      "a zone name",
      "no security-zone named 'nowhere'",
    ),
  ],
  [
    "security.address-book[].address[].name",
    names(
      `${BOOK}.address[2].name`,
      ADDRESS_NAME,
      ["10.0.0.0/8", "h_10.1.1.1"],
      [[`${BOOK}.address[2].ip-prefix`, "10.0.0.0/8"]],
    ),
  ],
  ["security.address-book[].address[].description", description(`${BOOK}.address[0].description`)],
  [
    "security.address-book[].address[].ip-prefix",
    prefix(`${BOOK}.address[0].ip-prefix`, [
      "10.0.0.0/8",
      "10.0.0.1",
      "0.0.0.0/0",
      "::/0",
      "2001:db8::/32",
      "::ffff:1.2.3.4",
      "255.255.255.255/32",
    ]),
  ],
  [
    "security.address-book[].address[].range-address.low",
    address(`${BOOK}.address[1].range-address.low`, ["192.0.2.1", "192.0.2.199"]),
  ],
  [
    "security.address-book[].address[].range-address.high",
    address(`${BOOK}.address[1].range-address.high`, ["192.0.2.100", "255.255.255.255"]),
  ],
  [
    "security.address-book[].address-set[].name",
    names(`${BOOK}.address-set[2].name`, ADDRESS_NAME, ["10/8"], [[`${BOOK}.address-set[2].address`, ["web"]]]),
  ],
  ["security.address-book[].address-set[].description", description(`${BOOK}.address-set[0].description`)],
  [
    "security.address-book[].address-set[].address[]",
    reference(`${BOOK}.address-set[0].address[1]`, ["pool"], "an address name", "no address named 'nowhere'"),
  ],
  [
    "security.address-book[].address-set[].address-set[]",
    reference(
      `${BOOK}.address-set[1].address-set[0]`,
      ["servers"],
      "an address set name",
      "no address-set named 'nowhere'",
    ),
  ],

  [
    "security.policies[].from-zone",
    reference("security.policies[0].from-zone", ["trust"], "a zone name", "no security-zone named 'nowhere'"),
  ],
  [
    "security.policies[].to-zone",
    reference("security.policies[0].to-zone", ["untrust", "trust"], "a zone name", "no security-zone named 'nowhere'"),
  ],
  ["security.policies[].global", flag("security.policies[1].global")],
  ["security.policies[].policy[].name", names(`${POLICY}.name`, NAME, ["allow-web_2.1"])],
  ["security.policies[].policy[].description", description(`${POLICY}.description`)],
  [
    "security.policies[].policy[].match.from-zone[]",
    reference(
      `${GLOBAL}.match.from-zone[0]`,
      ["trust", "untrust", "any"],
      "a zone name or 'any'",
      "no security-zone named 'nowhere'",
    ),
  ],
  [
    "security.policies[].policy[].match.to-zone[]",
    reference(
      `${GLOBAL}.match.to-zone[0]`,
      ["trust", "any"],
      "a zone name or 'any'",
      "no security-zone named 'nowhere'",
    ),
  ],
  [
    "security.policies[].policy[].match.source-address[]",
    reference(
      `${POLICY}.match.source-address[0]`,
      ["users", "web", "servers", "any", "any-ipv4", "any-ipv6"],
      "an address, an address set, 'any', 'any-ipv4' or 'any-ipv6'",
      "no address or set named 'nowhere'",
    ),
  ],
  [
    "security.policies[].policy[].match.destination-address[]",
    reference(
      `${POLICY}.match.destination-address[0]`,
      ["pool", "everything", "any", "any-ipv4", "any-ipv6"],
      "an address, an address set, 'any', 'any-ipv4' or 'any-ipv6'",
      "no address or set named 'nowhere'",
    ),
  ],
  ["security.policies[].policy[].match.source-address-excluded", flag(`${POLICY}.match.source-address-excluded`)],
  [
    "security.policies[].policy[].match.destination-address-excluded",
    flag(`${POLICY}.match.destination-address-excluded`),
  ],
  [
    "security.policies[].policy[].match.application[]",
    reference(
      `${POLICY}.match.application[0]`,
      ["any", "own", "terms", "all", "junos-ssh", "junos-cifs"],
      "an application, an application set or 'any'",
      "no application or set named 'nowhere'",
    ),
  ],
  ["security.policies[].policy[].then.permit", flag(`${POLICY}.then.permit`)],
  ["security.policies[].policy[].then.deny", flag(`${GLOBAL}.then.deny`)],
  ["security.policies[].policy[].then.reject", flag("security.policies[0].policy[1].then.reject")],
  ["security.policies[].policy[].then.log.session-init", flag(`${POLICY}.then.log.session-init`)],
  ["security.policies[].policy[].then.log.session-close", flag(`${POLICY}.then.log.session-close`)],
  ...logRate("security.policies[].policy[].then.log.rate", `${GLOBAL}.then.log.rate`, [
    [`${GLOBAL}.then`, { deny: true, log: { "session-init": true } }],
  ]),
  ...logRate("security.default-policy.log.rate", "security.default-policy.log.rate", [
    ["security.default-policy", { "deny-all": true, log: { "session-init": true } }],
  ]),
  ...logRate("security.log.rate.rule", "security.log.rate.rule"),
  ...logRate("security.log.rate.zone", "security.log.rate.zone"),
  ["security.policies[].policy[].then.count", flag(`${POLICY}.then.count`)],
  ["security.default-policy.permit-all", flag("security.default-policy.permit-all", [["security.default-policy", {}]])],
  ["security.default-policy.deny-all", flag("security.default-policy.deny-all")],
  ["security.default-policy.reject-all", flag("security.default-policy.reject-all", [["security.default-policy", {}]])],
  ["security.default-policy.log.session-init", flag("security.default-policy.log.session-init")],
  ["security.default-policy.log.session-close", flag("security.default-policy.log.session-close")],
  ["security.flow.tcp-session.no-syn-check", flag("security.flow.tcp-session.no-syn-check")],
  ["security.flow.tcp-session.strict-syn-check", flag("security.flow.tcp-session.strict-syn-check")],
  [
    "security.flow.aging.early-ageout",
    number("security.flow.aging.early-ageout", "a number of seconds from 1 to 65535", 1, 65535),
  ],
  [
    "security.flow.aging.high-watermark",
    number("security.flow.aging.high-watermark", "a percentage from 0 to 100", 0, 100),
  ],
  [
    "security.flow.aging.low-watermark",
    number("security.flow.aging.low-watermark", "a percentage from 0 to 100", 0, 100, [
      ["security.flow.aging.high-watermark", 100],
    ]),
  ],
  ["security.flow.tcp-session.no-sequence-check", flag("security.flow.tcp-session.no-sequence-check")],
  ["security.flow.tcp-session.rst-invalidate-session", flag("security.flow.tcp-session.rst-invalidate-session")],
  ["security.flow.tcp-session.fin-invalidate-session", flag("security.flow.tcp-session.fin-invalidate-session")],
  [
    "security.flow.tcp-session.time-wait-state.session-timeout",
    number("security.flow.tcp-session.time-wait-state.session-timeout", "a number of seconds from 2 to 600", 2, 600),
  ],
  [
    "security.flow.tcp-mss.all-tcp.mss",
    number("security.flow.tcp-mss.all-tcp.mss", "a number of bytes from 64 to 65535", 64, 65535, [
      ["security.flow.tcp-mss", { "all-tcp": { mss: 1460 } }],
    ]),
  ],
  [
    "security.flow.tcp-session.tcp-initial-timeout",
    number("security.flow.tcp-session.tcp-initial-timeout", "a number of seconds from 4 to 300", 4, 300),
  ],

  ["security.log.stream[].name", names(`${STREAM}.name`, NAME, ["soc-2"])],
  ["security.log.stream[].host", collector(`${STREAM}.host`)],
  ["security.log.stream[].port", number(`${STREAM}.port`, "a port from 1 to 65535", 1, 65535)],
  [
    "security.log.stream[].transport.protocol",
    {
      at: `${STREAM}.transport.protocol`,
      also: [[`${STREAM}.host`, "192.0.2.53"]],
      accept: ["udp", "tcp", "tls"],
      refuse: [
        ["sctp", "expected udp, tcp, tls or unix, found 'sctp'"],
        ["tpc", "expected udp, tcp, tls or unix, found 'tpc'; did you mean 'tcp'?"],
      ],
    },
  ],
  [
    "security.log.stream[].transport.framing",
    words(
      `${STREAM}.transport.framing`,
      "octet-counting or newline",
      ["octet-counting", "newline"],
      [[`${STREAM}.transport.protocol`, "tcp"]],
    ),
  ],
  [
    "security.log.stream[].transport.tls-profile",
    reference(
      `${STREAM}.transport.tls-profile`,
      ["siem"],
      "the name of a profile of services ssl initiation",
      "no profile of services ssl initiation named 'nowhere'",
      [
        [`${STREAM}.transport.protocol`, "tls"],
        ["services.ssl.initiation.profile", [{ name: "siem" }]],
      ],
    ),
  ],
  [
    "security.log.stream[].transport.keep-alive",
    number(`${STREAM}.transport.keep-alive`, "a number of seconds from 0 to 7200", 0, 7200, [
      [`${STREAM}.transport.protocol`, "tcp"],
    ]),
  ],
  [
    "security.log.stream[].transport.user-timeout",
    number(`${STREAM}.transport.user-timeout`, "a number of seconds from 1 to 600", 1, 600, [
      [`${STREAM}.transport.protocol`, "tls"],
    ]),
  ],
  ["security.log.stream[].transport.path", path("security.log.stream[1].transport.path", [[UNIX, UNIX_STREAM]])],
  ["security.log.stream[].file.path", path("security.log.stream[1].file.path", [[UNIX, FILE_STREAM]])],
  [
    "security.log.stream[].file.size",
    octets(
      "security.log.stream[1].file.size",
      "a number of bytes from 64k to 100g, such as 10m",
      64_000,
      100_000_000_000,
      [[UNIX, FILE_STREAM]],
    ),
  ],
  [
    "security.log.stream[].file.files",
    number("security.log.stream[1].file.files", "a number of files from 1 to 1000", 1, 1000, [[UNIX, FILE_STREAM]]),
  ],
  [
    "security.log.stream[].queue.records",
    number(`${STREAM}.queue.records`, "a number of lines from 64 to 1000000", 64, 1_000_000),
  ],
  ["security.log.stream[].queue.size", octets(`${STREAM}.queue.size`, QUEUE_SIZE, 64_000, 1_000_000_000)],
  [
    "security.log.stream[].queue.overflow",
    words(`${STREAM}.queue.overflow`, "drop-newest or drop-oldest", ["drop-newest", "drop-oldest"]),
  ],
  ["security.log.stream[].spool.size", octets(`${STREAM}.spool.size`, QUEUE_SIZE, 64_000, 1_000_000_000)],
  [
    "security.log.stream[].rate-limit",
    number(`${STREAM}.rate-limit`, "a number of lines per second from 1 to 10000000", 1, 10_000_000),
  ],
  ["security.log.stream[].require-delivery", flag(`${STREAM}.require-delivery`)],
  [
    "security.log.stream[].zone[]",
    reference(`${STREAM}.zone[0]`, ["trust", "junos-host"], "a zone name", "no security-zone named 'nowhere'"),
  ],
  ["services.ssl.initiation.profile[].name", names(`${PROFILE}.name`, NAME, ["siem-2"], WITH_PROFILE)],
  ["services.ssl.initiation.profile[].trusted-ca[]", path(`${PROFILE}.trusted-ca[0]`, WITH_PROFILE)],
  [
    "services.ssl.initiation.profile[].client-certificate.certificate",
    path(`${PROFILE}.client-certificate.certificate`, WITH_CERTIFICATE),
  ],
  [
    "services.ssl.initiation.profile[].client-certificate.key",
    path(`${PROFILE}.client-certificate.key`, WITH_CERTIFICATE),
  ],
  [
    "services.ssl.initiation.profile[].protocol-version",
    words(`${PROFILE}.protocol-version`, "tls12 or tls13", ["tls12", "tls13"], WITH_PROFILE),
  ],
  ["services.ssl.initiation.profile[].server-name", collector(`${PROFILE}.server-name`, WITH_PROFILE)],
  [
    "security.log.stream[].format",
    {
      at: `${STREAM}.format`,
      accept: ["sd-syslog", "syslog", "kv", "json", "ipfix"],
      refuse: [
        ["welf", "expected sd-syslog, syslog, kv, json or ipfix, found 'welf'"],
        ["sd_syslog", "expected sd-syslog, syslog, kv, json or ipfix, found 'sd_syslog'; did you mean 'sd-syslog'?"],
      ],
    },
  ],
  [
    "security.log.stream[].layout",
    words(`${STREAM}.layout`, "a layout such as junos-22", [
      "junos-10",
      "junos-12a",
      "junos-12",
      "junos-15",
      "junos-18",
      "junos-19",
      "junos-20",
      "junos-22",
      "junos-24",
      "junos-26",
    ]),
  ],
  [
    "security.log.stream[].structured-data-id",
    {
      at: `${STREAM}.structured-data-id`,
      accept: ["junos@2636.1.1.1.2.26", "acme@32473", "a@1"],
      refuse: ["acme", "acme 1@32473", "acme@x", 'a"@1', "a]@1", "a=b@1", "an-id-of-thirty-three-characte@1234"].map(
        (value) => [value, `expected an SD-ID such as junos@2636.1.1.1.2.129, at most 32 characters, found '${value}'`],
      ),
    },
  ],
  [
    "security.log.stream[].session-limit-message",
    words(`${STREAM}.session-limit-message`, "RT_SCREEN_SESSION_LIMIT or RT_SCREEN_IP", [
      "RT_SCREEN_SESSION_LIMIT",
      "RT_SCREEN_IP",
    ]),
  ],
  [
    "security.log.stream[].template-refresh",
    {
      ...number(`${STREAM}.template-refresh`, "a number of seconds from 1 to 600", 1, 600),
      also: [[`${STREAM}.format`, "ipfix"]],
    },
  ],
  [
    "security.log.stream[].line-limit",
    number(`${STREAM}.line-limit`, "a number of bytes from 480 to 16384", 480, 16384),
  ],
  [
    "security.log.stream[].filter-format",
    {
      at: `${STREAM}.filter-format`,
      accept: ["rt-flow", "pfe"],
      refuse: [
        ["syslog", "expected rt-flow or pfe, found 'syslog'"],
        ["rt_flow", "expected rt-flow or pfe, found 'rt_flow'; did you mean 'rt-flow'?"],
      ],
    },
  ],
  [
    "security.log.stream[].filter-padding",
    {
      at: `${STREAM}.filter-padding`,
      also: [[`${STREAM}.filter-format`, "pfe"]],
      accept: ["padded", "compact"],
      refuse: [["wide", "expected padded or compact, found 'wide'"]],
    },
  ],
  [
    "security.log.stream[].category[]",
    {
      at: `${STREAM}.category[0]`,
      accept: ["all", "session", "session-open", "session-close", "policy", "screen", "filter"],
      refuse: [
        ["nat", "expected all, session, session-open, session-close, policy, screen or filter, found 'nat'"],
        [
          "sessions",
          "expected all, session, session-open, session-close, policy, screen or filter, found 'sessions'; did you mean 'session'?",
        ],
      ],
    },
  ],
  [
    "security.log.stream[].severity",
    words(`${STREAM}.severity`, "a severity", [
      "emergency",
      "alert",
      "critical",
      "error",
      "warning",
      "notice",
      "info",
      "debug",
    ]),
  ],
  [
    "security.log.stream[].facility-override",
    words(`${STREAM}.facility-override`, "a facility", [
      "authorization",
      "daemon",
      "ftp",
      "kernel",
      "user",
      "local0",
      "local7",
    ]),
  ],
  ["security.log.stream[].source-address", address(`${STREAM}.source-address`, ["192.0.2.1"])],

  [
    "applications.application[].name",
    names("applications.application[2].name", NAME, ["http-8080"], [["applications.application[2].protocol", "tcp"]]),
  ],
  ["applications.application[].description", description(`${APPLICATION}.description`)],
  ...conditions(APPLICATION, "applications.application[]"),
  ["applications.application[].term[].name", names(`${TERM}.name`, NAME, ["t-1"])],
  ...conditions(TERM, "applications.application[].term[]"),
  [
    "applications.application-set[].name",
    names(
      "applications.application-set[2].name",
      NAME,
      ["web-apps"],
      [["applications.application-set[2].application", ["own"]]],
    ),
  ],
  ["applications.application-set[].description", description("applications.application-set[0].description")],
  [
    "applications.application-set[].application[]",
    reference(
      "applications.application-set[0].application[1]",
      ["terms", "junos-https"],
      "an application name",
      "no application named 'nowhere'",
    ),
  ],
  [
    "applications.application-set[].application-set[]",
    reference(
      "applications.application-set[1].application-set[0]",
      ["all-own", "junos-sun-rpc"],
      "an application set name",
      "no application-set named 'nowhere'",
    ),
  ],

  ...routes("routing-options.static.route", "routing-options.static.route[]"),
  ...filterRows,
  ...classOfServiceRows,
  ...natRows,
  ...screenRows,
]);

test("every leaf of the schema has a row, and every row is of a leaf", () => {
  assert.deepEqual([...rows.keys()].toSorted(), leavesOfSchema().toSorted());
});

test("every row accepts and refuses something", () => {
  for (const [pattern, row] of rows) assert.ok(row.accept.length > 0 && row.refuse.length > 0, pattern);
});

describe("each leaf", () => {
  for (const [pattern, row] of rows) {
    test(`${pattern} accepts what it should`, () => {
      for (const value of row.accept) {
        const errors = errorsOf(edited([...(row.also ?? []), [row.at, value]]));
        assert.deepEqual(errors, [], `${row.at}: ${JSON.stringify(value)}`);
      }
    });
    test(`${pattern} refuses what it should`, () => {
      for (const [value, message] of row.refuse) {
        const errors = errorsOf(edited([...(row.also ?? []), [row.at, value]]));
        assert.deepEqual(
          errors.filter((error) => error.startsWith(`${row.at}: `)),
          [`${row.at}: ${message}`],
          `${row.at}: ${JSON.stringify(value)}`,
        );
      }
    });
  }
});
