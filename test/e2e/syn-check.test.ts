// Data that comes before the handshake is done: real stacks that open fast, with and without strict-syn-check.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import type { Counters } from "../../daemon/src/http/api.js";
import { address, Lab } from "../lab/lab.js";
import { configuration, permitAll } from "./configuration.js";

const ECHO = 7;
const SAID = "said early";

const strict = (on: boolean): Promise<string> =>
  configuration(permitAll, (tree) => {
    if (on) tree.security["flow"] = { "tcp-session": { "strict-syn-check": true } };
  });

/** A client that sends its first data together with the SYN (RFC 7413), and prints what comes back. */
const fastOpen = (family: "inet" | "inet6", server: string): string[] => [
  "python3",
  "-c",
  `import socket
s = socket.socket(socket.AF_${family.toUpperCase()}, socket.SOCK_STREAM)
s.settimeout(20)
s.sendto(b"${SAID}", socket.MSG_FASTOPEN, ("${server}", ${ECHO}))
print(s.recv(100).decode(), end="", flush=True)
s.shutdown(socket.SHUT_WR)
assert s.recv(100) == b""`,
];

describe("strict-syn-check end to end", { timeout: 240_000 }, () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start(await strict(false));
    // Client and server without cookies, on every listener: bits 1 and 4, and 2, 0x200 and 0x400 (Linux, ip-sysctl).
    await lab.trust.run(["sysctl", "-qw", "net.ipv4.tcp_fastopen=5"]);
    await lab.untrust.run(["sysctl", "-qw", "net.ipv4.tcp_fastopen=1538"]);
    await lab.host(lab.untrust);
  });
  after(async () => {
    await lab?.close();
  });

  const early = async (): Promise<number> =>
    (await lab.firewall.cliJson<Counters>("show", "counters")).drops["tcp-early-data"] ?? 0;
  /** accepted: connections whose data the server took from the SYN. */
  const accepted = async (): Promise<number> => {
    const { stdout } = await lab.untrust.run(["nstat", "-asz", "TcpExtTCPFastOpenPassive"]);
    return Number(/TcpExtTCPFastOpenPassive\s+(\d+)/.exec(stdout)![1]);
  };

  for (const on of [false, true])
    for (const family of ["inet", "inet6"] as const) {
      const server = address.untrust[family];
      const what = on ? "is dropped, and the connection opens without" : "passes";

      test(`with${on ? "" : "out"} strict-syn-check ${family} data in a SYN ${what}`, async () => {
        await lab.firewall.apply(await strict(on));
        const from = lab.collector.received.length;
        const before = { early: await early(), accepted: await accepted() };
        const { stdout } = await lab.trust.run(fastOpen(family, server));
        assert.equal(stdout, SAID);
        assert.deepEqual(
          [(await early()) - before.early, (await accepted()) - before.accepted],
          on ? [1, 0] : [0, 1],
          "dropped by the firewall, and taken by the server",
        );
        const close = await lab.collector.expect(
          "SESSION_CLOSE",
          (line) => line.tag === "RT_FLOW_SESSION_CLOSE" && line.fields["destination-address"] === server,
          from,
          60,
        );
        assert.equal(close.fields["reason"], "TCP FIN");
        const opened = lab.collector.received.slice(from).filter((line) => line.tag === "RT_FLOW_SESSION_CREATE");
        assert.deepEqual(
          opened.map(({ fields }) => [fields["destination-address"], fields["destination-port"]]),
          [[server, String(ECHO)]],
        );
      });
    }

  test("with strict-syn-check a plain handshake loses nothing", async () => {
    const before = await early();
    const page = await lab.trust.run(["curl", "-sS", "--max-time", "5", `http://${address.untrust.inet}/`]);
    assert.match(page.stdout, /^hello /);
    assert.equal(await early(), before);
  });
});
