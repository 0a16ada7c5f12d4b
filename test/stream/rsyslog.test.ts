// A real rsyslogd takes what every transport carries: the same lines, each once, in order. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { pino } from "pino";

import type { Stream as StreamConfig } from "../../daemon/src/config/config.js";
import { GenerationNames } from "../../daemon/src/event/names.js";
import { Delivery } from "../../daemon/src/syslog/delivery.js";
import { LineBuffer } from "../../daemon/src/syslog/line-buffer.js";
import { LINE_BYTES } from "../../daemon/src/syslog/line.js";
import { loadNative } from "../../daemon/src/syslog/native.js";
import { OutboxFiles } from "../../daemon/src/syslog/outbox-file.js";
import {
  sampleClose,
  sampleDeny,
  sampleNames,
  sampleOpen6,
  sampleTable,
} from "../../daemon/src/syslog/sample-events.js";
import { lineFormat, streamSettings } from "../../daemon/src/syslog/stream.js";
import { Streams } from "../../daemon/src/syslog/streams.js";

const EVENTS = 999;
const events = Array.from({ length: EVENTS }, (_, i) => ({
  ...[sampleOpen6, sampleClose, sampleDeny][i % 3]!,
  sessionId: i + 1,
}));
const silent = pino({ level: "silent" });

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

describe("rsyslogd", { timeout: 60_000 }, () => {
  const directory = mkdtempSync("/dev/shm/ringwall-rsyslog-");
  const at = (name: string): string => join(directory, name);
  let ports: { tcp: number; newline: number; tls: number };
  let rsyslogd: ReturnType<typeof spawn>;
  const lines = (name: string): string[] =>
    existsSync(at(name)) ? readFileSync(at(name), "utf8").split("\n").slice(0, -1) : [];

  before(async () => {
    ports = { tcp: await freePort(), newline: await freePort(), tls: await freePort() };
    const openssl = (...args: string[]): void =>
      void execFileSync("openssl", args, { cwd: directory, stdio: "ignore" });
    const key = ["-newkey", "rsa:2048", "-nodes", "-days", "30"];
    openssl("req", "-x509", ...key, "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem");
    openssl("req", ...key.slice(0, 3), "-subj", "/CN=siem.example", "-keyout", "siem.key", "-out", "siem.csr");
    writeFileSync(at("ext"), "subjectAltName=DNS:siem.example");
    openssl(
      "x509",
      "-req",
      "-in",
      "siem.csr",
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca.key",
      "-extfile",
      "ext",
      "-out",
      "siem.pem",
    );
    const rule = (name: string): string =>
      `ruleset(name="${name}") { action(type="omfile" file="${at(name)}" template="raw" asyncWriting="off") }`;
    writeFileSync(
      at("rsyslog.conf"),
      `global(workDirectory="${directory}" maxMessageSize="16k" net.enableDNS="off"
  defaultNetstreamDriver="gtls" defaultNetstreamDriverCAFile="${at("ca.pem")}"
  defaultNetstreamDriverCertFile="${at("siem.pem")}" defaultNetstreamDriverKeyFile="${at("siem.key")}")
module(load="imptcp")
module(load="imtcp" StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="anon")
module(load="imuxsock" SysSock.Use="off")
template(name="raw" type="string" string="%rawmsg%\\n")
${["tcp", "newline", "tls", "unix"].map(rule).join("\n")}
input(type="imptcp" address="127.0.0.1" port="${ports.tcp}" ruleset="tcp")
input(type="imptcp" address="127.0.0.1" port="${ports.newline}" supportOctetCountedFraming="off" ruleset="newline")
input(type="imtcp" address="127.0.0.1" port="${ports.tls}" ruleset="tls")
input(type="imuxsock" socket="${at("socket")}" useSpecialParser="off" ruleset="unix")
`,
    );
    rsyslogd = spawn("rsyslogd", ["-n", "-f", at("rsyslog.conf"), "-i", at("pid")], { stdio: "inherit" });
  });
  after(async () => {
    rsyslogd.kill("SIGKILL");
    await once(rsyslogd, "exit");
    rmSync(directory, { recursive: true });
  });

  test("stores every line that goes by TCP in either framing, by TLS and by a Unix socket, as it was written", async () => {
    const to = (name: string, port: number, transport: StreamConfig["transport"]): StreamConfig => ({
      name,
      host: "127.0.0.1",
      port,
      ...(transport === undefined ? {} : { transport }),
    });
    const streams = new Streams(loadNative(), new OutboxFiles(loadNative(), at("outbox"), () => undefined), silent);
    const delivery = new Delivery(new GenerationNames({ names: () => sampleTable }, "x"), [], (_event, thrown) => {
      throw thrown;
    });
    const profile = { name: "siem", "trusted-ca": [at("ca.pem")], "server-name": "siem.example" };
    const made = streams.configure(
      [
        to("tcp", ports.tcp, { protocol: "tcp" }),
        to("newline", ports.newline, { protocol: "tcp", framing: "newline" }),
        to("tls", ports.tls, { protocol: "tls", "tls-profile": "siem" }),
        { name: "unix", transport: { protocol: "unix", path: at("socket") } },
      ],
      [profile],
    );
    delivery.setStreams(made);
    const ring = { worker: 0, startId: 1 };
    events.forEach((event, index) => delivery.event(event, ring, index + 1));
    delivery.decided(ring, EVENTS);
    delivery.send();
    const format = lineFormat(streamSettings({ name: "x", host: "127.0.0.1" }));
    const wanted = events.map((event) => {
      const line = new LineBuffer(LINE_BYTES);
      format(line, event, sampleNames);
      return line.toString();
    });
    for (const { settings } of made)
      while (lines(settings.name).length < EVENTS) await new Promise((resolve) => setTimeout(resolve, 20)); // a file
    await streams.close();
    for (const { settings, outbox } of made) {
      assert.deepEqual(lines(settings.name), wanted, settings.name);
      const sent = outbox.accounts().reduce((sum, account) => sum + account.sent, 0);
      assert.deepEqual([sent, outbox.waiting], [EVENTS, 0], settings.name);
    }
  });
});
