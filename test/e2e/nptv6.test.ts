// NPTv6 with real stacks: the prefix inside seems to be another one outside, in both directions.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Capture } from "../lab/capture.js";
import type { Received } from "../lab/collector.js";
import { address, Lab } from "../lab/lab.js";
import { configuration, permitAll } from "./configuration.js";

// 1 - 0xa, in one's complement, is what the identifier carries.
const OUTSIDE = "2001:db8:a:0:fff6::10";
const nat = {
  static: {
    "rule-set": [
      {
        name: "site",
        from: { zone: ["untrust"] },
        rule: [
          {
            name: "users",
            match: { "destination-address": "2001:db8:a::/64" },
            then: { "static-nat": { "nptv6-prefix": { name: "2001:db8:1::/64" } } },
          },
        ],
      },
    ],
  },
};

const FIELDS = [
  "source-address",
  "destination-address",
  "nat-source-address",
  "nat-destination-address",
  "src-nat-rule-type",
  "src-nat-rule-name",
  "dst-nat-rule-type",
  "dst-nat-rule-name",
];
const natOf = (line: Received): (string | undefined)[] => FIELDS.map((name) => line.fields[name]);
const curl = (host: string): string[] => ["curl", "-sS", "-g", "--max-time", "5", `http://[${host}]/`];
const closeTo = (host: string) => (line: Received) =>
  line.tag === "RT_FLOW_SESSION_CLOSE" &&
  line.fields["destination-address"] === host &&
  line.fields["destination-port"] === "80";

for (const workers of [1, 2]) {
  describe(`NPTv6 with ${workers} worker(s)`, { timeout: 240_000 }, () => {
    let lab: Lab;
    before(async () => {
      const text = await configuration(permitAll, (tree) => {
        tree.security["nat"] = nat;
      });
      lab = await Lab.start(text, { workers, queues: workers });
      for (const host of [lab.trust, lab.untrust]) await lab.host(host);
    });
    after(async () => {
      await lab?.close();
    });

    test("a server outside sees the outer address, and both are in the line", async () => {
      const from = lab.collector.received.length;
      const server = address.untrust.inet6;
      const capture = await Capture.start(lab.untrust, "tcp port 80");
      assert.match((await lab.trust.run(curl(server))).stdout, /^hello /);
      const line = await lab.collector.expect("SESSION_CLOSE", closeTo(server), from);
      const sent = (await capture.stop()).filter((packet) => packet.destination === server);
      assert.deepEqual([...new Set(sent.map((packet) => packet.source))], [OUTSIDE]);
      assert.deepEqual(natOf(line), [
        ...[address.trust.inet6, server, OUTSIDE, server],
        ...["static rule", "users", "N/A", "N/A"],
      ]);
    });

    test("a client outside reaches a host inside by its outer address", async () => {
      const from = lab.collector.received.length;
      const client = address.untrust.inet6;
      assert.match((await lab.untrust.run(curl(OUTSIDE))).stdout, /^hello /);
      const line = await lab.collector.expect("SESSION_CLOSE", closeTo(OUTSIDE), from);
      assert.deepEqual(natOf(line), [
        ...[client, OUTSIDE, client, address.trust.inet6],
        ...["N/A", "N/A", "static rule", "users"],
      ]);
    });

    test("ping answers both ways", async () => {
      for (const [host, to] of [
        [lab.trust, address.untrust.inet6],
        [lab.untrust, OUTSIDE],
      ] as const) {
        const ping = await host.run(["ping", "-c", "2", "-i", "0.2", "-W", "2", to]);
        assert.match(ping.stdout, /2 received/);
      }
    });

    test("an ICMP error about what was translated comes back to its sender, from either side", async () => {
      for (const [host, to] of [
        [lab.trust, address.untrust.inet6],
        [lab.untrust, OUTSIDE],
      ] as const) {
        const script = `
          const s = require("dgram").createSocket("udp6");
          s.on("error", (e) => process.exit(e.code === "ECONNREFUSED" ? 0 : 3));
          s.connect(4444, "${to}", () => s.send("x"));
          setTimeout(() => process.exit(4), 5000);`;
        const finished = await host.run([process.execPath, "-e", script], { check: false });
        assert.equal(finished.code, 0, `exit ${finished.code}: 4 = no error arrived`);
      }
    });

    test("an outer address without counterpart is refused, and its sender told", async () => {
      const ping = await lab.untrust.run(["ping", "-c", "1", "-W", "2", "2001:db8:a:0:ffff:ffff:ffff:ffff"], {
        check: false,
      });
      assert.match(ping.stdout, /Destination unreachable: Address unreachable/);
    });
  });
}
