// make lab-down: ends the laboratory that make lab left running, by its own process id.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./firewall.js";
import { run } from "./process.js";

const record = join(root, "build/lab.json");
if (!existsSync(record)) {
  process.stdout.write("no laboratory is running\n");
} else {
  const { pid, prefix } = JSON.parse(readFileSync(record, "utf8")) as { pid: number; prefix: string };
  rmSync(record);
  // The id is trusted only while it still belongs to the laboratory's keeper.
  const keeper = existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("stay.js");
  if (keeper) {
    process.kill(pid, "SIGTERM");
    for (let attempt = 0; attempt < 300 && existsSync(`/proc/${pid}`); attempt++)
      await new Promise((resolve) => setTimeout(resolve, 50));
  }
  for (const host of ["trust", "untrust", "dmz", "fw", "collector"])
    await run(["ip", "netns", "delete", `${prefix}-${host}`], { check: false });
  process.stdout.write("the laboratory is gone\n");
}
