// How sessions of real hosts end, and what the received lines say of it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Received } from "../lab/collector.js";
import { address, Lab } from "../lab/lab.js";
import { configuration } from "./configuration.js";

const SHORT_S = 4;

const closeTo =
  (destination: string, protocol: string) =>
  (line: Received): boolean =>
    line.tag === "RT_FLOW_SESSION_CLOSE" &&
    line.fields["destination-address"] === destination &&
    line.fields["protocol-id"] === protocol;

/** sendOnce sends one datagram from a socket that stays open, and ends as the answer or the error comes. */
const sendOnce = (family: "inet" | "inet6", server: string, port: number): string[] => [
  process.execPath,
  "-e",
  `const s = require("dgram").createSocket("${family === "inet" ? "udp4" : "udp6"}");
  s.on("error", (e) => process.exit(e.code === "ECONNREFUSED" ? 3 : 4));
  s.on("message", () => process.exit(0));
  s.connect(${port}, "${server}", () => s.send("x"));
  setTimeout(() => process.exit(5), 5000);`,
];

describe("sessions end to end", { timeout: 240_000 }, () => {
  let lab: Lab;
  before(async () => {
    const policies = {
      "trust->untrust": [
        { name: "short", then: "permit" as const, application: ["short"] },
        { name: "rest", then: "permit" as const },
      ],
    };
    const text = await configuration(policies, (tree) => {
      const { application } = tree["applications"] as { application: unknown[] };
      application.push({ name: "short", protocol: "udp", "destination-port": 7, "inactivity-timeout": SHORT_S });
    });
    lab = await Lab.start(text);
    await lab.host(lab.untrust);
  });
  after(async () => {
    await lab?.close();
  });

  for (const family of ["inet", "inet6"] as const) {
    const server = address.untrust[family];
    const icmp = family === "inet" ? "1" : "58";

    test(`an ${family} ping whose requests were all answered closes as response received`, async () => {
      const from = lab.collector.received.length;
      const ping = await lab.trust.run(["ping", "-c", "3", "-i", "0.3", "-W", "3", server]);
      assert.match(ping.stdout, /3 received/);
      const close = await lab.collector.expect("SESSION_CLOSE", closeTo(server, icmp), from);
      assert.deepEqual(
        ["reason", "packets-from-client", "packets-from-server"].map((name) => close.fields[name]),
        ["response received", "3", "3"],
      );
    });

    test(`an ${family} datagram to a closed port closes its session as ICMP error`, async () => {
      const from = lab.collector.received.length;
      const sent = await lab.trust.run(sendOnce(family, server, 4444), { check: false });
      assert.equal(sent.code, 3, "the error reached the client");
      const close = await lab.collector.expect("SESSION_CLOSE", closeTo(server, "17"), from);
      assert.deepEqual(
        ["reason", "destination-port", "packets-from-client", "packets-from-server"].map((name) => close.fields[name]),
        ["ICMP error", "4444", "1", "0"],
      );
    });

    test(`an ${family} session ends after its application's inactivity-timeout, not before`, async () => {
      const from = lab.collector.received.length;
      const sent = await lab.trust.run(sendOnce(family, server, 7), { check: false });
      assert.equal(sent.code, 0, "the server echoed");
      const close = await lab.collector.expect("SESSION_CLOSE", closeTo(server, "17"), from);
      assert.deepEqual(
        ["reason", "destination-port", "policy-name", "packets-from-client", "packets-from-server"].map(
          (name) => close.fields[name],
        ),
        ["idle Timeout", "7", "short", "1", "1"],
      );
      const lasted = Number(close.fields["elapsed-time"]);
      assert.ok(lasted >= SHORT_S && lasted <= SHORT_S + 2, `lasted ${lasted} s`);
    });
  }
});
