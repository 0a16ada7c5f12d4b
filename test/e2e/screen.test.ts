// Screens from packet to received line and to the wire: dropped, alarmed about, counted; on first packets and on known flows.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { frameOf, ipPacket, type Shape } from "../differential/build.js";
import { Capture } from "../lab/capture.js";
import type { Received } from "../lab/collector.js";
import { address, Lab } from "../lab/lab.js";
import { configuration, permitAll } from "./configuration.js";

const FRAME = fileURLToPath(new URL("../../../release/tools/frame", import.meta.url));
const SYN = 2;
const SYN_FIN = 3;
const TCP = 6;
const UDP = 17;

const screen = {
  name: "inside",
  tcp: { "syn-fin": true, "port-scan": { threshold: 1000000 } },
  icmp: { large: true },
  ip: { spoofing: true },
};
const withScreen = (more: object = {}): Promise<string> =>
  configuration(permitAll, (tree) => {
    const zones = (tree.security["zones"] as { "security-zone": { name: string; screen?: string }[] })["security-zone"];
    zones.find(({ name }) => name === "trust")!.screen = "inside";
    tree.security["screen"] = { "ids-option": [{ ...screen, ...more }] };
  });

interface ScreenView {
  readonly zone: string;
  readonly screen: string;
  readonly counters: readonly { readonly check: string; readonly packets: number }[];
}

const attack =
  (name: string) =>
  (line: Received): boolean =>
    line.fields["attack-name"] === name;

describe("screens end to end", { timeout: 240_000 }, () => {
  let lab: Lab;
  let mac: Buffer;
  before(async () => {
    lab = await Lab.start(await withScreen());
    await lab.host(lab.untrust);
    const { stdout } = await lab.fw.run(["cat", "/sys/class/net/trust0/address"]);
    mac = Buffer.from(stdout.trim().replaceAll(":", ""), "hex");
  });
  after(async () => {
    await lab?.close();
  });

  /** send sends packets from the host in zone trust, whatever its stack thinks of them. */
  async function send(...shapes: readonly Partial<Shape>[]): Promise<void> {
    const frames = shapes.map((shape) => {
      const ip = ipPacket({
        source: address.trust.inet,
        destination: address.untrust.inet,
        protocol: UDP,
        sourcePort: 40000,
        destinationPort: 40009,
        ...shape,
      });
      const frame = frameOf(ip);
      mac.copy(frame, 0);
      return frame.toString("hex");
    });
    await lab.trust.run([FRAME, "send", "eth0", ...frames]);
  }

  async function met(check: string): Promise<number> {
    const views = await lab.firewall.cliJson<ScreenView[]>("show", "security", "screen", "statistics", "zone", "trust");
    assert.deepEqual(
      views.map((view) => [view.zone, view.screen]),
      [["trust", "inside"]],
    );
    return views[0]!.counters.find((counter) => counter.check === check)!.packets;
  }

  test("a segment with SYN and FIN is dropped and logged, the packet behind it goes on", async () => {
    const from = lab.collector.received.length;
    const there = await Capture.start(lab.untrust, `host ${address.trust.inet}`);
    await send({ protocol: TCP, destinationPort: 81, flags: SYN_FIN }, { payload: 20 });
    await there.until("the packet behind it", (packet) => packet.destinationPort === 40009);
    const line = await lab.collector.expect("the screen", attack("SYN and FIN bits!"), from);
    assert.equal(line.tag, "RT_SCREEN_TCP");
    assert.equal(line.priority, 11);
    assert.deepEqual(Object.entries(line.fields), [
      ["attack-name", "SYN and FIN bits!"],
      ["source-address", address.trust.inet],
      ["source-port", "40000"],
      ["destination-address", address.untrust.inet],
      ["destination-port", "81"],
      ["source-zone-name", "trust"],
      ["interface-name", "ge-0/0/0.0"],
      ["action", "drop"],
    ]);
    assert.deepEqual(
      (await there.stop()).filter((packet) => packet.destinationPort === 81),
      [],
    );
    assert.equal(await met("syn-fin"), 1);
  });

  test("a large ping is lost where one of 1024 bytes is answered", async () => {
    const from = lab.collector.received.length;
    const ping = (bytes: number) =>
      lab.trust.run(["ping", "-n", "-c", "1", "-W", "1", "-s", String(bytes), address.untrust.inet], { check: false });
    assert.equal((await ping(996)).code, 0);
    assert.equal((await ping(997)).code, 1);
    const line = await lab.collector.expect("the screen", attack("Large ICMP packet!"), from);
    assert.equal(line.tag, "RT_SCREEN_ICMP");
    assert.equal(line.fields["source-address"], address.trust.inet);
    assert.equal(await met("icmp-large"), 1);
  });

  test("another zone's address is spoofed", async () => {
    const from = lab.collector.received.length;
    const there = await Capture.start(lab.untrust, "udp port 40009");
    await send({ source: address.dmz.inet }, { sourcePort: 40001 });
    await there.until("the packet behind it", (packet) => packet.sourcePort === 40001);
    const line = await lab.collector.expect("the screen", attack("IP spoofing!"), from);
    assert.equal(line.tag, "RT_SCREEN_IP");
    assert.equal(line.fields["source-address"], address.dmz.inet);
    assert.equal(line.fields["protocol-id"], "17");
    assert.deepEqual(
      (await there.stop()).map((packet) => packet.source),
      [address.trust.inet],
    );
  });

  test("the tenth port of a scan is one too many", async () => {
    const from = lab.collector.received.length;
    const there = await Capture.start(lab.untrust, "tcp[tcpflags] == tcp-syn");
    const ports = Array.from({ length: 12 }, (_, i) => 2000 + i);
    await send(...ports.map((destinationPort) => ({ protocol: TCP, destinationPort, flags: SYN })), {
      sourcePort: 40002,
    });
    const lines = await lab.collector.expectCount("the screen", attack("TCP port scan!"), 3, from);
    assert.deepEqual(
      lines.map((line) => line.fields["destination-port"]),
      ["2009", "2010", "2011"],
    );
    assert.deepEqual(
      (await there.stop()).map((packet) => packet.destinationPort),
      ports.slice(0, 9),
    );
    assert.equal(await met("port-scan"), 3);
  });

  test("an alarm lets the packet go on, and says so; counters stay over the commit", async () => {
    await lab.firewall.apply(await withScreen({ "alarm-without-drop": true }));
    const from = lab.collector.received.length;
    const there = await Capture.start(lab.untrust, "udp port 40009");
    await send({ source: address.dmz.inet, sourcePort: 40003 });
    await there.until("the packet", (packet) => packet.source === address.dmz.inet);
    await there.stop();
    const line = await lab.collector.expect("the alarm", attack("IP spoofing!"), from);
    assert.equal(line.fields["action"], "alarm-without-drop");
    assert.equal(await met("spoofing"), 2);
    assert.equal(await met("syn-fin"), 1);
  });

  test("explain names the screen", async () => {
    await lab.firewall.apply(await withScreen());
    const { stdout } = await lab.firewall.cli([
      "explain",
      "--from",
      "trust",
      address.dmz.inet,
      address.untrust.inet,
      "udp",
    ]);
    assert.match(stdout, /screen +drop +screen inside: IP spoofing!/);
  });
});
