// show-firewall.ts: `ringwall show firewall …`: what filters counted and logged. SPDX-License-Identifier: Apache-2.0
import { Argument, type Command } from "commander";

import type { EventView, FilterAttachment, FilterCounterView, FilterView } from "../../http/api.js";
import type { Palette } from "../colour.js";
import { contextOf } from "../context.js";
import { wholeNumber } from "../session-filter.js";
import { fieldsText, tableText } from "../table.js";
import { endpointText } from "../text.js";

export function registerShowFirewall(show: Command): void {
  const firewall = show
    .command("firewall")
    .summary("firewall filters: counters, policers, log")
    .description("Shows what firewall filters counted and logged.")
    .addHelpText(
      "after",
      "\nExamples:\n  ringwall show firewall\n  ringwall show firewall filter protect\n  ringwall show firewall log detail --limit 1",
    );

  firewall
    .command("filter", { isDefault: true })
    .argument("[name]", "filter as it is attached, or as it is written")
    .summary("where filters are attached and what they counted")
    .description(
      "Shows filters as they are attached, with their counters and what their policers dropped. Without a name: all of them.",
    )
    .action(async (name: string | undefined, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const filters = await context.client.get<FilterView[]>("/filters", { name });
      context.printResult(filters, (palette) => filtersText(filters, palette));
    });

  firewall
    .command("log")
    .addArgument(new Argument("[detail]", "all that is known of each packet").choices(["detail"]))
    .option("--filter <name>", "filter in which the term is written")
    .option("--limit <number>", "show no more than this many", wholeNumber)
    .summary("the last filter logs, newest first")
    .description(
      "Shows the last filter logs that the daemon keeps in memory (1,000), newest first; it forgets them when it ends. For events as they happen: ringwall log --kind filter.",
    )
    .action(
      async (
        detail: string | undefined,
        options: { readonly filter?: string; readonly limit?: number },
        command: Command,
      ) => {
        const context = contextOf(command);
        const { filter, limit } = options;
        const events = await context.client.get<EventView[]>("/firewall-log", { filter, limit });
        context.printResult(events, (palette) =>
          events.length === 0
            ? "no filter logs"
            : detail === undefined
              ? firewallLogText(events)
              : events.map((event) => firewallLogDetail(event, palette)).join("\n\n"),
        );
      },
    );
}

/** filtersText writes each filter with a table of its counters. */
export function filtersText(filters: readonly FilterView[], palette: Palette): string {
  if (filters.length === 0) return "no filters attached";
  return filters
    .map((filter) =>
      [
        `${palette.bold(filter.name)} ${palette.dim(`(${filter.family}, ${filter.terms} terms)`)}`,
        palette.dim(`attached: ${filter.attached.map(attachmentText).join(", ")}`),
        ...countersText("counter", filter.counters),
        ...countersText("policer dropped", filter.policers),
      ].join("\n"),
    )
    .join("\n\n");
}

function attachmentText({ direction, at }: FilterAttachment): string {
  return `${direction} ${at}`;
}

function countersText(title: string, counters: readonly FilterCounterView[]): string[] {
  if (counters.length === 0) return [];
  return [
    tableText(
      [
        { title, value: (row) => row.name },
        { title: "packets", value: (row) => row.packets },
        { title: "bytes", value: (row) => row.bytes },
      ],
      counters,
    ),
  ];
}

/** The interface at whose filter a packet was logged. */
const interfaceOf = (event: EventView): string => (event.reason?.endsWith("output") ? event.egress : event.ingress);

/** firewallLogText writes the columns that Junos shows, and the term. */
export function firewallLogText(events: readonly EventView[]): string {
  return tableText(
    [
      { title: "Time", value: (row) => row.time.slice(11, 23) },
      { title: "Filter", value: (row) => row.filter ?? "" },
      { title: "Term", value: (row) => row.term ?? "" },
      { title: "Action", value: (row) => row.action },
      { title: "Interface", value: interfaceOf },
      { title: "Protocol", value: (row) => row.protocol.toUpperCase() },
      { title: "Src Addr", value: (row) => row.source },
      { title: "Dest Addr", value: (row) => row.destination },
    ],
    events,
  );
}

/** firewallLogDetail writes all that is known of one packet. */
export function firewallLogDetail(event: EventView, palette: Palette): string {
  const ports = event.icmpType === undefined;
  const optional = (name: string, value: string | number | undefined): [string, string | number][] =>
    value === undefined || value === "" ? [] : [[name, value]];
  return fieldsText([
    ["Time of log", event.time],
    ["Filter", event.filter ?? ""],
    ["Term", event.term ?? ""],
    ["Filter action", event.action],
    ...optional("Answer", event.answer),
    ["Source of log", event.reason ?? ""],
    ["Name of interface", interfaceOf(event)],
    ["Zones", `${event.from} -> ${event.to === "" ? "-" : event.to}`],
    ["Name of protocol", event.protocol.toUpperCase()],
    ["Packet length", event.length ?? 0],
    ["Source address", endpointText(event.source, ports ? event.sourcePort : 0)],
    ["Destination address", endpointText(event.destination, ports ? event.destinationPort : 0)],
    ...optional("ICMP type", event.icmpType),
    ...optional("ICMP code", event.icmpCode),
    ...optional("TCP flags", event.tcpFlags === undefined ? undefined : tcpFlagsText(event.tcpFlags)),
    ["DSCP", event.dscp ?? 0],
    ...optional("Session", event.session),
    ["Generation", event.generation],
  ]).replace(/^(.*?)(?= {2})/gm, (name) => palette.dim(name));
}

const TCP_FLAGS = ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"];

/** tcpFlagsText names the flags that are set, beside their number. */
export function tcpFlagsText(flags: number): string {
  const set = TCP_FLAGS.filter((_name, bit) => (flags & (1 << bit)) !== 0);
  return `0x${flags.toString(16).padStart(2, "0")}${set.length === 0 ? "" : ` (${set.join(" ")})`}`;
}
