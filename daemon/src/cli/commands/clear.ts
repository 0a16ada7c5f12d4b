// clear.ts: `ringwall clear …`: ends sessions, sets counters to zero. SPDX-License-Identifier: Apache-2.0
import type { Command } from "commander";

import type { ClearReply, FiltersQuery } from "../../http/api.js";
import { contextOf } from "../context.js";
import { addSessionFilter, sessionFilter, type SessionOptions } from "../session-filter.js";

export function registerClear(program: Command): void {
  const clear = program.command("clear").description("Ends sessions, sets counters to zero.");
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

  const firewall = clear
    .command("firewall")
    .summary("set counters of firewall filters to zero")
    .description(
      "Sets counters of firewall filters, and of what their policers dropped, to zero. No packet is lost or counted twice by it.",
    )
    .addHelpText("after", "\nExamples:\n  ringwall clear firewall filter protect\n  ringwall clear firewall all");
  firewall
    .command("filter")
    .argument("<name>", "filter as it is attached, or as it is written")
    .summary("those of one filter")
    .description("Sets the counters of one filter to zero, wherever it is attached.")
    .action((name: string, _options: unknown, command: Command) => clearFilters(command, { name }));
  firewall
    .command("all")
    .summary("those of all filters")
    .description("Sets the counters of all filters to zero.")
    .action((_options: unknown, command: Command) => clearFilters(command, {}));
}

async function clearFilters(command: Command, query: FiltersQuery): Promise<void> {
  const context = contextOf(command);
  const reply = await context.client.post<ClearReply>("/clear-filters", query);
  context.printResult(reply, () => (reply.cleared === 1 ? "1 counter cleared" : `${reply.cleared} counters cleared`));
}
