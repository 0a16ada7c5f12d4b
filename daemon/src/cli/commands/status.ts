// status.ts: `ringwall status`: the whole chain on one screen. SPDX-License-Identifier: Apache-2.0
import type { Command } from "commander";

import type { Status } from "../../http/api.js";
import type { Palette } from "../colour.js";
import { contextOf } from "../context.js";
import { fieldsText, tableText } from "../table.js";
import { duration } from "../text.js";
import { streamsText } from "./show-log.js";

export function registerStatus(program: Command): void {
  program
    .command("status")
    .summary("daemon, helper, event rings and syslog streams")
    .description(
      "Shows the whole chain: which configuration is in force, what the helper does, and what became of the log.",
    )
    .addHelpText("after", "\nExamples:\n  ringwall status\n  ringwall status --json | jq .generation")
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const status = await context.client.get<Status>("/status");
      context.printResult(status, (palette) => statusText(status, palette));
    });
}

function statusText(status: Status, palette: Palette): string {
  const { helper } = status;
  const parts = [
    fieldsText([
      ["host", status.hostName],
      ["configuration", inForce(status, palette)],
      ...(status.problem === "" ? [] : [["problem", palette.red(status.problem)] as const]),
      ["daemon", `version ${status.version}, pid ${status.pid}, up ${duration(status.uptimeSeconds)}`],
      [
        "helper",
        helper === null
          ? palette.red("not connected")
          : `version ${helper.version}, pid ${helper.pid}, up ${duration(helper.uptimeSeconds)}, fail-mode ${helper.failMode}`,
      ],
      ...(status.invalidFrames > 0 ? [["bad frames", palette.red(String(status.invalidFrames))] as const] : []),
      ...(status.unnamed > 0 ? [["events without names", palette.yellow(String(status.unnamed))] as const] : []),
    ]),
  ];
  if (helper !== null) {
    parts.push(
      tableText(
        [
          { title: "worker", value: (worker) => worker.index },
          { title: "cpu", value: (worker) => (worker.cpu < 0 ? "any" : String(worker.cpu)), right: true },
          { title: "received", value: (worker) => worker.receivedPackets },
          { title: "forwarded", value: (worker) => worker.forwardedPackets },
          { title: "to host", value: (worker) => worker.hostPackets },
          { title: "dropped", value: (worker) => worker.droppedPackets },
          { title: "sessions", value: (worker) => worker.sessions },
          { title: "room for", value: (worker) => worker.sessionCapacity },
          { title: "unread events", value: (worker) => unread(status, worker.index) },
        ],
        helper.workers,
      ),
    );
  }
  if (status.streams.length > 0) parts.push(streamsText(status.streams, palette));
  return parts.join("\n\n");
}

function inForce(status: Status, palette: Palette): string {
  if (status.generation === 0) return palette.red("none in force: nothing passes");
  return palette.green(
    `generation ${status.generation}${status.committed === "" ? "" : `, applied ${status.committed}`}`,
  );
}

function unread(status: Status, worker: number): number {
  return status.rings.filter((ring) => ring.worker === worker).reduce((sum, ring) => sum + ring.unread, 0);
}
