// NAT64 with real stacks: a host that has IPv6 alone, and servers that have IPv4 alone. SPDX-License-Identifier: Apache-2.0
//
//   trust 2001:db8:1::10 --- [fw] --- untrust 192.0.2.10 --- far 203.0.113.10    (the last link has an MTU of 1300)
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Capture } from "../lab/capture.js";
import type { Received } from "../lab/collector.js";
import { address, Lab } from "../lab/lab.js";
import { assertWhole, serveLarge } from "../lab/large.js";
import type { Namespace } from "../lab/netns.js";
import { configuration, permitAll } from "./configuration.js";

const NARROW = 1300;
const LARGE = 2 ** 26;
const POOL = "192.0.2.100";
const NEAR = { inet: address.untrust.inet, inet6: "64:ff9b::c000:20a" } as const;
const FAR = { inet: "203.0.113.10", inet6: "64:ff9b::cb00:710a" } as const;

const nat = {
  source: {
    pool: [{ name: "four", address: [POOL] }],
    "rule-set": [
      {
        name: "out",
        from: { zone: ["trust"] },
        to: { zone: ["untrust"] },
        rule: [
          {
            name: "users",
            match: { "source-address": ["2001:db8:1::/64"], "destination-address": ["0.0.0.0/0"] },
            then: { "source-nat": { pool: "four" } },
          },
        ],
      },
    ],
  },
  static: {
    "rule-set": [
      {
        name: "internet",
        from: { zone: ["trust"] },
        rule: [
          { name: "four", match: { "destination-address": "64:ff9b::/96" }, then: { "static-nat": { inet: true } } },
        ],
      },
    ],
  },
  "proxy-arp": { interface: [{ name: "ge-0/0/1.0", address: [POOL] }] },
};

interface Unit {
  readonly family: { readonly inet?: { filter?: unknown } };
}

const configured = (): Promise<string> =>
  configuration(permitAll, (tree) => {
    tree.security["nat"] = nat;
    delete tree["firewall"];
    for (const { unit } of Object.values(tree["interfaces"] as Record<string, { unit: Record<string, Unit> }>))
      for (const { family } of Object.values(unit)) delete family.inet?.filter;
    delete (tree["interfaces"] as Record<string, unknown>)["lo0"];
    tree["routing-options"] = {
      static: { route: [{ name: "203.0.113.0/24", "next-hop": [address.untrust.inet] }] },
    };
  });

async function addFar(lab: Lab): Promise<Namespace> {
  const host = await lab.network.namespace("far");
  await lab.network.wire(lab.untrust, "eth1", host, "eth0", { mtu: NARROW });
  await lab.untrust.ip("address add 203.0.113.1/24 dev eth1");
  await host.ip(`address add ${FAR.inet}/24 dev eth0`);
  // It offers segments that do not fit its link, so that senders have to be told.
  await host.ip("route add default via 203.0.113.1 advmss 1440");
  await lab.untrust.run(["sysctl", "-qw", "net.ipv4.ip_forward=1"]);
  return host;
}

/** onlyOne takes the other family from a host. */
const onlyOne = (host: Namespace, family: 4 | 6): Promise<unknown> =>
  family === 4
    ? host.run(["sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=1"])
    : host.ip("-4 address flush dev eth0");

const FIELDS = [
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
const natOf = (line: Received): (string | undefined)[] => FIELDS.map((name) => line.fields[name]);
const curl = (host: string): string[] => ["curl", "-sS", "-g", "--max-time", "5", `http://[${host}]/`];
const of = (tag: string, host: string, port: number) => (line: Received) =>
  line.tag === tag && line.fields["destination-address"] === host && line.fields["destination-port"] === String(port);

for (const workers of [1, 2]) {
  describe(`NAT64 with ${workers} worker(s)`, { timeout: 300_000 }, () => {
    let lab: Lab;
    before(async () => {
      lab = await Lab.start(await configured(), { workers, queues: workers });
      const far = await addFar(lab);
      await onlyOne(lab.trust, 6);
      await onlyOne(lab.untrust, 4);
      for (const host of [lab.untrust, far]) await lab.host(host);
    });
    after(async () => {
      await lab?.close();
    });

    test("an IPv4 server answers, and the lines bear what was on both wires", async () => {
      const from = lab.collector.received.length;
      const [inside, outside] = [
        await Capture.start(lab.trust, "tcp port 80"),
        await Capture.start(lab.untrust, "tcp port 80"),
      ];
      assert.match((await lab.trust.run(curl(NEAR.inet6))).stdout, new RegExp(`^hello ::ffff:${POOL} `));
      const open = await lab.collector.expect("SESSION_CREATE", of("RT_FLOW_SESSION_CREATE", NEAR.inet6, 80), from);
      const close = await lab.collector.expect("SESSION_CLOSE", of("RT_FLOW_SESSION_CLOSE", NEAR.inet6, 80), from);
      const sent6 = (await inside.stop()).filter((packet) => packet.destination === NEAR.inet6);
      const sent4 = (await outside.stop()).filter((packet) => packet.destination === NEAR.inet);
      assert.deepEqual([...new Set(sent4.map((packet) => packet.source))], [POOL]);
      for (const line of [open, close]) {
        assert.deepEqual(natOf(line), [
          ...[address.trust.inet6, NEAR.inet6, "80", POOL, NEAR.inet, "80"],
          ...["source rule", "users", "static rule", "four"],
        ]);
        assert.equal(line.fields["source-port"], String(sent6[0]!.sourcePort));
        assert.equal(line.fields["nat-source-port"], String(sent4[0]!.sourcePort));
      }
      assert.equal(close.fields["packets-from-client"], String(sent6.length));
      assert.equal(sent6.length, sent4.length);
    });

    test("ping answers, small and as large as fits, but not in fragments", async () => {
      for (const size of ["56", "1200", "1432"]) {
        const ping = await lab.trust.run(["ping", "-c", "2", "-i", "0.2", "-W", "2", "-s", size, NEAR.inet6]);
        assert.match(ping.stdout, /2 received/, size);
      }
      const before = await drops("nat64-fragment");
      await lab.trust.run(["ping", "-c", "1", "-W", "1", "-s", "3000", NEAR.inet6], { check: false });
      assert.ok((await drops("nat64-fragment")) > before);
    });

    test("traceroute finds each hop, those behind the firewall behind the prefix", async () => {
      for (const how of ["-U", "-I"]) {
        const command = ["traceroute", "-6", how, "-n", "-q", "1", "-w", "3", "-N", "1", "-z", "20", FAR.inet6];
        const { stdout } = await lab.trust.run(command, { seconds: 30 });
        const hops = stdout
          .split("\n")
          .slice(1)
          .flatMap((line) => line.trim().split(/\s+/)[1] ?? []);
        assert.deepEqual(hops, [address.firewall.trust6, NEAR.inet6, FAR.inet6], `${how}: ${stdout}`);
      }
    });

    test("a port where nobody listens is refused at once", async () => {
      const script = `
        const s = require("dgram").createSocket("udp6");
        s.on("error", (e) => process.exit(e.code === "ECONNREFUSED" ? 0 : 3));
        s.connect(4444, "${NEAR.inet6}", () => s.send("x"));
        setTimeout(() => process.exit(4), 5000);`;
      const finished = await lab.trust.run([process.execPath, "-e", script], { check: false });
      assert.equal(finished.code, 0, `exit ${finished.code}: 4 = no error arrived`);
    });

    test("datagrams in fragments are echoed in whole", async () => {
      const script = `
        const s = require("dgram").createSocket("udp6");
        const sent = require("crypto").randomBytes(4000);
        let n = 0;
        s.on("message", (m) => { if (!m.equals(sent)) process.exit(3); if (++n === 3) process.exit(0); send(); });
        const send = () => s.send(sent, 7, "${NEAR.inet6}");
        s.bind(0, send);
        setTimeout(() => process.exit(4), 5000);`;
      const finished = await lab.trust.run([process.execPath, "-e", script], { check: false });
      assert.equal(finished.code, 0, `exit ${finished.code}: 3 = changed, 4 = lost`);
    });

    test("senders learn an IPv4 link's MTU, 20 bytes more in IPv6, and transfers complete in both directions", async () => {
      const script = `
        const s = require("net").connect(7, "${FAR.inet6}");
        let n = 0;
        s.on("data", (d) => { n += d.length; if (n === 300000) process.exit(0); });
        s.on("error", () => process.exit(3));
        s.write(Buffer.alloc(300000, 7));
        setTimeout(() => process.exit(4), 15000);`;
      const finished = await lab.trust.run([process.execPath, "-e", script], { check: false });
      assert.equal(finished.code, 0, "the transfer did not complete");
      const route = await lab.trust.run(["ip", "-6", "-json", "route", "get", FAR.inet6]);
      assert.match(route.stdout, new RegExp(`"mtu":${NARROW + 20}\\b`));
    });

    test("64 MB each way arrive whole, and nothing of it is dropped", async () => {
      await serveLarge(lab, lab.untrust, LARGE);
      const before = await counters();
      await assertWhole(lab.trust, NEAR.inet6, LARGE);
      const now = await counters();
      const changed = Object.keys(now).filter(
        (reason) =>
          !["tcp-no-session", "link-scope", "mtu-exceeded"].includes(reason) && now[reason] !== (before[reason] ?? 0),
      );
      assert.deepEqual(changed, []);
    });

    test("what has no IPv4 host behind it, or our own, goes nowhere, and its sender is told", async () => {
      for (const [host, name] of [
        ["64:ff9b::a00:1", "nat-unmappable"], // 10.0.0.1: the well-known prefix is for the Internet
        ["64:ff9b::e000:5", "nat-unmappable"], // a multicast group
        ["64:ff9b::c000:264", "nat-unmappable"], // our own pool
      ] as const) {
        const before = await drops(name);
        const ping = await lab.trust.run(["ping", "-c", "1", "-W", "2", host], { check: false });
        assert.match(ping.stdout, /Destination unreachable: Address unreachable/, host);
        assert.ok((await drops(name)) > before, host);
      }
    });

    test("show security nat static says what the rule did", async () => {
      const view = await lab.firewall.cliJson<{ rules: { name: string; action: string; hits: number }[] }>(
        ...["show", "security", "nat", "static"],
      );
      assert.deepEqual(
        view.rules.map(({ name, action }) => ({ name, action })),
        [{ name: "four", action: "inet" }],
      );
      assert.ok(view.rules[0]!.hits > 0);
    });

    const counters = async (): Promise<Readonly<Record<string, number>>> =>
      (await lab.firewall.cliJson<{ drops: Readonly<Record<string, number>> }>("show", "counters")).drops;
    const drops = async (reason: string): Promise<number> => (await counters())[reason] ?? 0;
  });
}
