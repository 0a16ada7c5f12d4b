// The firewall under test: the real helper and the real daemon, started in a namespace, and its CLI.
import { statSync } from "node:fs";
import { chmod, chown, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Namespace } from "./netns.js";
import type { Running } from "./process.js";
import { CommandFailed, run, type Finished } from "./process.js";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../../../..");
/** On a machine that a test keeps busy, or that others do. */
const START_SECONDS = 60;
const unprivileged = 65534; // nobody and nogroup: the daemon needs no right of its own

export interface FirewallOptions {
  readonly workers?: number;
  readonly helperArguments?: readonly string[];
  readonly helperCommand?: readonly string[]; // put before the helper's command, e.g. taskset
}

export class Firewall {
  readonly #namespace: Namespace;
  readonly directory: string;
  readonly runDirectory: string;
  readonly stateDirectory: string;
  readonly #options: FirewallOptions;
  helper: Running | undefined;
  daemon: Running | undefined;

  constructor(namespace: Namespace, directory: string, options: FirewallOptions = {}) {
    this.#namespace = namespace;
    this.directory = directory;
    this.runDirectory = join(directory, "run");
    this.stateDirectory = join(directory, "state");
    this.#options = options;
  }

  async prepare(): Promise<void> {
    for (const directory of [this.directory, this.runDirectory, this.stateDirectory]) {
      await mkdir(directory, { recursive: true });
      await chmod(directory, 0o770);
      await chown(directory, 0, unprivileged);
    }
    // ip netns exec remounts /sys; bpffs is absent there, which libxdp must cope with.
    await this.#namespace.run([
      "sysctl",
      "-qw",
      "net.ipv4.ip_forward=0",
      "net.ipv4.conf.all.rp_filter=0",
      "net.ipv4.conf.default.rp_filter=0",
    ]);
  }

  async startHelper(): Promise<void> {
    this.helper = this.#namespace.start("helper", [
      ...(this.#options.helperCommand ?? []),
      join(root, "build/release/ringwall-helper"),
      "--run-dir",
      this.runDirectory,
      "--workers",
      String(this.#options.workers ?? 1),
      "--group",
      String(unprivileged),
      ...(this.#options.helperArguments ?? []),
    ]);
    await this.helper.printed(/ready/, START_SECONDS);
  }

  async startDaemon(): Promise<void> {
    const command = [
      process.execPath,
      join(root, "build/js/daemon/src/main.js"),
      "--run-dir",
      this.runDirectory,
      "--state-dir",
      this.stateDirectory,
    ];
    this.daemon = this.#namespace.start(
      "daemon",
      readableByAll()
        ? [
            "setpriv",
            "--reuid",
            String(unprivileged),
            "--regid",
            String(unprivileged),
            "--clear-groups",
            "--no-new-privs",
            "--bounding-set=-all",
            ...command,
          ]
        : command,
    );
    await this.daemon.printed(/"msg":"ready"/, START_SECONDS);
  }

  async start(): Promise<void> {
    await this.prepare();
    await this.startHelper();
    await this.startDaemon();
  }

  async stop(): Promise<void> {
    await this.daemon?.stop();
    await this.helper?.stop();
  }

  cliCommand(args: readonly string[]): string[] {
    return [process.execPath, join(root, "build/js/daemon/src/cli/main.js"), "--run-dir", this.runDirectory, ...args];
  }

  // cli runs `ringwall …`; a refusal throws with what it printed, unless `check` is false.
  async cli(args: readonly string[], options: Parameters<typeof run>[1] = {}): Promise<Finished> {
    try {
      return await run(this.cliCommand(args), options);
    } catch (error) {
      if (error instanceof CommandFailed)
        throw new Error(`${error.message}\n--- helper\n${tail(this.helper)}\n--- daemon\n${tail(this.daemon)}`, {
          cause: error,
        });
      throw error;
    }
  }

  async cliJson<T>(...args: string[]): Promise<T> {
    return JSON.parse((await this.cli([...args, "--json"])).stdout) as T;
  }

  async apply(configuration: string, name = "applied.yaml"): Promise<Finished> {
    const file = join(this.directory, name);
    await writeFile(file, configuration);
    return await this.cli(["apply", file]);
  }
}

function tail(process: Running | undefined): string {
  return process ? process.output.split("\n").slice(-15).join("\n") : "not started";
}

// The daemon runs unprivileged where it can read its own program; a checkout under a private home directory cannot be read.
function readableByAll(): boolean {
  for (let directory = root; directory !== "/"; directory = dirname(directory)) {
    if ((statSync(directory).mode & 0o005) !== 0o005) return false;
  }
  return true;
}
