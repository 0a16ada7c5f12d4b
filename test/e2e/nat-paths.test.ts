// Translated traffic of real stacks on longer ways: pools in the network of the link, hairpins, bulk, traceroute, path MTU, FTP.
// SPDX-License-Identifier: Apache-2.0
//
//   trust --- [fw] --- untrust --- far 203.0.113.10, 2001:db8:9::10    (the last link has an MTU of 1300)
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { Capture } from "../lab/capture.js";
import { address, Lab } from "../lab/lab.js";
import { assertWhole, serveLarge } from "../lab/large.js";
import type { Namespace } from "../lab/netns.js";
import { configuration, permitAll } from "./configuration.js";

const far = { inet: "203.0.113.10", inet6: "2001:db8:9::10" } as const;
const pool = { inet: ["192.0.2.100", "192.0.2.101"], inet6: ["2001:db8:2::100", "2001:db8:2::101"] } as const;
const outer = "192.0.2.110"; // of the trust host, by a static rule
const NARROW = 1300;
const LARGE = 2 ** 27;

const rule = (name: string, match: object, action: object) => ({ name, match, then: { "source-nat": action } });

const translation = (from: "pool" | "interface") => ({
  source: {
    "address-persistent": true, // FTP servers want both connections from one address
    pool: [
      { name: "four", address: [{ name: pool.inet[0], to: pool.inet[1] }] },
      { name: "six", address: [{ name: pool.inet6[0], to: pool.inet6[1] }] },
    ],
    "rule-set": [
      {
        name: "out",
        from: { zone: ["trust"] },
        to: { zone: ["untrust"] },
        rule:
          from === "interface"
            ? [rule("all", {}, { interface: true })]
            : [rule("four", {}, { pool: "four" }), rule("six", {}, { pool: "six" })],
      },
      {
        name: "hairpin",
        from: { zone: ["trust"] },
        to: { zone: ["trust"] },
        rule: [rule("hairpin", {}, { interface: true })],
      },
    ],
  },
  destination: {
    pool: [{ name: "web", address: { name: address.trust.inet, port: 80 } }],
    "rule-set": [
      {
        name: "inside",
        from: { zone: ["trust", "untrust"] },
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
});

const fixed = {
  "rule-set": [
    {
      name: "hosts",
      from: { zone: ["untrust"] },
      rule: [
        {
          name: "trust",
          match: { "source-address": ["192.0.2.0/24"], "destination-address": outer, "destination-port": 81 },
          then: { "static-nat": { prefix: { name: address.trust.inet, "mapped-port": 80 } } },
        },
      ],
    },
  ],
};

const proxies = {
  "proxy-arp": { interface: [{ name: "ge-0/0/1.0", address: [{ name: pool.inet[0], to: pool.inet[1] }, outer] }] },
  "proxy-ndp": { interface: [{ name: "ge-0/0/1.0", address: [{ name: pool.inet6[0], to: pool.inet6[1] }] }] },
};

interface Counters {
  readonly drops: Readonly<Record<string, number>>;
}

const curl = (url: string, seconds = 5): string[] => ["curl", "-sS", "-g", "--max-time", String(seconds), url];
const url = (host: string, port = 80): string => `http://${host.includes(":") ? `[${host}]` : host}:${port}/`;

async function configured(nat: object): Promise<string> {
  return await configuration(permitAll, (tree) => {
    tree.security["nat"] = nat;
    delete tree["firewall"]; // the demo's filters refuse FTP
    for (const { unit } of Object.values(tree["interfaces"] as Record<string, { unit: Record<string, Unit> }>))
      for (const { family } of Object.values(unit)) delete family.inet?.filter;
    delete (tree["interfaces"] as Record<string, unknown>)["lo0"];
    tree["routing-options"] = {
      static: {
        route: [
          { name: "203.0.113.0/24", "next-hop": [address.untrust.inet] },
          { name: "2001:db8:9::/64", "next-hop": [address.untrust.inet6] },
        ],
      },
    };
  });
}

interface Unit {
  readonly family: { readonly inet?: { filter?: unknown } };
}

async function addFar(lab: Lab): Promise<Namespace> {
  const host = await lab.network.namespace("far");
  await lab.network.wire(lab.untrust, "eth1", host, "eth0", { mtu: NARROW });
  await lab.untrust.ip("address add 203.0.113.1/24 dev eth1");
  await lab.untrust.ip("address add 2001:db8:9::1/64 dev eth1 nodad");
  await host.ip(`address add ${far.inet}/24 dev eth0`);
  await host.ip(`address add ${far.inet6}/64 dev eth0 nodad`);
  await host.ip("route add default via 203.0.113.1");
  await host.ip("route add default via 2001:db8:9::1 dev eth0");
  await lab.untrust.run(["sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"]);
  await lab.untrust.ip("route replace default via 2001:db8:2::1 dev eth0");
  return host;
}

/** addClients gives the host eight more addresses: their sessions belong to different workers. */
async function addClients(host: Namespace, family: "inet" | "inet6"): Promise<string[]> {
  const clients = Array.from({ length: 8 }, (_, i) =>
    family === "inet" ? `10.1.1.${48 + i}` : `2001:db8:1::${48 + i}`,
  );
  for (const client of clients)
    await host.ip(`address replace ${client}/${family === "inet" ? "24 dev eth0" : "64 dev eth0 nodad"}`);
  return clients;
}

for (const workers of [1, 2]) {
  describe(`translated ways with ${workers} worker(s)`, { timeout: 300_000 }, () => {
    let lab: Lab, host: Namespace;
    before(async () => {
      const text = await configured({ ...translation("pool"), static: fixed, ...proxies });
      lab = await Lab.start(text, { workers, queues: workers });
      host = await addFar(lab);
      for (const each of [lab.trust, lab.untrust, host]) await lab.host(each);
    });
    after(async () => {
      await lab?.close();
    });

    for (const family of ["inet", "inet6"] as const) {
      test(`${family} answers to pool addresses in the link's network come, since they are answered for`, async () => {
        const capture = await Capture.start(lab.untrust, "tcp port 80");
        for (const client of await addClients(lab.trust, family)) {
          const command = [...curl(url(address.untrust[family])), "--interface", client];
          assert.match((await lab.trust.run(command)).stdout, /^hello /);
        }
        const sent = (await capture.stop()).filter((packet) => packet.destination === address.untrust[family]);
        assert.deepEqual([...new Set(sent.map((packet) => packet.source))].toSorted(), pool[family]);
      });

      test(`${family} traceroute finds each hop, the answers of all of them translated back`, async () => {
        for (const how of ["-U", "-I"]) {
          const command = ["traceroute", how, "-n", "-q", "1", "-w", "3", "-N", "1", "-z", "20", far[family]];
          const { stdout } = await lab.trust.run(command, { seconds: 30 });
          const hops = stdout
            .split("\n")
            .slice(1)
            .flatMap((line) => line.trim().split(/\s+/)[1] ?? []);
          const first = family === "inet" ? address.firewall.trust : address.firewall.trust6;
          assert.deepEqual(hops, [first, address.untrust[family], far[family]], `${how}: ${stdout}`);
        }
      });

      test(`${family} senders learn the MTU behind the firewall from an error about what was translated`, async () => {
        const ping = ["ping", "-M", "do", "-c", "2", "-i", "0.2", "-W", "2", "-s", "1400", far[family]];
        await lab.trust.run(ping, { check: false });
        const route = await lab.trust.run(["ip", "-json", "route", "get", far[family]]);
        assert.match(route.stdout, new RegExp(`"mtu":${NARROW}\\b`));
        const script = `
          const s = require("net").connect(7, "${far[family]}");
          let n = 0;
          s.on("data", (d) => { n += d.length; if (n === 300000) process.exit(0); });
          s.on("error", () => process.exit(3));
          s.write(Buffer.alloc(300000, 7));
          setTimeout(() => process.exit(4), 15000);`;
        const finished = await lab.trust.run([process.execPath, "-e", script], { check: false });
        assert.equal(finished.code, 0, "the upload did not complete");
      });

      test(`${family} FTP in passive mode needs no help: the client opens both connections`, async () => {
        const directory = await mkdtemp("/tmp/ringwall-ftp-");
        try {
          await writeFile(join(directory, "file"), "content\n".repeat(10_000));
          const server = ["/usr/bin/python3", "-u", "-m", "pyftpdlib", "-i", far[family], "-p", "21", "-d", directory];
          const running = await lab.serve(host, `ftp-${family}`, server, /starting FTP server|shutdown|listen/i);
          const ftp = `ftp://${family === "inet" ? far.inet : `[${far.inet6}]`}/file`;
          const finished = await lab.trust.run(["curl", "-sS", "-g", "--max-time", "10", "--ftp-pasv", ftp]);
          assert.equal(finished.stdout, "content\n".repeat(10_000));
          await running.stop();
        } finally {
          await rm(directory, { recursive: true });
        }
      });
    }

    for (const family of ["inet", "inet6"] as const) {
      test(`${family} datagrams in fragments are echoed to each of many clients, in whole`, async () => {
        for (const client of await addClients(lab.trust, family)) {
          const script = `
            const s = require("dgram").createSocket(${family === "inet" ? '"udp4"' : '"udp6"'});
            const sent = require("crypto").randomBytes(4000);
            let n = 0;
            s.on("message", (m) => { if (!m.equals(sent)) process.exit(3); if (++n === 3) process.exit(0); send(); });
            const send = () => s.send(sent, 7, "${address.untrust[family]}");
            s.bind(0, "${client}", send);
            setTimeout(() => process.exit(4), 5000);`;
          const finished = await lab.trust.run([process.execPath, "-e", script], { check: false });
          assert.equal(finished.code, 0, `exit ${finished.code}: 3 = changed, 4 = lost`);
        }
      });
    }

    test("256 MB through a pool arrive whole, and nothing of it is dropped", async () => {
      await serveLarge(lab, lab.untrust, LARGE);
      const before = await lab.firewall.cliJson<Counters>("show", "counters");
      await assertWhole(lab.trust, address.untrust.inet, LARGE);
      const now = await lab.firewall.cliJson<Counters>("show", "counters");
      const changed = Object.keys(now.drops).filter(
        (reason) =>
          !["tcp-no-session", "link-scope"].includes(reason) && now.drops[reason] !== (before.drops[reason] ?? 0),
      );
      assert.deepEqual(changed, []);
    });

    test("a host reaches its own server by the outer address, and others inside as well", async () => {
      await lab.trust.ip("address add 10.1.1.20/24 dev eth0");
      for (const client of [address.trust.inet, "10.1.1.20"]) {
        const command = [...curl(url(address.firewall.untrust, 8080)), "--interface", client];
        assert.match((await lab.trust.run(command)).stdout, new RegExp(`^hello ::ffff:${address.firewall.trust} `));
      }
    });

    test("static addresses in the link's network are answered for, and nothing else of them is", async () => {
      assert.match((await lab.untrust.run(curl(url(outer, 81)))).stdout, /^hello /);
      const discarded = async () =>
        (await lab.firewall.cliJson<Counters>("show", "counters")).drops["route-discard"] ?? 0;
      const before = await discarded();
      const ping = await lab.untrust.run(["ping", "-c", "2", "-i", "0.2", "-W", "1", outer], { check: false });
      assert.match(ping.stdout, / 0 received/);
      assert.equal((await discarded()) - before, 2);
    });

    test("a pool that fills up raises its alarm, one without a port left the other, and both tell their end", async () => {
      const nat = translation("pool");
      const small = { ...nat.source.pool[0], port: { range: { low: 2000, high: 2009 } } }; // 20 ports, of which each worker gives out its part
      (nat.source.pool as object[])[0] = {
        ...small,
        "pool-utilization-alarm": { "raise-threshold": 50, "clear-threshold": 40 },
      };
      delete (nat.source as { "address-persistent"?: true })["address-persistent"];
      await lab.firewall.apply(await configured({ ...nat, static: fixed, ...proxies }));
      await lab.firewall.cli(["clear", "sessions"]);
      const daemon = lab.firewall.daemon!;
      const open = async (count: number): Promise<void> => {
        const script = `
          for (let i = 0; i < ${count}; i++) {
            const s = require("dgram").createSocket("udp4");
            s.send("x", 7, "${address.untrust.inet}", () => s.close());
          }`;
        await lab.trust.run([process.execPath, "-e", script]);
      };
      let from = daemon.output.length;
      await open(12);
      await daemon.printed(
        /RT_SRC_NAT_POOL_ALARM_RAISE.*Source NAT pool: four, threshold: 50%, current: \d+%/,
        20,
        from,
      );
      await open(30);
      await daemon.printed(/RT_SRC_NAT_POOL_EXHAUSTED_RAISE.*Source NAT pool: four, packets dropped: \d+/, 20, from);
      const alarms = await lab.firewall.cliJson<{ name: string }[]>("show", "security", "alarms");
      assert.deepEqual(
        alarms.map(({ name }) => name),
        ["RT_SRC_NAT_POOL_ALARM_RAISE", "RT_SRC_NAT_POOL_EXHAUSTED_RAISE"],
      );
      const view = await lab.firewall.cliJson<{ pools: { name: string; percent: number; alarm: string }[] }>(
        ...["show", "security", "nat", "source"],
      );
      assert.deepEqual(view.pools[0], {
        ...view.pools[0]!,
        name: "four",
        percent: workers === 1 ? 100 : 50,
        alarm: "exhausted",
      });
      from = daemon.output.length;
      await lab.firewall.cli(["clear", "sessions"]);
      await daemon.printed(/RT_SRC_NAT_POOL_ALARM_CLEAR.*threshold: 40%, current: 0%/, 20, from);
      await lab.firewall.apply(await configured({ ...translation("pool"), static: fixed, ...proxies }));
    });

    test("a bound client has one outer port for all, is reached there as permitted, and keeps it over a commit", async () => {
      const persistent = (permit: string, ...before: object[]): Promise<string> => {
        const nat = translation("interface");
        const [all] = nat.source["rule-set"][0]!.rule;
        const action = { interface: true, "persistent-nat": { permit: { [permit]: true } } };
        nat.source["rule-set"][0]!.rule = [...(before as (typeof all)[]), rule(all!.name, all!.match, action)] as never;
        return configured(nat);
      };
      await lab.firewall.apply(await persistent("target-host"));
      await lab.firewall.cli(["clear", "sessions"]);
      const capture = await Capture.start(lab.untrust, "udp port 7");
      const client = lab.trust.start("client", [
        process.execPath,
        "-e",
        `const s = require("dgram").createSocket("udp4");
         s.on("message", (m, from) => console.log("got", String(m), from.address));
         s.bind(5060, () => { s.send("one", 7, "${address.untrust.inet}"); console.log("bound"); });`,
      ]);
      await client.printed(/got one 192\.0\.2\.10/);
      const sent = await capture.until("the client", (packet) => packet.source === address.firewall.untrust);
      await capture.stop();
      const ask = async (text: string): Promise<void> => {
        const script = `
          const s = require("dgram").createSocket("udp4");
          s.send("${text}", ${sent.sourcePort}, "${address.firewall.untrust}", () => s.close());`;
        await host.run([process.execPath, "-e", script]);
      };
      await ask("not-permitted");
      const from = lab.collector.received.length;
      await lab.firewall.apply(
        await persistent("any-remote-host", rule("none", { "destination-port": [99] }, { off: true })),
      );
      await ask("permitted");
      await client.printed(/got permitted 203\.0\.113\.10/);
      assert.doesNotMatch(client.output, /not-permitted/);
      const line = await lab.collector.expect(
        "the way in",
        ({ tag, fields }) => tag === "RT_FLOW_SESSION_CREATE" && fields["source-address"] === far.inet,
        from,
      );
      assert.deepEqual(
        [
          "destination-port",
          "nat-destination-address",
          "nat-destination-port",
          "dst-nat-rule-type",
          "dst-nat-rule-name",
        ].map((name) => line.fields[name]),
        [String(sent.sourcePort), address.trust.inet, "5060", "source rule", "all"],
      );
      const [binding, ...others] = await lab.firewall.cliJson<object[]>(
        "show",
        "security",
        "nat",
        "persistent-nat-table",
      );
      assert.deepEqual(others, []);
      assert.deepEqual(binding, {
        protocol: "udp",
        inner: address.trust.inet,
        innerPort: 5060,
        outer: address.firewall.untrust,
        outerPort: sent.sourcePort,
        rule: "out/all",
        permit: "any-remote-host",
        sessions: 2,
        secondsLeft: 0,
      });
      await client.stop();
      await lab.firewall.apply(await configured({ ...translation("pool"), static: fixed, ...proxies }));
    });

    test("without the proxies nobody answers for the pool any more", async () => {
      await lab.firewall.apply(await configured({ ...translation("pool"), static: fixed }));
      const addresses = await lab.fw.run(["ip", "-o", "address", "show", "dev", "untrust0"]);
      assert.doesNotMatch(addresses.stdout, /192\.0\.2\.1[01]\d|2001:db8:2::10/);
      await lab.untrust.run(["ip", "neighbour", "flush", "dev", "eth0"]);
      const finished = await lab.trust.run(curl(url(address.untrust.inet), 2), { check: false });
      assert.notEqual(finished.code, 0);
      await lab.firewall.apply(await configured(translation("interface")));
      assert.match((await lab.trust.run(curl(url(address.untrust.inet)))).stdout, /^hello /);
    });
  });
}
