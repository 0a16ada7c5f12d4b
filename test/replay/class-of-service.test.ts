// class-of-service.test.ts: code points, policers and classes from configuration to the bytes that leave, first packets and
// cached ones, as the command line users have shows them. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { frameOf, pcapOf, type Shape } from "./frame.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const program = fileURLToPath(new URL("../../daemon/src/cli/replay.js", import.meta.url));
const execute = promisify(execFile);

const EF = 46;
const AF12 = 12;
const CS6 = 48;
const ECN = 3;
const START = 1_767_225_600;

const classOfService = `
class-of-service:
  forwarding-classes: { class: [{ name: bulk, queue-num: 5 }] }
  classifiers:
    dscp: [{ name: in, import: default, forwarding-class: [{ name: bulk, loss-priority: [{ name: medium-low, code-points: [cs1] }] }] }]
  rewrite-rules:
    dscp:
      - name: out
        forwarding-class:
          - { name: expedited-forwarding, loss-priority: [{ name: low, code-point: cs6 }] }
          - { name: assured-forwarding, loss-priority: [{ name: high, code-point: "000001" }] }
          - { name: bulk, loss-priority: [{ name: medium-low, code-point: 2 }, { name: high, code-point: 3 }] }
    dscp-ipv6: [{ name: out, forwarding-class: [{ name: network-control, loss-priority: [{ name: low, code-point: be }] }] }]
  interfaces:
    ge-0/0/0: { unit: { "0": { classifiers: { dscp: in, dscp-ipv6: default } } } }
    ge-0/0/1: { unit: { "0": { rewrite-rules: { dscp: out, dscp-ipv6: out } } } }
`;

let directory = "";
let plain = "";
before(async () => {
  directory = await mkdtemp(join(tmpdir(), "ringwall-replay-cos-"));
  plain = await readFile(join(root, "test/replay/firewall.yaml"), "utf8");
});
after(async () => {
  await rm(directory, { recursive: true });
});

interface Packet {
  readonly packet: number;
  readonly verdict: string;
  readonly reason?: string;
  readonly frames: readonly { readonly bytes: string; readonly dscp?: number }[];
}

/** replay sends shapes in by ge-0/0/0, each at its second. */
async function replay(
  configuration: string,
  shapes: readonly (readonly [seconds: number, shape: Shape])[],
  ...options: readonly string[]
): Promise<Packet[]> {
  const [config, capture] = [join(directory, "config.yaml"), join(directory, "in.pcap")];
  await writeFile(config, configuration);
  await writeFile(capture, pcapOf(shapes.map(([seconds, shape]) => [START + seconds, frameOf(shape)])));
  const { stdout } = await execute(process.execPath, [
    program,
    ...["--config", config, "--in", `ge-0/0/0=${capture}`, "--bytes"],
    ...options,
  ]);
  return stdout
    .split("\n")
    .filter((line) => line.startsWith('{"packet"'))
    .map((line) => JSON.parse(line) as Packet);
}

/** leaving gives the frame that a shape must leave as, by ge-0/0/1. */
function leaving(shape: Shape, dscp: number): string {
  const frame = frameOf({ ...shape, ttl: 63, tos: (dscp << 2) | ((shape.tos ?? 0) & ECN) });
  const neighbour = shape.destination === inet6.destination ? [0, 0, 0, 2] : [10, 0, 2, 2];
  Buffer.from([6, 0, ...neighbour, 2, 0, 0x5e, 0, 0, 1]).copy(frame, 0);
  return frame.toString("hex");
}

const inet: Shape = { source: "10.0.1.2", destination: "10.0.2.2", payload: 33 };
const inet6: Shape = { source: "2001:db8:1::2", destination: "2001:db8:2::2", payload: 33 };
const withDscp = (shape: Shape, dscp: number): Shape => ({ ...shape, tos: (dscp << 2) | ECN });
const again = (shape: Shape, times = 3): (readonly [number, Shape])[] =>
  Array.from({ length: times }, (_, index) => [index / 10, shape] as const);

async function assertLeaves(configuration: string, shape: Shape, dscp: number): Promise<void> {
  for (const options of [[], ["--no-memo"]]) {
    const packets = await replay(configuration, again(shape), ...options);
    assert.equal(packets.length, 3);
    for (const packet of packets)
      assert.deepEqual(
        packet.frames.map(({ bytes }) => bytes),
        [leaving(shape, dscp)],
      );
  }
}

test("without class-of-service code points stay", async () => {
  await assertLeaves(plain, withDscp(inet, EF), EF);
  await assertLeaves(plain, withDscp(inet6, EF), EF);
});

test("class and loss priority of the classifier choose the code point of the rewrite rule", async () => {
  const configuration = plain + classOfService;
  await assertLeaves(configuration, withDscp(inet, EF), CS6);
  await assertLeaves(configuration, withDscp(inet, AF12), 1);
  await assertLeaves(configuration, withDscp(inet, 8), 2);
  await assertLeaves(configuration, withDscp(inet, 10), 10); // assured-forwarding, low: not in the rule
  await assertLeaves(configuration, withDscp(inet6, CS6), 0);
  await assertLeaves(configuration, withDscp(inet6, EF), EF);
});

const attached = (term: string): string =>
  plain.replace("address: [10.0.1.1/24] }", "address: [10.0.1.1/24], filter: { input: mark } }") +
  classOfService +
  `
firewall:
  family: { inet: { filter: [{ name: mark, term: [{ name: all, then: ${term} }] }] } }
  policer:
    - { name: slow, if-exceeding: { bandwidth-limit: 8k, burst-size-limit: 1500 }, then: { loss-priority: high, forwarding-class: bulk } }
    - { name: strict, if-exceeding-pps: { pps-limit: 2, packet-burst: 2 } }
`;

test("a filter's forwarding class and loss priority come after the classifier's", async () => {
  await assertLeaves(attached("{ forwarding-class: bulk, loss-priority: high }"), withDscp(inet, EF), 3);
});

test("a filter's code point comes before the rewrite rule's", async () => {
  await assertLeaves(attached("{ forwarding-class: bulk, dscp: af11 }"), withDscp(inet, EF), 10);
});

test("what exceeds a policer is marked and leaves with that mark's code point, by the capture's clock", async () => {
  // 500 bytes each; 1,500 at once, then 1,000 in a second.
  const shape = withDscp({ ...inet, payload: 472 }, EF);
  const times = [0, 0, 0, 0, 0.4, 0.5, 0.5, 0.999, 1, 2.5];
  const green = [true, true, true, false, false, true, false, false, true, true];
  const expected = green.map((passed) => leaving(shape, passed ? CS6 : 3));
  for (const options of [[], ["--no-memo"], ["--workers", "4"]]) {
    const packets = await replay(
      attached("{ policer: slow }"),
      times.map((seconds) => [seconds, shape] as const),
      ...options,
    );
    assert.deepEqual(
      packets.map(({ frames }) => frames[0]?.bytes),
      expected,
    );
  }
});

test("a policer in packets discards what exceeds it, whatever its size", async () => {
  const times = [0, 0, 0, 0.4, 0.5, 0.6, 1, 9, 9, 9];
  const packets = await replay(
    attached("{ policer: strict }"),
    times.map((seconds, index) => [seconds, { ...inet, payload: 10 * index }] as const),
  );
  assert.deepEqual(
    packets.map(({ verdict, reason }) => reason ?? verdict),
    ["forward", "forward", "policer", "policer", "forward", "policer", "forward", "forward", "forward", "policer"],
  );
});

test("hosts of different workers draw on one budget", async () => {
  // Two at once, then one every half second, whoever comes first.
  const hosts = Array.from({ length: 20 }, (_, host) => ({ ...inet, source: `10.0.1.${host + 2}` }));
  const shapes = [0, 0.5, 1.2].flatMap((seconds) => hosts.map((shape) => [seconds, shape] as const));
  const expected = [2, 1, 1].flatMap((passed) => hosts.map((_, index) => (index < passed ? "forward" : "policer")));
  for (const workers of ["1", "4"]) {
    const packets = await replay(attached("{ policer: strict }"), shapes, "--workers", workers);
    assert.deepEqual(
      packets.map(({ verdict, reason }) => reason ?? verdict),
      expected,
    );
  }
});

test("queues change nothing in a replay", async () => {
  const queues = `
  schedulers: [{ name: slow, transmit-rate: { rate: 8k, exact: true } }]
  scheduler-maps: [{ name: wan, forwarding-class: [{ name: best-effort, scheduler: slow }] }]
`;
  const configuration =
    plain + classOfService.replace("ge-0/0/1: {", "ge-0/0/1: { scheduler-map: wan,").trimEnd() + queues;
  const packets = await replay(configuration, again({ ...inet, payload: 1400 }, 50));
  assert.deepEqual(
    packets.map(({ verdict }) => verdict),
    new Array(50).fill("forward"),
  );
});
