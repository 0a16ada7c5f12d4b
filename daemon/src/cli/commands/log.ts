// log.ts: `ringwall log`: events as they happen, one readable line each. SPDX-License-Identifier: Apache-2.0
import type { Command } from "commander";

import type { DroppedView, EventView, LogQuery } from "../../http/api.js";
import type { Palette } from "../colour.js";
import { contextOf } from "../context.js";
import { endpointText } from "../text.js";

export function registerLog(program: Command): void {
  program
    .command("log")
    .summary("events as they happen")
    .description(
      "Shows events as they happen, until interrupted. Colours tell permit (green), deny (red) and reject (yellow).",
    )
    .option("--kind <kinds>", "open, close, deny, screen, filter, suppressed; several with commas")
    .option("--zone <name>", "zone it came from or went to")
    .option("--policy <name>", "policy that decided")
    .option("--filter <name>", "filter in which the term that logged is written")
    .option("--address <address>", "source or destination: address or prefix")
    .addHelpText(
      "after",
      "\nExamples:\n  ringwall log --kind deny --zone untrust\n  ringwall log --kind filter --filter protect\n  ringwall log --address 10.1.1.0/24 --json | jq .policy",
    )
    .action(async (options: LogQuery, command: Command) => {
      const context = contextOf(command);
      const { kind, zone, policy, filter, address } = options;
      const end = new AbortController();
      process.once("SIGINT", () => end.abort());
      process.once("SIGTERM", () => end.abort());
      // `ringwall log | head` closes our output: that is an end, not an error.
      process.stdout.on("error", () => end.abort());
      for await (const line of context.client.lines("/log", { kind, zone, policy, filter, address }, end.signal)) {
        if (context.isJson) context.print(line);
        else context.print(lineText(JSON.parse(line) as EventView | DroppedView, context.palette));
      }
    });
}

function lineText(line: EventView | DroppedView, palette: Palette): string {
  return "dropped" in line
    ? palette.yellow(`… ${line.dropped} events left out: this terminal was too slow`)
    : eventText(line, palette);
}

/** eventText writes an event in one line: time, what, who to whom, why. */
export function eventText(event: EventView, palette: Palette): string {
  const paint =
    event.kind === "SESSION_CLOSE"
      ? palette.blue
      : event.action === "permit"
        ? palette.green
        : event.action === "reject"
          ? palette.yellow
          : palette.red;
  const icmp = event.icmpType === undefined ? "" : ` type ${event.icmpType} code ${event.icmpCode ?? 0}`;
  const ports = event.icmpType === undefined;
  const source = endpointText(event.source, ports ? event.sourcePort : 0);
  const destination = endpointText(event.destination, ports ? event.destinationPort : 0);
  return [
    palette.dim(event.time.slice(11, 23)),
    paint(whatText(event).padEnd(6)),
    `${event.protocol}${icmp} ${source} -> ${destination}`,
    palette.dim(`${event.from} -> ${event.to === "" ? "-" : event.to}`),
    event.filter === undefined ? "" : `filter ${palette.bold(event.filter)} term ${palette.bold(event.term ?? "")}`,
    event.policy === undefined ? "" : `policy ${palette.bold(event.policy)}`,
    event.application === undefined ? "" : palette.dim(event.application),
    palette.dim(whyText(event)),
    event.session === undefined ? "" : palette.dim(`#${event.session}`),
  ]
    .filter((part) => part !== "")
    .join("  ");
}

const WHAT: Partial<Record<EventView["kind"], string>> = {
  SESSION_OPEN: "open",
  SESSION_CLOSE: "close",
  SCREEN_DROP: "screen",
  LOG_SUPPRESSED: "muted",
};

const whatText = (event: EventView): string => WHAT[event.kind] ?? event.action;

function whyText(event: EventView): string {
  const { kind, reason = "" } = event;
  if (kind === "SESSION_CLOSE") {
    const { elapsedSeconds = 0, clientPackets = 0, clientBytes = 0, serverPackets = 0, serverBytes = 0 } = event;
    return `${reason}, ${elapsedSeconds} s, client ${clientPackets} packets ${clientBytes} bytes, server ${serverPackets} packets ${serverBytes} bytes`;
  }
  if (kind === "FILTER_LOG") {
    const at = reason.endsWith("output") ? event.egress : event.ingress;
    return `${reason} ${at}${event.answer === undefined ? "" : `, answer ${event.answer}`}`;
  }
  if (kind === "LOG_SUPPRESSED") return `${event.suppressed ?? 0} ${reason} held back`;
  return reason;
}
