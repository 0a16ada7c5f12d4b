// make lab: the demo's hosts and firewall, left running behind a shell. Leaving the shell keeps them; `make lab-down` ends them.
import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./firewall.js";
import { demoConfiguration, Lab } from "./lab.js";
import { onceExit } from "./process.js";

export const record = join(root, "build/lab.json");

if (process.argv[2] !== "background") {
  if (!existsSync(record)) {
    await mkdir(join(root, "build"), { recursive: true });
    const keeper = spawn(process.execPath, ["--enable-source-maps", process.argv[1]!, "background"], {
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise<void>((resolve, reject) => {
      keeper.stdout!.on("data", (text: Buffer) => {
        if (text.toString().includes("running")) resolve();
      });
      keeper.once("exit", () => reject(new Error("the laboratory did not start")));
    });
    keeper.stdout!.destroy();
    keeper.unref();
  }
  const { prefix, runDirectory, received } = JSON.parse(readFileSync(record, "utf8")) as {
    prefix: string;
    runDirectory: string;
    received: string;
  };
  const ringwall = join(root, "build/bin");
  await mkdir(ringwall, { recursive: true });
  await writeFile(
    join(ringwall, "ringwall"),
    `#!/bin/sh\nexec ${process.execPath} ${join(root, "build/js/daemon/src/cli/main.js")} --run-dir ${runDirectory} "$@"\n`,
    { mode: 0o755 },
  );
  process.stdout.write(
    `The laboratory is running. Hosts: ip netns exec ${prefix}-{trust,untrust,dmz,fw} …\n` +
      `Try:  ringwall status;  ringwall log &  ip netns exec ${prefix}-trust curl http://192.0.2.10/;  ringwall show sessions\n` +
      `Stored by rsyslogd: ${received}\nLeave with exit; end the laboratory with: make lab-down\n`,
  );
  const shell = spawn(process.env["SHELL"] ?? "/bin/bash", [], {
    stdio: "inherit",
    env: { ...process.env, PATH: `${ringwall}:${process.env["PATH"] ?? ""}` },
  });
  await onceExit(shell);
  process.exit(0);
}

const prefix = "rwlab";
const lab = await Lab.create({ prefix });
const end = (): void => {
  void lab.close().finally(() => process.exit(0));
};
process.once("SIGTERM", end);
process.once("SIGINT", end);
try {
  await lab.firewall.start();
  await lab.firewall.apply(await demoConfiguration());
  for (const host of [lab.trust, lab.untrust, lab.dmz]) await lab.host(host);
  await writeFile(
    record,
    JSON.stringify({ pid: process.pid, prefix, runDirectory: lab.firewall.runDirectory, received: lab.collector.file }),
  );
} catch (error) {
  await lab.close();
  throw error;
}
process.stdout.on("error", () => undefined); // the starter goes away; the laboratory stays
process.stdout.write("running\n");
