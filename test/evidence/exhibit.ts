// exhibit.ts: a packet as it was captured and the line that came of it, held against each other. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { pcapOf } from "../differential/pcap.js";
import type { FamilyName } from "../e2e/filters.js";
import { Capture, type Captured } from "../lab/capture.js";
import type { Received } from "../lab/collector.js";
import type { Lab } from "../lab/lab.js";
import { run } from "../lab/process.js";
import { isAbout, probesOf, type Probe } from "./probe.js";
import { ipOf, said } from "./wire.js";

/** Agreement: a parameter, what decides its value, and the value in the line, which is the same. */
export interface Agreement {
  readonly parameter: string;
  readonly decidedBy: string;
  readonly value: string;
}

export interface Exhibit {
  readonly kind: string;
  readonly packet: Buffer; // from the IP header on
  readonly decoded: string; // by tcpdump
  /** What the other hosts saw of it, or the sender of an answer, by tcpdump. */
  readonly afterwards: { readonly host: string; readonly decoded: string } | undefined;
  /** All packets of the session at the sender, where the line is about them all. */
  readonly session: readonly string[];
  readonly line: string;
  readonly agreements: readonly Agreement[];
}

const HOSTS = ["trust", "untrust", "dmz"] as const;
type Wires = Readonly<Record<(typeof HOSTS)[number], readonly Captured[]>>;

/** collectExhibits sends the probes of a family and gives what came of each; it fails where line and packet differ. */
export async function collectExhibits(lab: Lab, family: FamilyName): Promise<Exhibit[]> {
  const probes = probesOf(family);
  const from = lab.collector.received.length;
  const captures = await Promise.all(HOSTS.map((host) => Capture.start(lab[host], "tcp or udp or icmp or icmp6")));
  for (const probe of probes) {
    await probe.send(lab);
    const sent = await captures[0]!.until(`the packet of ${probe.kind}`, probe.isSent);
    const about = isAbout(probe, (name) => said(sent, name).value);
    await lab.collector.expectCount(probe.kind, about, 1, from);
  }
  const packets = await Promise.all(captures.map((capture) => capture.stop()));
  const wires = Object.fromEntries(HOSTS.map((host, at) => [host, packets[at]])) as unknown as Wires;
  const exhibits: Exhibit[] = [];
  for (const probe of probes) exhibits.push(await exhibitOf(probe, wires, lab.collector.received.slice(from)));
  return exhibits;
}

async function exhibitOf(probe: Probe, wires: Wires, received: readonly Received[]): Promise<Exhibit> {
  const index = probe.index ?? 0;
  const packet = wires.trust.filter(probe.isSent)[index]!;
  const about = isAbout(probe, (name) => said(packet, name).value);
  const lines = received.filter(about);
  assert.equal(lines.length, linesOf(probe), `lines of ${probe.kind}`);
  const [line] = lines as [Received];

  const session = probe.countsSession === true ? wires.trust.filter((seen) => isSameFlow(seen, packet)) : [];
  const agreements = [
    ...probe.wire.map((parameter): Agreement => {
      const { value, where } = said(packet, parameter);
      return { parameter, decidedBy: where, value };
    }),
    ...(probe.countsSession === true ? counts(session, packet) : []),
    ...Object.entries(probe.configured).map(([parameter, value]): Agreement => ({
      parameter,
      decidedBy: "the configuration",
      value,
    })),
  ];
  for (const { parameter, value } of agreements)
    assert.equal(line.fields[parameter], value, `${probe.kind}: ${parameter} of ${line.raw}`);

  const seen = afterwards(probe, packet, wires);
  const decoded = await decode([packet, ...(seen === undefined ? [] : [seen.packet]), ...session]);
  return {
    kind: probe.kind,
    packet: ipOf(packet),
    decoded: decoded[0]!,
    afterwards: seen === undefined ? undefined : { host: seen.host, decoded: decoded[1]! },
    session: session.length === 0 ? [] : decoded.slice(-session.length),
    line: line.raw,
    agreements,
  };
}

/** The input filter logs both packets of its flow; of all else there is one line. */
const linesOf = ({ configured }: Probe): number =>
  configured["term-name"] === "echo" && configured["filter-log-source"] === "input" ? 2 : 1;

/** afterwards finds the packet where it has to be, and makes sure that it is nowhere else. */
function afterwards(
  probe: Probe,
  packet: Captured,
  wires: Wires,
): { readonly host: string; readonly packet: Captured } | undefined {
  const forwarded = (host: "untrust" | "dmz"): readonly Captured[] => wires[host].filter(probe.isSent);
  const count = wires.trust.filter(probe.isSent).length;
  for (const host of ["untrust", "dmz"] as const)
    assert.equal(forwarded(host).length, host === probe.arrives ? count : 0, `${probe.kind} at ${host}`);
  if (probe.arrives === "nowhere") return undefined;
  if (probe.arrives === "answered") {
    const answer = wires.trust.find(
      ({ source, destination, payload }) =>
        source === packet.destination &&
        destination === packet.source &&
        payload.readUInt32BE(4) === packet.payload.readUInt32BE(4),
    );
    assert.ok(answer, `the answer to ${probe.kind}`);
    return { host: "trust", packet: answer };
  }
  const there = forwarded(probe.arrives)[probe.index ?? 0]!;
  assert.equal(there.ttl, packet.ttl - 1);
  return { host: probe.arrives, packet: there };
}

function isSameFlow(one: Captured, other: Captured): boolean {
  const ends = [
    `${other.source} ${other.sourcePort} ${other.destination} ${other.destinationPort}`,
    `${other.destination} ${other.destinationPort} ${other.source} ${other.sourcePort}`,
  ];
  const tuple = `${one.source} ${one.sourcePort} ${one.destination} ${one.destinationPort}`;
  return one.protocol === other.protocol && ends.includes(tuple);
}

function counts(session: readonly Captured[], { source }: Captured): Agreement[] {
  return (["client", "server"] as const).flatMap((side): Agreement[] => {
    const packets = session.filter((packet) => (packet.source === source) === (side === "client"));
    const decidedBy = `${packets.length} captured packets`;
    const bytes = packets.reduce((sum, { length }) => sum + length, 0);
    return [
      { parameter: `packets-from-${side}`, decidedBy, value: String(packets.length) },
      { parameter: `bytes-from-${side}`, decidedBy, value: String(bytes) },
    ];
  });
}

/** decode has tcpdump say what packets are, one line each. */
async function decode(packets: readonly Captured[]): Promise<string[]> {
  const directory = await mkdtemp("/tmp/ringwall-evidence-");
  try {
    const file = join(directory, "packets.pcap");
    await writeFile(file, pcapOf(packets.map(({ frame }) => ({ time: 0n, frame }))));
    const { stdout } = await run(["tcpdump", "-nn", "-t", "-S", "-r", file]);
    const lines = stdout.trim().split("\n");
    assert.equal(lines.length, packets.length, stdout);
    return lines;
  } finally {
    await rm(directory, { recursive: true });
  }
}
