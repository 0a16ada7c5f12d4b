// The leaves of screens. SPDX-License-Identifier: Apache-2.0
import { description, flag, logRate, NAME, names, number, reference, type Row } from "./leaf-row.js";
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
