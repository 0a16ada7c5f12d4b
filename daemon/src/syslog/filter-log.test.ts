// The lines of filter logs, whole, in every format: each source over IPv4 and IPv6, each with every answer.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import {
  Action,
  FilterAnswer,
  FilterLogSource,
  filterAnswerText,
  filterLogSourceText,
} from "../../../shared/gen/wire.gen.js";
import type { FilterLog } from "../event/event.js";
import { EventNames } from "../event/names.js";
import { kvFormat } from "./format-kv.js";
import { sdSyslogFormat } from "./format-sd-syslog.js";
import { LineBuffer } from "./line-buffer.js";
import { DEFAULT_SD_ID, LINE_BYTES, type LineFormat } from "./line.js";
import { sampleFilter, sampleFilter6, sampleNames, sampleTable } from "./sample-events.js";
import { formatKey, lineFormat, streamSettings } from "./stream.js";

const options = { facility: 1, sdId: DEFAULT_SD_ID };
const sd = textOf(sdSyslogFormat(options));
const kv = textOf(kvFormat(options));
const pfe = { facility: 19, isPadded: true };
const padded = textOf(sdSyslogFormat({ ...options, pfe }));
const compact = textOf(sdSyslogFormat({ ...options, pfe: { ...pfe, isPadded: false } }));

/** The line that a format writes, as text. */
function textOf(write: LineFormat): (event: FilterLog, names?: EventNames) => string {
  const buffer = new LineBuffer(LINE_BYTES);
  return (event, names = sampleNames) => {
    write(buffer.clear(), event, names);
    assert.ok(buffer.isWhole);
    return buffer.toString();
  };
}

const words = (...text: string[]): string => text.join(" ");
const { PBR, INPUT, OUTPUT, CACHED_OUTPUT, LO0 } = FilterLogSource;

const tcp = sampleFilter;
const tcp6: FilterLog = {
  ...tcp,
  addressFamily: 10,
  sourceAddress: "2001:db8:1::5",
  destinationAddress: "2001:db8:2::10",
  filterId: 2,
  termId: 1,
};
/** Before the route was looked up, and before there was a session. */
const unrouted = { egressZone: 0, egressInterface: 0, sessionId: 0 };
const toHost = { ...unrouted, filterLogSource: LO0 };

/** A line of each format for one event. */
interface Row {
  readonly what: string;
  readonly event: FilterLog;
  readonly sd: string;
  readonly kv: string;
  readonly padded: string;
  readonly compact: string;
}

const HEAD = "<14>1 2026-09-06T04:24:26.095Z fw1 RT_FLOW - RT_FLOW_FILTER_LOG [junos@2636.1.1.1.2.129";
const KV = "<14>1 2026-09-06T04:24:26.095Z fw1 RT_FLOW - FILTER_LOG - RT_FLOW FILTER_LOG";
const PFE = "<158>1 2026-09-06T04:24:26.095Z fw1 - - - - fpc0";

const rows: readonly Row[] = [
  {
    what: "pbr over IPv4",
    event: { ...tcp, filterLogSource: PBR },
    sd: words(
      HEAD,
      'source-address="10.1.1.5" source-port="51000" destination-address="192.0.2.10" destination-port="443" protocol-id="6"',
      'icmp-type="0" icmp-code="0" filter-name="from-users" term-name="by-blue" source-zone-name="trust"',
      'destination-zone-name="untrust" packet-incoming-interface="ge-0/0/0.0" packet-outgoing-interface="ge-0/0/1.0"',
      'filter-log-source="pbr" action="permit" answer="none" packet-length="1500" dscp="46" tcp-flags="0x18"',
      'session-id="4242" filter-id="1" term-id="2" generation="7"]',
    ),
    kv: words(
      KV,
      "src=10.1.1.5:51000 dst=192.0.2.10:443 proto=tcp action=permit zone=trust->untrust source=pbr filter=from-users",
      "term=by-blue in=ge-0/0/0.0 out=ge-0/0/1.0 len=1500 dscp=46 tcp-flags=0x18 session=4242",
    ),
    padded: `${PFE} PFE_FW_SYSLOG_IP: FW: ge-0/0/0.0   A  tcp 10.1.1.5 192.0.2.10 51000   443 (1 packets)`,
    compact: `${PFE} PFE_FW_SYSLOG_IP: FW: ge-0/0/0.0 A tcp 10.1.1.5 192.0.2.10 51000 443 (1 packets)`,
  },
  {
    what: "pbr over IPv6",
    event: { ...tcp6, filterLogSource: PBR },
    sd: words(
      HEAD,
      'source-address="2001:db8:1::5" source-port="51000" destination-address="2001:db8:2::10" destination-port="443"',
      'protocol-id="6" icmp-type="0" icmp-code="0" filter-name="protect" term-name="ping" source-zone-name="trust"',
      'destination-zone-name="untrust" packet-incoming-interface="ge-0/0/0.0" packet-outgoing-interface="ge-0/0/1.0"',
      'filter-log-source="pbr" action="permit" answer="none" packet-length="1500" dscp="46" tcp-flags="0x18"',
      'session-id="4242" filter-id="2" term-id="1" generation="7"]',
    ),
    kv: words(
      KV,
      "src=[2001:db8:1::5]:51000 dst=[2001:db8:2::10]:443 proto=tcp action=permit zone=trust->untrust source=pbr",
      "filter=protect term=ping in=ge-0/0/0.0 out=ge-0/0/1.0 len=1500 dscp=46 tcp-flags=0x18 session=4242",
    ),
    padded: `${PFE} PFE_FW_SYSLOG_IP6_TCP_UDP: FW: ge-0/0/0.0   A  tcp SA 2001:db8:1::5 DA 2001:db8:2::10 sport 51000 dport   443 (1 packets)`,
    compact: `${PFE} PFE_FW_SYSLOG_IP6_TCP_UDP: FW: ge-0/0/0.0 A tcp SA 2001:db8:1::5 DA 2001:db8:2::10 sport 51000 dport 443 (1 packets)`,
  },
  {
    what: "input over IPv4, before the route is known",
    event: { ...tcp, ...unrouted, filterLogSource: INPUT, protocol: 17, destinationPort: 53, tcpFlags: 0 },
    sd: words(
      HEAD,
      'source-address="10.1.1.5" source-port="51000" destination-address="192.0.2.10" destination-port="53" protocol-id="17"',
      'icmp-type="0" icmp-code="0" filter-name="from-users" term-name="by-blue" source-zone-name="trust"',
      'destination-zone-name="N/A" packet-incoming-interface="ge-0/0/0.0" packet-outgoing-interface="N/A"',
      'filter-log-source="input" action="permit" answer="none" packet-length="1500" dscp="46" tcp-flags="0x00"',
      'session-id="0" filter-id="1" term-id="2" generation="7"]',
    ),
    kv: words(
      KV,
      "src=10.1.1.5:51000 dst=192.0.2.10:53 proto=udp action=permit zone=trust->- source=input filter=from-users",
      "term=by-blue in=ge-0/0/0.0 out=- len=1500 dscp=46",
    ),
    padded: `${PFE} PFE_FW_SYSLOG_IP: FW: ge-0/0/0.0   A  udp 10.1.1.5 192.0.2.10 51000    53 (1 packets)`,
    compact: `${PFE} PFE_FW_SYSLOG_IP: FW: ge-0/0/0.0 A udp 10.1.1.5 192.0.2.10 51000 53 (1 packets)`,
  },
  {
    what: "input over IPv6, of ESP",
    event: { ...tcp6, filterLogSource: INPUT, protocol: 50, sourcePort: 0, destinationPort: 0, tcpFlags: 0 },
    sd: words(
      HEAD,
      'source-address="2001:db8:1::5" source-port="0" destination-address="2001:db8:2::10" destination-port="0"',
      'protocol-id="50" icmp-type="0" icmp-code="0" filter-name="protect" term-name="ping" source-zone-name="trust"',
      'destination-zone-name="untrust" packet-incoming-interface="ge-0/0/0.0" packet-outgoing-interface="ge-0/0/1.0"',
      'filter-log-source="input" action="permit" answer="none" packet-length="1500" dscp="46" tcp-flags="0x00"',
      'session-id="4242" filter-id="2" term-id="1" generation="7"]',
    ),
    kv: words(
      KV,
      "src=[2001:db8:1::5]:0 dst=[2001:db8:2::10]:0 proto=esp action=permit zone=trust->untrust source=input filter=protect",
      "term=ping in=ge-0/0/0.0 out=ge-0/0/1.0 len=1500 dscp=46 session=4242",
    ),
    padded: `${PFE} PFE_FW_SYSLOG_IP6_GEN: FW: ge-0/0/0.0   A  esp SA 2001:db8:1::5 DA 2001:db8:2::10 (1 packets)`,
    compact: `${PFE} PFE_FW_SYSLOG_IP6_GEN: FW: ge-0/0/0.0 A esp SA 2001:db8:1::5 DA 2001:db8:2::10 (1 packets)`,
  },
  {
    what: "output over IPv4",
    event: { ...tcp, filterLogSource: OUTPUT, tcpFlags: 2, packetLength: 60 },
    sd: words(
      HEAD,
      'source-address="10.1.1.5" source-port="51000" destination-address="192.0.2.10" destination-port="443" protocol-id="6"',
      'icmp-type="0" icmp-code="0" filter-name="from-users" term-name="by-blue" source-zone-name="trust"',
      'destination-zone-name="untrust" packet-incoming-interface="ge-0/0/0.0" packet-outgoing-interface="ge-0/0/1.0"',
      'filter-log-source="output" action="permit" answer="none" packet-length="60" dscp="46" tcp-flags="0x02"',
      'session-id="4242" filter-id="1" term-id="2" generation="7"]',
    ),
    kv: words(
      KV,
      "src=10.1.1.5:51000 dst=192.0.2.10:443 proto=tcp action=permit zone=trust->untrust source=output filter=from-users",
      "term=by-blue in=ge-0/0/0.0 out=ge-0/0/1.0 len=60 dscp=46 tcp-flags=0x02 session=4242",
    ),
    padded: `${PFE} PFE_FW_SYSLOG_IP: FW: ge-0/0/1.0   A  tcp 10.1.1.5 192.0.2.10 51000   443 (1 packets)`,
    compact: `${PFE} PFE_FW_SYSLOG_IP: FW: ge-0/0/1.0 A tcp 10.1.1.5 192.0.2.10 51000 443 (1 packets)`,
  },
  {
    what: "output over IPv6, sent by this host",
    event: { ...tcp6, filterLogSource: OUTPUT, ingressZone: 0, ingressInterface: 0 },
    sd: words(
      HEAD,
      'source-address="2001:db8:1::5" source-port="51000" destination-address="2001:db8:2::10" destination-port="443"',
      'protocol-id="6" icmp-type="0" icmp-code="0" filter-name="protect" term-name="ping" source-zone-name="junos-host"',
      'destination-zone-name="untrust" packet-incoming-interface=".local..0" packet-outgoing-interface="ge-0/0/1.0"',
      'filter-log-source="output" action="permit" answer="none" packet-length="1500" dscp="46" tcp-flags="0x18"',
      'session-id="4242" filter-id="2" term-id="1" generation="7"]',
    ),
    kv: words(
      KV,
      "src=[2001:db8:1::5]:51000 dst=[2001:db8:2::10]:443 proto=tcp action=permit zone=junos-host->untrust source=output",
      "filter=protect term=ping in=.local..0 out=ge-0/0/1.0 len=1500 dscp=46 tcp-flags=0x18 session=4242",
    ),
    padded: `${PFE} PFE_FW_SYSLOG_IP6_TCP_UDP: FW: ge-0/0/1.0   A  tcp SA 2001:db8:1::5 DA 2001:db8:2::10 sport 51000 dport   443 (1 packets)`,
    compact: `${PFE} PFE_FW_SYSLOG_IP6_TCP_UDP: FW: ge-0/0/1.0 A tcp SA 2001:db8:1::5 DA 2001:db8:2::10 sport 51000 dport 443 (1 packets)`,
  },
  {
    what: "cached output over IPv4, of ICMP",
    event: {
      ...tcp,
      filterLogSource: CACHED_OUTPUT,
      protocol: 1,
      sourcePort: 77,
      destinationPort: 3,
      icmpType: 8,
      tcpFlags: 0,
      packetLength: 84,
      dscp: 0,
    },
    sd: words(
      HEAD,
      'source-address="10.1.1.5" source-port="77" destination-address="192.0.2.10" destination-port="3" protocol-id="1"',
      'icmp-type="8" icmp-code="0" filter-name="from-users" term-name="by-blue" source-zone-name="trust"',
      'destination-zone-name="untrust" packet-incoming-interface="ge-0/0/0.0" packet-outgoing-interface="ge-0/0/1.0"',
      'filter-log-source="cached-output" action="permit" answer="none" packet-length="84" dscp="0" tcp-flags="0x00"',
      'session-id="4242" filter-id="1" term-id="2" generation="7"]',
    ),
    kv: words(
      KV,
      "src=10.1.1.5:77 dst=192.0.2.10:3 proto=icmp action=permit zone=trust->untrust source=cached-output filter=from-users",
      "term=by-blue in=ge-0/0/0.0 out=ge-0/0/1.0 len=84 dscp=0 icmp-type=8 icmp-code=0 session=4242",
    ),
    padded: `${PFE} PFE_FW_SYSLOG_IP: FW: ge-0/0/1.0   A icmp 10.1.1.5 192.0.2.10     8     0 (1 packets)`,
    compact: `${PFE} PFE_FW_SYSLOG_IP: FW: ge-0/0/1.0 A icmp 10.1.1.5 192.0.2.10 8 0 (1 packets)`,
  },
  {
    what: "cached output over IPv6",
    event: { ...tcp6, filterLogSource: CACHED_OUTPUT, tcpFlags: 0x10 },
    sd: words(
      HEAD,
      'source-address="2001:db8:1::5" source-port="51000" destination-address="2001:db8:2::10" destination-port="443"',
      'protocol-id="6" icmp-type="0" icmp-code="0" filter-name="protect" term-name="ping" source-zone-name="trust"',
      'destination-zone-name="untrust" packet-incoming-interface="ge-0/0/0.0" packet-outgoing-interface="ge-0/0/1.0"',
      'filter-log-source="cached-output" action="permit" answer="none" packet-length="1500" dscp="46" tcp-flags="0x10"',
      'session-id="4242" filter-id="2" term-id="1" generation="7"]',
    ),
    kv: words(
      KV,
      "src=[2001:db8:1::5]:51000 dst=[2001:db8:2::10]:443 proto=tcp action=permit zone=trust->untrust source=cached-output",
      "filter=protect term=ping in=ge-0/0/0.0 out=ge-0/0/1.0 len=1500 dscp=46 tcp-flags=0x10 session=4242",
    ),
    padded: `${PFE} PFE_FW_SYSLOG_IP6_TCP_UDP: FW: ge-0/0/1.0   A  tcp SA 2001:db8:1::5 DA 2001:db8:2::10 sport 51000 dport   443 (1 packets)`,
    compact: `${PFE} PFE_FW_SYSLOG_IP6_TCP_UDP: FW: ge-0/0/1.0 A tcp SA 2001:db8:1::5 DA 2001:db8:2::10 sport 51000 dport 443 (1 packets)`,
  },
  {
    what: "lo0 over IPv4, of OSPF",
    event: {
      ...tcp,
      ...toHost,
      destinationAddress: "224.0.0.5",
      protocol: 89,
      sourcePort: 0,
      destinationPort: 0,
      tcpFlags: 0,
      packetLength: 64,
      dscp: 48,
    },
    sd: words(
      HEAD,
      'source-address="10.1.1.5" source-port="0" destination-address="224.0.0.5" destination-port="0" protocol-id="89"',
      'icmp-type="0" icmp-code="0" filter-name="from-users" term-name="by-blue" source-zone-name="trust"',
      'destination-zone-name="junos-host" packet-incoming-interface="ge-0/0/0.0" packet-outgoing-interface=".local..0"',
      'filter-log-source="lo0" action="permit" answer="none" packet-length="64" dscp="48" tcp-flags="0x00"',
      'session-id="0" filter-id="1" term-id="2" generation="7"]',
    ),
    kv: words(
      KV,
      "src=10.1.1.5:0 dst=224.0.0.5:0 proto=ospf action=permit zone=trust->junos-host source=lo0 filter=from-users",
      "term=by-blue in=ge-0/0/0.0 out=.local..0 len=64 dscp=48",
    ),
    padded: `${PFE} PFE_FW_SYSLOG_IP: FW: lo0.0        A ospf 10.1.1.5 224.0.0.5     0     0 (1 packets)`,
    compact: `${PFE} PFE_FW_SYSLOG_IP: FW: lo0.0 A ospf 10.1.1.5 224.0.0.5 0 0 (1 packets)`,
  },
  {
    what: "lo0 over IPv6, of ICMPv6",
    event: sampleFilter6,
    sd: words(
      HEAD,
      'source-address="2001:db8:1::5" source-port="77" destination-address="2001:db8:2::10" destination-port="1"',
      'protocol-id="58" icmp-type="128" icmp-code="0" filter-name="protect" term-name="ping" source-zone-name="trust"',
      'destination-zone-name="junos-host" packet-incoming-interface="ge-0/0/0.0" packet-outgoing-interface=".local..0"',
      'filter-log-source="lo0" action="permit" answer="none" packet-length="104" dscp="0" tcp-flags="0x00"',
      'session-id="0" filter-id="2" term-id="1" generation="7"]',
    ),
    kv: words(
      KV,
      "src=[2001:db8:1::5]:77 dst=[2001:db8:2::10]:1 proto=icmp6 action=permit zone=trust->junos-host source=lo0",
      "filter=protect term=ping in=ge-0/0/0.0 out=.local..0 len=104 dscp=0 icmp-type=128 icmp-code=0",
    ),
    padded: `${PFE} PFE_FW_SYSLOG_IP6_ICMP: FW: lo0.0        A icmp6 SA 2001:db8:1::5 DA 2001:db8:2::10 type   128 code     0 (1 packets)`,
    compact: `${PFE} PFE_FW_SYSLOG_IP6_ICMP: FW: lo0.0 A icmp6 SA 2001:db8:1::5 DA 2001:db8:2::10 type 128 code 0 (1 packets)`,
  },
];

/** How a packet that ended differs in each format from one that went on. */
const ENDS = [
  { action: Action.DENY, answer: FilterAnswer.NONE, word: "deny", letter: "D", sd: "none", kv: "" },
  { action: Action.REJECT, answer: FilterAnswer.SENT, word: "reject", letter: "R", sd: "sent", kv: " answer=sent" },
  {
    action: Action.DENY,
    answer: FilterAnswer.LIMITED,
    word: "deny",
    letter: "D",
    sd: "rate-limited",
    kv: " answer=rate-limited",
  },
  {
    action: Action.DENY,
    answer: FilterAnswer.SILENT,
    word: "deny",
    letter: "D",
    sd: "not-allowed",
    kv: " answer=not-allowed",
  },
] as const;

describe("a filter log", () => {
  for (const row of rows) {
    test(`of ${row.what}`, () => {
      assert.equal(sd(row.event), row.sd);
      assert.equal(kv(row.event), row.kv);
      assert.equal(padded(row.event), row.padded);
      assert.equal(compact(row.event), row.compact);
    });

    for (const end of ENDS) {
      test(`of ${row.what}: ${end.word}, answer ${end.sd}`, () => {
        const event = { ...row.event, action: end.action, filterAnswer: end.answer };
        const changed = row.sd.replace('action="permit" answer="none"', `action="${end.word}" answer="${end.sd}"`);
        assert.equal(sd(event), changed);
        assert.equal(kv(event), row.kv.replace("action=permit", `action=${end.word}`) + end.kv);
        assert.equal(padded(event), row.padded.replace(/ A (?= ?[a-z])/, ` ${end.letter} `));
        assert.equal(compact(event), row.compact.replace(/ A (?=[a-z])/, ` ${end.letter} `));
      });
    }
  }

  test("is shown here for every source over both families, and for every answer", () => {
    const shown = rows.map(({ event }) => `${filterLogSourceText[event.filterLogSource]} ${event.addressFamily}`);
    const all = Object.values(FilterLogSource).flatMap((source) =>
      [2, 10].map((family) => `${filterLogSourceText[source]} ${family}`),
    );
    assert.deepEqual(shown.sort(), all.sort());
    assert.deepEqual(
      ENDS.map((end) => filterAnswerText[end.answer]),
      ["none", "sent", "rate-limited", "not-allowed"],
    );
  });

  test("of the pfe form is the same line in a stream of either format", () => {
    const inKv = textOf(kvFormat({ ...options, pfe }));
    for (const { event } of rows) assert.equal(inKv(event), padded(event));
  });

  test("depends on nothing but its event: pieces kept from others do not show", () => {
    const id = fc.oneof(fc.nat(3), fc.constantFrom(4095, 4096, 0xffff_ffff));
    const zone = fc.oneof(fc.nat(3), fc.constant(0xffff));
    const event = fc.record({
      filterLogSource: fc.constantFrom(...Object.values(FilterLogSource)),
      action: fc.constantFrom(...Object.values(Action)),
      filterAnswer: fc.constantFrom(...Object.values(FilterAnswer)),
      filterId: id,
      termId: id,
      ingressZone: zone,
      egressZone: zone,
      ingressInterface: id,
      egressInterface: id,
    });
    fc.assert(
      fc.property(event, (changes) => {
        const changed = { ...tcp, ...changes };
        assert.equal(sd(changed), textOf(sdSyslogFormat(options))(changed));
        assert.equal(kv(changed), textOf(kvFormat(options))(changed));
        assert.equal(padded(changed), textOf(sdSyslogFormat({ ...options, pfe }))(changed));
      }),
      { numRuns: 2000 },
    );
  });

  test("names a filter or term that the generation does not know by its number", () => {
    const unknown = { ...tcp, filterId: 9, termId: 4 };
    assert.ok(sd(unknown).includes(' filter-name="9" term-name="4" '));
    assert.ok(kv(unknown).includes(" filter=9 term=4 "));
    assert.ok(kv(tcp, new EventNames(7, undefined, "fw")).includes(" filter=1 term=2 in=1 out=2 "));
  });

  test("keeps odd names from ending a parameter, a field or a line", () => {
    const [none, first, ...more] = sampleTable.filters;
    const odd = new EventNames(
      7,
      { ...sampleTable, filters: [none!, { ...first!, name: 'a"b]c\\d', terms: ["x", "two\nlines"] }, ...more] },
      "fw",
    );
    assert.ok(sd(tcp, odd).includes(' filter-name="a\\"b\\]c\\\\d" term-name="two lines" '));
    assert.ok(kv(tcp, odd).includes(' filter="a\\"b]c\\\\d" term="two\\nlines" in='));
  });
});

describe("a stream's settings for filter logs", () => {
  const stream = { name: "soc", host: "192.0.2.53" };
  const lineOf = (config: Parameters<typeof streamSettings>[0]): string =>
    textOf(lineFormat(streamSettings(config)))(tcp);

  test("the facility is user, local3 in the pfe form, and what is given in either", () => {
    assert.deepEqual(
      [
        lineOf(stream),
        lineOf({ ...stream, format: "kv" }),
        lineOf({ ...stream, "filter-format": "pfe" }),
        lineOf({ ...stream, "filter-format": "pfe", "facility-override": "local5" }),
        lineOf({ ...stream, "filter-format": "rt-flow", "facility-override": "local3" }),
      ].map((line) => /^<(\d+)>/.exec(line)?.[1]),
      ["14", "14", "158", "174", "158"],
    );
  });

  test("the pfe form is padded unless it is to be compact", () => {
    assert.equal(lineOf({ ...stream, "filter-format": "pfe" }), padded(tcp));
    assert.equal(lineOf({ ...stream, "filter-format": "pfe", "filter-padding": "padded" }), padded(tcp));
    assert.equal(lineOf({ ...stream, "filter-format": "pfe", "filter-padding": "compact" }), compact(tcp));
  });

  test("streams that differ in them share no lines", () => {
    const keys = [
      stream,
      { ...stream, "filter-format": "pfe" },
      { ...stream, "filter-format": "pfe", "filter-padding": "compact" },
    ].map((config) => formatKey(streamSettings(config as Parameters<typeof streamSettings>[0])));
    assert.equal(new Set(keys).size, 3);
    assert.equal(formatKey(streamSettings({ ...stream, name: "other", "filter-format": "rt-flow" })), keys[0]);
  });

  test("the category filter is filter logs and nothing else", () => {
    const wants = streamSettings({ ...stream, category: ["filter"] }).wants;
    assert.deepEqual(
      wants.flatMap((wanted, kind) => (wanted ? [kind] : [])),
      [6],
    );
    assert.equal(streamSettings({ ...stream, category: ["session", "policy"] }).wants[6], false);
    assert.equal(streamSettings(stream).wants[6], true);
    assert.equal(streamSettings({ ...stream, category: ["filter"], severity: "notice" }).wants[6], false);
  });
});
