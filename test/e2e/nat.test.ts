// Address translation with real stacks: what servers see, what clients get, what the collector receives; one worker and two.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Capture } from "../lab/capture.js";
import type { Received } from "../lab/collector.js";
import { address, Lab } from "../lab/lab.js";
import { configuration, permitAll } from "./configuration.js";

const nat = {
  source: {
    "rule-set": [
      {
        name: "out",
        from: { zone: ["trust"] },
        to: { zone: ["untrust"] },
        rule: [{ name: "hide-users", match: {}, then: { "source-nat": { interface: true } } }],
      },
    ],
  },
  destination: {
    pool: [{ name: "web", address: { name: address.trust.inet, port: 80 } }],
    "rule-set": [
      {
        name: "in",
        from: { zone: ["untrust"] },
        rule: [
          {
            name: "web",
            match: { "destination-address": address.firewall.untrust, "destination-port": [8080], protocol: ["tcp"] },
            then: { "destination-nat": { pool: "web" } },
          },
        ],
      },
    ],
  },
};

const NAT_FIELDS = [
  "source-address",
  "destination-address",
  "destination-port",
  "nat-source-address",
  "nat-destination-address",
  "nat-destination-port",
  "src-nat-rule-type",
  "src-nat-rule-name",
  "dst-nat-rule-type",
  "dst-nat-rule-name",
];
const natOf = (line: Received): (string | undefined)[] => NAT_FIELDS.map((name) => line.fields[name]);
const curl = (url: string): string[] => ["curl", "-sS", "-g", "--max-time", "5", url];

interface NatView {
  readonly rules: readonly { readonly name: string; readonly hits: number; readonly failures: number }[];
  readonly interfaces: readonly { readonly name: string; readonly used: number }[];
}

for (const workers of [1, 2]) {
  describe(`translation with ${workers} worker(s)`, { timeout: 240_000 }, () => {
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

    for (const family of ["inet", "inet6"] as const) {
      const server = address.untrust[family];
      const outer = family === "inet" ? address.firewall.untrust : address.firewall.untrust6;
      const url = `http://${family === "inet" ? server : `[${server}]`}/`;

      test(`an ${family} server sees the firewall's address, and both tuples are in the lines`, async () => {
        const from = lab.collector.received.length;
        const capture = await Capture.start(lab.untrust, "tcp port 80");
        assert.match((await lab.trust.run(curl(url))).stdout, /^hello /);
        const ofServer = (tag: string) => (line: Received) =>
          line.tag === tag && line.fields["destination-address"] === server && line.fields["destination-port"] === "80";
        const open = await lab.collector.expect("SESSION_CREATE", ofServer("RT_FLOW_SESSION_CREATE"), from);
        const close = await lab.collector.expect("SESSION_CLOSE", ofServer("RT_FLOW_SESSION_CLOSE"), from);
        const sent = (await capture.stop()).filter((packet) => packet.destination === server);
        assert.deepEqual([...new Set(sent.map((packet) => packet.source))], [outer]);
        const port = String(sent[0]!.sourcePort);
        const expected = [address.trust[family], server, "80", outer, server, "80", "source rule", "hide-users"];
        for (const line of [open, close]) {
          assert.deepEqual(natOf(line), [...expected, "N/A", "N/A"]);
          assert.equal(line.fields["nat-source-port"], port);
        }
      });

      test(`${family} ping, and an ICMP error about what was translated, come back to the client`, async () => {
        const ping = await lab.trust.run(["ping", "-c", "3", "-i", "0.2", "-W", "2", server]);
        assert.match(ping.stdout, /3 received/);
        const script = `
          const s = require("dgram").createSocket(${family === "inet" ? '"udp4"' : '"udp6"'});
          s.on("error", (e) => process.exit(e.code === "ECONNREFUSED" ? 0 : 3));
          s.connect(4444, "${server}", () => s.send("x"));
          setTimeout(() => process.exit(4), 5000);`;
        const finished = await lab.trust.run([process.execPath, "-e", script], { check: false });
        assert.equal(finished.code, 0, `exit ${finished.code}: 4 = no error arrived`);
      });
    }

    test("a port of the firewall leads to a server inside, which sees the client", async () => {
      const from = lab.collector.received.length;
      const capture = await Capture.start(lab.trust, "tcp port 80");
      const page = await lab.untrust.run(curl(`http://${address.firewall.untrust}:8080/`));
      assert.match(page.stdout, /^hello /);
      const received = (await capture.stop()).filter((packet) => packet.destination === address.trust.inet);
      assert.deepEqual([...new Set(received.map((packet) => packet.source))], [address.untrust.inet]);
      const line = await lab.collector.expect(
        "SESSION_CLOSE",
        ({ tag, fields }) => tag === "RT_FLOW_SESSION_CLOSE" && fields["destination-port"] === "8080",
        from,
      );
      const { untrust } = address.firewall;
      const client = address.untrust.inet;
      assert.deepEqual(natOf(line), [
        ...[client, untrust, "8080", client, address.trust.inet, "80"],
        ...["N/A", "N/A", "destination rule", "web"],
      ]);
    });

    test("many clients, some with the same source port, are served at once", async () => {
      const hosts = Array.from({ length: 12 }, (_, index) => `10.1.1.${60 + index}`);
      for (const host of hosts) await lab.trust.ip(`address add ${host}/24 dev eth0`);
      const pages = await Promise.all(
        hosts.map((host) =>
          lab.trust.run([
            ...["curl", "-sS", "--max-time", "8", "--interface", host, "--local-port", "45000"],
            `http://${address.untrust.inet}/`,
          ]),
        ),
      );
      for (const page of pages) assert.match(page.stdout, /^hello /);
      const view = await lab.firewall.cliJson<NatView>("show", "security", "nat", "source");
      assert.ok(view.rules[0]!.hits >= hosts.length, JSON.stringify(view));
      assert.equal(view.rules[0]!.failures, 0);
    });
  });
}
