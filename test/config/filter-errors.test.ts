// The table of errors in filters, policers, prefix lists and routing instances, as in errors.test.ts. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { edited, errorsOf, type Edit } from "./tree.js";

type Row = readonly [what: string, edits: readonly Edit[], errors: readonly string[]];

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const INET = "firewall.family.inet.filter";
const INET6 = "firewall.family.inet6.filter";
const TERM = `${INET}[0].term[3]`;
const TERM6 = `${INET6}[0].term[1]`;
const UNIT = "interfaces.ge-0/0/0.unit.0.family";
const POLICER = "firewall.policer";
const COLORS = "firewall.three-color-policer";
const INSTANCE = "routing-instances[0]";

/** from: conditions of one inet term; from6: of one inet6 term. */
const from = (conditions: object): readonly Edit[] => [[`${TERM}.from`, conditions]];
const from6 = (conditions: object): readonly Edit[] => [[`${TERM6}.from`, conditions]];
const then = (actions: object): readonly Edit[] => [[`${TERM}.then`, actions]];
const nothingLeft = (what: string, at: string = TERM): string =>
  `${at}.from.${what.replace(/ .*/, "")}: ${what} leaves no packet that could match`;

const table: Readonly<Record<string, readonly Row[]>> = {
  "filters and terms": [
    [
      "a filter name twice, in one family and over both",
      [
        [`${INET}[1].name`, "users-in"],
        [`${INET}[0].term[2]`, { name: "more" }],
        [`${INET6}[1]`, { name: "protect", term: [{ name: "t" }] }],
      ],
      [`${INET}[1].name: filter 'users-in' exists already`, `${INET6}[1].name: filter 'protect' exists already`],
    ],
    [
      "a term name twice",
      [[`${INET}[0].term[3].name`, "steer"]],
      [`${INET}[0].term[3].name: term 'steer' exists already`],
    ],
    [
      "a filter without terms, a term without name",
      [
        [`${INET}[1].term`, []],
        [`${INET}[2].term[1]`, { then: { accept: true } }],
      ],
      [`${INET}[1].term: expected a list of terms, at least 1, found 0`, `${INET}[2].term[1]: 'name' is missing`],
    ],
    [
      "empty conditions and actions are not none",
      [
        [`${TERM}.from`, {}],
        [`${TERM}.then`, {}],
      ],
      [
        `${TERM}.from: expected a mapping of match conditions, at least 1, found 0`,
        `${TERM}.then: expected a mapping of actions, at least 1, found 0`,
      ],
    ],
    [
      "empty lists are not any",
      from({ protocol: [], "source-address": [], "prefix-list": [] }),
      [
        `${TERM}.from.protocol: expected a list of protocols, at least 1, found 0`,
        `${TERM}.from.source-address: expected a list of IPv4 prefixes, at least 1, found 0`,
        `${TERM}.from.prefix-list: expected a list of prefix list names, at least 1, found 0`,
      ],
    ],
    [
      "conditions of Junos that are not enforced",
      from({ "interface-group": [1], "interface-set": ["s"], "flexible-match-range": {}, "service-filter-hit": true }),
      [
        `${TERM}.from.interface-group: unknown statement 'interface-group'`,
        `${TERM}.from.interface-set: unknown statement 'interface-set'`,
        `${TERM}.from.flexible-match-range: unknown statement 'flexible-match-range'; did you mean 'flexible-match-mask'?`,
        `${TERM}.from.service-filter-hit: unknown statement 'service-filter-hit'`,
      ],
    ],
    [
      "actions of Junos that are not enforced",
      then({ sample: true, "port-mirror": true, "packet-mode": true, "logical-system": "x" }),
      [
        `${TERM}.then.sample: unknown statement 'sample'`,
        `${TERM}.then.port-mirror: unknown statement 'port-mirror'`,
        `${TERM}.then.packet-mode: unknown statement 'packet-mode'`,
        `${TERM}.then.logical-system: unknown statement 'logical-system'`,
      ],
    ],
    [
      "conditions of the other family",
      [
        ...from({ "next-header": ["tcp"], "traffic-class": ["ef"], "hop-limit": [1] }),
        ...from6({
          protocol: ["tcp"],
          dscp: ["ef"],
          ttl: [1],
          precedence: [1],
          "fragment-offset": [1],
          "ip-options": ["any"],
        }),
      ],
      [
        `${TERM}.from.next-header: unknown statement 'next-header'`,
        `${TERM}.from.traffic-class: unknown statement 'traffic-class'`,
        `${TERM}.from.hop-limit: unknown statement 'hop-limit'`,
        `${TERM6}.from.protocol: unknown statement 'protocol'`,
        `${TERM6}.from.dscp: unknown statement 'dscp'`,
        `${TERM6}.from.ttl: unknown statement 'ttl'`,
        `${TERM6}.from.precedence: unknown statement 'precedence'`,
        `${TERM6}.from.fragment-offset: unknown statement 'fragment-offset'`,
        `${TERM6}.from.ip-options: unknown statement 'ip-options'`,
      ],
    ],
    [
      "a term that is another filter has nothing of its own",
      [
        [`${INET}[0].term[2].from`, { protocol: ["tcp"] }],
        [`${INET}[0].term[2].then`, { accept: true }],
      ],
      [
        `${INET}[0].term[2].from: the terms of another filter stand here; they have their own from and then`,
        `${INET}[0].term[2].then: the terms of another filter stand here; they have their own from and then`,
      ],
    ],
    [
      "a filter in a filter that does not exist, or is of the other family",
      [
        [`${INET}[0].term[2].filter`, "comon"],
        [`${TERM}.filter`, "users-in6"],
      ],
      [
        `${INET}[0].term[2].filter: no filter of family inet named 'comon'; did you mean 'common'?`,
        `${TERM}.filter: filter 'users-in6' is of family inet6, here stands one of inet`,
      ],
    ],
    [
      "filters that stand in each other",
      [
        [`${INET}[1].term[1]`, { name: "back", filter: "users-in" }],
        [`${INET}[3]`, { name: "self", term: [{ name: "t", filter: "self" }] }],
      ],
      [
        `${INET}[1].term[1].filter: filter holds itself: users-in > common > users-in`,
        `${INET}[3].term[0].filter: filter holds itself: self > self`,
      ],
    ],
    [
      "filters nested too deep",
      [
        [
          INET6,
          many(34, (i) => ({
            name: i === 0 ? "users-in6" : `f${i}`,
            term: [i === 33 ? { name: "t" } : { name: "t", filter: `f${i + 1}` }],
          })),
        ],
      ],
      [`${INET6}[0]: filter 'users-in6' is nested deeper than 32 levels`],
    ],
    [
      "more terms than all filters may have",
      [
        [`${INET}[3]`, { name: "a", term: many(65_000, (i) => ({ name: `t${i}` })) }],
        [`${INET}[4]`, { name: "b", term: many(1_000, (i) => ({ name: `t${i}` })) }],
      ],
      ["firewall: expected at most 65536 terms in all filters, found 66009"],
    ],
  ],
  conditions: [
    [
      "prefixes of the wrong family, with bits behind their length, and twice",
      [
        ...from({
          "source-address": ["2001:db8::/32", "10.0.0.1/8", "10.0.0.0/8", { name: "10.0.0.0/8", except: true }],
          "destination-address": [{ name: "10.1.0.0", except: true }, { name: "10.1.0.0/32" }, { except: true }],
        }),
        ...from6({ address: ["10.0.0.0/8", "2001:db8::/32", "2001:DB8:0::/32"] }),
      ],
      [
        `${TERM}.from.source-address[0]: expected an IPv4 prefix such as 10.0.0.0/8, found '2001:db8::/32'`,
        `${TERM}.from.source-address[1]: '10.0.0.1/8' has bits set behind its prefix length; did you mean '10.0.0.0/8'?`,
        `${TERM}.from.source-address[2]: prefix '10.0.0.0/8' stands here twice`,
        `${TERM}.from.source-address[3].name: prefix '10.0.0.0/8' stands here twice`,
        `${TERM}.from.destination-address[1].name: prefix '10.1.0.0/32' stands here twice`,
        `${TERM}.from.destination-address[2]: 'name' is missing`,
        `${TERM6}.from.address[0]: expected an IPv6 prefix such as 2001:db8::/32, found '10.0.0.0/8'`,
        `${TERM6}.from.address[2]: prefix '2001:DB8:0::/32' stands here twice`,
      ],
    ],
    [
      "prefix lists that do not exist, or stand twice",
      from({
        "source-prefix-list": ["bogon", { name: "ours", except: true }, "ours"],
        "prefix-list": [{ name: "theirs" }],
      }),
      [
        `${TERM}.from.source-prefix-list[0]: no prefix-list named 'bogon'; did you mean 'bogons'?`,
        `${TERM}.from.source-prefix-list[2]: prefix-list 'ours' stands here twice`,
        `${TERM}.from.prefix-list[0].name: no prefix-list named 'theirs'`,
      ],
    ],
    [
      "more prefixes than one condition may have",
      [
        [
          "policy-options.prefix-list",
          [
            { name: "bogons", prefix: [] },
            { name: "ours", prefix: [] },
            ...many(6, (i) => ({
              name: `l${i}`,
              prefix: many(90_000, (j) => `10.${j >> 16}.${(j >> 8) & 255}.${j & 255}`),
            })),
          ],
        ],
        [`${TERM}.from`, { "destination-prefix-list": many(6, (i) => `l${i}`) }],
      ],
      [`${TERM}.from.destination-prefix-list: expected at most 500000 prefixes in one condition, found 540000`],
    ],
    [
      "values with the likely word",
      [
        [`${INET}[2].term[1].from`, { "icmp-type": ["echo-requst"] }],
        ...from({
          protocol: ["tpc"],
          port: ["htp"],
          dscp: ["af14"],
          precedence: ["flsh"],
          "ip-options": ["router-alrt"],
        }),
      ],
      [
        `${TERM}.from.protocol[0]: expected a protocol: tcp, udp, icmp, gre, ospf, ..., a number from 0 to 255, or a range, found 'tpc'; did you mean 'tcp'?`,
        `${TERM}.from.port[0]: expected a port from 0 to 65535, a port name, or a range like 8000-8010, found 'htp'; did you mean 'http'?`,
        `${INET}[2].term[1].from.icmp-type[0]: expected an ICMP type: a name such as echo-request, a number from 0 to 255, or a range, found 'echo-requst'; did you mean 'echo-request'?`,
        `${TERM}.from.dscp[0]: expected a DSCP: a name such as ef, a number from 0 to 63, six bits such as '101110', or a range, found 'af14'; did you mean 'af11'?`,
        `${TERM}.from.precedence[0]: expected a precedence: a name such as flash, a number from 0 to 7, or a range, found 'flsh'; did you mean 'flash'?`,
        `${TERM}.from.ip-options[0]: expected an IP option: any, a name such as router-alert, a number from 0 to 255, or a range, found 'router-alrt'; did you mean 'router-alert'?`,
      ],
    ],
    [
      "a value twice",
      from({
        protocol: ["tcp", "tcp"],
        "port-except": [80, 80],
        "loss-priority": ["low", "low"],
        "ip-options": [7, 7],
      }),
      [
        `${TERM}.from.protocol[1]: protocol 'tcp' stands here twice`,
        `${TERM}.from.port-except[1]: port '80' stands here twice`,
        `${TERM}.from.loss-priority[1]: loss priority 'low' stands here twice`,
        `${TERM}.from.ip-options[1]: option '7' stands here twice`,
      ],
    ],
    [
      "extension headers are not what next-header means",
      from6({
        "next-header": ["tcp", 0, "routing", 43, "fragment", "dstopts", "130-140"],
        "next-header-except": [139],
      }),
      [
        `${TERM6}.from.next-header[1]: 0 (hop-by-hop options) is an extension header; next-header is the protocol behind all of them`,
        `${TERM6}.from.next-header[2]: expected a protocol: tcp, udp, icmp6, gre, ospf, ..., a number from 0 to 255, or a range, found 'routing'`,
        `${TERM6}.from.next-header[3]: 43 (routing) is an extension header; next-header is the protocol behind all of them`,
        `${TERM6}.from.next-header[4]: 44 (fragment) is an extension header; next-header is the protocol behind all of them; use is-fragment or first-fragment`,
        `${TERM6}.from.next-header[5]: 60 (destination options) is an extension header; next-header is the protocol behind all of them`,
        `${TERM6}.from.next-header[6]: 135 (mobility) is an extension header; next-header is the protocol behind all of them`,
        `${TERM6}.from.next-header-except[0]: 139 (HIP) is an extension header; next-header is the protocol behind all of them`,
      ],
    ],
    ["in IPv4 they are protocols like others", from({ protocol: [0, 43, "hop-by-hop", "dstopts"] }), []],
    [
      "a code by name without its type, beside other types, or of another type",
      [
        ...from({ "icmp-code": ["host-unreachable", 3] }),
        [
          `${INET}[2].term[0].from`,
          { "icmp-type": ["unreachable", "redirect"], "icmp-code-except": ["redirect-for-host"] },
        ],
        [`${INET}[2].term[1].from`, { "icmp-type": [11], "icmp-code": ["ip-header-bad"] }],
      ],
      [
        `${TERM}.from.icmp-code[0]: 'host-unreachable' is a code of type unreachable; it needs icmp-type unreachable alone`,
        `${INET}[2].term[0].from.icmp-code-except[0]: 'redirect-for-host' is a code of type redirect; it needs icmp-type redirect alone`,
        `${INET}[2].term[1].from.icmp-code[0]: 'ip-header-bad' is a code of type parameter-problem; it needs icmp-type parameter-problem alone`,
      ],
    ],
    [
      "a code by name with its type, by name, number or range of one",
      [
        ...from({ "icmp-type": ["unreachable"], "icmp-code": ["host-unreachable"] }),
        [`${INET}[2].term[0].from`, { "icmp-type": [3], "icmp-code-except": ["network-unreachable-for-TOS"] }],
        [`${INET}[2].term[1].from`, { "icmp-type": ["3-3", 3], "icmp-code": ["port-unreachable"] }],
        ...from6({ "icmp-type": ["destination-unreachable"], "icmp-code": ["port-unreachable"] }),
      ],
      [],
    ],
    [
      "names of the other ICMP",
      [...from({ "icmp-type": ["neighbor-solicit"] }), ...from6({ "icmp-type": ["source-quench"] })],
      [
        `${TERM}.from.icmp-type[0]: expected an ICMP type: a name such as echo-request, a number from 0 to 255, or a range, found 'neighbor-solicit'`,
        `${TERM6}.from.icmp-type[0]: expected an ICMPv6 type: a name such as echo-request, a number from 0 to 255, or a range, found 'source-quench'`,
      ],
    ],
    [
      "an interface that does not exist, stands twice, or is this host",
      from({ interface: ["ge-0/0/0.0", "ge-0/0/0.0", "ge-0/0/1.1", "lo0.0"] }),
      [
        `${TERM}.from.interface[1]: interface 'ge-0/0/0.0' stands here twice`,
        `${TERM}.from.interface[2]: no interface unit named 'ge-0/0/1.1'; did you mean 'ge-0/0/1.10'?`,
        `${TERM}.from.interface[3]: no packet comes in by lo0, which is this host itself`,
      ],
    ],
    [
      "a forwarding class that does not exist",
      from({ "forwarding-class": ["best-efort", "bulk", "bulk"], "forwarding-class-except": ["gold"] }),
      [
        `${TERM}.from.forwarding-class[0]: no forwarding class named 'best-efort'; did you mean 'best-effort'?`,
        `${TERM}.from.forwarding-class[2]: forwarding class 'bulk' stands here twice`,
        `${TERM}.from.forwarding-class-except[0]: no forwarding class named 'gold'`,
      ],
    ],
  ],
  "flag expressions": [
    ...(
      [
        ["", "expected a flag, found the end at character 1"],
        ["syn &", "expected a flag, found the end at character 6"],
        ["syn ack", "expected '&', '|' or the end, found 'a' at character 5"],
        ["(syn | ack", "expected ')', found the end at character 11"],
        ["syn)", "expected '&', '|' or the end, found ')' at character 4"],
        ["syn & & ack", "expected a flag, found '&' at character 7"],
        ["!", "expected a flag, found the end at character 2"],
        [
          "syn & ackk",
          "expected a flag (fin, syn, rst, push, ack, urgent), found 'ackk'; did you mean 'ack'? at character 7",
        ],
        ["0x0", "expected bits from 0x1 to 0xff, found '0x0' at character 1"],
        ["0x100", "expected bits from 0x1 to 0xff, found '0x100' at character 1"],
        ["syn | 0xzz", "expected bits from 0x1 to 0xff, found '0xzz' at character 7"],
        ["2", "expected a flag (fin, syn, rst, push, ack, urgent), found '2' at character 1"],
        ["dont-fragment", "expected a flag (fin, syn, rst, push, ack, urgent), found 'dont-fragment' at character 1"],
        [`${"(".repeat(200)}syn${")".repeat(53)}`, "expected at most 255 characters, found 256 at character 256"],
      ] as const
    ).map(([text, message]): Row => [
      `tcp-flags "${text.slice(0, 30)}"`,
      from({ "tcp-flags": text }),
      [`${TERM}.from.tcp-flags: ${message}`],
    ]),
    [
      "fragment flags are three",
      from({ "fragment-flags": "dont-fragment & more" }),
      [
        `${TERM}.from.fragment-flags: expected a flag (more-fragments, dont-fragment, reserved), found 'more' at character 17`,
      ],
    ],
    [
      "hexadecimal fragment flags are those of Junos",
      from({ "fragment-flags": "0x1" }),
      [`${TERM}.from.fragment-flags: expected even bits from 0x2 to 0xe, found '0x1' at character 1`],
    ],
    [
      "what can never hold",
      from({ "tcp-flags": "syn & !syn", "fragment-flags": "!(reserved | !reserved)" }),
      [
        `${TERM}.from.tcp-flags: 'syn & !syn' can never hold`,
        `${TERM}.from.fragment-flags: '!(reserved | !reserved)' can never hold`,
      ],
    ],
    [
      "what can never hold together",
      [
        ...from({ "tcp-flags": "!ack & !rst", "tcp-established": true, "tcp-initial": true }),
        [`${INET}[2].term[0].from`, { "tcp-initial": true, "tcp-flags": "ack" }],
      ],
      [
        `${TERM}.from.tcp-established: tcp-established and tcp-flags can never hold together`,
        `${INET}[2].term[0].from.tcp-initial: tcp-initial and tcp-flags can never hold together`,
      ],
    ],
    [
      "RST and SYN without ACK is both established and initial",
      from({ "tcp-established": true, "tcp-initial": true }),
      [],
    ],
  ],
  "conditions that leave nothing": [
    [
      "a range and its whole complement",
      from({ ttl: ["0-9"], "ttl-except": ["0-100"] }),
      [nothingLeft("ttl-except together with ttl")],
    ],
    ["everything excepted", from({ "packet-length-except": ["0-65535"] }), [nothingLeft("packet-length-except")]],
    [
      "ports of what has none",
      from({ protocol: ["icmp", "gre"], "source-port": [1] }),
      [nothingLeft("source-port (tcp, udp or sctp) together with protocol")],
    ],
    [
      "ICMP types of TCP",
      from({ "icmp-type": [8], protocol: ["tcp"] }),
      [nothingLeft("icmp-type (icmp) together with protocol")],
    ],
    [
      "TCP flags and ICMP types",
      from({ "tcp-initial": true, "icmp-type": [8] }),
      [nothingLeft("icmp-type (icmp) together with tcp-initial")],
    ],
    [
      "an SPI and ports",
      from({ "esp-spi": [1], "port-except": [1] }),
      [nothingLeft("port-except (tcp, udp or sctp) together with esp-spi")],
    ],
    [
      "ports where all protocols with ports are excepted",
      from({ "protocol-except": ["tcp", "udp", "sctp"], port: [1] }),
      [nothingLeft("port (tcp, udp or sctp) together with protocol-except")],
    ],
    [
      "ICMPv6 types and IPv4's ICMP",
      from6({ "next-header": ["icmp"], "icmp-type": ["echo-request"] }),
      [nothingLeft("icmp-type (icmp6) together with next-header", TERM6)],
    ],
    [
      "a precedence and a DSCP that has another one",
      from({ dscp: ["ef"], precedence: ["flash"] }),
      [nothingLeft("precedence together with dscp")],
    ],
    [
      "later fragments have no ports",
      from({ "is-fragment": true, "destination-port": [80] }),
      [nothingLeft("destination-port (not of later fragments) together with is-fragment")],
    ],
    [
      "later and first fragments",
      from6({ "is-fragment": true, "first-fragment": true }),
      [nothingLeft("first-fragment (first fragments) together with is-fragment", TERM6)],
    ],
    [
      "later fragments at the start",
      from({ "fragment-offset": [0], "is-fragment": true }),
      [nothingLeft("is-fragment (later fragments) together with fragment-offset")],
    ],
    [
      "one class, excepted",
      from({ "forwarding-class": ["bulk"], "forwarding-class-except": ["bulk"] }),
      [nothingLeft("forwarding-class-except together with forwarding-class")],
    ],
    ["first fragments have ports", from({ "first-fragment": true, "destination-port": [80] }), []],
    ["a range without its middle", from({ port: ["80-90"], "port-except": [85] }), []],
  ],
  "flexible matches": [
    [
      "what is required",
      from({ "flexible-match-mask": {} }),
      [
        `${TERM}.from.flexible-match-mask: 'match-start' is missing`,
        `${TERM}.from.flexible-match-mask: 'bit-length' is missing`,
        `${TERM}.from.flexible-match-mask: 'prefix' is missing`,
      ],
    ],
    ...(
      [
        ["prefix", { "bit-length": 8, prefix: "0x100" }, "0x100 has more than the 8 bits of bit-length"],
        [
          "mask-in-hex",
          { "bit-length": 31, prefix: "0x1", "mask-in-hex": "0xffffffff" },
          "0xffffffff has more than the 31 bits of bit-length",
        ],
        [
          "prefix",
          { "bit-length": 32, prefix: "0x80000001", "mask-in-hex": "0xf0000000" },
          "0x80000001 has bits that mask-in-hex 0xf0000000 leaves out",
        ],
        [
          "mask-in-hex",
          { "bit-length": 8, prefix: "0x0", "mask-in-hex": "0x0" },
          "a mask without bits compares nothing",
        ],
      ] as const
    ).map(([where, match, message]): Row => [
      `${where} of ${JSON.stringify(match)}`,
      from({ "flexible-match-mask": { "match-start": "layer-4", ...match } }),
      [`${TERM}.from.flexible-match-mask.${where}: ${message}`],
    ]),
  ],
  actions: [
    [
      "two ways to end",
      then({ accept: true, discard: true, reject: true, next: "term" }),
      [
        `${TERM}.then.discard: discard contradicts accept: a term has one way to end`,
        `${TERM}.then.reject: reject contradicts accept: a term has one way to end`,
        `${TERM}.then.next: next contradicts accept: a term has one way to end`,
      ],
    ],
    [
      "reasons of the other family, and a misspelt one",
      [
        ...then({ reject: "no-route" }),
        [`${INET}[2].term[1].then.reject`, "host-unreachble"],
        [`${TERM6}.then.reject`, "network-unreachable"],
      ],
      [
        `${TERM}.then.reject: expected true, or a reason, found 'no-route'`,
        `${INET}[2].term[1].then.reject: expected true, or a reason, found 'host-unreachble'; did you mean 'host-unreachable'?`,
        `${TERM6}.then.reject: expected true, or a reason, found 'network-unreachable'`,
      ],
    ],
    [
      "steering what ends here",
      [...then({ discard: true, "routing-instance": "blue" }), [`${INET}[0].term[1].then.reject`, true]],
      [
        `${INET}[0].term[1].then.routing-instance: a packet that meets reject is routed by no routing-instance`,
        `${TERM}.then.routing-instance: a packet that meets discard is routed by no routing-instance`,
      ],
    ],
    [
      "an instance that does not exist; the default one does",
      [...then({ "routing-instance": "blu" }), [`${INET}[0].term[1].then.routing-instance`, "default"]],
      [`${TERM}.then.routing-instance: no routing-instance named 'blu'; did you mean 'blue'?`],
    ],
    [
      "a rate of logs where none are written",
      then({ "log-rate": { limit: 5 }, discard: true }),
      [`${TERM}.then.log-rate: a term without log or syslog logs nothing whose rate could be limited`],
    ],
    [
      "two policers, and a loss priority beside three colors",
      then({ policer: "p1m", "three-color-policer": { "two-rate": "two" }, "loss-priority": "high" }),
      [
        `${TERM}.then.three-color-policer: a term has one policer`,
        `${TERM}.then.loss-priority: the three-color-policer of this term sets the loss priority`,
      ],
    ],
    [
      "policers that do not exist or are of another kind",
      [
        ...then({ policer: "p1n" }),
        [`${INET}[0].term[0].then.policer`, "colors"],
        [`${INET}[1].term[0].then`, { "three-color-policer": { "single-rate": "two" } }],
        [`${INET}[2].term[0].then`, { "three-color-policer": { "two-rate": "p1m" } }],
        [`${INET}[2].term[1].then`, { "three-color-policer": { "two-rate": "tow" } }],
      ],
      [
        `${INET}[0].term[0].then.policer: 'colors' is a three-color-policer; name it under three-color-policer`,
        `${TERM}.then.policer: no policer named 'p1n'; did you mean 'p1m'?`,
        `${INET}[1].term[0].then.three-color-policer.single-rate: three-color-policer 'two' is two-rate`,
        `${INET}[2].term[0].then.three-color-policer.two-rate: 'p1m' is a policer; name it under policer`,
        `${INET}[2].term[1].then.three-color-policer.two-rate: no three-color-policer named 'tow'; did you mean 'two'?`,
      ],
    ],
    [
      "a three-color policer of both kinds",
      then({ "three-color-policer": { "single-rate": "colors", "two-rate": "two" } }),
      [
        `${TERM}.then.three-color-policer: expected exactly one of single-rate, two-rate, found single-rate and two-rate`,
      ],
    ],
    [
      "a forwarding class that does not exist",
      then({ "forwarding-class": "bulck" }),
      [`${TERM}.then.forwarding-class: no forwarding class named 'bulck'; did you mean 'bulk'?`],
    ],
  ],
  policers: [
    [
      "a name twice, over both kinds",
      [
        [`${POLICER}[1].name`, "p1m"],
        [`${COLORS}[1].name`, "p1m"],
      ],
      [`${POLICER}[1].name: policer 'p1m' exists already`, `${COLORS}[1].name: policer 'p1m' exists already`],
    ],
    [
      "no limit, and two",
      [
        [`${POLICER}[0].if-exceeding`, undefined],
        [`${POLICER}[1].if-exceeding`, { "bandwidth-limit": "1m", "burst-size-limit": "15k" }],
        [`${COLORS}[0].single-rate`, undefined],
      ],
      [
        `${POLICER}[0]: expected exactly one of if-exceeding, if-exceeding-pps, found none`,
        `${POLICER}[1]: expected exactly one of if-exceeding, if-exceeding-pps, found if-exceeding and if-exceeding-pps`,
        `${COLORS}[0]: expected exactly one of single-rate, two-rate, found none`,
        `${INET}[2].term[0].then.three-color-policer.single-rate: no three-color-policer named 'colors'`,
      ].filter((line) => !line.includes("no three-color-policer")),
    ],
    [
      "rates without their bursts",
      [
        [`${POLICER}[0].if-exceeding`, { "bandwidth-limit": "1m" }],
        [`${COLORS}[1].two-rate`, { "committed-information-rate": "1m" }],
      ],
      [
        `${POLICER}[0].if-exceeding: 'burst-size-limit' is missing`,
        `${COLORS}[1].two-rate: 'committed-burst-size' is missing`,
        `${COLORS}[1].two-rate: 'peak-information-rate' is missing`,
        `${COLORS}[1].two-rate: 'peak-burst-size' is missing`,
      ],
    ],
    [
      "what is not metered: percentages, physical interfaces, aggregates",
      [
        [`${POLICER}[0].if-exceeding.bandwidth-percent`, 10],
        [`${POLICER}[0].physical-interface-policer`, true],
        [`${COLORS}[1].two-rate.aggregate-policing`, {}],
      ],
      [
        `${POLICER}[0].if-exceeding.bandwidth-percent: unknown statement 'bandwidth-percent'`,
        `${POLICER}[0].physical-interface-policer: unknown statement 'physical-interface-policer'; did you mean 'logical-interface-policer'?`,
        `${COLORS}[1].two-rate.aggregate-policing: unknown statement 'aggregate-policing'`,
      ],
    ],
    [
      "discarding and marking",
      [
        [`${POLICER}[0].then`, { discard: true, "loss-priority": "high", "forwarding-class": "bulk" }],
        [`${POLICER}[1].then`, { "out-of-profile": true, "loss-priority": "low", "forwarding-class": "bulky" }],
      ],
      [
        `${POLICER}[0].then.loss-priority: what is discarded has no use for loss-priority and forwarding-class`,
        `${POLICER}[1].then.out-of-profile: out-of-profile stands for a loss-priority, and there is one already`,
        `${POLICER}[1].then.forwarding-class: no forwarding class named 'bulky'; did you mean 'bulk'?`,
      ],
    ],
    [
      "a budget of a filter that is one of a unit",
      [[`${POLICER}[1].logical-interface-policer`, true]],
      [
        `${POLICER}[1].logical-interface-policer: a filter-specific policer belongs to a filter, not to a logical interface`,
      ],
    ],
    [
      "blind and aware; a peak below the committed rate",
      [
        [`${COLORS}[0].single-rate.color-blind`, true],
        [`${COLORS}[1].two-rate.peak-information-rate`, 999_999],
      ],
      [
        `${COLORS}[0].single-rate.color-aware: a policer is color-aware or color-blind, not both`,
        `${COLORS}[1].two-rate.peak-information-rate: the peak rate 999999 is below the committed rate 1m`,
      ],
    ],
    [
      "an action for another priority, and for two",
      [
        [`${COLORS}[0].action.loss-priority[0].name`, "low"],
        [`${COLORS}[1].action`, { "loss-priority": many(2, () => ({ name: "high", then: { discard: true } })) }],
      ],
      [
        `${COLORS}[0].action.loss-priority[0].name: expected high, found 'low'`,
        `${COLORS}[1].action.loss-priority: expected a list with one entry of name high, at most 1, found 2`,
      ],
    ],
  ],
  "prefix lists and forwarding classes": [
    [
      "a list twice, a prefix twice however it is written",
      [
        [
          "policy-options.prefix-list[2]",
          { name: "ours", prefix: ["2001:db8::/32", "2001:db8:0::/32", "10.0.0.0", "10.0.0.0/32"] },
        ],
      ],
      [
        "policy-options.prefix-list[2].name: prefix-list 'ours' exists already",
        "policy-options.prefix-list[2].prefix[1]: prefix '2001:db8:0::/32' stands here twice",
        "policy-options.prefix-list[2].prefix[3]: prefix '10.0.0.0/32' stands here twice",
      ],
    ],
    ["an empty prefix list", [["policy-options.prefix-list[0].prefix", []]], []],
    [
      "apply-path",
      [["policy-options.prefix-list[2]", { name: "x", "apply-path": "interfaces <*>" }]],
      [
        "policy-options.prefix-list[2]: 'prefix' is missing",
        "policy-options.prefix-list[2].apply-path: unknown statement 'apply-path'",
      ],
    ],
    [
      "more classes than fit with the default ones",
      [
        [
          "class-of-service.forwarding-classes.class",
          [{ name: "bulk", "queue-num": 4 }, ...many(12, (i) => ({ name: `c${i}`, "queue-num": 5 }))],
        ],
      ],
      ["class-of-service.forwarding-classes.class: expected at most 16 with the 4 default ones, found 17"],
    ],
    [
      "a class twice; a default class may have another queue",
      [
        [
          "class-of-service.forwarding-classes.class",
          [
            { name: "bulk", "queue-num": 4 },
            { name: "bulk", "queue-num": 5 },
            { name: "network-control", "queue-num": 7 },
          ],
        ],
      ],
      ["class-of-service.forwarding-classes.class[1].name: forwarding class 'bulk' exists already"],
    ],
  ],
  attachments: [
    [
      "filters that do not exist or are of the other family",
      [
        [`${UNIT}.inet.filter`, { input: "user-in", "output-list": ["common", "users-in6"] }],
        [`${UNIT}.inet6.filter`, { input: "protect" }],
        ["interfaces.lo0.unit.0.family.inet.filter.input", "protct"],
      ],
      [
        `${UNIT}.inet.filter.input: no filter of family inet named 'user-in'; did you mean 'users-in'?`,
        `${UNIT}.inet.filter.output-list[1]: filter 'users-in6' is of family inet6, here stands one of inet`,
        `${UNIT}.inet6.filter.input: filter 'protect' is of family inet, here stands one of inet6`,
        "interfaces.lo0.unit.0.family.inet.filter.input: no filter of family inet named 'protct'; did you mean 'protect'?",
      ],
    ],
    [
      "a filter and a list, a filter twice in a list, nothing at all",
      [
        [`${UNIT}.inet.filter`, { input: "users-in", "input-list": ["common", "common"] }],
        [`${UNIT}.inet6.filter`, {}],
      ],
      [
        `${UNIT}.inet.filter.input-list: input names a filter already; name all of them in the list`,
        `${UNIT}.inet.filter.input-list[1]: filter 'common' stands here twice`,
        `${UNIT}.inet6.filter: expected a mapping of input or input-list, and output or output-list, at least 1, found 0`,
      ],
    ],
    [
      "steering packets that go out or are for this host",
      [
        [`${UNIT}.inet.filter`, { "input-list": ["users-in"], "output-list": ["common", "users-in"] }],
        ["interfaces.lo0.unit.0.family.inet.filter.input", "outer"],
        [`${INET}[3]`, { name: "outer", term: [{ name: "t", filter: "users-in" }] }],
      ],
      [
        `${UNIT}.inet.filter.output-list: term 'steer' of filter 'users-in' has routing-instance, but only a filter for what comes in by an interface can steer packets`,
        "interfaces.lo0.unit.0.family.inet.filter.input: term 'steer' of filter 'users-in' has routing-instance, but only a filter for what comes in by an interface can steer packets",
      ],
    ],
    [
      "more terms that log and go on than a packet can be remembered for",
      [
        [`${INET}[3]`, { name: "five", term: many(5, (i) => ({ name: `t${i}`, then: { log: true, next: "term" } })) }],
        [
          `${INET}[4]`,
          {
            name: "nine",
            term: [
              ...many(4, (i) => ({ name: `t${i}`, then: { syslog: true, next: "term" } })),
              { name: "more", filter: "five" },
            ],
          },
        ],
        [`${UNIT}.inet.filter`, { input: "nine", output: "five" }],
      ],
      [`${UNIT}.inet.filter.input: expected at most 8 terms with log and next term, found 9`],
    ],
    [
      "eight of them, and a last one that logs",
      [
        [
          `${INET}[3]`,
          {
            name: "eight",
            term: [
              ...many(8, (i) => ({ name: `t${i}`, then: { log: true, next: "term" } })),
              { name: "last", then: { log: true } },
            ],
          },
        ],
        [`${UNIT}.inet.filter`, { input: "eight" }],
      ],
      [],
    ],
    [
      "filters that multiply",
      [
        [
          INET6,
          many(20, (i) => ({
            name: i === 0 ? "users-in6" : `f${i}`,
            term:
              i === 19
                ? [{ name: "t" }]
                : [
                    { name: "t", filter: `f${i + 1}` },
                    { name: "u", filter: `f${i + 1}` },
                  ],
          })),
        ],
      ],
      [
        `interfaces: expected at most 262144 terms in all attached filters, found 524294`,
        `${UNIT}.inet6.filter.input-list: expected at most 65536 terms in one attached filter, found 524288`,
      ],
    ],
    [
      "names that two attached filters would share",
      [
        [
          "interfaces.eth5",
          { unit: { 0: { family: { inet: { filter: { "input-list": ["common"], output: "eth5.0-i" } } } } } },
        ],
        ["security.zones.security-zone[0].interfaces[1]", "eth5.0"],
        [`${INET}[3]`, { name: "eth5.0-i", term: [{ name: "t" }] }],
      ],
      [
        "interfaces.eth5.unit.0.family.inet.filter.output: filter 'eth5.0-i' would be shown as 'eth5.0-i', as is the input-list of eth5.0, family inet; give one another name",
      ],
    ],
    [
      "more budgets than fit",
      [
        [
          "interfaces",
          {
            "ge-0/0/0": { device: "eth0", unit: { 0: { family: { inet: { address: ["10.1.1.1/24"] } } } } },
            "ge-0/0/1": {
              device: "eth1",
              "vlan-tagging": true,
              unit: { 10: { "vlan-id": 10, family: { inet: { address: ["192.0.2.1/24"] } } } },
            },
            eth5: {
              "vlan-tagging": true,
              unit: Object.fromEntries(
                many(70, (i) => [i, { "vlan-id": i + 1, family: { inet: { filter: { input: "metered" } } } }]),
              ),
            },
          },
        ],
        ["security.zones.security-zone[0].interfaces", ["ge-0/0/0.0", ...many(70, (i) => `eth5.${i}`)]],
        [
          `${INET}[3]`,
          {
            name: "metered",
            "interface-specific": true,
            term: many(1000, (i) => ({ name: `t${i}`, then: { policer: "p1m", next: "term" } })),
          },
        ],
      ],
      ["interfaces: expected at most 65536 budgets of policers, found 70000"],
    ],
  ],
  "the loopback interface": [
    [
      "has no device, no address and no output filter",
      [
        [
          "interfaces.lo0",
          {
            device: "lo",
            description: "this host",
            mtu: 1500,
            unit: {
              0: { "vlan-id": 1, family: { inet: { address: ["192.0.2.7/32"], filter: { output: "common" } } } },
            },
          },
        ],
      ],
      ["device", "mtu", "unit.0.vlan-id", "unit.0.family.inet.address", "unit.0.family.inet.filter.output"].map(
        (statement) =>
          `interfaces.lo0.${statement}: lo0 is this host itself: it takes the filter input or input-list of a unit's family inet or inet6, and nothing else`,
      ),
    ],
    [
      "is in no zone",
      [["security.zones.security-zone[0].interfaces[1]", "lo0.0"]],
      ["security.zones.security-zone[0].interfaces[1]: lo0 is this host itself, which is in no zone"],
    ],
    [
      "has one unit in each routing instance",
      [
        ["interfaces.lo0.unit.1", {}],
        ["interfaces.lo0.unit.2", {}],
        ["interfaces.lo0.unit.3", {}],
        [`${INSTANCE}.interface`, ["lo0.2", "lo0.3"]],
      ],
      [
        "interfaces.lo0.unit.1: lo0.1 is in the same routing-instance as lo0.0 (default); each has one unit of lo0",
        "interfaces.lo0.unit.3: lo0.3 is in the same routing-instance as lo0.2 (blue); each has one unit of lo0",
      ],
    ],
  ],
  "routing instances": [
    [
      "names twice and reserved",
      [
        ["routing-instances[1]", { name: "blue", "instance-type": "forwarding" }],
        ...["default", "master", "inet.0", "inet6.0"].map((name, i): Edit => [
          `routing-instances[${i + 2}]`,
          { name, "instance-type": "forwarding" },
        ]),
      ],
      [
        "routing-instances[1].name: routing-instance 'blue' exists already",
        ...["default", "master", "inet.0", "inet6.0"].map(
          (name, i) => `routing-instances[${i + 2}].name: '${name}' is a reserved name`,
        ),
      ],
    ],
    [
      "interfaces that do not exist, or are in two instances",
      [
        [`${INSTANCE}.interface`, ["ge-0/0/0", "ge-0/0/9.0", "lo0.7", "ge-0/0/0.0", "ge-0/0/0.0"]],
        ["routing-instances[1]", { name: "red", "instance-type": "virtual-router", interface: ["ge-0/0/0.0"] }],
      ],
      [
        `${INSTANCE}.interface[0]: no interface unit named 'ge-0/0/0'; did you mean 'ge-0/0/0.0'?`,
        `${INSTANCE}.interface[1]: no interface unit named 'ge-0/0/9.0'; did you mean 'ge-0/0/0.0'?`,
        `${INSTANCE}.interface[2]: no interface unit named 'lo0.7'; did you mean 'lo0.0'?`,
        `${INSTANCE}.interface[4]: interface 'ge-0/0/0.0' stands here twice`,
        "routing-instances[1].interface[0]: 'ge-0/0/0.0' is in routing-instance 'blue' already",
      ],
    ],
    [
      "a forwarding instance has no interfaces",
      [
        [`${INSTANCE}.instance-type`, "forwarding"],
        [`${INSTANCE}.interface`, ["ge-0/0/0.0"]],
      ],
      [
        `${INSTANCE}.interface: a forwarding instance has no interfaces of its own; it routes what filters steer into it`,
      ],
    ],
    [
      "a table of the kernel's for a forwarding instance",
      [
        [`${INSTANCE}.instance-type`, "forwarding"],
        [`${INSTANCE}.kernel-table`, 100],
      ],
      [`${INSTANCE}.kernel-table: a forwarding instance has its static routes alone`],
    ],
    [
      "tables of the kernel's that are its own, or another instance's",
      [
        [`${INSTANCE}.kernel-table`, 100],
        ["routing-instances[1]", { name: "red", "instance-type": "virtual-router", "kernel-table": 254 }],
        ["routing-instances[2]", { name: "green", "instance-type": "virtual-router", "kernel-table": 100 }],
      ],
      [
        "routing-instances[1].kernel-table: 254 is the kernel's table 'main'",
        "routing-instances[2].kernel-table: table 100 is that of routing-instance 'blue' already",
      ],
    ],
    [
      "types that are not there yet",
      [
        [`${INSTANCE}.instance-type`, "vrf"],
        ["routing-instances[1]", { name: "red" }],
      ],
      [
        `${INSTANCE}.instance-type: expected virtual-router or forwarding, found 'vrf'`,
        "routing-instances[1]: 'instance-type' is missing",
      ],
    ],
    [
      "the same network in two instances",
      [
        ["interfaces.eth5", { unit: { 0: { family: { inet: { address: ["10.1.1.1/24"] } } } } }],
        ["security.zones.security-zone[0].interfaces[1]", "eth5.0"],
        [`${INSTANCE}.interface`, ["eth5.0"]],
      ],
      [],
    ],
    [
      "the same network twice in one instance",
      [
        ["interfaces.eth5", { unit: { 0: { family: { inet: { address: ["10.1.1.1/24"] } } } } }],
        ["interfaces.eth6", { unit: { 0: { family: { inet: { address: ["10.1.1.2/24"] } } } } }],
        ["security.zones.security-zone[0].interfaces", ["ge-0/0/0.0", "eth5.0", "eth6.0"]],
        [`${INSTANCE}.interface`, ["eth5.0", "eth6.0"]],
      ],
      [
        "interfaces.eth6.unit.0.family.inet.address[0]: 10.1.1.2/24 overlaps 10.1.1.1/24 of eth5.0: 10.1.1.0/24 must be connected once",
      ],
    ],
    [
      "gateways are in the networks of the instance",
      [
        [`${INSTANCE}.routing-options.static.route[1]`, { name: "10.0.0.0/8", "next-hop": ["192.0.2.9"] }],
        [
          `${INSTANCE}.routing-options.static.route[2]`,
          { name: "10.0.0.0/9", "qualified-next-hop": [{ name: "192.0.2.9", interface: "ge-0/0/1.10" }] },
        ],
      ],
      [
        `${INSTANCE}.routing-options.static.route[1].next-hop[0]: next hop 192.0.2.9 is on no connected network of routing-instance 'blue'`,
        `${INSTANCE}.routing-options.static.route[2].qualified-next-hop[0].interface: 'ge-0/0/1.10' is in another routing-instance than this route: routing-instance 'blue'`,
      ],
    ],
    [
      "gateways of a forwarding instance are in the networks of the default one",
      [
        [`${INSTANCE}.instance-type`, "forwarding"],
        [`${INSTANCE}.routing-options.static.route[1]`, { name: "10.0.0.0/8", "next-hop": ["192.0.2.9"] }],
      ],
      [],
    ],
    [
      "next tables that do not exist or are of the other family",
      [
        [`${INSTANCE}.routing-options.static.route[0].next-table`, "inet6.0"],
        [`${INSTANCE}.routing-options.static.route[1]`, { name: "10.0.0.0/8", "next-table": "blu.inet.0" }],
        [`${INSTANCE}.routing-options.static.route[2]`, { name: "2001:db8::/32", "next-table": "mpls.0" }],
      ],
      [
        `${INSTANCE}.routing-options.static.route[0].next-table: inet6.0 is not of the same family as the route`,
        `${INSTANCE}.routing-options.static.route[1].next-table: no routing-instance named 'blu'; did you mean 'blue'?`,
        `${INSTANCE}.routing-options.static.route[2].next-table: expected a routing table: inet.0, inet6.0, INSTANCE.inet.0 or INSTANCE.inet6.0, found 'mpls.0'`,
      ],
    ],
    [
      "a table that leads into itself",
      [[`${INSTANCE}.routing-options.static.route[0].next-table`, "blue.inet.0"]],
      [
        `${INSTANCE}.routing-options.static.route[0].next-table: the next tables of 0.0.0.0/0 lead in a circle: blue.inet.0 > blue.inet.0`,
      ],
    ],
    [
      "tables that lead back",
      [
        ["routing-options.static.route[0]", { name: "0.0.0.0/1", "next-table": "red.inet.0" }],
        [
          "routing-instances[1]",
          {
            name: "red",
            "instance-type": "forwarding",
            "routing-options": { static: { route: [{ name: "0.0.0.0/0", "next-table": "blue.inet.0" }] } },
          },
        ],
      ],
      [
        "routing-options.static.route[0].next-table: the next tables of 0.0.0.0/1 lead in a circle: inet.0 > red.inet.0 > blue.inet.0 > inet.0",
      ],
    ],
    [
      "four tables, and one more than that",
      [
        ["routing-options.static.route[0]", { name: "0.0.0.0/0", "next-table": "r0.inet.0" }],
        ["routing-options.static.route[3]", { name: "10.2.0.0/16", "next-table": "r1.inet.0" }],
        [`${INSTANCE}.routing-options`, undefined],
        ...many(3, (i): Edit => [
          `routing-instances[${i + 1}]`,
          {
            name: `r${i}`,
            "instance-type": "forwarding",
            "routing-options": {
              static: { route: [{ name: "0.0.0.0/0", "next-table": i === 2 ? "blue.inet.0" : `r${i + 1}.inet.0` }] },
            },
          },
        ]),
      ],
      ["routing-options.static.route[0].next-table: expected at most 4 tables on the way of 0.0.0.0/0, found 5"],
    ],
    [
      "tables that seem to lead back, but for a longer route",
      [
        ["routing-options.static.route[0]", { name: "10.0.0.0/9", "next-table": "blue.inet.0" }],
        ["routing-options.static.route[3]", { name: "192.0.2.0/25", "next-table": "blue.inet.0" }],
        [`${INSTANCE}.routing-options.static.route[2]`, { name: "192.0.2.0/24", reject: true }],
      ],
      [],
    ],
    [
      "more instances than fit",
      [
        [
          "routing-instances",
          [...many(64, (i) => ({ name: i === 0 ? "blue" : `r${i}`, "instance-type": "forwarding" }))],
        ],
      ],
      ["routing-instances: expected a list of routing instances, at most 63, found 64"],
    ],
  ],
};

for (const [chapter, rows] of Object.entries(table)) {
  describe(chapter, () => {
    for (const [what, edits, errors] of rows) {
      test(what, () => {
        assert.deepEqual(errorsOf(edited(edits)).toSorted(), errors.toSorted());
      });
    }
  });
}

test("nothing is wrong with the base", () => {
  assert.deepEqual(errorsOf(edited()), []);
});
