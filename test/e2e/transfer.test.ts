// Real stacks through the firewall: bulk TCP, large datagrams, path MTU, ICMP errors for existing sessions; one worker and two.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Capture } from "../lab/capture.js";
import { address, Lab } from "../lab/lab.js";
import { assertWhole, serveLarge } from "../lab/large.js";
import { configuration, permitAll } from "./configuration.js";

interface Counters {
  readonly drops: Readonly<Record<string, number>>;
  readonly totals: Readonly<Record<string, number>>;
}

const LARGE = 2 ** 28;
const ignorable = new Set(["tcp-no-session", "link-scope"]); // late segments of closed connections; hosts' own multicast

for (const workers of [1, 2]) {
  describe(`transfers with ${workers} worker(s) and ${workers} queue(s)`, { timeout: 300_000 }, () => {
    let lab: Lab;
    before(async () => {
      lab = await Lab.start(await configuration(permitAll), { workers, queues: workers });
      for (const host of [lab.untrust, lab.dmz]) await lab.host(host);
      await serveLarge(lab, lab.untrust, LARGE);
    });
    after(async () => {
      await lab?.close();
    });

    for (const family of ["inet", "inet6"] as const) {
      test(`512 MB of ${family} TCP, half each way, arrives whole and the firewall drops nothing of it`, async () => {
        const before = await lab.firewall.cliJson<Counters>("show", "counters");
        await assertWhole(lab.trust, address.untrust[family], LARGE);
        const now = await lab.firewall.cliJson<Counters>("show", "counters");
        const drops = Object.entries(now.drops).filter(
          ([reason, count]) => !ignorable.has(reason) && count !== (before.drops[reason] ?? 0),
        );
        assert.deepEqual(drops, []);
      });

      test(`${family} ping with 8000 bytes passes in fragments`, async () => {
        const ping = await lab.trust.run([
          "ping",
          "-c",
          "3",
          "-i",
          "0.2",
          "-W",
          "3",
          "-s",
          "8000",
          address.untrust[family],
        ]);
        assert.match(ping.stdout, /3 received/);
      });

      test(`${family} UDP datagrams of 8 KB are echoed unchanged`, async () => {
        const script = `
          const s = require("dgram").createSocket(${family === "inet" ? '"udp4"' : '"udp6"'});
          const sent = require("crypto").randomBytes(8192);
          let n = 0;
          s.on("message", (m) => { if (!m.equals(sent)) process.exit(3); if (++n === 5) process.exit(0); s.send(sent, 7, "${address.untrust[family]}"); });
          s.send(sent, 7, "${address.untrust[family]}");
          setTimeout(() => process.exit(4), 8000);`;
        const finished = await lab.trust.run([process.execPath, "-e", script], { check: false });
        assert.equal(finished.code, 0, `exit ${finished.code}: 3 = changed, 4 = lost`);
      });

      test(`an ICMP error about an existing ${family} session reaches its sender`, async () => {
        const script = `
          const s = require("dgram").createSocket(${family === "inet" ? '"udp4"' : '"udp6"'});
          s.on("error", (e) => process.exit(e.code === "ECONNREFUSED" ? 0 : 3));
          s.connect(4444, "${address.untrust[family]}", () => s.send("x"));
          setTimeout(() => process.exit(4), 5000);`;
        const finished = await lab.trust.run([process.execPath, "-e", script], { check: false });
        assert.equal(finished.code, 0, `exit ${finished.code}: 4 = no error arrived`);
      });

      test(`a packet whose ${family} TTL runs out is answered by time exceeded from the firewall`, async () => {
        const capture = await Capture.start(lab.trust, family === "inet" ? "icmp" : "icmp6");
        await lab.trust.run(["ping", "-c", "1", "-W", "2", "-t", "1", address.untrust[family]], { check: false });
        const error = await capture.until(
          "time exceeded",
          (packet) => packet.payload[0] === (family === "inet" ? 11 : 3),
        );
        assert.equal(error.source, family === "inet" ? address.firewall.trust : address.firewall.trust6);
        await capture.stop();
      });
    }

    if (workers === 2) {
      test("packets that arrive at the other worker are handed to the flow's owner", async () => {
        // Ports are not part of the owner's hash, so vary addresses until both workers own flows.
        for (let host = 20; host < 36; host++) {
          await lab.trust.ip(`address add 10.1.1.${host}/24 dev eth0`);
          const ping = await lab.trust.run([
            "ping",
            "-c",
            "2",
            "-i",
            "0.2",
            "-W",
            "2",
            "-I",
            `10.1.1.${host}`,
            address.untrust.inet,
          ]);
          assert.match(ping.stdout, /2 received/);
        }
        const counters = await lab.firewall.cliJson<Counters>("show", "counters");
        assert.ok((counters.totals["handed-off"] ?? 0) > 0, JSON.stringify(counters.totals));
      });
    }
  });
}

describe("a narrow path", { timeout: 120_000 }, () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start(
      await configuration(permitAll, (tree) => {
        const interfaces = tree["interfaces"] as Record<
          string,
          { unit: Record<string, { family: Record<string, { mtu?: number }> }> }
        >;
        const family = interfaces["ge-0/0/2"]!.unit["0"]!.family;
        family["inet"]!.mtu = 1400;
        family["inet6"]!.mtu = 1400;
      }),
    );
    await lab.host(lab.dmz);
  });
  after(async () => {
    await lab?.close();
  });

  test("IPv4 with DF that does not fit is answered by fragmentation needed with the next hop's MTU", async () => {
    const ping = await lab.trust.run(
      ["ping", "-M", "do", "-c", "2", "-i", "0.2", "-W", "2", "-s", "1440", address.dmz.inet],
      { check: false },
    );
    assert.match(ping.stdout + ping.stderr, /mtu ?= ?1400/i);
  });

  test("IPv4 without DF that does not fit is fragmented and arrives", async () => {
    const ping = await lab.trust.run([
      "ping",
      "-M",
      "dont",
      "-c",
      "2",
      "-i",
      "0.2",
      "-W",
      "2",
      "-s",
      "1440",
      address.dmz.inet,
    ]);
    assert.match(ping.stdout, /2 received/);
  });

  test("IPv6 that does not fit is answered by packet too big and then fits", async () => {
    const ping = await lab.trust.run(["ping", "-c", "4", "-i", "0.2", "-W", "2", "-s", "1440", address.dmz.inet6], {
      check: false,
    });
    assert.match(ping.stdout, /[1-4] received/);
    const route = await lab.trust.run(["ip", "-6", "route", "get", address.dmz.inet6]);
    assert.match(route.stdout, /mtu 1400/);
  });

  for (const family of ["inet", "inet6"] as const) {
    test(`a ${family} TCP upload finds the path's MTU and completes`, async () => {
      const script = `
        const s = require("net").connect(7, "${address.dmz[family]}");
        let n = 0;
        s.on("data", (d) => { n += d.length; if (n === 1000000) process.exit(0); });
        s.on("error", () => process.exit(3));
        s.write(Buffer.alloc(1000000, 7));
        setTimeout(() => process.exit(4), 15000);`;
      const finished = await lab.trust.run([process.execPath, "-e", script], { check: false });
      assert.equal(finished.code, 0);
    });
  }
});

describe("hosts that leave checksums to hardware", { timeout: 120_000 }, () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start(await configuration(permitAll), { offload: true });
    await lab.host(lab.untrust);
  });
  after(async () => {
    await lab?.close();
  });

  for (const family of ["inet", "inet6"] as const) {
    test(`${family} TCP and UDP of theirs arrive with right checksums`, async () => {
      const features = await lab.trust.run(["ethtool", "-k", "eth0"]);
      assert.match(features.stdout, /tx-checksumming: on/);
      const host = family === "inet" ? address.untrust.inet : `[${address.untrust.inet6}]`;
      const page = await lab.trust.run([
        "curl",
        "-sS",
        "--max-time",
        "5",
        "-o",
        "/dev/null",
        "-w",
        "%{http_code}",
        `http://${host}/`,
      ]);
      assert.equal(page.stdout, "200");
      const script = `
        const s = require("dgram").createSocket("${family === "inet" ? "udp4" : "udp6"}");
        s.on("message", (m) => { console.log(m.toString()); s.close(); });
        s.send("hello", 7, "${address.untrust[family]}");
        setTimeout(() => process.exit(1), 5000).unref();`;
      const echo = await lab.trust.run([process.execPath, "-e", script]);
      assert.equal(echo.stdout, "hello\n");
    });
  }
});
