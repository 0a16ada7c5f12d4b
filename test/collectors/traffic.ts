// traffic.ts: packets of every kind through a firewall, and what lines about them have to say: by what was sent and captured, not
// by what the firewall thinks. SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { frameOf, ipPacket } from "../differential/build.js";
import { configuration } from "../e2e/configuration.js";
import { Capture, type Captured } from "../lab/capture.js";
import { root } from "../lab/firewall.js";
import { address, type Lab } from "../lab/lab.js";
import type { Namespace } from "../lab/netns.js";
import type { Step } from "./send.js";

export type Kind = "open" | "close" | "deny" | "screen" | "filter";

/** Row: what a line has to say, by Junos' names of parameters. */
export interface Row {
  readonly kind: Kind;
  readonly fields: Readonly<Record<string, string>>;
}

const FRAME = fileURLToPath(new URL("../../../release/tools/frame", import.meta.url));
const [TCP, UDP, ICMP] = [6, 17, 1];
const ECHO = 7;
const WEB = 80;

/** trafficConfiguration: what the packets of sendTraffic are permitted, denied, translated and looked for by. */
export async function trafficConfiguration(streams: readonly object[], services?: object): Promise<string> {
  return await configuration(
    {
      "trust->untrust": [
        { name: "no-snmp", application: ["own-snmp"], then: "deny" },
        { name: "no-traps", application: ["own-traps"], then: "reject" },
        { name: "users-to-internet", then: "permit" },
      ],
      "untrust->trust": [{ name: "published-web", then: "permit" }],
      "dmz->untrust": [{ name: "dmz-out", then: "permit" }],
    },
    (tree) => {
      const { security } = tree;
      security.log = { stream: streams };
      if (services !== undefined) tree["services"] = services;
      (tree["applications"] as { application: object[] }).application.push(
        { name: "own-snmp", protocol: "udp", "destination-port": 161 },
        { name: "own-traps", protocol: "udp", "destination-port": 162 },
      );
      security["nat"] = {
        source: {
          "rule-set": [
            {
              name: "out",
              from: { zone: ["trust"] },
              to: { zone: ["untrust"] },
              rule: [
                {
                  name: "hide-users",
                  match: { "source-address": ["10.1.1.0/24"] },
                  then: { "source-nat": { interface: true } },
                },
              ],
            },
          ],
        },
        destination: {
          pool: [{ name: "web", address: { name: address.trust.inet, port: WEB } }],
          "rule-set": [
            {
              name: "in",
              from: { zone: ["untrust"] },
              rule: [
                {
                  name: "web-in",
                  match: {
                    "destination-address": address.firewall.untrust,
                    "destination-port": [8080],
                    protocol: ["tcp"],
                  },
                  then: { "destination-nat": { pool: "web" } },
                },
              ],
            },
          ],
        },
      };
      security["screen"] = { "ids-option": [{ name: "inside", tcp: { "syn-fin": true } }] };
      const zones = (security["zones"] as { "security-zone": { name: string; screen?: string }[] })["security-zone"];
      zones.find(({ name }) => name === "trust")!.screen = "inside";
      const { inet } = (tree["firewall"] as { family: { inet: { filter: object[] } } }).family;
      inet.filter.push({
        name: "from-dmz",
        term: [
          {
            name: "no-dns",
            from: { protocol: ["udp"], "destination-port": ["domain"] },
            then: { discard: true, log: true },
          },
          { name: "rest", then: { accept: true } },
        ],
      });
      const interfaces = tree["interfaces"] as Record<string, { unit: { "0": { family: { inet: object } } } }>;
      const dmz = interfaces["ge-0/0/2"]!.unit["0"].family;
      dmz.inet = { ...dmz.inet, filter: { input: "from-dmz" } };
    },
  );
}

/** sendTraffic sends it from ports of clients behind `firstPort` and gives the rows of the lines that have to come of it. Sessions that would stay are cleared. */
export async function sendTraffic(lab: Lab, firstPort: number): Promise<Row[]> {
  const before = lab.collector.received.length;
  const inside = await Capture.start(lab.trust, "ip or ip6");
  const outside = await Capture.start(lab.untrust, "ip or ip6");
  const udp = { kind: "udp", host: address.untrust.inet, port: ECHO, count: 1, isAnswered: true } as const;
  await send(lab.trust, [
    { ...udp, from: firstPort + 1, bytes: 100, count: 3 },
    { ...udp, host: address.untrust.inet6, from: firstPort + 2, bytes: 50, count: 2 },
    { kind: "tcp", host: address.untrust.inet, port: ECHO, from: firstPort + 3, text: "x".repeat(200) },
    { ...udp, port: 161, from: firstPort + 5, bytes: 20, isAnswered: false },
    { ...udp, host: address.untrust.inet6, port: 161, from: firstPort + 6, bytes: 20, isAnswered: false },
    { ...udp, port: 162, from: firstPort + 7, bytes: 20, isAnswered: false },
  ]);
  await lab.trust.run(["ping", "-n", "-c", "1", "-W", "5", address.untrust.inet]);
  await send(lab.untrust, [
    { kind: "tcp", host: address.firewall.untrust, port: 8080, from: firstPort + 9, text: "GET / HTTP/1.0\r\n\r\n" },
  ]);
  await send(lab.dmz, [{ ...udp, port: 53, from: firstPort + 8, bytes: 10, isAnswered: false }]);
  await sendSynFin(lab, firstPort);
  await lab.collector.expectCount("closes by FINs", (line) => line.fields["reason"] === "TCP FIN", 2, before);
  await lab.firewall.cli(["clear", "sessions"]);

  const [trust, untrust] = [await inside.stop(), await outside.stop()];
  const ping = trust.find(({ protocol, destination }) => protocol === ICMP && destination === address.untrust.inet)!;
  const outerPing = untrust.find(
    ({ protocol, destination }) => protocol === ICMP && destination === address.untrust.inet,
  )!;
  const hidden = (protocol: number): Record<string, string> => {
    const packet = untrust.find((seen) => seen.protocol === protocol && seen.source === address.firewall.untrust)!;
    return {
      "nat-source-address": address.firewall.untrust,
      "nat-source-port": String(protocol === ICMP ? outerPing.payload.readUInt16BE(4) : packet.sourcePort),
      "src-nat-rule-type": "source rule",
      "src-nat-rule-name": "hide-users",
    };
  };
  const out = { "policy-name": "users-to-internet", "source-zone-name": "trust", "destination-zone-name": "untrust" };
  const from = { "packet-incoming-interface": "ge-0/0/0.0", host: "fw1" };
  const { inet, inet6 } = address.trust;
  const outbound = { ...out, ...from };
  return [
    ...session(trust, tuple(UDP, inet, firstPort + 1, address.untrust.inet, ECHO), "CLI", {
      ...outbound,
      ...hidden(UDP),
      "service-name": "junos-echo",
    }),
    ...session(trust, tuple(UDP, inet6, firstPort + 2, address.untrust.inet6, ECHO), "CLI", {
      ...outbound,
      "service-name": "junos-echo",
    }),
    ...session(trust, tuple(TCP, inet, firstPort + 3, address.untrust.inet, ECHO), "TCP FIN", {
      ...outbound,
      ...hidden(TCP),
      "service-name": "echo-tcp",
    }),
    ...session(
      trust,
      tuple(ICMP, inet, ping.payload.readUInt16BE(4), address.untrust.inet, ping.payload.readUInt16BE(6)),
      "response received",
      { ...outbound, ...hidden(ICMP), "service-name": "icmp" },
    ),
    ...session(untrust, tuple(TCP, address.untrust.inet, firstPort + 9, address.firewall.untrust, 8080), "TCP FIN", {
      "policy-name": "published-web",
      "source-zone-name": "untrust",
      "destination-zone-name": "trust",
      "packet-incoming-interface": "ge-0/0/1.0",
      host: "fw1",
      "service-name": "junos-http", // the policy asks about the packet as it is sent on
      "nat-destination-address": inet,
      "nat-destination-port": String(WEB),
      "dst-nat-rule-type": "destination rule",
      "dst-nat-rule-name": "web-in",
    }),
    ...(
      [
        [inet, firstPort + 5, address.untrust.inet, 161, "no-snmp", "own-snmp", "Denied by policy"],
        [inet6, firstPort + 6, address.untrust.inet6, 161, "no-snmp", "own-snmp", "Denied by policy"],
        [inet, firstPort + 7, address.untrust.inet, 162, "no-traps", "own-traps", "Rejected by policy"],
      ] as const
    ).map(([source, port, destination, to, policy, service, reason]): Row => ({
      kind: "deny",
      fields: {
        ...tuple(UDP, source, port, destination, to),
        ...outbound,
        "policy-name": policy,
        "service-name": service,
        reason,
        "icmp-type": "0",
        "session-id": "0",
      },
    })),
    {
      kind: "screen",
      fields: {
        ...tuple(TCP, inet, firstPort + 10, address.untrust.inet, firstPort + 11),
        tag: "RT_SCREEN_TCP",
        "attack-name": "SYN and FIN bits!",
        "source-zone-name": "trust",
        "interface-name": "ge-0/0/0.0",
        action: "drop",
        host: "fw1",
      },
    },
    {
      kind: "filter",
      fields: {
        ...tuple(UDP, address.dmz.inet, firstPort + 8, address.untrust.inet, 53),
        "filter-name": "from-dmz",
        "term-name": "no-dns",
        "filter-log-source": "input",
        action: "deny",
        "packet-length": String(20 + 8 + 10),
        "source-zone-name": "dmz",
        "packet-incoming-interface": "ge-0/0/2.0",
        host: "fw1",
      },
    },
  ];
}

async function send(host: Namespace, steps: readonly Step[]): Promise<void> {
  await host.run([process.execPath, join(root, "build/js/test/collectors/send.js"), JSON.stringify(steps)]);
}

/** A segment that no stack sends. */
async function sendSynFin(lab: Lab, firstPort: number): Promise<void> {
  const { stdout } = await lab.fw.run(["cat", "/sys/class/net/trust0/address"]);
  const frame = frameOf(
    ipPacket({
      source: address.trust.inet,
      destination: address.untrust.inet,
      protocol: TCP,
      sourcePort: firstPort + 10,
      destinationPort: firstPort + 11,
      flags: 3,
    }),
  );
  Buffer.from(stdout.trim().replaceAll(":", ""), "hex").copy(frame, 0);
  await lab.trust.run([FRAME, "send", "eth0", frame.toString("hex")]);
}

function tuple(
  protocol: number,
  source: string,
  from: number,
  destination: string,
  to: number,
): Record<string, string> {
  return {
    "source-address": source,
    "source-port": String(from),
    "destination-address": destination,
    "destination-port": String(to),
    "protocol-id": String(protocol),
  };
}

/** session gives the rows of one session, its counts by what was captured at the client's host. */
function session(
  captured: readonly Captured[],
  ends: Readonly<Record<string, string>>,
  reason: string,
  fields: Readonly<Record<string, string>>,
): Row[] {
  const untranslated = {
    "nat-source-address": ends["source-address"]!,
    "nat-source-port": ends["source-port"]!,
    "nat-destination-address": ends["destination-address"]!,
    "nat-destination-port": ends["destination-port"]!,
    "src-nat-rule-type": "N/A",
    "src-nat-rule-name": "N/A",
    "dst-nat-rule-type": "N/A",
    "dst-nat-rule-name": "N/A",
  };
  const common = { ...ends, ...untranslated, ...fields };
  const client = captured.filter((packet) => isOf(packet, ends, "source", "destination"));
  const server = captured.filter((packet) => isOf(packet, ends, "destination", "source"));
  const bytes = (packets: readonly Captured[]): string => String(packets.reduce((sum, { length }) => sum + length, 0));
  return [
    { kind: "open", fields: common },
    {
      kind: "close",
      fields: {
        ...common,
        reason,
        "packets-from-client": String(client.length),
        "bytes-from-client": bytes(client),
        "packets-from-server": String(server.length),
        "bytes-from-server": bytes(server),
      },
    },
  ];
}

function isOf(
  packet: Captured,
  ends: Readonly<Record<string, string>>,
  source: "source" | "destination",
  destination: "source" | "destination",
): boolean {
  if (String(packet.protocol) !== ends["protocol-id"]) return false;
  if (packet.source !== ends[`${source}-address`] || packet.destination !== ends[`${destination}-address`])
    return false;
  if (packet.protocol === ICMP) return String(packet.payload.readUInt16BE(4)) === ends["source-port"];
  return (
    String(packet.sourcePort) === ends[`${source}-port`] &&
    String(packet.destinationPort) === ends[`${destination}-port`]
  );
}
