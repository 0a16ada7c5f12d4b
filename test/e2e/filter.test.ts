// Firewall filters from packet to received line and to the wire: input, output, lo0 and PBR; first packets and cached ones.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Capture, type Captured } from "../lab/capture.js";
import type { Received } from "../lab/collector.js";
import { address, Lab } from "../lab/lab.js";
import type { Namespace } from "../lab/netns.js";
import { filterConfiguration, named, port, type FamilyName } from "./filters.js";

const UDP = 17;
const TCP = 6;
/** What the receiving host of the other zones cannot have: routed by static routes only. */
const elsewhere = { inet: "203.0.113.9", inet6: "2001:db8:ff::9" } as const;
const gateway = {
  inet: { trust: address.firewall.trust },
  inet6: { trust: address.firewall.trust6 },
} as const;

interface FilterView {
  readonly name: string;
  readonly attached: readonly { readonly direction: string; readonly at: string }[];
  readonly counters: readonly { readonly name: string; readonly packets: number; readonly bytes: number }[];
}

/** Datagrams from one source port, each of so many bytes; `echoed`: each waits for its echo. */
interface Datagrams {
  readonly from: number;
  readonly to: string;
  readonly port: number;
  readonly bytes: readonly number[];
  readonly echoed?: boolean;
}

async function datagrams(host: Namespace, family: FamilyName, what: Datagrams): Promise<void> {
  await host.run([
    process.execPath,
    "-e",
    `const { from, to, port, bytes, echoed } = ${JSON.stringify(what)};
     const s = require("dgram").createSocket("${family === "inet" ? "udp4" : "udp6"}");
     let next = 0;
     const send = () => {
       if (next === bytes.length) return s.close();
       s.send(Buffer.alloc(bytes[next++]), port, to, () => { if (!echoed) send(); });
     };
     s.on("message", send);
     s.bind(from, send);`,
  ]);
}

/** What a line says of its packet and of the decision. */
function told(line: Received): (string | undefined)[] {
  return [
    "filter-log-source",
    "filter-name",
    "term-name",
    "action",
    "answer",
    "source-address",
    "source-port",
    "destination-address",
    "destination-port",
    "protocol-id",
    "packet-length",
    "source-zone-name",
    "destination-zone-name",
    "packet-incoming-interface",
    "packet-outgoing-interface",
  ].map((name) => line.fields[name]);
}

type Outcome = readonly [source: string, filter: string, term: string, action: string, answer: string];
type Way = readonly [from: string, to: string, incoming: string, outgoing: string];
const UNROUTED: Way = ["trust", "N/A", "ge-0/0/0.0", "N/A"];
const TO_UNTRUST: Way = ["trust", "untrust", "ge-0/0/0.0", "ge-0/0/1.0"];
const TO_DMZ: Way = ["trust", "dmz", "ge-0/0/0.0", "ge-0/0/2.0"];
const TO_HOST: Way = ["trust", "junos-host", "ge-0/0/0.0", ".local..0"];

/** The same, as it must be for a packet that was on the wire. */
function expected(outcome: Outcome, packet: Captured, way: Way): string[] {
  const { source, sourcePort, destination, destinationPort, protocol, length } = packet;
  return [
    ...outcome,
    source,
    String(sourcePort),
    destination,
    String(destinationPort),
    String(protocol),
    String(length),
    ...way,
  ];
}

describe("firewall filters end to end", { timeout: 300_000 }, () => {
  let lab: Lab;
  let marks = 50_000;
  before(async () => {
    lab = await Lab.start(await filterConfiguration());
    for (const host of [lab.untrust, lab.dmz]) await lab.host(host);
  });
  after(async () => {
    await lab?.close();
  });

  const isFilterLog = (line: Received): boolean => line.tag === "RT_FLOW_FILTER_LOG";

  /** mark has everything arrive at the collector that was logged up to now. */
  async function mark(from: number): Promise<void> {
    const number = ++marks;
    await datagrams(lab.trust, "inet", { from: number, to: address.untrust.inet, port: port.mark, bytes: [1] });
    await lab.collector.expect(
      "the mark",
      (line) => isFilterLog(line) && line.fields["source-port"] === String(number),
      from,
    );
  }

  /** linesOf does something and gives all filter logs that came of it. */
  async function linesOf(action: () => Promise<void>): Promise<Received[]> {
    await mark(lab.collector.received.length);
    const from = lab.collector.received.length;
    await action();
    await mark(from);
    return lab.collector.received
      .slice(from)
      .filter((line) => isFilterLog(line) && line.fields["term-name"] !== "mark");
  }

  /** observed does something while the wires of some hosts are captured, and gives the lines too. */
  async function observed<Host extends "trust" | "untrust" | "dmz">(
    filter: string,
    hosts: readonly Host[],
    action: () => Promise<void>,
  ): Promise<{ lines: Received[]; wire: Record<Host, Captured[]> }> {
    const captures = await Promise.all(hosts.map((host) => Capture.start(lab[host], filter)));
    const lines = await linesOf(action);
    const packets = await Promise.all(captures.map((capture) => capture.stop()));
    const wire = Object.fromEntries(hosts.map((host, index) => [host, packets[index]])) as Record<Host, Captured[]>;
    return { lines, wire };
  }

  for (const family of ["inet", "inet6"] as const) {
    const client = address.trust[family];
    const server = address.untrust[family];
    const icmp = family === "inet" ? 1 : 58;
    const unreachable = family === "inet" ? [3, 13] : [1, 1];
    const input = named("from-users", family);
    const output = named("to-untrust", family);
    const protect = named("protect", family);
    const base = family === "inet" ? 41_000 : 42_000;
    const udpTo = (to: string, destinationPort: number): string => `host ${to} and udp port ${destinationPort}`;
    const fromClient = (packets: readonly Captured[]): Captured[] => packets.filter(({ source }) => source === client);

    /** The answer that the sender got must be an ICMP error of this code that quotes the packet. */
    function assertUnreachable(wire: readonly Captured[], sent: Captured, by: string): void {
      // Neighbour discovery has types from 128 on.
      const errors = wire.filter(
        ({ destination, protocol, payload }) => destination === client && protocol === icmp && payload[0]! < 128,
      );
      assert.deepEqual(
        errors.map(({ source, payload }) => [source, payload[0], payload[1]]),
        [[by, ...unreachable]],
      );
      const quote = errors[0]!.payload.subarray(8);
      assert.deepEqual(quote.subarray(0, sent.length), sent.frame.subarray(14, 14 + quote.length));
    }

    test(`${family}: what input and output filter accept goes on and is logged by both, each packet: output first live, then cached`, async () => {
      const from = lab.collector.received.length;
      const { lines, wire } = await observed(udpTo(server, port.echo), ["trust", "untrust"], () =>
        datagrams(lab.trust, family, {
          from: base + 1,
          to: server,
          port: port.echo,
          bytes: [10, 20, 300],
          echoed: true,
        }),
      );
      const sent = fromClient(wire.trust);
      assert.equal(sent.length, 3);
      assert.deepEqual(
        fromClient(wire.untrust).map(({ sourcePort, length }) => [sourcePort, length]),
        sent.map(({ sourcePort, length }) => [sourcePort, length]),
      );
      assert.deepEqual(
        lines.map(told),
        sent.flatMap((packet, index) => [
          expected(["input", input, "echo", "permit", "none"], packet, TO_UNTRUST),
          expected([index === 0 ? "output" : "cached-output", output, "echo", "permit", "none"], packet, TO_UNTRUST),
        ]),
      );
      const open = await lab.collector.expect(
        "SESSION_CREATE",
        (line) => line.tag === "RT_FLOW_SESSION_CREATE" && line.fields["source-port"] === String(base + 1),
        from,
      );
      assert.deepEqual(new Set(lines.map((line) => line.fields["session-id"])), new Set([open.fields["session-id"]]));
      for (const line of lines)
        assert.deepEqual([line.priority, line.host, line.program, line.sender], [14, "fw1", "RT_FLOW", "10.99.0.1"]);
    });

    test(`${family}: what the input filter discards ends there, without a session, each packet logged`, async () => {
      const from = lab.collector.received.length;
      const { lines, wire } = await observed(
        family === "inet" ? `host ${server}` : `ip6 host ${server}`,
        ["trust", "untrust"],
        () => datagrams(lab.trust, family, { from: base + 2, to: server, port: port.discarded, bytes: [1, 2] }),
      );
      const sent = wire.trust.filter(({ destinationPort }) => destinationPort === port.discarded);
      assert.equal(sent.length, 2);
      assert.deepEqual(
        lines.map(told),
        sent.map((packet) => expected(["input", input, "drop", "deny", "none"], packet, UNROUTED)),
      );
      assert.deepEqual(
        wire.untrust.filter(({ destinationPort }) => destinationPort === port.discarded),
        [],
      );
      assert.deepEqual(
        wire.trust.filter(({ destination }) => destination === client),
        [],
        "nothing is answered",
      );
      assert.ok(
        !lab.collector.received
          .slice(from)
          .some(
            (line) =>
              line.fields["source-port"] === String(base + 2) && !isFilterLog(line) && line.tag.startsWith("RT_FLOW"),
          ),
        "no session and no policy was asked",
      );
    });

    test(`${family}: what the input filter rejects is answered as administratively prohibited, and only then called a reject`, async () => {
      const { lines, wire } = await observed(
        `${family === "inet" ? "icmp" : "icmp6"} or udp port ${port.rejected}`,
        ["trust", "untrust"],
        () => datagrams(lab.trust, family, { from: base + 3, to: server, port: port.rejected, bytes: [33] }),
      );
      const [sent] = wire.trust.filter(({ destinationPort }) => destinationPort === port.rejected);
      assert.deepEqual(lines.map(told), [expected(["input", input, "refuse", "reject", "sent"], sent!, UNROUTED)]);
      assertUnreachable(wire.trust, sent!, gateway[family].trust);
      assert.deepEqual(fromClient(wire.untrust), []);
    });

    test(`${family}: tcp-reset resets a connection, with the numbers of RFC 9293, and says nothing to what is not TCP`, async () => {
      const { lines, wire } = await observed(
        `host ${server} and port ${port.reset}`,
        ["trust", "untrust"],
        async () => {
          const attempt = await lab.trust.run(["nc", "-nv", "-w", "5", server, String(port.reset)], { check: false });
          assert.match(attempt.stderr, /refused/);
          await datagrams(lab.trust, family, { from: base + 4, to: server, port: port.reset, bytes: [5] });
        },
      );
      const [syn, datagram] = [TCP, UDP].map((protocol) =>
        fromClient(wire.trust).find((packet) => packet.protocol === protocol)!,
      );
      assert.deepEqual(lines.map(told), [
        expected(["input", input, "reset", "reject", "sent"], syn!, UNROUTED),
        expected(["input", input, "reset-udp", "deny", "none"], datagram!, UNROUTED),
      ]);
      assert.equal(lines[0]!.fields["tcp-flags"], "0x02");
      const answers = wire.trust.filter(({ destination }) => destination === client);
      assert.equal(answers.length, 1);
      const [rst] = answers;
      assert.deepEqual([rst!.source, rst!.sourcePort, rst!.destinationPort], [server, port.reset, syn!.sourcePort]);
      assert.equal(rst!.payload[13], 0x14, "RST and ACK");
      assert.equal(rst!.payload.readUInt32BE(8), (syn!.payload.readUInt32BE(4) + 1) >>> 0);
      assert.deepEqual(wire.untrust, []);
    });

    test(`${family}: what the output filter discards is logged by it alone: the input filter that let it pass says no permit`, async () => {
      const { lines, wire } = await observed(udpTo(server, port.stopped), ["trust", "untrust"], () =>
        datagrams(lab.trust, family, { from: base + 5, to: server, port: port.stopped, bytes: [1, 2] }),
      );
      const sent = fromClient(wire.trust);
      assert.equal(sent.length, 2);
      assert.deepEqual(
        lines.map(told),
        sent.map((packet) => expected(["output", output, "stop", "deny", "none"], packet, TO_UNTRUST)),
      );
      assert.deepEqual(wire.untrust, []);
    });

    test(`${family}: the output filter discards a later packet of a flow that goes on before and after it`, async () => {
      const { lines, wire } = await observed(udpTo(server, port.measured), ["trust", "untrust"], () =>
        datagrams(lab.trust, family, { from: base + 6, to: server, port: port.measured, bytes: [10, 400, 11] }),
      );
      const [first, long, last] = fromClient(wire.trust);
      const pass = (packet: Captured): string[][] => [
        expected(["input", input, "seen", "permit", "none"], packet, TO_UNTRUST),
        expected(["output", output, "short", "permit", "none"], packet, TO_UNTRUST),
      ];
      assert.deepEqual(lines.map(told), [
        ...pass(first!),
        expected(["output", output, "long", "deny", "none"], long!, TO_UNTRUST),
        ...pass(last!),
      ]);
      assert.deepEqual(
        fromClient(wire.untrust).map(({ length }) => length),
        [first!.length, last!.length],
      );
      assert.equal(new Set(lines.map((line) => line.fields["session-id"])).size, 1);
      assert.notEqual(lines[0]!.fields["session-id"], "0");
    });

    test(`${family}: routing-instance sends packets out by another interface, each logged once, as pbr`, async () => {
      const to = elsewhere[family];
      const { lines, wire } = await observed(udpTo(to, port.moved), ["trust", "untrust", "dmz"], () =>
        datagrams(lab.trust, family, { from: base + 7, to, port: port.moved, bytes: [7, 8] }),
      );
      const sent = fromClient(wire.trust);
      assert.equal(sent.length, 2);
      /* The first may wait for its neighbour until the second has gone. */
      const ordered = <T>(list: readonly T[]): T[] =>
        list.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
      assert.deepEqual(
        ordered(lines.map(told)),
        ordered(sent.map((packet) => expected(["pbr", input, "by-blue", "permit", "none"], packet, TO_DMZ))),
      );
      assert.deepEqual(
        ordered(fromClient(wire.dmz).map(({ destination, length }) => [destination, length])),
        ordered(sent.map(({ length }) => [to, length])),
      );
      assert.deepEqual(wire.untrust, []);
      const other = await observed(udpTo(to, 5999), ["untrust", "dmz"], () =>
        datagrams(lab.trust, family, { from: base + 7, to, port: 5999, bytes: [7] }),
      );
      assert.deepEqual([other.wire.untrust.length, other.wire.dmz.length], [1, 0], "others go where they always went");
      assert.deepEqual(other.lines, []);
    });

    test(`${family}: what the lo0 filter accepts reaches this host`, async () => {
      const host = gateway[family].trust;
      const { lines, wire } = await observed(family === "inet" ? "icmp" : "icmp6", ["trust"], async () => {
        await lab.trust.run(["ping", "-c", "1", "-W", "3", host]);
      });
      const [ping] = fromClient(wire.trust).filter(({ payload }) => payload[0] === (family === "inet" ? 8 : 128));
      const [identifier, sequence] = [ping!.payload.readUInt16BE(4), ping!.payload.readUInt16BE(6)];
      assert.deepEqual(lines.map(told), [
        expected(
          ["lo0", protect, "pings", "permit", "none"],
          { ...ping!, sourcePort: identifier, destinationPort: sequence },
          TO_HOST,
        ),
      ]);
      assert.deepEqual(
        ["icmp-type", "icmp-code", "session-id"].map((name) => lines[0]!.fields[name]),
        [family === "inet" ? "8" : "128", "0", "0"],
      );
    });

    test(`${family}: what the lo0 filter discards does not reach this host, though host-inbound-traffic would let it in`, async () => {
      const host = gateway[family].trust;
      const { lines, wire } = await observed(`host ${host} and tcp port ${port.telnet}`, ["trust"], async () => {
        const attempt = await lab.trust.run(["nc", "-nv", "-w", "1", host, String(port.telnet)], { check: false });
        assert.doesNotMatch(attempt.stderr, /refused/, "this host would have refused it");
      });
      const sent = fromClient(wire.trust);
      assert.ok(sent.length >= 1);
      assert.deepEqual(
        lines.map(told),
        sent.map((packet) => expected(["lo0", protect, "no-telnet", "deny", "none"], packet, TO_HOST)),
      );
      assert.equal(wire.trust.length, sent.length, "nothing was answered");
    });

    test(`${family}: what the lo0 filter rejects is answered, and does not reach this host`, async () => {
      const host = gateway[family].trust;
      const { lines, wire } = await observed(
        `${family === "inet" ? "icmp" : "icmp6"} or udp port ${port.snmp}`,
        ["trust"],
        () => datagrams(lab.trust, family, { from: base + 9, to: host, port: port.snmp, bytes: [9] }),
      );
      const [sent] = wire.trust.filter(({ destinationPort }) => destinationPort === port.snmp);
      assert.deepEqual(lines.map(told), [expected(["lo0", protect, "no-snmp", "reject", "sent"], sent!, TO_HOST)]);
      assertUnreachable(wire.trust, sent!, host);
    });

    test(`${family}: counters are exact, in packets and bytes, cached or not, and clear begins anew`, async () => {
      await lab.firewall.cli(["clear", "firewall", "all"]);
      const bytes = [10, 20, 30, 40];
      await datagrams(lab.trust, family, { from: base + 10, to: server, port: port.echo, bytes, echoed: true });
      const header = family === "inet" ? 28 : 48;
      const sum = bytes.reduce((total, size) => total + size + header, 0);
      const counted = async (name: string): Promise<unknown> => {
        const [filter] = await lab.firewall.cliJson<FilterView[]>("show", "firewall", "filter", name);
        return Object.fromEntries(filter!.counters.map((counter) => [counter.name, [counter.packets, counter.bytes]]));
      };
      const nothing = [0, 0];
      assert.deepEqual(await counted(input), { echo: [4, sum], dropped: nothing, moved: nothing, seen: nothing });
      assert.deepEqual(await counted(output), { echo: [4, sum], stopped: nothing });
      assert.deepEqual(await counted(protect), { pings: nothing });
      await lab.firewall.cli(["clear", "firewall", "filter", input]);
      assert.deepEqual(await counted(input), { echo: nothing, dropped: nothing, moved: nothing, seen: nothing });
      assert.deepEqual(await counted(output), { echo: [4, sum], stopped: nothing });
    });
  }

  test("kv and the form of Junos tell the same, each to the stream that wants it", async () => {
    const from = lab.collector.received.length;
    await datagrams(lab.trust, "inet", { from: 43_001, to: address.untrust.inet, port: port.discarded, bytes: [1] });
    await datagrams(lab.trust, "inet6", { from: 43_002, to: address.untrust.inet6, port: port.discarded, bytes: [1] });
    const ends = async (end: string): Promise<Received> =>
      lab.collector.expect(end, (line) => line.raw.endsWith(end), from);
    await ends(
      "RT_FLOW FILTER_LOG src=10.1.1.10:43001 dst=192.0.2.10:5001 proto=udp action=deny zone=trust->- source=input filter=from-users term=drop in=ge-0/0/0.0 out=- len=29 dscp=0",
    );
    await ends(
      "RT_FLOW FILTER_LOG src=[2001:db8:1::10]:43002 dst=[2001:db8:2::10]:5001 proto=udp action=deny zone=trust->- source=input filter=from-users-6 term=drop in=ge-0/0/0.0 out=- len=49 dscp=0",
    );
    const pfe = await ends("fpc0 PFE_FW_SYSLOG_IP: FW: ge-0/0/0.0 D udp 10.1.1.10 192.0.2.10 43001 5001 (1 packets)");
    assert.equal(pfe.priority, 158);
    await ends(
      "fpc0 PFE_FW_SYSLOG_IP6_TCP_UDP: FW: ge-0/0/0.0 D udp SA 2001:db8:1::10 DA 2001:db8:2::10 sport 43002 dport 5001 (1 packets)",
    );
  });

  test("the operator sees it too: the log, where filters are attached, and what would happen to a packet", async () => {
    await linesOf(() =>
      datagrams(lab.trust, "inet", { from: 43_010, to: address.untrust.inet, port: port.discarded, bytes: [1] }),
    );
    const [last] = await lab.firewall
      .cliJson<Record<string, unknown>[]>("show", "firewall", "log", "--filter", "from-users", "--limit", "2")
      .then((events) => events.filter(({ term }) => term !== "mark"));
    assert.deepEqual(
      ["filter", "term", "reason", "action", "source", "sourcePort", "destination", "destinationPort"].map(
        (name) => last![name],
      ),
      ["from-users", "drop", "input", "deny", address.trust.inet, 43_010, address.untrust.inet, port.discarded],
    );
    const log = (await lab.firewall.cli(["show", "firewall", "log", "--limit", "5"])).stdout;
    assert.match(log, /^Time +Filter +Term +Action +Interface +Protocol +Src Addr +Dest Addr$/m);
    assert.match(log, /from-users +drop +deny +ge-0\/0\/0\.0 +UDP +10\.1\.1\.10 +192\.0\.2\.10$/m);
    const filters = await lab.firewall.cliJson<FilterView[]>("show", "firewall");
    assert.deepEqual(
      filters
        .map(({ name, attached }) => [name, ...attached.map(({ direction, at }) => `${direction} ${at}`)])
        .toSorted(),
      [
        ["from-users", "input ge-0/0/0.0"],
        ["from-users-6", "input ge-0/0/0.0"],
        ["protect", "lo0 inet.0", "lo0 blue"],
        ["protect-6", "lo0 inet.0", "lo0 blue"],
        ["to-untrust", "output ge-0/0/1.0"],
        ["to-untrust-6", "output ge-0/0/1.0"],
      ],
    );
    const explained = (
      await lab.firewall.cli(["explain", "--from", "trust", "10.1.1.10:40000", `192.0.2.10:${port.discarded}`, "udp"])
    ).stdout;
    assert.match(explained, /^input-filter +drop +term drop of filter from-users: discard$/m);
    assert.match(explained, /^dropped \(filter-discard\), trust -> -$/m);
    assert.match(
      (await lab.firewall.cli(["show", "routes"])).stdout,
      /^blue +203\.0\.113\.0\/24 +next-hop +static +198\.51\.100\.10/m,
    );
  });

  test("right after a commit that renumbers filters and terms, lines have the right names, and counters go on", async () => {
    await lab.firewall.cli(["clear", "firewall", "all"]);
    const send = (from: number): Promise<Received[]> =>
      linesOf(() =>
        datagrams(lab.trust, "inet6", { from, to: address.untrust.inet6, port: port.discarded, bytes: [1] }),
      );
    const [before] = await send(43_020);
    // Another filter before all others, another term before those of each.
    const extra = { name: "extra", from: { "packet-length": ["65535"] }, then: { discard: true, log: true } };
    const renumbered = await filterConfiguration((filters, family) => [
      { name: named("first", family), term: [extra] },
      ...filters.map((filter) => ({ ...filter, term: [extra, ...filter.term] })),
    ]);
    await lab.firewall.apply(renumbered);
    const [after] = await send(43_021);
    const names = (line: Received | undefined): (string | undefined)[] =>
      ["filter-name", "term-name", "action"].map((name) => line?.fields[name]);
    const numbers = (line: Received | undefined): number[] =>
      ["filter-id", "term-id", "generation"].map((name) => Number(line?.fields[name]));
    assert.deepEqual(names(before), ["from-users-6", "drop", "deny"]);
    assert.deepEqual(names(after), names(before));
    const [filterId, termId, generation] = numbers(before);
    assert.deepEqual(numbers(after), [filterId! + 2, termId! + 1, generation! + 1]);
    const [filter] = await lab.firewall.cliJson<FilterView[]>("show", "firewall", "filter", "from-users-6");
    assert.deepEqual(
      filter!.counters.find(({ name }) => name === "dropped"),
      { name: "dropped", packets: 2, bytes: 2 * 49 },
    );
  });
});
