// Next hops that die: a device without carrier, a gateway that says nothing, a route that the kernel takes back. Connections go on
// by another way, and come back. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import type { RouteView } from "../../daemon/src/http/api.js";
import { Capture } from "../lab/capture.js";
import { address, Lab } from "../lab/lab.js";
import type { Namespace } from "../lab/netns.js";
import type { Running } from "../lab/process.js";
import { configuration, permitAll, type Tree } from "./configuration.js";

/**
 * The hosts of untrust and dmz are routers here, both in one zone, and the server is behind both:
 *
 *   trust ---- fw ---- first (untrust) ---- server 203.0.113.9, 2001:db8:ff::9
 *                \---- second (dmz) -------/
 */
const families = {
  inet: {
    server: "203.0.113.9",
    network: "203.0.113.0/24",
    users: "10.1.1.0/24",
    first: address.untrust.inet,
    second: address.dmz.inet,
    back: { first: "172.16.1.1", second: "172.16.2.1" },
  },
  inet6: {
    server: "2001:db8:ff::9",
    network: "2001:db8:ff::/48",
    users: "2001:db8:1::/64",
    first: address.untrust.inet6,
    second: address.dmz.inet6,
    back: { first: "2001:db8:a1::1", second: "2001:db8:a2::1" },
  },
} as const;
type FamilyName = keyof typeof families;
const UNITS = { first: "ge-0/0/1.0", second: "ge-0/0/2.0" } as const;
const PATIENCE_S = 60; // for what only asking again and again can tell

const routed = (change: (tree: Tree) => void): Promise<string> =>
  configuration(permitAll, (tree) => {
    const zones = (tree.security["zones"] as { "security-zone": { name: string; interfaces: string[] }[] })[
      "security-zone"
    ];
    zones.splice(
      zones.findIndex(({ name }) => name === "dmz"),
      1,
    );
    zones.find(({ name }) => name === "untrust")!.interfaces.push(UNITS.second);
    change(tree);
  });

const withRoutes = (route: (family: FamilyName) => object): Promise<string> =>
  routed((tree) => {
    tree["routing-options"] = {
      static: {
        route: (["inet", "inet6"] as const).map((family) => ({ name: families[family].network, ...route(family) })),
      },
    };
  });

const inOrder = (family: FamilyName): object => ({
  "next-hop": [families[family].first],
  "qualified-next-hop": [{ name: families[family].second, interface: UNITS.second, preference: 7 }],
});

/** A connection whose client says a number, waits until it comes back, and says the next one. */
const client = (host: string, from: number): string[] => [
  process.execPath,
  "-e",
  `const s = require("net").connect({ host: ${JSON.stringify(host)}, port: 7, localPort: ${from} });
   let n = 0;
   s.on("connect", () => s.write("1"));
   s.on("data", () => { console.log(++n); setTimeout(() => s.write("1"), 20); });
   s.on("error", (error) => { console.log(error.message); process.exit(1); });`,
];

describe("next hops that die", { timeout: 600_000 }, () => {
  let lab: Lab;
  let server: Namespace;
  before(async () => {
    lab = await Lab.create();
    server = await lab.network.namespace("server");
    await server.run(["sysctl", "-qw", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0"]);
    for (const { inet, inet6 } of [{ inet: families.inet.server, inet6: families.inet6.server }]) {
      await server.ip(`address add ${inet}/32 dev lo`);
      await server.ip(`address add ${inet6}/128 dev lo nodad`);
    }
    for (const [index, router] of [lab.untrust, lab.dmz].entries()) {
      const [near, far] = [`172.16.${index + 1}`, `2001:db8:a${index + 1}:`];
      await lab.network.wire(router, "back", server, `eth${index}`);
      await router.ip(`address add ${near}.1/24 dev back`);
      await router.ip(`address add ${far}:1/64 dev back nodad`);
      await server.ip(`address add ${near}.2/24 dev eth${index}`);
      await server.ip(`address add ${far}:2/64 dev eth${index} nodad`);
      await router.ip(`route add ${families.inet.server}/32 via ${near}.2`);
      await router.ip(`route add ${families.inet6.server}/128 via ${far}:2`);
      await router.run([
        ...["sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"],
        ...[
          "net.ipv4.conf.all.rp_filter=0",
          "net.ipv4.conf.eth0.rp_filter=0",
          "net.ipv6.conf.eth0.keep_addr_on_down=1",
        ],
      ]);
    }
    await lab.host(server);
    await lab.firewall.start();
    await lab.firewall.apply(await withRoutes(inOrder));
  });
  after(async () => {
    await lab?.close();
  });

  const routers = (): { first: Namespace; second: Namespace } => ({ first: lab.untrust, second: lab.dmz });
  /** The way on which the server answers, which is no business of the firewall's. */
  const answerBy = async (family: FamilyName, way: "first" | "second"): Promise<void> =>
    await server.ip(
      `route replace ${families[family].users} via ${families[family].back[way]} src ${families[family].server}`,
    );

  /** The route to the server of this preference. */
  async function route(family: FamilyName, preference: number): Promise<RouteView> {
    const routes = await lab.firewall.cliJson<RouteView[]>("show", "routes");
    return routes.find((one) => one.prefix === families[family].network && one.preference === preference)!;
  }

  /** until asks again until it is so: the routes give no event to wait for. */
  async function until(what: string, test: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + PATIENCE_S * 1000; Date.now() < end;) if (await test()) return;
    throw new Error(`in vain for ${what}\n${(await lab.firewall.cli(["show", "routes"])).stdout}`);
  }

  const isInForce = (family: FamilyName, preference: number) => async (): Promise<boolean> =>
    (await route(family, preference)).active;

  /** goesOn waits until the client has heard more, and its packets went through a router, and through the other one no more. */
  async function goesOn(connection: Running, by: "first" | "second", from: number): Promise<void> {
    const there = await Capture.start(routers()[by], `tcp src port ${from}`, "back");
    await there.until(`the connection at the ${by} router`, () => true, PATIENCE_S);
    await there.stop();
    const elsewhere = await Capture.start(
      routers()[by === "first" ? "second" : "first"],
      `tcp src port ${from}`,
      "back",
    );
    const heard = connection.stdout.length;
    await connection.printed(/(\d+\n){10}/, PATIENCE_S, heard);
    assert.deepEqual(await elsewhere.stop(), []);
  }

  /** Nothing of what a host says is heard, and it hears nothing; its link stays up. */
  const silence = async (host: Namespace, isSilent: boolean): Promise<void> => {
    const chains = ["ingress", "egress"].map(
      (hook) => `chain ${hook} { type filter hook ${hook} device "eth0" priority 0; policy drop; };`,
    );
    const text = isSilent ? `table netdev silence { ${chains.join(" ")} }` : "delete table netdev silence";
    await host.run(["nft", text]);
  };

  for (const [family, { server: to }] of Object.entries(families) as [FamilyName, (typeof families)[FamilyName]][]) {
    const from = family === "inet" ? 45001 : 45002;

    test(`${family}: a connection outlives the first router's device and its silence, and goes back each time`, async () => {
      await answerBy(family, "first");
      const connection = lab.trust.start("client", client(to, from));
      try {
        await goesOn(connection, "first", from);

        await lab.untrust.ip("link set eth0 down");
        await answerBy(family, "second");
        await until("the second next hop", isInForce(family, 7));
        const down = await route(family, 5);
        assert.deepEqual([down.active, down.nextHops.map(({ state }) => state)], [false, ["down"]]);
        await goesOn(connection, "second", from);

        await lab.untrust.ip("link set eth0 up");
        await lab.untrust.ip(`route replace default via ${address.firewall.untrust}`);
        await lab.untrust.ip(`route replace default via ${address.firewall.untrust6} dev eth0`);
        await answerBy(family, "first");
        await until("the first next hop", isInForce(family, 5));
        await goesOn(connection, "first", from);

        await silence(lab.untrust, true);
        await answerBy(family, "second");
        await until("the second next hop", isInForce(family, 7));
        const silent = await route(family, 5);
        assert.deepEqual([silent.active, silent.nextHops.map(({ state }) => state)], [false, ["silent"]]);
        await goesOn(connection, "second", from);

        await silence(lab.untrust, false);
        await answerBy(family, "first");
        await until("the first next hop", isInForce(family, 5));
        await goesOn(connection, "first", from);
        assert.ok(connection.alive, connection.output);
      } finally {
        await connection.stop();
      }
    });
  }

  test("of equal next hops the silent one is left out, and has its flows back when it answers", async () => {
    await lab.firewall.apply(
      await withRoutes((family) => ({ "next-hop": [families[family].first, families[family].second] })),
    );
    await answerBy("inet", "first");
    const ask = async (firstPort: number): Promise<void> => {
      await lab.trust.run([
        process.execPath,
        "-e",
        `let open = 16;
         for (let i = 0; i < 16; i++) {
           const s = require("dgram").createSocket("udp4");
           s.on("message", () => { s.close(); if (--open === 0) process.exit(0); });
           s.bind(${firstPort} + i, () => s.send("x", 7, "${families.inet.server}"));
         }
         setTimeout(() => process.exit(1), 10000);`,
      ]);
    };
    const seen = async (firstPort: number): Promise<number[]> => {
      const captures = await Promise.all(
        Object.values(routers()).map((router) =>
          Capture.start(router, `udp src portrange ${firstPort}-${firstPort + 15}`),
        ),
      );
      await ask(firstPort);
      return await Promise.all(
        captures.map(async (capture) => new Set((await capture.stop()).map((p) => p.sourcePort)).size),
      );
    };
    const isState = (state: string) => async (): Promise<boolean> =>
      (await route("inet", 5)).nextHops.some((hop) => hop.gateway === address.dmz.inet && hop.state === state);
    await ask(46000); // neighbours are known
    const both = await seen(46100);
    assert.ok(both[0]! > 0 && both[1]! > 0, `${both.join()} of 16`);
    await silence(lab.dmz, true);
    await until("the second's silence", isState("silent"));
    assert.deepEqual(await seen(46200), [16, 0]);
    await silence(lab.dmz, false);
    await until("the second's answer", isState("alive"));
    const again = await seen(46300);
    assert.ok(again[0]! > 0 && again[1]! > 0, `${again.join()} of 16`);
  });

  test("without any that lives, packets are dropped by name", async () => {
    const drops = async (reason: string): Promise<number> =>
      (await lab.firewall.cliJson<{ drops: Record<string, number> }>("show", "counters")).drops[reason] ?? 0;
    const send = (): Promise<unknown> =>
      lab.trust.run(["bash", "-c", `echo x > /dev/udp/${families.inet.server}/9`], { check: false });
    await lab.firewall.apply(await withRoutes(inOrder));
    for (const router of [lab.untrust, lab.dmz]) await router.ip("link set eth0 down");
    await until("no route", async () => !(await route("inet", 5)).active && !(await route("inet", 7)).active);
    const before = await drops("no-route");
    await send();
    await until("the drop", async () => (await drops("no-route")) > before);
    for (const router of [lab.untrust, lab.dmz]) await router.ip("link set eth0 up");
    await until("the route", isInForce("inet", 5));
  });

  test("a routing instance has the routes of its table of the kernel's, and of no other, as long as they are there", async () => {
    await lab.firewall.apply(
      await routed((tree) => {
        tree["routing-instances"] = [
          {
            name: "blue",
            "instance-type": "virtual-router",
            interface: ["ge-0/0/0.0", UNITS.second],
            "kernel-table": 100,
          },
        ];
      }),
    );
    const { network, first, second, server: to } = families.inet;
    const kernel = async (): Promise<string[]> =>
      (await lab.firewall.cliJson<RouteView[]>("show", "routes"))
        .filter((one) => one.origin === "kernel" && one.prefix === network)
        .map((one) => `${one.instance} ${one.nextHops.map(({ gateway }) => gateway).join()} ${one.active}`)
        .toSorted();
    const probe = async (from: number): Promise<void> =>
      void (await lab.trust.run([
        process.execPath,
        "-e",
        `const s = require("dgram").createSocket("udp4"); s.bind(${from}, () => s.send("x", 9, "${to}", () => s.close()));`,
      ]));
    await lab.fw.ip(`route add ${network} via ${first}`);
    await lab.fw.ip(`route add ${network} via ${second} table 100`);
    await until("both routes", async () => (await kernel()).length === 2);
    assert.deepEqual(await kernel(), [`blue ${second} true`, `inet.0 ${first} true`]);
    const captures = await Promise.all([lab.untrust, lab.dmz].map((router) => Capture.start(router, "udp port 9")));
    await probe(47001);
    await captures[1]!.until("the packet", ({ sourcePort }) => sourcePort === 47001);
    await lab.fw.ip(`route del ${network} table 100`);
    await until("the end of one", async () => (await kernel()).length === 1);
    assert.deepEqual(await kernel(), [`inet.0 ${first} true`]);
    await probe(47002);
    await lab.fw.ip(`route add ${network} via ${second} table 100`);
    await until("both routes", async () => (await kernel()).length === 2);
    await probe(47003);
    await captures[1]!.until("the packet", ({ sourcePort }) => sourcePort === 47003);
    const ports = await Promise.all(captures.map(async (capture) => (await capture.stop()).map((p) => p.sourcePort)));
    assert.deepEqual(ports, [[], [47001, 47003]]);
  });
});
