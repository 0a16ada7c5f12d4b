// show-screen.ts: `ringwall show security screen …`: what screens found. SPDX-License-Identifier: Apache-2.0
import { Argument, type Command } from "commander";

import type { ScreenView } from "../../http/api.js";
import type { Palette } from "../colour.js";
import { contextOf } from "../context.js";
import { tableText } from "../table.js";

export function registerShowScreen(security: Command): void {
  const screen = security.command("screen").summary("screens").description("Shows what screens found.");
  screen
    .command("statistics")
    .addArgument(new Argument("[zone]", "only of one zone: the word, then its name").choices(["zone"]))
    .argument("[name]", "zone that packets come from")
    .summary("what the screens of each zone found")
    .description(
      "Shows how many packets from each zone met each of its screens. Without a zone: all zones with screens.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  ringwall show security screen statistics\n  ringwall show security screen statistics zone untrust",
    )
    .action(async (word: string | undefined, zone: string | undefined, _options: unknown, command: Command) => {
      if (word !== undefined && zone === undefined) command.error("error: zone: the name of a zone is missing");
      const context = contextOf(command);
      const screens = await context.client.get<ScreenView[]>("/screens", { zone });
      context.printResult(screens, (palette) => screensText(screens, palette));
    });
}

/** screensText writes each zone with a table of its checks. */
export function screensText(screens: readonly ScreenView[], palette: Palette): string {
  if (screens.length === 0) return "no zone has screens";
  return screens
    .map(({ zone, screen, alarmWithoutDrop, counters }) =>
      [
        `${palette.bold(zone)} ${palette.dim(`(${screen === "" ? "no screen any more" : screen}${alarmWithoutDrop ? ", alarm without drop" : ""})`)}`,
        tableText(
          [
            { title: "screen", value: (row) => row.check },
            { title: "attack", value: (row) => row.attack },
            { title: "packets", value: (row) => row.packets },
          ],
          counters,
        ),
      ].join("\n"),
    )
    .join("\n\n");
}
