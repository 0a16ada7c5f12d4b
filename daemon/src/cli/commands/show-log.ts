// show-log.ts: `ringwall show log`: the streams, and what became of their lines. SPDX-License-Identifier: Apache-2.0
import type { Command } from "commander";

import type { AccountView, StreamView } from "../../http/api.js";
import type { Palette } from "../colour.js";
import { contextOf } from "../context.js";
import { tableText } from "../table.js";
import { registerShowLogAccounting } from "./show-log-accounting.js";

/** registerShowLog adds `log` to `show`, and gives it. */
export function registerShowLog(show: Command): Command {
  const log = show
    .command("log")
    .summary("log streams and accounts")
    .description("Shows how the log leaves this host, and what became of every event.");
  log
    .command("streams")
    .summary("every stream's way to its collector, and what became of its lines")
    .description(
      "Shows for each stream whether its collector takes lines, and what became of them. `sent` over TCP and TLS means that the collector's host has acknowledged them; `in doubt` were on the wire when a connection broke.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  ringwall show log streams\n  ringwall show log streams --json | jq '.[].error'",
    )
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const streams = await context.client.get<readonly StreamView[]>("/log-streams");
      context.printResult(streams, (palette) =>
        streams.length === 0 ? "No streams are configured." : streamsText(streams, palette),
      );
    });
  registerShowLogAccounting(log);
  return log;
}

/** streamsText is the table of streams, and a sentence for each that is in trouble. */
export function streamsText(streams: readonly StreamView[], palette: Palette): string {
  const sum = (stream: StreamView, field: Exclude<keyof AccountView, "kind">): number =>
    stream.accounts.reduce((total, account) => total + account[field], 0);
  const table = tableText(
    [
      { title: "stream", value: (stream) => stream.name },
      { title: "collector", value: (stream) => stream.collector },
      { title: "format", value: (stream) => stream.format },
      { title: "state", value: (stream) => stream.state },
      { title: "sent", value: (stream) => sum(stream, "sent") },
      { title: "filtered", value: (stream) => sum(stream, "filtered") },
      { title: "limited", value: (stream) => sum(stream, "limited") },
      { title: "dropped", value: (stream) => sum(stream, "full") + sum(stream, "unsendable") },
      { title: "in doubt", value: (stream) => sum(stream, "inDoubt") },
      { title: "waiting", value: (stream) => stream.waiting },
    ],
    streams,
  );
  const troubles = streams.flatMap((stream) => [
    ...(stream.error === ""
      ? []
      : [palette.yellow(`stream ${stream.name}: ${stream.error}; ${stream.waiting} lines wait`)]),
    ...(stream.refused === 0
      ? []
      : [
          palette.yellow(`stream ${stream.name}: ${stream.collector} said ${stream.refused} times that nobody listens`),
        ]),
  ]);
  return [table, ...troubles].join("\n\n");
}
