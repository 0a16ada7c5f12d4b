// How many packets does one core forward? The helper against nftables with conntrack and an equivalent rule set, and against a
// bare AF_XDP forwarder that looks at nothing: 64-byte UDP over veth between namespaces. The firewall's threads (receive, process,
// transmit) have one core, generator and receiver the other. Paired rounds, the peers in turn, medians.
//
// BENCH_NAT=1: every packet's source is translated to the egress interface's address, by nftables with masquerade.
//
// Two metrics: what arrived per second, and what arrived per second of processor time that the firewall's threads used. The second
// holds on machines where the core is shared, or where generator or receiver are the slower half.
import { join } from "node:path";

import type { Running } from "../test/lab/process.js";
import {
  FIREWALL_CPU,
  type Forwarded,
  forward,
  mac,
  machine,
  median,
  type Place,
  startHelper,
  stolenTicks,
  tools,
} from "./one-core.js";

const NAT = process.env["BENCH_NAT"] === "1";
type Peer = "helper" | "nftables" | "l2fwd";
const PEERS: readonly Peer[] = NAT ? ["helper", "nftables"] : ["helper", "nftables", "l2fwd"];
const FLOWS = [1, 10_000] as const;
const ROUNDS = Number(process.env["BENCH_ROUNDS"] ?? 5);
const SECONDS = Number(process.env["BENCH_SECONDS"] ?? 2);
const OFFERED = Number(process.env["BENCH_OFFERED"] ?? 1_200_000);

const config = `
system: { host-name: bench }
interfaces:
  f0: { unit: { "0": { family: { inet: { address: [10.1.0.1/24] } } } } }
  f1: { unit: { "0": { family: { inet: { address: [10.2.0.1/24] } } } } }
security:
  zones:
    security-zone:
      - { name: trust, interfaces: [f0.0] }
      - { name: untrust, interfaces: [f1.0] }
  policies:
    - from-zone: trust
      to-zone: untrust
      policy:
        - name: out
          match: { source-address: [any], destination-address: [any], application: [any] }
          then: { permit: true, count: true }
${
  NAT
    ? `
  nat:
    source:
      rule-set:
        - name: out
          from: { zone: [trust] }
          to: { zone: [untrust] }
          rule: [{ name: all, match: {}, then: { source-nat: { interface: true } } }]
`
    : ""
}`;

const ruleset = `
table inet firewall {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    iifname "f0" oifname "f1" counter accept
  }
}
${
  NAT
    ? `
table inet translation {
  chain postrouting {
    type nat hook postrouting priority 100;
    oifname "f1" masquerade
  }
}
`
    : ""
}`;

async function startPeer(peer: Peer, place: Place): Promise<readonly Running[]> {
  switch (peer) {
    case "helper":
      return [await startHelper(place, config)];
    case "nftables":
      await place.firewall.run(["sysctl", "-qw", "net.ipv4.ip_forward=1"]);
      await place.firewall.run(["nft", ruleset]);
      // A veth device takes redirected frames only if GRO is switched on while it is up.
      for (const device of ["f0", "f1"]) {
        await place.firewall.run(["ethtool", "-K", device, "gro", "off"]);
        await place.firewall.run(["ethtool", "-K", device, "gro", "on"]);
      }
      return [];
    case "l2fwd": {
      const [c0, s0] = [await mac(place.client, "c0"), await mac(place.server, "s0")];
      const command = ["taskset", "-c", FIREWALL_CPU, join(tools, "l2fwd"), "f0", c0, "f1", s0];
      const running = place.firewall.start("l2fwd", command);
      await running.printed(/ready/);
      return [running];
    }
  }
}

const lost = (sample: Forwarded): number => 1 - sample.arrived / sample.sent;

for (const flows of FLOWS) {
  const samples: Record<Peer, Forwarded[]> = { helper: [], nftables: [], l2fwd: [] };
  const stolen = stolenTicks();
  for (let round = 0; round < ROUNDS; round++) {
    for (const peer of round % 2 ? PEERS.toReversed() : PEERS) {
      const sample = await forward({ flows, rate: OFFERED, seconds: SECONDS }, (place) => startPeer(peer, place));
      samples[peer].push(sample);
      console.error(
        `${flows} flows, round ${round + 1}, ${peer}: ${Math.round(sample.throughput)}/s, ` +
          `${Math.round(sample.perCore)} per second of processor time, ${(100 * lost(sample)).toFixed(1)} % of the offer lost`,
      );
    }
  }
  for (const metric of ["throughput", "perCore"] as const) {
    for (const peer of PEERS.filter((each) => each !== "helper")) {
      const value = median(samples.helper.map((sample) => sample[metric]));
      const peerValue = median(samples[peer].map((sample) => sample[metric]));
      const paired = median(samples.helper.map((sample, i) => sample[metric] / (samples[peer][i]?.[metric] ?? NaN)));
      console.log(
        JSON.stringify({
          bench: NAT ? "bench-forward-nat" : "bench-forward",
          metric: `${metric === "throughput" ? "throughput" : "per-core"}-${flows}-flows`,
          value: Math.round(value),
          unit: metric === "throughput" ? "packets/s" : "packets per second of the firewall's processor time",
          peer: peer === "nftables" ? (NAT ? "nftables masquerade" : "nftables+conntrack") : "bare AF_XDP l2fwd",
          peer_value: Math.round(peerValue),
          ratio: Number(paired.toFixed(3)),
          conditions:
            `64-byte UDP over veth, copy mode, firewall on one core, offered ${OFFERED}/s, median of ${ROUNDS} paired rounds of ` +
            `${SECONDS} s, loss of the offer helper ${(100 * median(samples.helper.map(lost))).toFixed(0)} % peer ` +
            `${(100 * median(samples[peer].map(lost))).toFixed(0)} %, stolen ticks ${stolenTicks() - stolen}, ` +
            machine(),
        }),
      );
    }
  }
}
