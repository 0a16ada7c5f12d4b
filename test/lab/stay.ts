// make lab: the demo's hosts and firewall, left running behind a shell. Leaving the shell keeps them; `make lab-down` ends them.
import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./firewall.js";
import { kept, prefix, type Kept } from "./kept.js";
import { demoConfiguration, Lab } from "./lab.js";
import { onceExit } from "./process.js";

if (process.argv[2] !== "background") {
  await mkdir(kept.directory, { recursive: true });
  if (!existsSync(kept.record)) {
    // Nothing of ours stays with the keeper: a pipe that it held would stay open as long as the laboratory lives.
    const log = openSync(kept.log, "w");
    const keeper = spawn(process.execPath, ["--enable-source-maps", process.argv[1]!, "background"], {
      detached: true,
      stdio: ["ignore", "pipe", log],
    });
    closeSync(log);
    await new Promise<void>((resolve, reject) => {
      keeper.stdout!.on("data", (text: Buffer) => {
        if (text.toString().includes("running")) resolve();
      });
      keeper.once("exit", () => reject(new Error(`the laboratory did not start:\n${readFileSync(kept.log, "utf8")}`)));
    });
    keeper.stdout!.destroy();
    keeper.unref();
  }
  const { runDirectory, received } = JSON.parse(readFileSync(kept.record, "utf8")) as Kept;
  await writeFile(
    kept.launcher,
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
    env: { ...process.env, PATH: `${kept.directory}:${process.env["PATH"] ?? ""}` },
  });
  await onceExit(shell);
  process.exit(0);
}

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
  const found: Kept = {
    pid: process.pid,
    runDirectory: lab.firewall.runDirectory,
    received: lab.collector.file,
  };
  await writeFile(kept.record, JSON.stringify(found));
} catch (error) {
  await lab.close();
  throw error;
}
process.stdout.on("error", () => undefined); // the starter goes away; the laboratory stays
process.stdout.write("running\n");
