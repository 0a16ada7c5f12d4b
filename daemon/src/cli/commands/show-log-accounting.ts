// show-log-accounting.ts: `ringwall show log accounting`: what became of every event. SPDX-License-Identifier: Apache-2.0
import type { Command } from "commander";

import type { Accounting, KindAccounting } from "../../http/api.js";
import type { Palette } from "../colour.js";
import { contextOf } from "../context.js";
import { tableText, type Column } from "../table.js";

export function registerShowLogAccounting(log: Command): void {
  log
    .command("accounting")
    .summary("events by kind, rule and stream, and whether they add up")
    .description(
      "Shows, since the run directory was made, how many events of each kind and of each rule were produced, written, held back and lost, and what became of them in each stream; and whether all of it adds up.",
    )
    .addHelpText("after", "\nExamples:\n  ringwall show log accounting\n  ringwall show log accounting --json")
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const view = await context.client.get<Accounting>("/accounting");
      context.printResult(view, (palette) => accountingText(view, palette));
    });
}

const NUMBERS: readonly Column<KindAccounting>[] = [
  { title: "produced", value: (row) => row.produced },
  { title: "written", value: (row) => row.written },
  { title: "suppressed", value: (row) => row.suppressed },
  { title: "lost: budget", value: (row) => row.lostBudget },
  { title: "lost: ring full", value: (row) => row.lostFull },
  { title: "unread", value: (row) => row.unread },
];

/** accountingText writes a table of kinds, one of rules, what became of them in each stream, and the verdict. */
export function accountingText({ balanced, differences, kinds, rules, streams }: Accounting, palette: Palette): string {
  return [
    kinds.length === 0
      ? palette.dim("no events")
      : tableText([{ title: "events", value: (row) => row.kind }, ...NUMBERS], kinds),
    ...(rules.length === 0
      ? []
      : [
          tableText(
            [
              { title: "rule", value: (row) => (row.rule === "" ? row.class : `${row.class} ${row.rule}`) },
              { title: "events", value: (row) => row.kind },
              ...NUMBERS,
            ],
            rules,
          ),
        ]),
    ...streams.map(
      ({ name, waiting, totals }) =>
        `stream ${palette.bold(name)}: ${Object.entries(totals)
          .map(([what, number]) => `${what} ${number}`)
          .join(", ")}, waiting ${waiting}`,
    ),
    balanced ? "balanced" : ["not balanced", ...differences].join("\n  "),
  ].join("\n\n");
}
