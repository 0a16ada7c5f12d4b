// make lab-down: ends the laboratory that make lab left running, by its own process id.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { kept, prefix, type Kept } from "./kept.js";
import { run } from "./process.js";

if (!existsSync(kept.record)) {
  process.stdout.write("no laboratory is running\n");
} else {
  const { pid } = JSON.parse(readFileSync(kept.record, "utf8")) as Kept;
  rmSync(kept.directory, { recursive: true });
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
