// What real collectors make of the lines: traffic goes through a real firewall once, and whatever receives or parses its lines
// has to come to the values of the packets that were sent. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { address, Lab } from "../lab/lab.js";
import type { Running } from "../lab/process.js";
import { Grok } from "./grok.js";
import { Napalm } from "./napalm.js";
import {
  asIn12,
  asReason,
  asRecord,
  ECS,
  ecsRow,
  flowRow,
  grokRow,
  ipfixRow,
  kvRow,
  LEGACY,
  napalmRow,
  NAPALM_FIELDS,
  normalize,
  parse5424,
  rowOf,
  same,
  withSums,
} from "./parsed.js";
import { Nfcapd } from "./nfcapd.js";
import { Recorder } from "./recorder.js";
import { RsyslogConnected } from "./rsyslog-connected.js";
import { SyslogNg } from "./syslog-ng.js";
import { sendTraffic, trafficConfiguration, type Kind, type Row } from "./traffic.js";

const DATA = "test/collectors/data";
const Port = { ng: 5514, plain12: 6001, plain22: 6002, kv: 6003, json: 6004, sd26: 6005 } as const;
const READ_IPFIX = "test/collectors/read-ipfix.py";
const FLOWS_PORT = 9995;
const Connected = { tcp: 6010, tls: 6514, ipfix: 4739 } as const;
const host = address.collector;
const streams = [
  { name: "rsyslog", host },
  { name: "syslog-ng", host, port: Port.ng },
  { name: "plain-12", host, port: Port.plain12, format: "syslog", layout: "junos-12" },
  { name: "plain-22", host, port: Port.plain22, format: "syslog" },
  { name: "kv", host, port: Port.kv, format: "kv" },
  { name: "json", host, port: Port.json, format: "json" },
  { name: "sd-26", host, port: Port.sd26, layout: "junos-26" },
  { name: "flows", host, port: FLOWS_PORT, format: "ipfix" },
];
const connectedStreams = [
  { name: "rsyslog", host },
  { name: "rsyslog-tcp", host, port: Connected.tcp, transport: { protocol: "tcp" } },
  { name: "rsyslog-tls", host, port: Connected.tls, transport: { protocol: "tls", "tls-profile": "own" } },
  { name: "flows", host, port: Connected.ipfix, format: "ipfix", transport: { protocol: "tcp" } },
];

const ENDS = ["source-address", "source-port", "destination-address", "destination-port", "protocol-id"];
const NAT_ENDS = ["nat-source-address", "nat-source-port", "nat-destination-address", "nat-destination-port"];
const ZONES = ["policy-name", "source-zone-name", "destination-zone-name"];
const COUNTS = ["packets-from-client", "bytes-from-client", "packets-from-server", "bytes-from-server"];
const RULES = ["src-nat-rule-type", "src-nat-rule-name", "dst-nat-rule-type", "dst-nat-rule-name"];
const SESSION = [...ENDS, "service-name", ...NAT_ENDS, ...ZONES, "packet-incoming-interface", "host"];
/** What of a row can be read from structured data and from the whole of a plain text. */
const FIELDS: Readonly<Record<Kind, readonly string[]>> = {
  open: [...SESSION, ...RULES],
  close: [...SESSION, ...RULES, ...COUNTS, "reason"],
  deny: [...ENDS, "service-name", ...ZONES, "packet-incoming-interface", "reason", "icmp-type", "session-id", "host"],
  screen: [...ENDS.slice(0, 4), "tag", "attack-name", "source-zone-name", "interface-name", "action", "host"],
  filter: [
    ...ENDS,
    "filter-name",
    "term-name",
    "filter-log-source",
    "action",
    "packet-length",
    "source-zone-name",
    "host",
  ],
};

/** pick gives some fields of the rows of some kinds, in an order that does not depend on when they came. */
function pick(rows: readonly Row[], fields: Readonly<Partial<Record<Kind, readonly string[]>>>): string[] {
  return rows
    .flatMap(({ kind, fields: values }) => {
      const names = fields[kind];
      return names === undefined ? [] : [[kind, ...names.map((name) => `${name}=${values[name]}`)].join(" ")];
    })
    .toSorted();
}

describe("collectors", { timeout: 120_000 }, () => {
  let lab: Lab;
  let ng: SyslogNg;
  let recorder: Recorder;
  let nfcapd: Nfcapd;
  let sent: readonly Row[];

  before(async () => {
    lab = await Lab.create();
    const { namespace } = lab.collector;
    ng = await SyslogNg.start(namespace, lab.directory, host, Port.ng);
    recorder = await Recorder.start(
      namespace,
      host,
      Object.values(Port).filter((port) => port !== Port.ng),
    );
    nfcapd = await Nfcapd.start(namespace, lab.directory, host, FLOWS_PORT);
    await lab.firewall.start();
    await lab.firewall.apply(await trafficConfiguration(streams));
    for (const side of [lab.trust, lab.untrust]) await lab.host(side);
    sent = await sendTraffic(lab, 40000);
    assert.equal(sent.length, 15);
    await lab.collector.expectCount("any kind", () => true, sent.length);
    for (const port of Object.values(Port)) if (port !== Port.ng) await recorder.until(port, sent.length);
  });
  after(async () => {
    await nfcapd?.stop();
    await recorder?.stop();
    await ng?.stop();
    await lab?.close();
  });

  test("rsyslog returns every parameter with its value", () => {
    const rows = lab.collector.received.map(({ tag, host: hostName, fields }) => rowOf(tag, hostName, fields));
    assert.deepEqual(pick(rows, FIELDS), pick(sent, FIELDS));
    const count = (tag: string): number[] =>
      lab.collector.received.filter((line) => line.tag === tag).map(({ fields }) => Object.keys(fields).length);
    assert.deepEqual(new Set(count("RT_FLOW_SESSION_CREATE")), new Set([36]));
    assert.deepEqual(new Set(count("RT_FLOW_SESSION_CLOSE")), new Set([50]));
    assert.deepEqual(new Set(count("RT_FLOW_SESSION_DENY")), new Set([27]));
  });

  test("rsyslog sees each session's CLOSE under the number of its CREATE", () => {
    const ids = (tag: string): string[] =>
      lab.collector.received
        .filter((line) => line.tag === tag)
        .map((line) => line.fields["session-id"]!)
        .toSorted();
    assert.deepEqual(ids("RT_FLOW_SESSION_CLOSE"), ids("RT_FLOW_SESSION_CREATE"));
    assert.equal(new Set(ids("RT_FLOW_SESSION_CREATE")).size, 5);
  });

  test("syslog-ng returns every parameter, and its recogniser knows closes and denials as Junos'", async () => {
    const messages = await ng.messages(sent.length);
    const rows = messages.map(({ tag, host: hostName, fields }) => rowOf(tag, hostName, fields));
    assert.deepEqual(pick(rows, FIELDS), pick(sent, FIELDS));
    // It looks for a parameter `reason`; lines without one are Junos' all the same, but it does not say so.
    for (const { tag, application, program, text } of messages) {
      const hasReason = tag === "RT_FLOW_SESSION_CLOSE" || tag === "RT_FLOW_SESSION_DENY";
      assert.equal(application, hasReason ? "junos" : "", tag);
      assert.equal(program, tag === "RT_SCREEN_TCP" ? "RT_IDS" : "RT_FLOW");
      assert.equal(text, "");
    }
  });

  test("an RFC 5424 parser returns every parameter of the longest layout", () => {
    const lines = recorder.lines(Port.sd26).map(parse5424);
    const rows = lines.map(({ tag, host: hostName, fields }) => rowOf(tag, hostName, fields));
    assert.deepEqual(pick(rows, FIELDS), pick(sent, FIELDS));
    const close = lines.find(({ tag }) => tag === "RT_FLOW_SESSION_CLOSE")!;
    assert.equal(Object.keys(close.fields).length, 61);
    assert.equal(close.fields["dst-vrf"], "N/A");
    assert.equal(close.priority, 14);
  });

  for (const [layout, port] of [
    ["junos-12", Port.plain12],
    ["junos-22", Port.plain22],
  ] as const)
    test(`liblognorm reads the plain layout ${layout} with the rulebase in packaging/`, async () => {
      const rows = await normalize(recorder.lines(port));
      const old = layout === "junos-12";
      const plain = (names: readonly string[]): string[] =>
        names.filter((name) => !name.endsWith("-nat-rule-type") && !(old && name === "session-id"));
      // A filter log's pairs have the names of kv.
      const fields = {
        open: plain(FIELDS.open),
        close: plain(FIELDS.close),
        deny: plain(FIELDS.deny),
        screen: plain(FIELDS.screen),
      };
      assert.deepEqual(pick(rows, fields), pick(sent.map(old ? asIn12 : same), fields));
      assert.equal(rows.filter(({ kind }) => kind === "filter").length, 1);
    });

  for (const [schema, names] of [
    ["legacy", LEGACY],
    ["ecs-v1", ECS],
  ] as const)
    test(`Logstash's patterns (${schema}) read the plain layout junos-12`, async () => {
      const folder = `${DATA}/logstash-patterns/patterns/${schema}`;
      const grok = await Grok.load(`${folder}/grok-patterns`, `${folder}/junos`);
      const rows = recorder.lines(Port.plain12).flatMap((line) => grokRow(grok, line, names));
      const only = (kind: Kind): string[] =>
        FIELDS[kind].filter((name) => names.fields.includes(name) && !(kind === "deny" && name === "reason"));
      const fields = { open: only("open"), close: only("close"), deny: only("deny") };
      assert.deepEqual(pick(rows, fields), pick(sent.map(asIn12).map(names.seen), fields));
      assert.equal(fields.close.length, 18);
      assert.equal(rows.length, 13);
    });

  test("napalm-logs' templates read the plain layout junos-22", async () => {
    const napalm = await Napalm.load(
      `${DATA}/napalm-logs/config/junos`,
      "NAT_SESSION_CREATED.yml",
      "NAT_SESSION_CLOSED.yml",
    );
    const rows = recorder.lines(Port.plain22).flatMap((line) => napalmRow(napalm, line));
    // They know IPv4 and source rules only.
    const known = sent.filter(
      ({ fields }) => !fields["source-address"]!.includes(":") && fields["dst-nat-rule-name"] === "N/A",
    );
    const fields = { open: NAPALM_FIELDS, close: [...NAPALM_FIELDS, "reason"] };
    assert.deepEqual(pick(rows, fields), pick(known, fields));
    assert.equal(rows.length, 6);
  });

  test("json lines are objects with the names of the Elastic Common Schema", () => {
    const rows = recorder.lines(Port.json).map(ecsRow);
    const egress = new Set([
      "src-nat-rule-type",
      "dst-nat-rule-type",
      "tag",
      "icmp-type",
      "session-id",
      "filter-log-source",
    ]);
    const fields = Object.fromEntries(
      Object.entries(FIELDS).map(([kind, names]) => [kind, names.filter((name) => !egress.has(name))]),
    ) as Record<Kind, string[]>;
    assert.deepEqual(pick(rows, fields), pick(sent, fields));
  });

  test("kv lines split at blanks and equals signs", () => {
    const rows = recorder.lines(Port.kv).map(kvRow);
    const fields = {
      open: [...ENDS.slice(0, 4), ...ZONES, ...NAT_ENDS],
      close: [...ENDS.slice(0, 4), ...ZONES, ...NAT_ENDS, "packets", "bytes"],
      deny: [...ENDS.slice(0, 4), ...ZONES],
      screen: [...ENDS.slice(0, 4), "source-zone-name"],
      filter: [...ENDS.slice(0, 4), "filter-name", "term-name", "filter-log-source", "action", "packet-length"],
    };
    assert.deepEqual(pick(rows, fields), pick(sent.map(withSums), fields));
  });

  test("nfdump's collector reads the records over UDP, and misses none", async () => {
    const { records, summary } = await nfcapd.finish();
    const rows = records.map(flowRow);
    // Of ICMP it shows type and code in place of ports.
    const known = sent.map(asRecord).filter(({ fields }) => fields["protocol-id"] !== "1");
    const flows = rows.filter(({ fields }) => fields["protocol-id"] !== "1");
    const fields = { open: [...ENDS, ...NAT_ENDS], close: [...ENDS, ...NAT_ENDS, ...COUNTS], deny: ENDS };
    assert.deepEqual(pick(flows, fields), pick(known, fields));
    assert.deepEqual(
      rows.filter(({ fields: { "protocol-id": protocol } }) => protocol === "1").map(({ fields: { nat } }) => nat),
      ["NAT44 session create", "NAT44 session delete"],
    );
    assert.match(summary, /Flows: 13, .*Sequence Errors: 0, Bad Packets: 0/);
  });

  describe("over connections", () => {
    let rsyslog: RsyslogConnected;
    let flows: Running;
    let connected: readonly Row[];

    before(async () => {
      const { namespace } = lab.collector;
      rsyslog = await RsyslogConnected.start(namespace, lab.directory, host, Connected);
      flows = namespace.start("read-ipfix", ["/usr/bin/python3", READ_IPFIX, host, String(Connected.ipfix)]);
      await flows.printed(/listening/);
      const authority = RsyslogConnected.authorityFile(lab.directory);
      const profile = [{ name: "own", "trusted-ca": [authority] }];
      await lab.firewall.apply(await trafficConfiguration(connectedStreams, { ssl: { initiation: { profile } } }));
      connected = await sendTraffic(lab, 41000);
    });
    after(async () => {
      await flows?.stop();
      await rsyslog?.stop();
    });

    for (const way of ["tcp", "tls"] as const)
      test(`rsyslog returns every parameter over ${way}`, async () => {
        const received = await rsyslog.received(way, connected.length);
        const rows = received.map(({ tag, host: hostName, fields }) => rowOf(tag, hostName, fields));
        assert.deepEqual(pick(rows, FIELDS), pick(connected, FIELDS));
      });

    test("an IPFIX library reads the records over TCP, and the sessions have the numbers of the lines", async () => {
      await flows.printed(/(?:\{.*\}\s){13}/);
      const rows = flows.stdout
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => ipfixRow(JSON.parse(line) as Record<string, string>));
      const fields = { open: [...ENDS, ...NAT_ENDS], close: [...ENDS, ...NAT_ENDS, ...COUNTS, "reason"], deny: ENDS };
      assert.deepEqual(pick(rows, fields), pick(connected.map(asRecord).map(asReason), fields));
      const received = await rsyslog.received("tcp", connected.length);
      const ids = received
        .filter(({ tag }) => tag === "RT_FLOW_SESSION_CLOSE")
        .map(({ fields: line }) => line["session-id"]!);
      assert.deepEqual(
        rows
          .filter(({ kind }) => kind === "close")
          .map(({ fields: record }) => record["session-id"]!)
          .toSorted(),
        ids.toSorted(),
      );
    });
  });
});
