// probe.ts: one packet for each kind of line, what the line has to say of it, and where the packet has to be seen afterwards.
// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";

import type { Step } from "../collectors/send.js";
import { frameOf, ipPacket } from "../differential/build.js";
import { named, port, type FamilyName } from "../e2e/filters.js";
import type { Captured } from "../lab/capture.js";
import type { Received } from "../lab/collector.js";
import { root } from "../lab/firewall.js";
import { address, type Lab } from "../lab/lab.js";
import { denied } from "./configuration.js";

/** Probe: a packet that the host in zone trust sends. Of several alike the line is about the one numbered `index`. */
export interface Probe {
  readonly kind: string;
  readonly tag: string;
  readonly send: (lab: Lab) => Promise<unknown>;
  readonly isSent: (packet: Captured) => boolean;
  readonly index?: number;
  /** Parameters that the packet itself decides. */
  readonly wire: readonly string[];
  /** Parameters that the configuration decides. */
  readonly configured: Readonly<Record<string, string>>;
  /** The host that gets the packet, or that gets an answer from the firewall itself. */
  readonly arrives: "untrust" | "dmz" | "answered" | "nowhere";
  /** The line also tells of all packets of the session. */
  readonly countsSession?: boolean;
}

export const FAMILIES = [
  ["inet", "IPv4"],
  ["inet6", "IPv6"],
] as const;

const [TCP, SYN, FIN] = [6, 2, 1];
const ELSEWHERE = { inet: "203.0.113.9", inet6: "2001:db8:ff::9" } as const; // routed by static routes only
const FIREWALL = { inet: address.firewall.trust, inet6: address.firewall.trust6 } as const;
const PING_IDENTIFIER = 4077;
const SCREENED_PORT = 81;

const ENDS = ["source-address", "source-port", "destination-address", "destination-port", "protocol-id"];
const FILTERED = [...ENDS, "packet-length", "dscp"];
const TO_UNTRUST = {
  "source-zone-name": "trust",
  "destination-zone-name": "untrust",
  "packet-incoming-interface": "ge-0/0/0.0",
};
const OUT_OF_UNTRUST = { ...TO_UNTRUST, "packet-outgoing-interface": "ge-0/0/1.0" };

async function send(lab: Lab, ...steps: readonly Step[]): Promise<void> {
  await lab.trust.run([process.execPath, join(root, "build/js/test/collectors/send.js"), JSON.stringify(steps)]);
}

/** A segment that no stack sends. */
async function sendSynFin(lab: Lab, family: FamilyName, from: number): Promise<void> {
  const { stdout } = await lab.fw.run(["cat", "/sys/class/net/trust0/address"]);
  const frame = frameOf(
    ipPacket({
      source: address.trust[family],
      destination: address.untrust[family],
      protocol: TCP,
      sourcePort: from,
      destinationPort: SCREENED_PORT,
      flags: SYN | FIN,
    }),
  );
  Buffer.from(stdout.trim().replaceAll(":", ""), "hex").copy(frame, 0);
  await lab.trust.run([join(root, "build/release/tools/frame"), "send", "eth0", frame.toString("hex")]);
}

/** probesOf gives the probes of a family in the order in which they are sent; a probe without packets of its own comes behind the one whose packets it is about. */
export function probesOf(family: FamilyName): Probe[] {
  const client = address.trust[family];
  const server = address.untrust[family];
  const first = family === "inet" ? 43000 : 44000;
  const udp = (from: number, host: string, to: number, count: number, isAnswered = false) => ({
    isSent: (packet: Captured): boolean =>
      packet.source === client && packet.sourcePort === from && packet.destination === host,
    send: (lab: Lab): Promise<void> => send(lab, { kind: "udp", host, port: to, from, bytes: 20, count, isAnswered }),
  });
  const filter = (source: string, name: string, term: string, action: string) => ({
    "filter-name": named(name, family),
    "term-name": term,
    "filter-log-source": source,
    action,
    answer: "none",
  });
  const echo = udp(first + 5, server, port.echo, 2, true);
  const already = (): Promise<void> => Promise.resolve();
  const connection = {
    isSent: (packet: Captured): boolean =>
      packet.protocol === TCP && packet.source === client && packet.sourcePort === first + 7,
    configured: { ...TO_UNTRUST, "policy-name": "permit-all(global)", "service-name": "echo-tcp" },
  };
  return [
    {
      kind: "Policy deny",
      tag: "RT_FLOW_SESSION_DENY",
      ...udp(first + 1, server, denied.port, 1),
      wire: ENDS,
      configured: { ...TO_UNTRUST, "policy-name": denied.policy, reason: "Denied by policy" },
      arrives: "nowhere",
    },
    {
      kind: "Screen drop",
      tag: "RT_SCREEN_TCP",
      send: (lab) => sendSynFin(lab, family, first + 2),
      isSent: (packet) => packet.source === client && packet.destinationPort === SCREENED_PORT,
      wire: ENDS.slice(0, 4),
      configured: {
        "attack-name": "SYN and FIN bits!",
        "source-zone-name": "trust",
        "interface-name": "ge-0/0/0.0",
        action: "drop",
      },
      arrives: "nowhere",
    },
    {
      kind: "PBR",
      tag: "RT_FLOW_FILTER_LOG",
      ...udp(first + 3, ELSEWHERE[family], port.moved, 1),
      wire: FILTERED,
      configured: {
        ...filter("pbr", "from-users", "by-blue", "permit"),
        ...TO_UNTRUST,
        "destination-zone-name": "dmz",
        "packet-outgoing-interface": "ge-0/0/2.0",
      },
      arrives: "dmz",
    },
    {
      kind: "Input filter, discard",
      tag: "RT_FLOW_FILTER_LOG",
      ...udp(first + 4, server, port.discarded, 1),
      wire: FILTERED,
      configured: {
        ...filter("input", "from-users", "drop", "deny"),
        "source-zone-name": "trust",
        "packet-incoming-interface": "ge-0/0/0.0",
      },
      arrives: "nowhere",
    },
    {
      kind: "Input filter, accept",
      tag: "RT_FLOW_FILTER_LOG",
      ...echo,
      wire: FILTERED,
      configured: { ...filter("input", "from-users", "echo", "permit"), ...OUT_OF_UNTRUST },
      arrives: "untrust",
    },
    {
      kind: "Output filter",
      tag: "RT_FLOW_FILTER_LOG",
      ...echo,
      send: already,
      wire: FILTERED,
      configured: { ...filter("output", "to-untrust", "echo", "permit"), ...OUT_OF_UNTRUST },
      arrives: "untrust",
    },
    {
      kind: "Output filter, cached",
      tag: "RT_FLOW_FILTER_LOG",
      ...echo,
      send: already,
      index: 1,
      wire: FILTERED,
      configured: { ...filter("cached-output", "to-untrust", "echo", "permit"), ...OUT_OF_UNTRUST },
      arrives: "untrust",
    },
    {
      kind: "lo0 filter",
      tag: "RT_FLOW_FILTER_LOG",
      send: (lab) =>
        lab.trust.run(["ping", "-n", "-c", "1", "-W", "5", "-e", String(PING_IDENTIFIER), FIREWALL[family]]),
      isSent: (packet) => packet.source === client && packet.destination === FIREWALL[family] && isEcho(packet),
      wire: [...FILTERED, "icmp-type", "icmp-code"],
      configured: {
        ...filter("lo0", "protect", "pings", "permit"),
        ...TO_UNTRUST,
        "destination-zone-name": "junos-host",
        "packet-outgoing-interface": ".local..0",
      },
      arrives: "answered",
    },
    {
      kind: "Session open",
      tag: "RT_FLOW_SESSION_CREATE",
      send: (lab) => send(lab, { kind: "tcp", host: server, port: port.echo, from: first + 7, text: "x".repeat(40) }),
      ...connection,
      wire: ENDS,
      arrives: "untrust",
    },
    {
      kind: "Session close",
      tag: "RT_FLOW_SESSION_CLOSE",
      send: already,
      isSent: (packet) => connection.isSent(packet) && (packet.payload[13]! & FIN) !== 0,
      configured: { ...connection.configured, reason: "TCP FIN" },
      wire: ENDS,
      arrives: "untrust",
      countsSession: true,
    },
  ];
}

const isEcho = ({ protocol, payload }: Captured): boolean =>
  (protocol === 1 && payload[0] === 8) || (protocol === 58 && payload[0] === 128);

/** isAbout tells whether a line is one that the probe waits for; the other values are compared when it is there. */
export function isAbout(probe: Probe, packet: (parameter: string) => string): (line: Received) => boolean {
  const source = probe.configured["filter-log-source"];
  return (line) =>
    line.tag === probe.tag &&
    (source === undefined || line.fields["filter-log-source"] === source) &&
    ["source-address", "source-port", "destination-address", "destination-port"].every(
      (name) => line.fields[name] === packet(name),
    );
}
