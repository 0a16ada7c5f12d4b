// test.ts: `ringwall test log-stream NAME`: does a line get there? SPDX-License-Identifier: Apache-2.0
import type { Command } from "commander";

import type { LogStreamTest } from "../../http/api.js";
import { contextOf } from "../context.js";
import { Exit } from "../exit.js";

export function registerTest(program: Command): void {
  const test = program.command("test").description("Tries whether something works.");
  test
    .command("log-stream")
    .argument("<name>", "the stream")
    .summary("send a line by a log stream")
    .description(
      "Sends a line with the tag RTLOG_TEST by one log stream, behind what waits there, and says what became of it within five seconds. Exit code 1 if it did not get there.",
    )
    .addHelpText("after", "\nExample:\n  ringwall test log-stream siem")
    .action(async (name: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const reply = await context.client.post<LogStreamTest>("/test-log-stream", { name });
      context.printResult(reply, (palette) => (reply.sent ? sentText(reply) : palette.red(notSentText(reply))));
      if (!reply.sent) process.exitCode = Exit.REFUSED;
    });
}

function sentText({ stream }: LogStreamTest): string {
  const isAcknowledged = /^(tcp|tls) /.test(stream.collector);
  return `sent to ${stream.collector}${isAcknowledged ? ", acknowledged by its host" : ""}`;
}

function notSentText({ stream, error, state }: LogStreamTest): string {
  return `not sent to ${stream.collector}: ${error === "" ? state : error}; ${stream.waiting} lines wait`;
}
