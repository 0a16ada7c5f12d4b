// rsyslog-connected.ts: a real rsyslogd that takes lines over TCP and TLS, octet counted; one file for each.
// SPDX-License-Identifier: Apache-2.0
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { watch } from "node:fs";
import { join } from "node:path";

import { parseStored, storedTemplate, type Received } from "../lab/collector.js";
import type { Namespace } from "../lab/netns.js";
import { run, within, type Running } from "../lab/process.js";

export type Way = "tcp" | "tls";

export class RsyslogConnected {
  readonly #process: Running;
  readonly #directory: string;

  private constructor(process: Running, directory: string) {
    this.#process = process;
    this.#directory = directory;
  }

  /** The authority that signed the collector's certificate. */
  static authorityFile(parent: string): string {
    return join(parent, "rsyslog-connected", "ca.pem");
  }

  static async start(
    host: Namespace,
    parent: string,
    address: string,
    ports: Readonly<Record<Way, number>>,
  ): Promise<RsyslogConnected> {
    const directory = join(parent, "rsyslog-connected");
    await mkdir(directory);
    await makeCertificate(directory, address);
    const configuration = join(directory, "rsyslog.conf");
    const ruleset = (way: Way): string => `ruleset(name="${way}") {
  action(type="mmpstrucdata")
  action(type="omfile" file="${directory}/${way}.json" template="stored" flushOnTXEnd="on" asyncWriting="off")
}
`;
    await writeFile(
      configuration,
      `global(workDirectory="${directory}" maxMessageSize="16k" net.enableDNS="off"
  defaultNetstreamDriverCAFile="${directory}/ca.pem"
  defaultNetstreamDriverCertFile="${directory}/collector.pem"
  defaultNetstreamDriverKeyFile="${directory}/collector.key")
module(load="imtcp")
module(load="mmpstrucdata")
${storedTemplate}
${ruleset("tcp")}${ruleset("tls")}
input(type="imtcp" address="${address}" port="${ports.tcp}" ruleset="tcp")
input(type="imtcp" address="${address}" port="${ports.tls}" ruleset="tls"
  streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="anon")
`,
    );
    for (const way of ["tcp", "tls"]) await writeFile(join(directory, `${way}.json`), "");
    const process = host.start("rsyslogd-connected", [
      "rsyslogd",
      "-n",
      "-f",
      configuration,
      "-i",
      join(directory, "rsyslogd.pid"),
    ]);
    const started = new RsyslogConnected(process, directory);
    for (let attempt = 0; attempt < 100; attempt++) {
      // A listening socket gives no event to wait for.
      const { stdout } = await host.run(["ss", "-Hltn"]);
      if ([ports.tcp, ports.tls].every((port) => stdout.includes(`:${port} `))) return started;
      if (!process.alive) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await started.stop();
    throw new Error(`rsyslogd does not listen:\n${process.output}`);
  }

  /** received waits until so many lines came one way, and gives all of it. */
  async received(way: Way, count: number, seconds = 15): Promise<Received[]> {
    const file = join(this.#directory, `${way}.json`);
    let lines: string[] = [];
    await within<void>(
      seconds,
      `${count} lines over ${way}`,
      (resolve, reject) => {
        const look = (): void =>
          void readFile(file, "utf8").then((text) => {
            lines = text.split("\n").slice(0, -1);
            if (lines.length >= count) resolve();
          }, reject);
        const watcher = watch(file, look);
        look();
        return () => watcher.close();
      },
      () => this.#process.output + lines.join("\n"),
    );
    return lines.map(parseStored);
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }
}

/** An authority, and a certificate that it has signed for an address. */
async function makeCertificate(directory: string, address: string): Promise<void> {
  const at = (name: string): string => join(directory, name);
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await run(["openssl", "req", "-x509", ...key, "-days", "30", "-subj", "/CN=authority", "-keyout", at("ca.key"), "-out", at("ca.pem")]); // prettier-ignore
  await run(["openssl", "req", ...key, "-subj", "/CN=collector", "-keyout", at("collector.key"), "-out", at("collector.csr")]); // prettier-ignore
  await writeFile(at("collector.ext"), `subjectAltName=IP:${address}`);
  await run(["openssl", "x509", "-req", "-in", at("collector.csr"), "-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-days", "30", "-extfile", at("collector.ext"), "-out", at("collector.pem")]); // prettier-ignore
}
