// The leaves of screens. SPDX-License-Identifier: Apache-2.0
import { description, flag, logRate, NAME, names, number, prefix, reference, words, type Row } from "./leaf-row.js";
import type { Edit } from "./tree.js";

type Rows = [pattern: string, row: Row][];

const AT = "security.screen.ids-option[0]";
const PATTERN = "security.screen.ids-option[]";
const named: Edit = [`${AT}.name`, "outside"];
const OCTETS = "expected a number from 0 to 255 or a range such as 100-150";

const FLAGS = {
  icmp: ["fragment", "large", "ping-death", "icmpv6-malformed"],
  ip: [
    "bad-option",
    "record-route-option",
    "timestamp-option",
    "security-option",
    "stream-option",
    "loose-source-route-option",
    "strict-source-route-option",
    "source-route-option",
    "unknown-protocol",
    "block-frag",
    "spoofing",
    "tear-drop",
    "ipv6-malformed-header",
  ],
  tcp: ["syn-fin", "fin-no-ack", "tcp-no-flag", "syn-frag", "land", "winnuke"],
  "ip.ipv6-extension-header": [
    "routing-header",
    "fragment-header",
    "ESP-header",
    "AH-header",
    "no-next-header",
    "shim6-header",
    "mobility-header",
    "HIP-header",
  ],
  "ip.ipv6-extension-header.hop-by-hop-header": [
    "jumbo-payload-option",
    "router-alert-option",
    "quick-start-option",
    "CALIPSO-option",
    "SMF-DPD-option",
    "RPL-option",
  ],
  "ip.ipv6-extension-header.destination-header": [
    "tunnel-encapsulation-limit-option",
    "home-address-option",
    "ILNP-nonce-option",
    "line-identification-option",
  ],
};

const RATES = [
  "icmp.flood.threshold",
  "udp.flood.threshold",
  "tcp.syn-flood.attack-threshold",
  "tcp.syn-flood.source-threshold",
  "tcp.syn-flood.destination-threshold",
];
const COOKIES: Edit = ["security.flow.syn-flood-protection-mode", "syn-cookie"];
const FLOOD = "tcp.syn-flood";
const LIST = `${FLOOD}.white-list`;
const ofCookies = (name: string, what: string, low: number, high: number): Rows[number] => [
  `${PATTERN}.${FLOOD}.${name}`,
  number(`${AT}.${FLOOD}.${name}`, what, low, high, [named, COOKIES]),
];
const listed: Edit = [`${AT}.${LIST}[0].name`, "ours"];

const TIMES = ["icmp.ip-sweep", "tcp.port-scan", "tcp.tcp-sweep", "udp.port-scan", "udp.udp-sweep"];

const octets = (at: string): Row => ({
  at,
  also: [named],
  accept: [0, 255, "100-150", "7"],
  refuse: [
    [256, `${OCTETS}, found 256`],
    ["200-100", `${OCTETS}, found '200-100'`],
    ["tcp", `${OCTETS}, found 'tcp'`],
  ],
});

const userDefined = [
  "ip.ipv6-extension-header.user-defined-header-type",
  "ip.ipv6-extension-header.hop-by-hop-header.user-defined-option-type",
  "ip.ipv6-extension-header.destination-header.user-defined-option-type",
];

export const screenRows: Rows = [
  [`${PATTERN}.name`, names(`${AT}.name`, NAME, ["outside"])],
  [`${PATTERN}.description`, { ...description(`${AT}.description`), also: [named] }],
  ...logRate(`${PATTERN}.log-rate`, `${AT}.log-rate`, [named]),
  [`${PATTERN}.alarm-without-drop`, flag(`${AT}.alarm-without-drop`, [named])],
  ...Object.entries(FLAGS).flatMap(([place, flags]): Rows =>
    flags.map((name) => [`${PATTERN}.${place}.${name}`, flag(`${AT}.${place}.${name}`, [named])]),
  ),
  ...userDefined.map((place): Rows[number] => [`${PATTERN}.${place}[]`, octets(`${AT}.${place}[0]`)]),
  [
    `${PATTERN}.ip.ipv6-extension-header-limit`,
    number(`${AT}.ip.ipv6-extension-header-limit`, "a number of headers from 0 to 32", 0, 32, [named]),
  ],
  ...RATES.map((place): Rows[number] => [
    `${PATTERN}.${place}`,
    number(`${AT}.${place}`, "a number of packets per second from 1 to 1000000", 1, 1_000_000, [named]),
  ]),
  [
    "security.flow.syn-flood-protection-mode",
    words("security.flow.syn-flood-protection-mode", "syn-cookie", ["syn-cookie"]),
  ],
  ofCookies("alarm-threshold", "a number of packets per second from 1 to 1000000", 1, 1_000_000),
  ofCookies("queue-size", "a number of connections from 200 to 20000", 200, 20_000),
  ofCookies("timeout", "a number of seconds from 1 to 50", 1, 50),
  [
    `${PATTERN}.${LIST}[].name`,
    names(`${AT}.${LIST}[0].name`, NAME, ["ours"], [named, [`${AT}.${LIST}[0].source-address[0]`, "198.51.100.0/24"]]),
  ],
  ...["source-address", "destination-address"].map((side): Rows[number] => [
    `${PATTERN}.${LIST}[].${side}[]`,
    prefix(`${AT}.${LIST}[0].${side}[0]`, ["192.0.2.0/25", "2001:db8::/32", "0.0.0.0/0"], [named, listed]),
  ]),
  ...["source-ip-based", "destination-ip-based"].map((name): Rows[number] => [
    `${PATTERN}.limit-session.${name}`,
    number(`${AT}.limit-session.${name}`, "a number of sessions from 1 to 1000000", 1, 1_000_000, [named]),
  ]),
  ...TIMES.map((place): Rows[number] => [
    `${PATTERN}.${place}.threshold`,
    number(`${AT}.${place}.threshold`, "a number of microseconds from 1000 to 1000000", 1000, 1_000_000, [named]),
  ]),
  [
    "security.zones.security-zone[].screen",
    reference(
      "security.zones.security-zone[0].screen",
      ["outside"],
      "an ids-option name",
      "no ids-option named 'nowhere'",
      [named],
    ),
  ],
];
