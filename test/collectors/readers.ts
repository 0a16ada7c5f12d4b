// readers.ts: every collector and parser that has to read our lines, each compared with the packets that were sent.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { root } from "../lab/firewall.js";
import { run as execute } from "../lab/process.js";
import { RecordedPort, type CollectorRun } from "./collector-run.js";
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
  type GrokNames,
} from "./parsed.js";
import { SyslogNg } from "./syslog-ng.js";
import type { Kind, Row } from "./traffic.js";

/** Reading: how much of what was sent a reader gave back with its value. */
export interface Reading {
  readonly lines: number;
  readonly values: number;
}

export interface Reader {
  readonly collector: string;
  readonly version: () => Promise<string>;
  /** As `security log stream` names it, with the layout. */
  readonly format: string;
  readonly transport: "UDP" | "TCP" | "TLS";
  /** What of the lines it reads, and what one has to know of it. */
  readonly reads: string;
  /** read fails where a value is not the packet's. */
  readonly read: (run: CollectorRun) => Promise<Reading>;
}

type Names = Readonly<Partial<Record<Kind, readonly string[]>>>;

const DATA = "test/collectors/data";
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
function pick(rows: readonly Row[], fields: Names): string[][] {
  return rows
    .flatMap(({ kind, fields: values }) => {
      const names = fields[kind];
      return names === undefined ? [] : [[kind, ...names.map((name) => `${name}=${values[name]}`)]];
    })
    .toSorted((one, other) => (one.join(" ") < other.join(" ") ? -1 : 1));
}

/** compare holds what was read against what was sent. */
function compare(read: readonly Row[], sent: readonly Row[], fields: Names): Reading {
  const found = pick(read, fields);
  assert.deepEqual(found, pick(sent, fields));
  assert.notEqual(found.length, 0);
  return { lines: found.length, values: found.reduce((sum, row) => sum + row.length - 1, 0) };
}

const added = (one: Reading, other: Reading): Reading => ({
  lines: one.lines + other.lines,
  values: one.values + other.values,
});

/** The part of a Debian package's version that its authors gave it. */
const debian = (name: string) => async (): Promise<string> =>
  (await execute(["dpkg-query", "-W", "-f", "${Version}", name])).stdout.replace(/^\d+:|-[^-]*$/g, "");
const npm = (name: string) => async (): Promise<string> =>
  (JSON.parse(await readFile(join(root, "node_modules", name, "package.json"), "utf8")) as { version: string }).version;
/** Of patterns that are copied: the commit they are of. */
const commitOf = (folder: string) => async (): Promise<string> => {
  const [, commit, day] = /^commit: (\w{7})\w* \(([\d-]+)/m.exec(
    await readFile(`${DATA}/${folder}/SOURCE.txt`, "utf8"),
  )!;
  return `${commit} of ${day}`;
};

const plainReader = (layout: "junos-12" | "junos-22", port: number): Reader => ({
  collector: "liblognorm",
  version: debian("liblognorm-utils"),
  format: `syslog, ${layout}`,
  transport: "UDP",
  reads:
    'all kinds (of filter logs the pairs as they are), by the rulebase `packaging/liblognorm/ringwall.rulebase`; in rsyslog: `mmnormalize(ruleBase="…" useRawMsg="on")`',
  read: async ({ datagrams: { recorder, sent } }) => {
    const rows = await normalize(recorder.lines(port));
    const old = layout === "junos-12";
    const plain = (names: readonly string[]): string[] =>
      names.filter((name) => !name.endsWith("-nat-rule-type") && !(old && name === "session-id"));
    const fields = {
      open: plain(FIELDS.open),
      close: plain(FIELDS.close),
      deny: plain(FIELDS.deny),
      screen: plain(FIELDS.screen),
    };
    const reading = compare(rows, sent.map(old ? asIn12 : same), fields);
    // A filter log's pairs have the names of kv.
    const [filter, ...others] = rows.filter(({ kind }) => kind === "filter");
    assert.deepEqual(others, []);
    assert.notEqual(filter, undefined);
    return reading;
  },
});

const grokReader = (schema: string, names: GrokNames): Reader => ({
  collector: `Logstash's patterns (${schema})`,
  version: commitOf("logstash-patterns"),
  format: "syslog, junos-12",
  transport: "UDP",
  reads:
    "sessions and denials, which is what they know. Not denials of ICMPv6 whose type has more than one digit: they do not know `1(128)`",
  read: async ({ datagrams: { recorder, sent } }) => {
    const folder = `${DATA}/logstash-patterns/patterns/${schema}`;
    const grok = await Grok.load(`${folder}/grok-patterns`, `${folder}/junos`);
    const rows = recorder.lines(RecordedPort.plain12).flatMap((line) => grokRow(grok, line, names));
    const only = (kind: Kind): string[] =>
      FIELDS[kind].filter((name) => names.fields.includes(name) && !(kind === "deny" && name === "reason"));
    const fields = { open: only("open"), close: only("close"), deny: only("deny") };
    assert.equal(fields.close.length, 18);
    assert.equal(rows.length, 13);
    return compare(rows, sent.map(asIn12).map(names.seen), fields);
  },
});

const connectedReader = (way: "tcp" | "tls"): Reader => ({
  collector: "rsyslog, imtcp and mmpstrucdata",
  version: debian("rsyslog"),
  format: "sd-syslog, junos-22",
  transport: way === "tcp" ? "TCP" : "TLS",
  reads: "all kinds, every parameter",
  read: async (run) => {
    const { rsyslog, sent } = await run.connections();
    const received = await rsyslog.received(way, sent.length);
    const rows = received.map(({ tag, host, fields }) => rowOf(tag, host, fields));
    return compare(rows, sent, FIELDS);
  },
});

/** readers, those over connections last: they make the run send once more. */
export const readers: readonly Reader[] = [
  {
    collector: "rsyslog, imudp and mmpstrucdata",
    version: debian("rsyslog"),
    format: "sd-syslog, junos-22",
    transport: "UDP",
    reads: "all kinds, every parameter",
    read: async ({ lab: { collector }, datagrams: { sent } }) => {
      const received = collector.received.slice(0, sent.length);
      const rows = received.map(({ tag, host, fields }) => rowOf(tag, host, fields));
      const count = (tag: string): number[] =>
        received.filter((line) => line.tag === tag).map(({ fields }) => Object.keys(fields).length);
      assert.deepEqual(new Set(count("RT_FLOW_SESSION_CREATE")), new Set([36]));
      assert.deepEqual(new Set(count("RT_FLOW_SESSION_CLOSE")), new Set([50]));
      assert.deepEqual(new Set(count("RT_FLOW_SESSION_DENY")), new Set([27]));
      return await Promise.resolve(compare(rows, sent, FIELDS));
    },
  },
  {
    collector: "syslog-ng, app-parser",
    version: SyslogNg.version,
    format: "sd-syslog, junos-22",
    transport: "UDP",
    reads:
      "all kinds, every parameter; it names the application `junos` for lines with a `reason`, so not for CREATE and screens, and wants the SD-ID of the default",
    read: async ({ datagrams: { ng, sent } }) => {
      const messages = await ng.messages(sent.length);
      // It looks for a parameter `reason`; lines without one are Junos' all the same, but it does not say so.
      for (const { tag, application, program, text } of messages) {
        const hasReason = tag === "RT_FLOW_SESSION_CLOSE" || tag === "RT_FLOW_SESSION_DENY";
        assert.equal(application, hasReason ? "junos" : "", tag);
        assert.equal(program, tag === "RT_SCREEN_TCP" ? "RT_IDS" : "RT_FLOW");
        assert.equal(text, "");
      }
      return compare(
        messages.map(({ tag, host, fields }) => rowOf(tag, host, fields)),
        sent,
        FIELDS,
      );
    },
  },
  {
    collector: "nsyslog-parser (npm)",
    version: npm("nsyslog-parser"),
    format: "sd-syslog, junos-26",
    transport: "UDP",
    reads: "all kinds, every parameter of the longest layout",
    read: async ({ datagrams: { recorder, sent } }) => {
      const lines = recorder.lines(RecordedPort.sd26).map(parse5424);
      const close = lines.find(({ tag }) => tag === "RT_FLOW_SESSION_CLOSE")!;
      assert.equal(Object.keys(close.fields).length, 61);
      assert.equal(close.fields["dst-vrf"], "N/A");
      assert.equal(close.priority, 14);
      const rows = lines.map(({ tag, host, fields }) => rowOf(tag, host, fields));
      return await Promise.resolve(compare(rows, sent, FIELDS));
    },
  },
  plainReader("junos-12", RecordedPort.plain12),
  plainReader("junos-22", RecordedPort.plain22),
  grokReader("legacy", LEGACY),
  grokReader("ecs-v1", ECS),
  {
    collector: "napalm-logs' templates",
    version: commitOf("napalm-logs"),
    format: "syslog, junos-22",
    transport: "UDP",
    reads: "CREATE and CLOSE over IPv4 without destination rules, which is what they know",
    read: async ({ datagrams: { recorder, sent } }) => {
      const napalm = await Napalm.load(
        `${DATA}/napalm-logs/config/junos`,
        "NAT_SESSION_CREATED.yml",
        "NAT_SESSION_CLOSED.yml",
      );
      const rows = recorder.lines(RecordedPort.plain22).flatMap((line) => napalmRow(napalm, line));
      const known = sent.filter(
        ({ fields }) => !fields["source-address"]!.includes(":") && fields["dst-nat-rule-name"] === "N/A",
      );
      assert.equal(rows.length, 6);
      return compare(rows, known, { open: NAPALM_FIELDS, close: [...NAPALM_FIELDS, "reason"] });
    },
  },
  {
    collector: "JSON.parse, by the names of the Elastic Common Schema",
    version: () => Promise.resolve(`Node ${process.versions.node.split(".")[0]}`),
    format: "json",
    transport: "UDP",
    reads: "all kinds",
    read: async ({ datagrams: { recorder, sent } }) => {
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
      return await Promise.resolve(compare(recorder.lines(RecordedPort.json).map(ecsRow), sent, fields));
    },
  },
  {
    collector: "a split at blanks and equals signs",
    version: () => Promise.resolve(""),
    format: "kv",
    transport: "UDP",
    reads: "all kinds",
    read: async ({ datagrams: { recorder, sent } }) => {
      const fields = {
        open: [...ENDS.slice(0, 4), ...ZONES, ...NAT_ENDS],
        close: [...ENDS.slice(0, 4), ...ZONES, ...NAT_ENDS, "packets", "bytes"],
        deny: [...ENDS.slice(0, 4), ...ZONES],
        screen: [...ENDS.slice(0, 4), "source-zone-name"],
        filter: [...ENDS.slice(0, 4), "filter-name", "term-name", "filter-log-source", "action", "packet-length"],
      };
      return await Promise.resolve(compare(recorder.lines(RecordedPort.kv).map(kvRow), sent.map(withSums), fields));
    },
  },
  {
    collector: "nfcapd of nfdump",
    version: debian("nfdump"),
    format: "ipfix",
    transport: "UDP",
    reads: "every record, no sequence error. It shows no firewallEvent and no flowEndReason, and of ICMP no identifier",
    read: async ({ datagrams: { nfcapd, sent } }) => {
      const { records, summary } = await nfcapd.finish();
      const rows = records.map(flowRow);
      // Of ICMP it shows type and code in place of ports.
      const isIcmp = ({ fields }: Row): boolean => fields["protocol-id"] === "1";
      assert.deepEqual(
        rows.filter(isIcmp).map(({ fields: { nat } }) => nat),
        ["NAT44 session create", "NAT44 session delete"],
      );
      assert.match(summary, /Flows: 13, .*Sequence Errors: 0, Bad Packets: 0/);
      const reading = compare(
        rows.filter((row) => !isIcmp(row)),
        sent.map(asRecord).filter((row) => !isIcmp(row)),
        { open: [...ENDS, ...NAT_ENDS], close: [...ENDS, ...NAT_ENDS, ...COUNTS], deny: ENDS },
      );
      return added(reading, { lines: 2, values: 2 });
    },
  },
  connectedReader("tcp"),
  connectedReader("tls"),
  {
    collector: "python3-ipfix",
    version: debian("python3-ipfix"),
    format: "ipfix",
    transport: "TCP",
    reads: "every element; sessions have the numbers of the lines",
    read: async (run) => {
      const { flows, rsyslog, sent } = await run.connections();
      await flows.printed(/(?:\{.*\}\s){13}/);
      const rows = flows.stdout
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => ipfixRow(JSON.parse(line) as Record<string, string>));
      const ids = (await rsyslog.received("tcp", sent.length))
        .filter(({ tag }) => tag === "RT_FLOW_SESSION_CLOSE")
        .map(({ fields }) => fields["session-id"]!);
      const recorded = rows.filter(({ kind }) => kind === "close").map(({ fields }) => fields["session-id"]!);
      assert.deepEqual(recorded.toSorted(), ids.toSorted());
      const fields = { open: [...ENDS, ...NAT_ENDS], close: [...ENDS, ...NAT_ENDS, ...COUNTS, "reason"], deny: ENDS };
      return compare(rows, sent.map(asRecord).map(asReason), fields);
    },
  },
];

/** readerTitle says in a line which reader reads what. */
export const readerTitle = ({ collector, format, transport }: Reader): string =>
  `${collector} reads ${format} over ${transport}`;
