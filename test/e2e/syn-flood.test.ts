// A SYN flood from forged sources while real clients connect through the firewall: with SYN cookies all of them get through, without
// them none does. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { address, Lab } from "../lab/lab.js";
import type { Running } from "../lab/process.js";
import { configuration, permitAll } from "./configuration.js";

const FLOOD = fileURLToPath(new URL("../../../release/tools/syn-flood", import.meta.url));
const PORT = 8080;
const BYTES = 20_000_000;
const CONNECTIONS = 20;
const RATE = 3000;

const withScreen = (flow: object): Promise<string> =>
  configuration(permitAll, (tree) => {
    const zones = (tree.security["zones"] as { "security-zone": { name: string; screen?: string }[] })["security-zone"];
    zones.find(({ name }) => name === "trust")!.screen = "inside";
    const flood = { "attack-threshold": 10, "source-threshold": 1_000_000, "destination-threshold": 1_000_000 };
    const cookies = "syn-flood-protection-mode" in flow ? { "alarm-threshold": 1000, timeout: 5 } : {};
    tree.security["screen"] = { "ids-option": [{ name: "inside", tcp: { "syn-flood": { ...flood, ...cookies } } }] };
    tree.security["flow"] = flow;
  });
const cookies = { "syn-flood-protection-mode": "syn-cookie" };

/** A server that has room for few half-open connections, and no cookies of its own. */
const server = `
  const body = Buffer.alloc(${BYTES}, "ringwall ");
  require("node:http").createServer((request, response) => {
    response.setHeader("connection", "close");
    response.end(request.url === "/large" ? body : "hello\\n");
  }).listen({ port: ${PORT}, host: "::", backlog: 64 }, () => console.log("listening"));
`;

interface Counters {
  readonly drops: Readonly<Record<string, number>>;
}

describe("a SYN flood", { timeout: 240_000 }, () => {
  let lab: Lab;
  let mac: string;
  before(async () => {
    lab = await Lab.start(await withScreen(cookies), { workers: 2, queues: 2 });
    mac = (await lab.fw.run(["cat", "/sys/class/net/trust0/address"])).stdout.trim();
    // Linux keeps a quarter of the backlog for hosts that it knows from earlier connections.
    const own = ["net.ipv4.tcp_syncookies=0", "net.ipv4.tcp_max_syn_backlog=64", "net.ipv4.tcp_no_metrics_save=1"];
    await lab.untrust.run(["sysctl", "-qw", ...own]);
    await lab.serve(lab.untrust, "server", [process.execPath, "-e", server]);
  });
  after(async () => {
    await lab?.close();
  });

  const floodOf = (destination: string): Promise<Running> => {
    const target = ["--destination", destination, "--port", String(PORT), "--rate", String(RATE)];
    return lab.serve(lab.trust, "flood", [FLOOD, "eth0", "--to", mac, ...target], /flooding/);
  };
  const url = (destination: string, path: string): string =>
    `http://${destination.includes(":") ? `[${destination}]` : destination}:${PORT}${path}`;
  const get = (destination: string, path: string, seconds: number) =>
    lab.trust.run(["curl", "-sS", "-o", "-", "--max-time", String(seconds), url(destination, path)], {
      check: false,
      seconds: seconds + 5,
    });
  const drops = async (reason: string): Promise<number> =>
    (await lab.firewall.cliJson<Counters>("show", "counters")).drops[reason] ?? 0;
  const halfOpen = async (): Promise<number> =>
    (await lab.untrust.run(["ss", "-Htn", "state", "syn-recv", "sport", `= :${PORT}`])).stdout
      .split("\n")
      .filter((line) => line !== "").length;
  /** until waits for something that the flood brings about. */
  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (let i = 0; i < 100; i++) {
      if (await holds()) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.fail(`${what} did not come about`);
  }

  for (const family of ["inet", "inet6"] as const)
    test(`with SYN cookies every ${family} client is connected, and its data is whole`, async () => {
      const destination = address.untrust[family];
      const from = lab.collector.received.length;
      const flood = await floodOf(destination);
      const before = await drops("syn-cookie");
      await until("cookies", async () => (await drops("syn-cookie")) > before + 100);
      for (let i = 0; i < CONNECTIONS; i++) {
        const { code, stdout, stderr } = await get(destination, "/", 10);
        assert.equal(`${code} ${stdout}${stderr}`, "0 hello\n");
      }
      const large = await lab.trust.run(
        ["sh", "-c", `curl -sS --max-time 60 ${url(destination, "/large")} | sha256sum`],
        { seconds: 70 },
      );
      const expected = createHash("sha256").update(Buffer.alloc(BYTES, "ringwall ")).digest("hex");
      assert.equal(large.stdout.split(" ")[0], expected);
      const alarm = await lab.collector.expect(
        "the alarm",
        (line) => line.fields["attack-name"] === "SYN flood!" && line.fields["destination-address"] === destination,
        from,
      );
      await flood.stop();

      const closed = await lab.collector.expectCount(
        "closes",
        (line) =>
          line.tag === "RT_FLOW_SESSION_CLOSE" &&
          line.fields["source-address"] === address.trust[family] &&
          line.fields["destination-port"] === String(PORT),
        CONNECTIONS + 1,
        from,
      );
      assert.deepEqual(
        closed.map((line) => line.fields["reason"]).filter((reason) => reason !== "TCP FIN"),
        [],
      );
      const bytes = closed.map((line) => Number(line.fields["bytes-from-server"]));
      assert.ok(Math.max(...bytes) > BYTES, `${Math.max(...bytes)} bytes from the server`);
      assert.equal(alarm.tag, "RT_SCREEN_TCP");
      assert.equal(alarm.fields["action"], "drop");
      assert.notEqual(alarm.fields["source-address"], address.trust[family]);
    });

  test("without cookies clients beyond the threshold are dropped with the flood", async () => {
    await lab.firewall.apply(await withScreen({}));
    const flood = await floodOf(address.untrust.inet);
    const before = await drops("screen");
    await until("drops", async () => (await drops("screen")) > before + 100);
    const { code } = await get(address.untrust.inet, "/", 2);
    await flood.stop();
    assert.equal(code, 28, "curl's operation timeout");
  });

  test("without the screen the server has no room, and clients go without", async () => {
    await lab.firewall.apply(await configuration(permitAll));
    const flood = await floodOf(address.untrust.inet);
    await until("a full backlog", async () => (await halfOpen()) >= 48);
    // Linux gives old half-open connections up all at once, so a client may come at the one right moment; not five in a row.
    const codes: (number | null)[] = [];
    while (codes.length < 5 && !codes.includes(28)) codes.push((await get(address.untrust.inet, "/", 2)).code);
    await flood.stop();
    assert.equal(codes.at(-1), 28, `curl's operation timeout; it ended with ${codes.join(", ")}`);
  });
});
