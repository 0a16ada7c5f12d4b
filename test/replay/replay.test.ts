// replay.test.ts: captures in, verdicts, frames and events out, through the command line users have.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { TcpFlag, frameOf, framesOf, pcapOf, type Shape } from "./frame.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const program = fileURLToPath(new URL("../../daemon/src/cli/replay.js", import.meta.url));
const config = join(root, "test/replay/firewall.yaml");
const execute = promisify(execFile);

type Line = Record<string, unknown> & { readonly frames: readonly Record<string, unknown>[] };

let directory = "";
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "ringwall-replay-test-"));
});
after(async () => {
  await rm(directory, { recursive: true });
});

interface Outcome {
  readonly packets: readonly Line[];
  readonly events: readonly Line[];
  readonly text: string;
}

/** replay runs shapes, given by interface with their times, and returns the lines. */
async function replay(
  received: Readonly<Record<string, readonly (readonly [seconds: number, shape: Shape])[]>>,
  ...options: readonly string[]
): Promise<Outcome> {
  const inputs: string[] = [];
  for (const [name, shapes] of Object.entries(received)) {
    const path = join(directory, `${name.replaceAll("/", "-")}.pcap`);
    await writeFile(path, pcapOf(shapes.map(([seconds, shape]) => [seconds, frameOf(shape)])));
    inputs.push("--in", `${name}=${path}`);
  }
  const { stdout } = await execute(process.execPath, [program, "--config", config, ...inputs, ...options], {
    maxBuffer: 1 << 28,
  });
  const lines = stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
  return {
    packets: lines.filter((line) => "packet" in line),
    events: lines.filter((line) => "event" in line),
    text: stdout,
  };
}

const START = 1_767_225_600;
const client = { source: "10.0.1.2", destination: "10.0.2.2" } as const;
const server = { source: "10.0.2.2", destination: "10.0.1.2" } as const;

test("a TCP connection is forwarded both ways, opened and closed with exact counts", async () => {
  const outcome = await replay({
    "ge-0/0/0": [
      [START, { ...client, protocol: "tcp", sequence: 1000 }],
      [
        START + 0.2,
        { ...client, protocol: "tcp", flags: TcpFlag.ACK, sequence: 1001, acknowledgment: 5001, payload: 100 },
      ],
      [
        START + 0.4,
        { ...client, protocol: "tcp", flags: TcpFlag.FIN | TcpFlag.ACK, sequence: 1101, acknowledgment: 5001 },
      ],
      [START + 0.6, { ...client, protocol: "tcp", flags: TcpFlag.ACK, sequence: 1102, acknowledgment: 5002 }],
    ],
    "ge-0/0/1": [
      [
        START + 0.1,
        {
          ...server,
          protocol: "tcp",
          sourcePort: 80,
          destinationPort: 40000,
          flags: TcpFlag.SYN | TcpFlag.ACK,
          sequence: 5000,
          acknowledgment: 1001,
        },
      ],
      [
        START + 0.5,
        {
          ...server,
          protocol: "tcp",
          sourcePort: 80,
          destinationPort: 40000,
          flags: TcpFlag.FIN | TcpFlag.ACK,
          sequence: 5001,
          acknowledgment: 1102,
        },
      ],
    ],
  });
  assert.deepEqual(
    outcome.packets.map((line) => line["packet"]),
    [1, 2, 3, 4, 5, 6],
  );
  assert.deepEqual(
    outcome.packets.map((line) => line["verdict"]),
    new Array(6).fill("forward"),
  );
  assert.deepEqual(
    outcome.packets.map((line) => line["egress"]),
    ["ge-0/0/1.0", "ge-0/0/0.0", "ge-0/0/1.0", "ge-0/0/1.0", "ge-0/0/0.0", "ge-0/0/1.0"],
  );
  assert.deepEqual(outcome.packets[0]?.frames, [
    {
      out: "ge-0/0/1",
      destination_mac: "06:00:0a:00:02:02",
      source_mac: "02:00:5e:00:00:01",
      source: "10.0.1.2",
      destination: "10.0.2.2",
      protocol: 6,
      source_port: 40000,
      destination_port: 80,
      tcp_flags: TcpFlag.SYN,
      tcp_sequence: 1000,
      tcp_acknowledgment: 0,
      ttl: 63,
      dscp: 0,
      length: 40,
    },
  ]);
  const [open, close] = outcome.events;
  assert.equal(outcome.events.length, 2);
  assert.equal(open?.["event"], "SESSION_OPEN");
  assert.equal(open["policy"], "all-out");
  assert.equal(open["time_ns"], START * 1e9);
  assert.equal(close?.["event"], "SESSION_CLOSE");
  assert.equal(close["reason"], "TCP FIN");
  assert.equal(close["session"], open["session"]);
  assert.deepEqual(
    [close["client_packets"], close["client_bytes"], close["server_packets"], close["server_bytes"]],
    [4, 260, 2, 80],
  );
});

test("what is denied and what is rejected is said as it happened on the wire", async () => {
  const outcome = await replay({
    "ge-0/0/0": [
      [START, { ...client, protocol: "tcp", destinationPort: 23, sequence: 7 }],
      [START + 1, { source: "10.0.1.2", destination: "10.0.1.1", protocol: "icmp" }],
      [START + 2, { source: "10.0.1.2", destination: "10.0.1.1", protocol: "tcp", destinationPort: 22 }],
      [START + 3, { source: "2001:db8:1::2", destination: "2001:db8:2::2", protocol: "icmp" }],
    ],
    "ge-0/0/1": [[START + 4, { ...server }]],
  });
  assert.deepEqual(
    outcome.packets.map(({ verdict, reason }) => [verdict, reason]),
    [
      ["drop", "policy-reject"],
      ["host", undefined],
      ["drop", "host-inbound"],
      ["forward", undefined],
      ["drop", "default-policy"],
    ],
  );
  const reset = outcome.packets[0]?.frames[0];
  assert.equal(reset?.["tcp_flags"], TcpFlag.RST | TcpFlag.ACK);
  assert.equal(reset["tcp_acknowledgment"], 8);
  assert.equal(reset["out"], "ge-0/0/0");
  assert.equal(outcome.packets[1]?.frames[0]?.["out"], "host");
  assert.deepEqual(
    outcome.events.map(({ event, action, reason, policy }) => [event, action, reason, policy]),
    [
      ["POLICY_DENY", "reject", "Rejected by policy", "no-telnet"],
      ["POLICY_DENY", "deny", "Denied by host-inbound-traffic", "default-policy"],
      ["SESSION_OPEN", "permit", undefined, "all-out"],
      ["POLICY_DENY", "deny", "Denied by default policy", "default-policy"],
    ],
  );
});

/** NAT64 for the clients of trust, put into the configuration. */
const NAT64 = `security:
  nat:
    static:
      rule-set:
        - name: internet
          from: { zone: [trust] }
          rule:
            - { name: four, match: { destination-address: "64:ff9b::/96" }, then: { static-nat: { inet: true } } }
    source:
      rule-set:
        - name: out
          from: { zone: [trust] }
          to: { zone: [untrust] }
          rule:
            - { name: four, match: { destination-address: [0.0.0.0/0] }, then: { source-nat: { interface: true } } }
`;

test("what crosses by NAT64 is told with the addresses of the other family", async () => {
  const path = join(directory, "nat64.yaml");
  await writeFile(path, (await readFile(config, "utf8")).replace("security:\n", NAT64));
  const out = { source: "2001:db8:1::2", destination: "64:ff9b::c000:202" } as const;
  const outcome = await replay({ "ge-0/0/0": [[START, { ...out }]] }, "--config", path);
  const frame = outcome.packets[0]?.frames[0];
  assert.deepEqual([frame?.["source"], frame?.["destination"]], ["10.0.2.1", "192.0.2.2"]);
  const [open] = outcome.events;
  assert.deepEqual(
    [open?.["event"], open?.["source"], open?.["destination"], open?.["nat_source"], open?.["nat_destination"]],
    ["SESSION_OPEN", out.source, out.destination, "10.0.2.1", "192.0.2.2"],
  );
});

test("a neighbour that does not answer costs the packet, not a session", async () => {
  const outcome = await replay(
    {
      "ge-0/0/0": [
        [START, { ...client, destination: "10.0.2.77" }],
        [START + 1, { ...client }],
      ],
    },
    "--cold",
    "10.0.2.77",
  );
  assert.deepEqual(
    outcome.packets.map(({ packet, verdict, reason }) => [packet, verdict, reason]),
    [
      [2, "forward", undefined],
      [1, "drop", "neighbour-unresolved"],
    ],
  );
  assert.equal(outcome.packets[1]?.frames[0]?.["icmp_type"], 3);
  assert.equal(outcome.packets[1].frames[0]["icmp_code"], 1);
  assert.deepEqual(
    outcome.events.map((line) => line["event"]),
    ["SESSION_OPEN"],
  );
});

test("frames are written per interface, tags and hop counts included", async () => {
  const dmz = join(directory, "out-dmz.pcap");
  const events = join(directory, "events.jsonl");
  const outcome = await replay(
    {
      eth1: [
        [START, { source: "10.0.1.2", destination: "10.0.3.2", payload: 40, ttl: 9 }],
        [START + 1, { ...client, destination: "192.0.2.5" }],
      ],
    },
    "--out",
    `ge-0/0/2=${dmz}`,
    "--events",
    events,
    "--bytes",
    "--close",
  );
  const frames = framesOf(await readFile(dmz));
  assert.equal(frames.length, 1);
  const expected = frameOf({ source: "10.0.1.2", destination: "10.0.3.2", payload: 40, ttl: 8, vlan: 30 });
  Buffer.from([6, 0, 10, 0, 3, 2, 2, 0, 0x5e, 0, 0, 2]).copy(expected, 0);
  assert.equal(frames[0]?.toString("hex"), expected.toString("hex"));
  assert.equal(outcome.packets[0]?.frames[0]?.["bytes"], expected.toString("hex"));
  assert.equal(outcome.packets[1]?.frames[0]?.["destination_mac"], "06:00:0a:00:02:09");
  assert.equal(outcome.events.length, 0);
  const written = (await readFile(events, "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
  assert.deepEqual(
    written.map(({ event, reason }) => [event, reason]),
    [
      ["SESSION_OPEN", undefined],
      ["SESSION_CLOSE", "shutdown"],
    ],
  );
});

/** lottery: packets of a few hosts and ports in no order, the same for the same seed. */
function lottery(seed: number, count: number): Record<string, (readonly [number, Shape])[]> {
  let state = seed;
  const pick = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const received: Record<string, (readonly [number, Shape])[]> = { "ge-0/0/0": [], "ge-0/0/1": [] };
  for (let i = 0; i < count; i++) {
    const inet6 = pick(3) === 0;
    const inside = `${inet6 ? "2001:db8:1::" : "10.0.1."}${2 + pick(4)}`;
    const outside = `${inet6 ? "2001:db8:2::" : "10.0.2."}${2 + pick(4)}`;
    const fromInside = pick(3) > 0;
    const inner = 40000 + pick(3);
    const outer = [53, 80, 23][pick(3)]!;
    const shape: Shape = {
      source: fromInside ? inside : outside,
      destination: fromInside ? outside : inside,
      protocol: (["tcp", "udp", "icmp"] as const)[pick(3)]!,
      sourcePort: fromInside ? inner : outer,
      destinationPort: fromInside ? outer : inner,
      flags: [TcpFlag.SYN, TcpFlag.ACK, TcpFlag.SYN | TcpFlag.ACK, TcpFlag.RST, TcpFlag.FIN | TcpFlag.ACK][pick(5)]!,
      sequence: pick(4),
      acknowledgment: pick(4),
      icmpType: inet6 ? [128, 129][pick(2)]! : [8, 0, 13][pick(3)]!,
      icmpId: pick(2),
      ttl: [64, 64, 64, 2, 1][pick(5)]!,
      payload: [0, 10, 1400, 1470][pick(4)]!,
      dontFragment: pick(2) === 0,
    };
    received[fromInside ? "ge-0/0/0" : "ge-0/0/1"]!.push([START + i / 10, shape]);
  }
  return received;
}

test("memos and workers change nothing that can be seen", async () => {
  const received = lottery(7, 3000);
  const cached = await replay(received, "--bytes", "--close");
  assert.equal(cached.packets.length, 3000);
  const reasons = new Set(cached.packets.map((line) => line["reason"] ?? line["verdict"]));
  for (const reason of [
    "forward",
    "policy-reject",
    "default-policy",
    "tcp-no-session",
    "tcp-state",
    "icmp-no-session",
    "ttl-expired",
  ])
    assert.ok(reasons.has(reason), `${reason} is among the outcomes: ${[...reasons].join(" ")}`);
  const uncached = await replay(received, "--bytes", "--close", "--no-memo");
  // Only a full judgement names the rule of a packet whose session was judged before.
  const visible = (line: Line): unknown => ({ ...line, policy: undefined, policy_id: undefined });
  assert.deepEqual(uncached.packets.map(visible), cached.packets.map(visible));
  assert.deepEqual(uncached.events, cached.events);

  const spread = await replay(received, "--bytes", "--close", "--workers", "4");
  const anyWorker = (line: Line): unknown => ({ ...line, session: undefined, worker: undefined });
  assert.deepEqual(spread.packets.map(anyWorker), cached.packets.map(anyWorker));
  const byText = (lines: readonly Line[]): string[] => lines.map((line) => JSON.stringify(anyWorker(line))).toSorted();
  assert.deepEqual(byText(spread.events), byText(cached.events));
});

test("a configuration with an error is refused before any packet", async () => {
  const broken = join(directory, "broken.yaml");
  await writeFile(broken, (await readFile(config, "utf8")).replace("ge-0/0/1.0]", "ge-0/0/7.0]"));
  await assert.rejects(execute(process.execPath, [program, "--config", broken, "--in", "ge-0/0/0=/nonexistent"]), {
    code: 1,
    stderr: /ge-0\/0\/7\.0/,
  });
  await assert.rejects(execute(process.execPath, [program, "--config", config, "--in", "ge-0/0/9=/nonexistent"]), {
    code: 1,
    stderr: /expected PORT=FILE with an interface of the configuration/,
  });
});
