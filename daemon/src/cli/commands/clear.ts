// clear.ts: `ringwall clear sessions`. SPDX-License-Identifier: Apache-2.0
import type { Command } from "commander";

import type { ClearReply } from "../../http/api.js";
import { contextOf } from "../context.js";
import { addSessionFilter, sessionFilter, type SessionOptions } from "../session-filter.js";

export function registerClear(program: Command): void {
  const clear = program.command("clear").description("Ends something now.");
  addSessionFilter(clear.command("sessions"))
    .summary("close sessions")
    .description(
      "Closes the sessions that fit all given conditions, or all of them. Each is logged as closed by the operator (reason CLI).",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  ringwall clear sessions\n  ringwall clear sessions --source 10.1.1.0/24 --protocol tcp --port 22",
    )
    .action(async (options: SessionOptions, command: Command) => {
      const context = contextOf(command);
      const reply = await context.client.post<ClearReply>("/clear-sessions", sessionFilter(options));
      context.printResult(reply, () => (reply.cleared === 1 ? "1 session closed" : `${reply.cleared} sessions closed`));
    });
}
