// syslog-ng.ts: a real syslog-ng that looks for applications it knows and stores what it found, one JSON object a line.
// SPDX-License-Identifier: Apache-2.0
//
// It runs from unpacked packages (packaging/apt-unpacked.txt), since Debian installs it only in rsyslog's place.
import { readFile, writeFile } from "node:fs/promises";
import { watch } from "node:fs";
import { join } from "node:path";

import { root } from "../lab/firewall.js";
import type { Namespace } from "../lab/netns.js";
import { run, within, type Running } from "../lab/process.js";

const unpacked = join(root, "build/unpacked");
const scl = join(unpacked, "usr/share/syslog-ng/include/scl");
const program = join(unpacked, "usr/sbin/syslog-ng");
const libraries = ["usr/lib/syslog-ng", "usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu"]
  .map((path) => join(unpacked, path))
  .join(":");

/** Identified: a message as syslog-ng sees it. */
export interface Identified {
  /** The application its recogniser names, or "". */
  readonly application: string;
  readonly host: string;
  readonly program: string;
  readonly tag: string;
  readonly text: string;
  readonly fields: Readonly<Record<string, string>>;
}

export class SyslogNg {
  readonly #process: Running;
  readonly #file: string;

  private constructor(process: Running, file: string) {
    this.#process = process;
    this.#file = file;
  }

  static readonly version = async (): Promise<string> => {
    const { stdout } = await run([program, "--version"], { env: { LD_LIBRARY_PATH: libraries } });
    return /\(([\d.]+)\)/.exec(stdout)![1]!;
  };

  static async start(host: Namespace, directory: string, address: string, port: number): Promise<SyslogNg> {
    const file = join(directory, "syslog-ng.json");
    const configuration = join(directory, "syslog-ng.conf");
    await writeFile(file, "");
    await writeFile(
      configuration,
      `@version: 3.38
@define scl-root "${scl}"
@module appmodel
@include "${scl}/*/*.conf"
options { keep-hostname(yes); use-dns(no); dns-cache(no); };
source lines { network(ip("${address}") port(${port}) transport("udp") flags(syslog-protocol)); };
parser applications { app-parser(topic(syslog)); };
destination stored {
  file("${file}" template("$(format-json application=\${.app.name} host=\${HOST} program=\${PROGRAM} tag=\${MSGID} text=\${MESSAGE} --key .SDATA.*)\\n"));
};
log { source(lines); if { parser(applications); }; destination(stored); };
`,
    );
    const process = host.start(
      "syslog-ng",
      [
        program,
        "--foreground",
        "--no-caps",
        "--verbose",
        "--stderr",
        "--cfgfile",
        configuration,
        "--persist-file",
        join(directory, "syslog-ng.persist"),
        "--control",
        join(directory, "syslog-ng.control"),
        "--pidfile",
        join(directory, "syslog-ng.pid"),
        "--module-path",
        join(unpacked, "usr/lib/syslog-ng/3.38"),
      ],
      { LD_LIBRARY_PATH: libraries },
    );
    await process.printed(/syslog-ng starting up/);
    return new SyslogNg(process, file);
  }

  /** messages waits until so many messages are stored, and gives all. */
  async messages(count: number, seconds = 15): Promise<Identified[]> {
    let lines: string[] = [];
    await within<void>(
      seconds,
      `${count} messages in ${this.#file}`,
      (resolve, reject) => {
        const look = (): void =>
          void readFile(this.#file, "utf8").then((text) => {
            lines = text.split("\n").slice(0, -1);
            if (lines.length >= count) resolve();
          }, reject);
        const watcher = watch(this.#file, look);
        look();
        return () => watcher.close();
      },
      () => this.#process.output + lines.join("\n"),
    );
    return lines.map((line) => {
      const { _SDATA: data, ...message } = JSON.parse(line) as Omit<Identified, "fields"> & {
        _SDATA?: Record<string, Record<string, string>>;
      };
      return { ...message, application: message.application ?? "", fields: Object.values(data ?? {})[0] ?? {} };
    });
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }
}
