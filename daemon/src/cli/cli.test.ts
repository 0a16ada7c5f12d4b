// The parts of the command line that need nobody else. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";

import { Action, FilterAnswer, FilterLogSource } from "../../../shared/gen/wire.gen.js";
import { eventView } from "../http/live-log.js";
import {
  sampleClose,
  sampleDeny6,
  sampleFilter,
  sampleFilter6,
  sampleNames,
  sampleOpen6,
} from "../syslog/sample-events.js";
import { paletteFor } from "./colour.js";
import { bashCompletion } from "./commands/completion.js";
import { eventText } from "./commands/log.js";
import { parseEndpoint } from "./commands/explain.js";
import { alarmsText } from "./commands/show-alarms.js";
import { bindingsText, natText } from "./commands/show-nat.js";
import { filtersText, firewallLogDetail, firewallLogText, tcpFlagsText } from "./commands/show-firewall.js";
import { buildProgram } from "./program.js";
import { fieldsText, tableText } from "./table.js";
import { duration, endpointText } from "./text.js";

const plain = paletteFor(false, {});
const escape = "\u001b[";

describe("tables", () => {
  test("numbers stand to the right, text to the left, the last column has no trailing blanks", () => {
    const rows = [
      { name: "a", hits: 5 },
      { name: "longer", hits: 12345 },
    ];
    assert.equal(
      tableText(
        [
          { title: "name", value: (row: (typeof rows)[0]) => row.name },
          { title: "hits", value: (row) => row.hits },
          { title: "end", value: () => "x" },
        ],
        rows,
      ),
      "name     hits  end\na           5  x\nlonger  12345  x",
    );
  });

  test("fields align their values", () => {
    assert.equal(
      fieldsText([
        ["host", "fw1"],
        ["generation", 7],
      ]),
      "host        fw1\ngeneration  7",
    );
  });
});

describe("colours", () => {
  test("are for terminals, unless NO_COLOR or a dumb terminal says otherwise", () => {
    const coloured = (isTerminal: boolean, env: NodeJS.ProcessEnv): boolean =>
      paletteFor(isTerminal, env).red("x") !== "x";
    assert.deepEqual(
      [
        coloured(true, {}),
        coloured(false, {}),
        coloured(true, { NO_COLOR: "1" }),
        coloured(true, { NO_COLOR: "" }),
        coloured(true, { TERM: "dumb" }),
      ],
      [true, false, false, true, false],
    );
  });

  test("tell permit, deny and reject apart in the live log", () => {
    const palette = paletteFor(true, {});
    assert.ok(eventText(eventView(sampleOpen6, sampleNames), palette).includes(`${escape}32mopen`));
    assert.ok(eventText(eventView(sampleDeny6, sampleNames), palette).includes(`${escape}33mreject`));
  });
});

describe("the live log's lines", () => {
  test("say when, what, who to whom, from where to where, by which policy and why", () => {
    assert.equal(
      eventText(eventView(sampleClose, sampleNames), plain),
      "04:24:26.095  close   tcp 10.1.1.5:51000 -> 192.0.2.10:443  trust -> untrust  policy users-to-internet  junos-https  TCP FIN, 66 s, client 60 packets 3307 bytes, server 46 packets 2784 bytes  #4242",
    );
  });

  test("show ICMP's type and code where there are no ports", () => {
    assert.equal(
      eventText(eventView(sampleDeny6, sampleNames), plain),
      "04:24:26.095  reject  icmp6 type 128 code 0 2001:db8:1::5 -> 2001:db8:2::10  trust -> untrust  policy default-policy  Rejected by policy",
    );
  });
});

const limited = {
  ...sampleFilter6,
  action: Action.DENY,
  filterAnswer: FilterAnswer.LIMITED,
} as const;

describe("filter logs", () => {
  test("say in one line which term of which filter, what became of the packet, and at which interface", () => {
    assert.equal(
      eventText(eventView(sampleFilter, sampleNames), plain),
      "04:24:26.095  permit  tcp 10.1.1.5:51000 -> 192.0.2.10:443  trust -> untrust  filter from-users term by-blue  junos-https  input ge-0/0/0.0  #4242",
    );
    assert.equal(
      eventText(eventView({ ...sampleFilter, filterLogSource: FilterLogSource.CACHED_OUTPUT }, sampleNames), plain),
      "04:24:26.095  permit  tcp 10.1.1.5:51000 -> 192.0.2.10:443  trust -> untrust  filter from-users term by-blue  junos-https  cached-output ge-0/0/1.0  #4242",
    );
    assert.equal(
      eventText(eventView({ ...limited, applicationId: 0 }, sampleNames), plain),
      "04:24:26.095  deny    icmp6 type 128 code 0 2001:db8:1::5 -> 2001:db8:2::10  trust -> junos-host  filter protect term ping  lo0 ge-0/0/0.0, answer rate-limited",
    );
    assert.ok(
      eventText(
        eventView({ ...sampleFilter, egressZone: 0, egressInterface: 0, action: Action.DENY }, sampleNames),
        plain,
      ).includes("  trust -> -  "),
    );
  });

  test("are coloured by what became of the packet", () => {
    const palette = paletteFor(true, {});
    const shown = (action: Action): string => eventText(eventView({ ...sampleFilter, action }, sampleNames), palette);
    assert.ok(shown(Action.PERMIT).includes(`${escape}32mpermit`));
    assert.ok(shown(Action.DENY).includes(`${escape}31mdeny`));
    assert.ok(shown(Action.REJECT).includes(`${escape}33mreject`));
  });

  test("are listed in the columns of Junos, with the term", () => {
    const output = { ...sampleFilter, filterLogSource: FilterLogSource.OUTPUT, action: Action.REJECT } as const;
    assert.equal(
      firewallLogText([sampleFilter, output, limited].map((event) => eventView(event, sampleNames))),
      [
        "Time          Filter      Term     Action  Interface   Protocol  Src Addr       Dest Addr",
        "04:24:26.095  from-users  by-blue  permit  ge-0/0/0.0  TCP       10.1.1.5       192.0.2.10",
        "04:24:26.095  from-users  by-blue  reject  ge-0/0/1.0  TCP       10.1.1.5       192.0.2.10",
        "04:24:26.095  protect     ping     deny    ge-0/0/0.0  ICMP6     2001:db8:1::5  2001:db8:2::10",
      ].join("\n"),
    );
  });

  test("are told in detail, with what there is of each packet", () => {
    assert.equal(
      firewallLogDetail(eventView(sampleFilter, sampleNames), plain),
      [
        "Time of log          2026-09-06T04:24:26.095999999Z",
        "Filter               from-users",
        "Term                 by-blue",
        "Filter action        permit",
        "Source of log        input",
        "Name of interface    ge-0/0/0.0",
        "Zones                trust -> untrust",
        "Name of protocol     TCP",
        "Packet length        1500",
        "Source address       10.1.1.5:51000",
        "Destination address  192.0.2.10:443",
        "TCP flags            0x18 (psh ack)",
        "DSCP                 46",
        "Session              4242",
        "Generation           7",
      ].join("\n"),
    );
    assert.equal(
      firewallLogDetail(eventView(limited, sampleNames), plain),
      [
        "Time of log          2026-09-06T04:24:26.095999999Z",
        "Filter               protect",
        "Term                 ping",
        "Filter action        deny",
        "Answer               rate-limited",
        "Source of log        lo0",
        "Name of interface    ge-0/0/0.0",
        "Zones                trust -> junos-host",
        "Name of protocol     ICMP6",
        "Packet length        104",
        "Source address       2001:db8:1::5",
        "Destination address  2001:db8:2::10",
        "ICMP type            128",
        "ICMP code            0",
        "DSCP                 0",
        "Generation           7",
      ].join("\n"),
    );
  });

  test("name the flags of TCP", () => {
    assert.deepEqual([0, 2, 0x12, 0xff].map(tcpFlagsText), [
      "0x00",
      "0x02 (syn)",
      "0x12 (syn ack)",
      "0xff (fin syn rst psh ack urg ece cwr)",
    ]);
  });
});

describe("firewall filters", () => {
  test("stand with where they are attached and what they counted", () => {
    const protect = {
      name: "protect",
      family: "inet6",
      attached: [
        { direction: "lo0", at: "inet.0" },
        { direction: "output", at: "ge-0/0/0.0" },
      ],
      terms: 2,
      counters: [
        { name: "pings", packets: 3, bytes: 312 },
        { name: "rest", packets: 0, bytes: 0 },
      ],
      policers: [{ name: "1m/protect/ping", packets: 12, bytes: 1248 }],
    } as const;
    const bare = { ...protect, name: "bare", family: "inet", attached: [], counters: [], policers: [] } as const;
    assert.equal(
      filtersText([protect, bare], plain),
      [
        "protect (inet6, 2 terms)",
        "attached: lo0 inet.0, output ge-0/0/0.0",
        "counter  packets  bytes",
        "pings          3    312",
        "rest           0      0",
        "policer dropped  packets  bytes",
        "1m/protect/ping       12   1248",
        "",
        "bare (inet, 2 terms)",
        "attached: ",
      ].join("\n"),
    );
    assert.equal(filtersText([], plain), "no filters attached");
  });
});

describe("addresses with ports", () => {
  test("are read with and without a port", () => {
    assert.deepEqual(parseEndpoint("192.0.2.1:443"), { address: "192.0.2.1", port: 443 });
    assert.deepEqual(parseEndpoint("192.0.2.1"), { address: "192.0.2.1", port: 0 });
    assert.deepEqual(parseEndpoint("[2001:db8::1]:443"), { address: "2001:db8::1", port: 443 });
    assert.deepEqual(parseEndpoint("[2001:db8::1]"), { address: "2001:db8::1", port: 0 });
    assert.deepEqual(parseEndpoint("2001:db8::1"), { address: "2001:db8::1", port: 0 });
    for (const wrong of ["", "here", "192.0.2.1:70000", "192.0.2.1:", "[2001:db8::1:443", "192.0.2.1:443:1"])
      assert.throws(() => parseEndpoint(wrong), /is not an address/, wrong);
  });

  test("are written so that they can be read again", () => {
    assert.deepEqual(
      [endpointText("192.0.2.1", 80), endpointText("2001:db8::1", 80), endpointText("2001:db8::1", 0)],
      ["192.0.2.1:80", "[2001:db8::1]:80", "2001:db8::1"],
    );
  });
});

test("the packaged completion script is the one that the command prints", () => {
  const packaged = readFileSync(new URL("../../../../../packaging/completion/ringwall.bash", import.meta.url), "utf8");
  assert.equal(
    packaged,
    `${bashCompletion(buildProgram())}\n`,
    "made by: ringwall completion bash > packaging/completion/ringwall.bash",
  );
});

test("durations are as long as they need to be", () => {
  assert.deepEqual([0, 59, 60, 3599, 3600, 86_400 * 2 + 3600].map(duration), [
    "0s",
    "59s",
    "1m 0s",
    "59m 59s",
    "1h 0m",
    "2d 1h",
  ]);
});

test("translation is shown as rules, pools and interfaces", () => {
  const view = {
    rules: [{ set: "out", name: "users", action: "pool outside", hits: 12, failures: 1 }],
    pools: [
      {
        name: "outside",
        addresses: ["192.0.2.1", "192.0.2.4-192.0.2.7"],
        ports: "1024-63487",
        overflow: "",
        used: 3,
        percent: 91,
        alarm: "utilization",
      } as const,
    ],
    interfaces: [{ name: "ge-0/0/1.0", used: 2 }],
  };
  assert.equal(
    natText("source", view, plain),
    [
      "rules",
      "rule-set  rule   translates to  hits  failures",
      "out       users  pool outside     12         1",
      "",
      "pools",
      "pool     addresses                       ports       overflow  ports in use   %  alarm",
      "outside  192.0.2.1, 192.0.2.4-192.0.2.7  1024-63487  -                    3  91  utilization",
      "",
      "interfaces",
      "interface   ports in use",
      "ge-0/0/1.0             2",
    ].join("\n"),
  );
  const alarm = {
    since: "2026-01-02T03:04:05.000Z",
    name: "RT_SRC_NAT_POOL_ALARM_RAISE",
    text: "Source NAT pool: outside",
  };
  assert.equal(
    alarmsText([alarm]),
    [
      "since                     alarm                        about",
      "2026-01-02T03:04:05.000Z  RT_SRC_NAT_POOL_ALARM_RAISE  Source NAT pool: outside",
    ].join("\n"),
  );
  assert.equal(alarmsText([]), "no alarms");
  const binding = { protocol: "udp", inner: "10.1.1.2", innerPort: 5060, outer: "2001:db8::1", outerPort: 4000 };
  assert.equal(
    bindingsText([{ ...binding, rule: "out/voice", permit: "target-host", sessions: 0, secondsLeft: 299 }]),
    [
      "client         outer               protocol  rule       permit       sessions  left",
      "10.1.1.2:5060  [2001:db8::1]:4000  udp       out/voice  target-host         0  299s",
    ].join("\n"),
  );
  assert.equal(bindingsText([]), "no bindings");
  assert.equal(natText("static", { rules: [], pools: [], interfaces: [] }, plain), "no static translation");
});
