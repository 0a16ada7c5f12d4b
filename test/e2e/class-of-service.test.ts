// Class of service on the wire: code points as rewritten, and a queue that keeps its rate while another does not wait for it.
import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { after, before, describe, test } from "node:test";
import type { QueueView } from "../../daemon/src/http/api.js";
import { Capture, type Captured } from "../lab/capture.js";
import { address, Lab } from "../lab/lab.js";
import type { Namespace } from "../lab/netns.js";
import { configuration, permitAll } from "./configuration.js";

interface Counters {
  readonly drops: Readonly<Record<string, number>>;
}

const SHAPING_RATE = 10_000_000; // bit/s
const AT_ONCE = 40_000; // bytes: 4 ms of it
const EF = 46;
const CS6 = 48;

const classOfService = {
  "rewrite-rules": {
    dscp: [
      {
        name: "out",
        "forwarding-class": [
          { name: "expedited-forwarding", "loss-priority": [{ name: "low", "code-point": "cs6" }] },
          { name: "best-effort", "loss-priority": [{ name: "low", "code-point": "cs1" }] },
        ],
      },
    ],
    "dscp-ipv6": [
      {
        name: "out",
        "forwarding-class": [{ name: "expedited-forwarding", "loss-priority": [{ name: "low", "code-point": "cs6" }] }],
      },
    ],
  },
  schedulers: [
    { name: "voice", "transmit-rate": { rate: "1m", exact: true }, priority: "strict-high" },
    { name: "rest", "transmit-rate": { percent: 50 } },
  ],
  "scheduler-maps": [
    {
      name: "wan",
      "forwarding-class": [
        { name: "expedited-forwarding", scheduler: "voice" },
        { name: "best-effort", scheduler: "rest" },
      ],
    },
  ],
  interfaces: {
    "ge-0/0/0": { unit: { "0": { classifiers: { dscp: "default", "dscp-ipv6": "default" } } } },
    "ge-0/0/1": {
      "scheduler-map": "wan",
      "shaping-rate": { rate: SHAPING_RATE },
      unit: { "0": { "rewrite-rules": { dscp: "out", "dscp-ipv6": "out" } } },
    },
  },
};

const dscpOf = ({ family, frame }: Captured): number => {
  const tos = family === 4 ? frame[15]! : ((frame[14]! & 15) << 4) | (frame[15]! >> 4);
  return tos >> 2;
};

async function receivedBytes(host: Namespace): Promise<number> {
  const { stdout } = await host.run(["cat", "/sys/class/net/eth0/statistics/rx_bytes"]);
  return Number(stdout);
}

for (const workers of [1, 2]) {
  describe(`class of service with ${workers} worker(s)`, { timeout: 120_000 }, () => {
    let lab: Lab;
    before(async () => {
      lab = await Lab.start(
        await configuration(permitAll, (tree) => {
          tree["class-of-service"] = classOfService;
        }),
        { workers, queues: workers },
      );
      await lab.host(lab.untrust);
    });
    after(async () => {
      await lab?.close();
    });

    for (const family of ["inet", "inet6"] as const) {
      test(`${family} pings arrive with the code point of their class, answers with their own`, async () => {
        const protocol = family === "inet" ? "icmp" : "icmp6";
        const there = await Capture.start(lab.untrust, protocol);
        const back = await Capture.start(lab.trust, protocol);
        const [request, reply] = family === "inet" ? [8, 0] : [128, 129];
        const ping = async (dscp: number): Promise<void> => {
          const tos = String(dscp << 2);
          const finished = await lab.trust.run(["ping", "-c", "3", "-i", "0.2", "-Q", tos, address.untrust[family]]);
          assert.match(finished.stdout, /3 received/);
        };
        await ping(EF);
        await ping(0);
        const seen = (packets: readonly Captured[], type: number): number[] =>
          packets.filter(({ payload }) => payload[0] === type).map(dscpOf);
        const plain = family === "inet" ? 8 : 0;
        assert.deepEqual(seen(await there.stop(), request), [CS6, CS6, CS6, plain, plain, plain]);
        // The host answers with what it was asked with; nothing rewrites that at the way back.
        assert.deepEqual(seen(await back.stop(), reply), [CS6, CS6, CS6, plain, plain, plain]);
      });
    }

    test("a flood leaves at the shaping rate, and what is served first is not lost in it", async () => {
      const before = await lab.firewall.cliJson<Counters>("show", "counters");
      const [start, at] = [await receivedBytes(lab.untrust), performance.now()];
      const flood = lab.trust.start("flood", [
        process.execPath,
        "-e",
        `
        const s = require("dgram").createSocket("udp4");
        const payload = Buffer.alloc(1000);
        console.log("flooding");
        setInterval(() => { for (let i = 0; i < 25; i++) s.send(payload, 5001, "${address.untrust.inet}"); }, 5);`,
      ]);
      await flood.printed(/flooding/);
      const ping = await lab.trust.run([
        "ping",
        ...["-c", "20", "-i", "0.1", "-W", "2", "-Q", String(EF << 2), address.untrust.inet],
      ]);
      const seconds = (performance.now() - at) / 1000;
      const bytes = (await receivedBytes(lab.untrust)) - start;
      await flood.stop();
      assert.match(ping.stdout, /20 received/);
      const elapsed = (performance.now() - at) / 1000;
      assert.ok(bytes * 8 <= SHAPING_RATE * elapsed + AT_ONCE * 8, `${bytes} bytes in ${elapsed} s`);
      assert.ok(bytes * 8 >= (SHAPING_RATE * seconds) / 2, `${bytes} bytes in ${seconds} s`);
      const now = await lab.firewall.cliJson<Counters>("show", "counters");
      const [rest, voice] = (await lab.firewall.cliJson<QueueView[]>("show", "queues")).filter(
        (view) => view.interface === "ge-0/0/1",
      );
      assert.deepEqual(
        [rest?.forwardingClasses, voice?.forwardingClasses],
        [["best-effort"], ["expedited-forwarding"]],
      );
      assert.equal(rest?.droppedPackets, now.drops["queue-full"]);
      assert.equal(voice?.droppedPackets, 0);
      assert.ok(voice.packets >= 20, JSON.stringify(voice));
      assert.ok((now.drops["queue-full"] ?? 0) > (before.drops["queue-full"] ?? 0), JSON.stringify(now.drops));
    });
  });
}
