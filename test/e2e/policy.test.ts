// Permit, deny and reject on the wire and in the received line, IPv4 and IPv6.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Capture, type Captured } from "../lab/capture.js";
import { address, Lab } from "../lab/lab.js";
import { configuration } from "./configuration.js";
import type { Received } from "../lab/collector.js";

const policies = {
  "trust->untrust": [
    { name: "web", then: "permit" as const, application: ["junos-http"] },
    { name: "echo", then: "permit" as const, application: ["junos-echo"] },
    { name: "ping", then: "permit" as const, application: ["junos-icmp-ping", "junos-pingv6"] },
    { name: "no-telnet", then: "reject" as const, application: ["junos-telnet"] },
    { name: "no-tftp", then: "reject" as const, application: ["junos-tftp"] },
  ],
  "trust->dmz": [{ name: "nothing", then: "deny" as const }],
  global: [{ name: "everything-else", then: "deny" as const }],
};

const at = (line: Received, ...names: string[]): (string | undefined)[] => names.map((name) => line.fields[name]);
const toPort =
  (tag: string, destination: string, port: string) =>
  (line: Received): boolean =>
    line.tag === tag && line.fields["destination-address"] === destination && line.fields["destination-port"] === port;
const curl = (host: string, seconds = 5): string[] => [
  "curl",
  "-sS",
  "-g",
  "--max-time",
  String(seconds),
  `http://${host.includes(":") ? `[${host}]` : host}/`,
];

describe("policy end to end", { timeout: 240_000 }, () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start(await configuration(policies));
    for (const host of [lab.untrust, lab.dmz]) await lab.host(host);
  });
  after(async () => {
    await lab?.close();
  });

  for (const family of ["inet", "inet6"] as const) {
    const client = address.trust[family],
      server = address.untrust[family];

    test(`a permitted ${family} connection works and is logged with the bytes and packets that both hosts sent`, async () => {
      const from = lab.collector.received.length;
      const capture = await Capture.start(lab.trust, "tcp port 80");
      const page = await lab.trust.run(curl(server));
      assert.match(page.stdout, /^hello .* from/);
      const close = await lab.collector.expect("SESSION_CLOSE", toPort("RT_FLOW_SESSION_CLOSE", server, "80"), from);
      const open = await lab.collector.expect("SESSION_CREATE", toPort("RT_FLOW_SESSION_CREATE", server, "80"), from);
      const wire = await capture.stop();
      const up = wire.filter((packet) => packet.source === client),
        down = wire.filter((packet) => packet.source === server);
      const bytes = (packets: readonly Captured[]): string =>
        String(packets.reduce((sum, packet) => sum + packet.length, 0));
      const port = String(up[0]!.sourcePort);
      assert.deepEqual(
        at(
          open,
          "source-address",
          "source-port",
          "destination-address",
          "destination-port",
          "protocol-id",
          "service-name",
          "policy-name",
          "source-zone-name",
          "destination-zone-name",
          "packet-incoming-interface",
        ),
        [client, port, server, "80", "6", "junos-http", "web", "trust", "untrust", "ge-0/0/0.0"],
      );
      assert.deepEqual(
        at(
          close,
          "reason",
          "source-port",
          "packets-from-client",
          "bytes-from-client",
          "packets-from-server",
          "bytes-from-server",
        ),
        ["TCP FIN", port, String(up.length), bytes(up), String(down.length), bytes(down)],
      );
      assert.equal(open.fields["session-id"], close.fields["session-id"]);
      assert.notEqual(open.fields["session-id"], "0");
      assert.equal(open.host, "fw1");
      assert.equal(open.priority, 14);
      assert.equal(open.sender, "10.99.0.1");
    });

    test(`a denied ${family} connection is not answered, reaches nobody and is logged as denied`, async () => {
      const from = lab.collector.received.length;
      const target = address.dmz[family];
      const there = await Capture.start(lab.dmz, `host ${client}`);
      const here = await Capture.start(lab.trust, `host ${target}`);
      const page = await lab.trust.run(curl(target, 2), { check: false });
      assert.equal(page.code, 28, "curl must time out, not be refused");
      const deny = await lab.collector.expect("SESSION_DENY", toPort("RT_FLOW_SESSION_DENY", target, "80"), from);
      assert.deepEqual(
        at(deny, "source-address", "protocol-id", "policy-name", "source-zone-name", "destination-zone-name", "reason"),
        [client, "6", "nothing", "trust", "dmz", "Denied by policy"],
      );
      assert.equal(deny.fields["source-port"], String((await here.packets())[0]!.sourcePort));
      assert.deepEqual(
        (await there.stop()).filter((packet) => packet.source === client),
        [],
      );
      assert.deepEqual(
        (await here.stop()).filter((packet) => packet.source === target),
        [],
      );
      assert.ok(
        !lab.collector.received
          .slice(from)
          .some((line) => line.tag === "RT_FLOW_SESSION_CREATE" && line.fields["destination-address"] === target),
      );
    });

    test(`a rejected ${family} TCP connection is refused by a reset with the numbers of RFC 9293`, async () => {
      const from = lab.collector.received.length;
      const capture = await Capture.start(lab.trust, "tcp port 23");
      const there = await Capture.start(lab.untrust, "tcp port 23");
      const attempt = await lab.trust.run(["nc", "-nv", "-w", "5", server, "23"], { check: false });
      assert.match(attempt.stderr, /refused/);
      const deny = await lab.collector.expect("SESSION_DENY", toPort("RT_FLOW_SESSION_DENY", server, "23"), from);
      assert.deepEqual(at(deny, "policy-name", "reason"), ["no-telnet", "Rejected by policy"]);
      const [syn, rst, ...more] = await capture.stop();
      assert.deepEqual(more, []);
      assert.equal(rst!.source, server);
      assert.equal(rst!.destination, client);
      assert.equal(rst!.destinationPort, syn!.sourcePort);
      assert.equal(rst!.payload[13], 0x14, "RST and ACK");
      assert.equal(rst!.payload.readUInt32BE(4), 0);
      assert.equal(rst!.payload.readUInt32BE(8), (syn!.payload.readUInt32BE(4) + 1) >>> 0);
      assert.deepEqual(await there.stop(), []);
    });

    test(`a rejected ${family} datagram is answered by port unreachable that quotes it`, async () => {
      const from = lab.collector.received.length;
      const capture = await Capture.start(
        lab.trust,
        family === "inet" ? "icmp or udp port 69" : "icmp6 or udp port 69",
      );
      await lab.trust.run(["bash", "-c", `exec 3<>/dev/udp/${server}/69; echo -n hello >&3; read -t 5 -r line <&3`], {
        check: false,
      });
      const deny = await lab.collector.expect("SESSION_DENY", toPort("RT_FLOW_SESSION_DENY", server, "69"), from);
      assert.deepEqual(at(deny, "policy-name", "reason", "protocol-id"), ["no-tftp", "Rejected by policy", "17"]);
      const wire = await capture.stop();
      const sent = wire.find((packet) => packet.destinationPort === 69)!;
      const error = wire.find(
        (packet) =>
          packet.source !== client &&
          packet.destination === client &&
          packet.protocol === (family === "inet" ? 1 : 58) &&
          packet.payload[0] === (family === "inet" ? 3 : 1),
      )!;
      assert.ok(error, "no ICMP error came back");
      assert.equal(error.source, family === "inet" ? address.firewall.trust : address.firewall.trust6);
      assert.deepEqual([error.payload[0], error.payload[1]], family === "inet" ? [3, 3] : [1, 4]);
      assert.deepEqual(error.payload.subarray(8, 8 + sent.length), sent.frame.subarray(14, 14 + sent.length));
    });

    test(`a permitted ${family} ping is answered and logged as one session`, async () => {
      const from = lab.collector.received.length;
      await lab.trust.run(["ping", "-c", "3", "-i", "0.2", "-W", "2", server]);
      const open = await lab.collector.expect(
        "SESSION_CREATE",
        (line) =>
          line.tag === "RT_FLOW_SESSION_CREATE" &&
          line.fields["destination-address"] === server &&
          line.fields["protocol-id"] === (family === "inet" ? "1" : "58"),
        from,
      );
      assert.deepEqual(at(open, "source-address", "policy-name", "service-name"), [
        client,
        "ping",
        family === "inet" ? "icmp" : "icmpv6",
      ]);
    });

    test(`a denied ${family} packet to a cold neighbour resolves nothing and forwards nothing`, async () => {
      const cold = family === "inet" ? "198.51.100.77" : "2001:db8:3::77";
      const from = lab.collector.received.length;
      const there = await Capture.start(lab.dmz, family === "inet" ? "arp or ip" : "ip6");
      await lab.trust.run(["bash", "-c", `echo -n x > /dev/udp/${cold}/4000`]);
      const deny = await lab.collector.expect("SESSION_DENY", toPort("RT_FLOW_SESSION_DENY", cold, "4000"), from);
      assert.equal(deny.fields["policy-name"], "nothing");
      const neighbours = await lab.fw.run(["ip", "neighbour", "show", "dev", "dmz0"]);
      assert.ok(!neighbours.stdout.includes(cold), neighbours.stdout);
      const needle =
        family === "inet" ? Buffer.from([198, 51, 100, 77]) : Buffer.from("20010db8000300000000000000000077", "hex");
      assert.deepEqual(
        (await there.stop()).filter((packet) => packet.frame.includes(needle)),
        [],
      );
    });
  }

  test("what no policy of the zone pair matches falls to the global policies", async () => {
    const from = lab.collector.received.length;
    await lab.untrust.run(curl(address.trust.inet, 1), { check: false });
    const deny = await lab.collector.expect(
      "SESSION_DENY",
      toPort("RT_FLOW_SESSION_DENY", address.trust.inet, "80"),
      from,
    );
    assert.deepEqual(at(deny, "policy-name", "source-zone-name", "destination-zone-name"), [
      "everything-else(global)",
      "untrust",
      "trust",
    ]);
  });

  test("host-inbound-traffic lets ping in where it is allowed and nothing else", async () => {
    const from = lab.collector.received.length;
    await lab.trust.run(["ping", "-c", "1", "-W", "2", address.firewall.trust]);
    await lab.trust.run(["ping", "-c", "1", "-W", "2", address.firewall.trust6]);
    const refused = await lab.untrust.run(["ping", "-c", "1", "-W", "1", address.firewall.untrust], { check: false });
    assert.equal(refused.code, 1);
    const ssh = await lab.trust.run(["nc", "-nv", "-w", "1", address.firewall.trust, "22"], { check: false });
    assert.doesNotMatch(ssh.stderr, /refused/, "the kernel must not even see it");
    const counters = await lab.firewall.cliJson<{ drops: Record<string, number> }>("show", "counters");
    assert.ok((counters.drops["host-inbound"] ?? 0) >= 2, JSON.stringify(counters));
    void from;
  });
});
