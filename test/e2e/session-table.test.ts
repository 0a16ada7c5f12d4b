// The session table nearly full and full: who ends early, who still passes, and what the collector is told.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import type { AlarmView, Counters } from "../../daemon/src/http/api.js";
import type { Received } from "../lab/collector.js";
import { address, Lab } from "../lab/lab.js";
import type { Namespace } from "../lab/netns.js";
import type { Running } from "../lab/process.js";
import { configuration } from "./configuration.js";

const MAXIMUM = 1024; // the least that can be configured
const HIGH = (MAXIMUM * 75) / 100;
const LOW = (MAXIMUM * 50) / 100;
const EARLY_S = 8; // above what it takes to open sessions and to look at the table
const PATIENCE_S = 60;
const REFUSED = 76;
const ECHO = 7;

const withFlow = (flow: object): Promise<string> =>
  configuration(
    {
      global: [
        { name: "echo", then: "permit", application: ["kept"] },
        { name: "rest", then: "permit" },
      ],
    },
    (tree) => {
      const { application } = tree["applications"] as { application: unknown[] };
      application.push({ name: "kept", protocol: "udp", "destination-port": ECHO, "inactivity-timeout": 600 });
      (tree["system"] as Record<string, unknown>)["dataplane"] = { "session-maximum": MAXIMUM };
      const zones = (tree.security["zones"] as { "security-zone": Record<string, unknown>[] })["security-zone"];
      zones.find(({ name }) => name === "trust")!["host-inbound-traffic"] = { "system-services": ["ping", "ssh"] };
      tree["firewall"] = undefined;
      const interfaces = tree["interfaces"] as Record<string, unknown>;
      interfaces["lo0"] = undefined;
      const users = interfaces["ge-0/0/0"] as { unit: { "0": { family: { inet: Record<string, unknown> } } } };
      users.unit["0"].family.inet["filter"] = undefined;
      tree.security["flow"] = flow;
    },
  );

/** Sends a datagram from each of `count` ports, some at a time, and ends once all were answered. */
const open = (from: number, count: number): string[] => [
  process.execPath,
  "-e",
  `const { createSocket } = require("dgram");
   let next = ${from}, left = ${count};
   const one = () => {
     if (next === ${from + count}) return;
     const s = createSocket("udp4");
     s.on("message", () => { s.close(); if (--left === 0) process.exit(0); one(); });
     s.bind(next++, () => s.send("x", ${ECHO}, "${address.untrust.inet}"));
   };
   for (let i = 0; i < 16; i++) one();
   setTimeout(() => process.exit(4), ${PATIENCE_S * 1000});`,
];

/** Sends a datagram from each of `count` ports, and from another one every half second after that. */
const knock = (from: number, count: number): string[] => [
  process.execPath,
  "-e",
  `const { createSocket } = require("dgram");
   let next = ${from};
   const one = () => {
     const s = createSocket("udp4");
     s.on("message", () => console.log("answered"));
     s.bind(next++, () => s.send("x", ${ECHO}, "${address.untrust.inet}", () => setTimeout(() => s.close(), 200)));
   };
   for (let i = 0; i < ${count}; i++) one();
   console.log("knocking");
   setTimeout(() => setInterval(one, 500), 5000);`,
];

/** A connection whose client says something, waits until it comes back, and says it again. */
const talk: string[] = [
  process.execPath,
  "-e",
  `const s = require("net").connect(${ECHO}, "${address.untrust.inet}");
   let n = 0;
   s.on("connect", () => { console.log("port " + s.localPort); s.write("x"); });
   s.on("data", () => { console.log("heard " + ++n); setTimeout(() => s.write("x"), 100); });
   s.on("error", (error) => { console.log(error.message); process.exit(1); });
   process.on("SIGTERM", () => s.end(() => process.exit(0)));`,
];

/** What a host says to whoever connects by SSH, before all else. */
const banner = `require("net").createServer((s) => { s.on("error", () => 0); s.end("SSH-2.0-firewall\\r\\n"); })
  .listen(22, "::", () => console.log("listening"));`;

const described =
  (tag: string) =>
  (line: Received): boolean =>
    line.tag === tag;

const FULL = "RT_FLOW_SESSION_TABLE_FULL_RAISE";

/** dropped reads how many packets an alarm tells of. */
function dropped(line: Received): number {
  const text = line.fields["description"]!;
  const match = /^Session table full: 1024 of 1024 sessions, packets dropped: (\d+)$/.exec(text);
  assert.ok(match, text);
  return Number(match[1]);
}

describe("the session table end to end", { timeout: 300_000 }, () => {
  let lab: Lab;
  before(async () => {
    const aging = { "early-ageout": EARLY_S, "high-watermark": 75, "low-watermark": 50 };
    lab = await Lab.start(await withFlow({ aging }));
    await lab.host(lab.untrust);
    await lab.serve(lab.fw, "management", [process.execPath, "-e", banner]);
  });
  after(async () => {
    await lab?.close();
  });

  const counters = (): Promise<Counters> => lab.firewall.cliJson<Counters>("show", "counters");
  const drops = async (): Promise<number> => (await counters()).drops["session-table-full"] ?? 0;
  const agedEarly = async (): Promise<number> => (await counters()).totals["sessions-aged-early"] ?? 0;
  const closes = (from: number): Received[] =>
    lab.collector.received.slice(from).filter((line) => line.tag === "RT_FLOW_SESSION_CLOSE");

  /** heard waits until a connection has told something more. */
  async function heard(connection: Running): Promise<void> {
    await connection.printed(/heard/, PATIENCE_S, connection.output.length);
  }
  async function connect(host: Namespace): Promise<{ readonly connection: Running; readonly port: string }> {
    const connection = await lab.serve(host, "talk", talk, /heard/);
    const port = (await connection.printed(/port (\d+)/))[1]!;
    return { connection, port };
  }

  test("beyond the high watermark sessions without packets end early, until the low one; new connections pass, live ones stay", async () => {
    const from = lab.collector.received.length;
    const first = await connect(lab.trust);
    const silent = HIGH + 31;
    await lab.trust.run(open(20_000, silent));
    const high = await lab.collector.expect("the alarm", described("FLOW_HIGH_WATERMARK_TRIGGERED"), from);
    const used = /^(\d+) sessions, above the high watermark: sessions end early$/.exec(high.fields["description"]!);
    assert.ok(used && Number(used[1]) > HIGH && Number(used[1]) <= silent + 1, high.raw);
    const second = await connect(lab.trust);

    const low = await lab.collector.expect(
      "the end of the alarm",
      described("FLOW_LOW_WATERMARK_TRIGGERED"),
      from,
      PATIENCE_S,
    );
    assert.equal(low.fields["description"], `${LOW} sessions, at the low watermark: no session ends early any more`);
    const ended = silent + 2 - LOW;
    await lab.collector.expectCount("ends", (line) => line.tag === "RT_FLOW_SESSION_CLOSE", ended, from);
    assert.equal(await agedEarly(), ended);
    const lines = closes(from);
    const wrong = lines.filter(
      ({ fields }) =>
        fields["reason"] !== "aged out" ||
        fields["protocol-id"] !== "17" ||
        fields["packets-from-client"] !== "1" ||
        fields["packets-from-server"] !== "1" ||
        Number(fields["elapsed-time"]) < EARLY_S,
    );
    assert.deepEqual([lines.length, wrong.map((line) => line.raw)], [ended, []]);

    for (const { connection, port } of [first, second]) {
      await heard(connection);
      await connection.stop();
      const close = await lab.collector.expect(
        "SESSION_CLOSE",
        (line) => line.tag === "RT_FLOW_SESSION_CLOSE" && line.fields["source-port"] === port,
        from,
        PATIENCE_S,
      );
      assert.equal(close.fields["reason"], "TCP FIN");
    }
    assert.equal(await drops(), 0);
  });

  test("a full table refuses new sessions and says so once a minute; connections that are there and the firewall's own services go on", async () => {
    await lab.firewall.apply(await withFlow({}));
    const earlier = lab.collector.received.length;
    await lab.firewall.cli(["clear", "sessions"]);
    const cleared = (line: Received): boolean => line.fields["reason"] === "CLI";
    await lab.collector.expectCount("an empty table", cleared, LOW - 2, earlier);
    const from = lab.collector.received.length;
    const before = await agedEarly();
    const { connection } = await connect(lab.trust);
    await lab.trust.run(open(20_000, MAXIMUM - 1));
    assert.equal(await drops(), 0, "up to the last place of the table");

    const knocking = await lab.serve(lab.trust, "knock", knock(30_000, REFUSED), /knocking/);
    const raised = await lab.collector.expect("the alarm", described(FULL), from);
    assert.ok(dropped(raised) >= 1 && dropped(raised) <= REFUSED, raised.raw);
    const alarms = await lab.firewall.cliJson<AlarmView[]>("show", "security", "alarms");
    assert.deepEqual(
      alarms.map(({ name, text }) => [name, text]),
      [[FULL, raised.fields["description"]]],
    );

    const page = await lab.trust.run(["curl", "-sS", "--max-time", "2", `http://${address.untrust.inet}/`], {
      check: false,
    });
    assert.equal(page.code, 28, "curl's operation timeout");
    await heard(connection);
    for (const own of [address.firewall.trust, address.firewall.trust6]) {
      const ping = await lab.trust.run(["ping", "-c", "3", "-i", "0.2", "-W", "3", own], { check: false });
      assert.match(ping.stdout, /3 received/);
      const ssh = await lab.trust.run(["nc", "-n", "-w", "5", own, "22"], { check: false });
      assert.equal(ssh.stdout, "SSH-2.0-firewall\r\n");
    }

    const [, again] = await lab.collector.expectCount("the alarm again", described(FULL), 2, from, 60 + PATIENCE_S);
    await knocking.stop();
    const total = await drops();
    const told = dropped(raised) + dropped(again!);
    assert.ok(told > REFUSED && told <= total, `told of ${told}, dropped ${total}`);
    const at = (line: Received): number => Date.parse(line.raw.split(" ")[1]!);
    assert.ok(at(again!) - at(raised) >= 60_000, `${raised.raw}\n${again!.raw}`);
    assert.equal(lab.collector.received.slice(from).filter(described(FULL)).length, 2);

    // Who was refused was neither answered nor logged, and nobody gave way.
    assert.doesNotMatch(knocking.stdout, /answered/);
    const opened = lab.collector.received.slice(from).filter((line) => line.tag === "RT_FLOW_SESSION_CREATE");
    assert.equal(opened.length, MAXIMUM);
    assert.deepEqual(
      closes(from)
        .map((line) => line.raw)
        .slice(0, 3),
      [],
    );
    assert.equal(await agedEarly(), before);

    await lab.firewall.cli(["clear", "sessions"]);
    const free = await lab.trust.run(["curl", "-sS", "--max-time", "5", `http://${address.untrust.inet}/`]);
    assert.match(free.stdout, /^hello /);
    await connection.stop("SIGKILL");
  });
});
