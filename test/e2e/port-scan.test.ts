// The scans of nmap, seen by the screens of the zone that they come from. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import type { Received } from "../lab/collector.js";
import { address, Lab } from "../lab/lab.js";
import { configuration, permitAll } from "./configuration.js";

const screen = {
  name: "inside",
  tcp: {
    "syn-fin": true,
    "fin-no-ack": true,
    "tcp-no-flag": true,
    "port-scan": { threshold: 1_000_000 },
    "tcp-sweep": { threshold: 1_000_000 },
  },
  udp: { "port-scan": { threshold: 1_000_000 } },
  icmp: { "ip-sweep": { threshold: 1_000_000 } },
};
const withScreen = (): Promise<string> =>
  configuration(permitAll, (tree) => {
    const zones = (tree.security["zones"] as { "security-zone": { name: string; screen?: string }[] })["security-zone"];
    zones.find(({ name }) => name === "trust")!.screen = "inside";
    tree.security["screen"] = { "ids-option": [screen] };
  });

/** PORTS: twenty without a service. */
const PORTS = "2001-2020";

interface Scan {
  readonly options: readonly string[];
  readonly attack: string;
  readonly tag: string;
  /** lines: how many of twenty probes meet the screen */
  readonly lines: number;
}

const scans: readonly Scan[] = [
  { options: ["-sS"], attack: "TCP port scan!", tag: "RT_SCREEN_TCP", lines: 11 },
  { options: ["-sX"], attack: "FIN but no ACK bit!", tag: "RT_SCREEN_TCP", lines: 20 },
  { options: ["-sF"], attack: "FIN but no ACK bit!", tag: "RT_SCREEN_TCP", lines: 20 },
  { options: ["-sN"], attack: "No TCP flag!", tag: "RT_SCREEN_TCP", lines: 20 },
  { options: ["-sS", "--scanflags", "SYNFIN"], attack: "SYN and FIN bits!", tag: "RT_SCREEN_TCP", lines: 20 },
  { options: ["-sU"], attack: "UDP port scan!", tag: "RT_SCREEN_UDP", lines: 11 },
];

for (const family of ["inet", "inet6"] as const)
  describe(`scans of nmap over ${family}`, { timeout: 240_000 }, () => {
    let lab: Lab;
    before(async () => {
      lab = await Lab.start(await withScreen());
    });
    after(async () => {
      await lab?.close();
    });

    const nmap = (...options: readonly string[]) =>
      lab.trust.run(
        [
          "nmap",
          "-n",
          "-Pn",
          "--max-retries",
          "0",
          "--min-rate",
          "200",
          ...(family === "inet6" ? ["-6"] : []),
          ...options,
        ],
        { seconds: 60 },
      );

    for (const scan of scans)
      test(`${scan.options.join(" ")} is ${scan.attack}`, async () => {
        const from = lab.collector.received.length;
        const is = (line: Received): boolean =>
          line.fields["attack-name"] === scan.attack && line.fields["destination-address"] === address.untrust[family];
        await nmap(...scan.options, "-p", PORTS, address.untrust[family]);
        const lines = await lab.collector.expectCount("the scan", is, scan.lines, from);
        assert.equal(lines.length, scan.lines);
        for (const line of lines) {
          assert.equal(line.tag, scan.tag);
          assert.equal(line.fields["source-address"], address.trust[family]);
          assert.equal(line.fields["action"], "drop");
        }
        const ports = new Set(lines.map((line) => line.fields["destination-port"]));
        assert.equal(ports.size, scan.lines, "each port once");
      });

    test("an acknowledgment scan is none: it belongs to no session, and no screen looks for it", async () => {
      const from = lab.collector.received.length;
      await nmap("-sA", "-p", PORTS, address.untrust[family]);
      await nmap("-sX", "-p", "2001", address.untrust[family]);
      const end = await lab.collector.expect(
        "the scan behind it",
        (line) => line.fields["attack-name"] !== undefined,
        from,
      );
      assert.equal(end.fields["attack-name"], "FIN but no ACK bit!");
    });
  });
