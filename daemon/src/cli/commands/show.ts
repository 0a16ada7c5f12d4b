// show.ts: `ringwall show …`: what there is and what it counted. SPDX-License-Identifier: Apache-2.0
import type { Command } from "commander";

import type {
  ActiveConfig,
  AttachedFilter,
  CommitView,
  Counters,
  InterfaceView,
  NeighborView,
  PolicyView,
  QueueView,
  NextHopView,
  RouteView,
  Sessions,
  SessionView,
  ZoneView,
} from "../../http/api.js";
import type { Palette } from "../colour.js";
import { contextOf } from "../context.js";
import { addSessionFilter, sessionFilter, wholeNumber, type SessionOptions } from "../session-filter.js";
import { tableText, type Column } from "../table.js";
import { duration, endpointText, orDash } from "../text.js";
import { registerShowFirewall } from "./show-firewall.js";
import { registerShowLog } from "./show-log.js";
import { registerShowSecurity } from "./show-security.js";

const PAGE = 500;

export function registerShow(program: Command): void {
  const show = program.command("show").description("Shows what there is and what it counted.");
  show.addHelpText(
    "after",
    "\nExamples:\n  ringwall show policies\n  ringwall show sessions --source 10.1.1.5\n  ringwall show counters --json",
  );

  list<InterfaceView>(show, "interfaces", "logical interfaces, their zones, addresses and counters", interfacesText);
  list<QueueView>(show, "queues", "queues of interfaces with a scheduler map, and what they dropped", queuesText);
  list<ZoneView>(show, "zones", "zones, their interfaces and what this host accepts there", zonesText);
  list<PolicyView>(
    show,
    "policies",
    "policies in the order in which they are asked, and what they decided",
    policiesText,
  );
  list<RouteView>(
    show,
    "routes",
    "routes of every origin, which are in force, and which next hops are dead",
    routesText,
  );
  registerShowFirewall(show);
  registerShowLog(show);
  registerShowSecurity(show);
  list<NeighborView>(show, "neighbors", "link-layer addresses of neighbours", neighborsText);
  list<CommitView>(show, "history", "configurations that were in force, for rollback", historyText);

  addSessionFilter(show.command("sessions"))
    .option("--limit <number>", "show no more than this many", wholeNumber)
    .summary("sessions in the table")
    .description("Shows the sessions that fit all given conditions.")
    .addHelpText(
      "after",
      "\nExamples:\n  ringwall show sessions --zone trust --limit 20\n  ringwall show sessions --port 443 --json",
    )
    .action(async (options: SessionOptions & { limit?: number }, command: Command) => {
      const context = contextOf(command);
      const most = options.limit ?? Number.POSITIVE_INFINITY;
      const sessions: SessionView[] = [];
      for (let after = 0; sessions.length < most;) {
        const page = await context.client.get<Sessions>("/sessions", { ...sessionFilter(options), after, limit: PAGE });
        sessions.push(...page.sessions);
        if (page.next === 0) break;
        after = page.next;
      }
      const shown = sessions.slice(0, most);
      context.printResult(shown, () => sessionsText(shown));
    });

  show
    .command("counters")
    .summary("packets by outcome and drop reason, events by kind")
    .description("Shows the helper's counters since it started. Counters that are zero are left out of the table.")
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const counters = await context.client.get<Counters>("/counters");
      context.printResult(counters, (palette) => countersText(counters, palette));
    });

  show
    .command("configuration")
    .summary("the active configuration as it was given")
    .description("Prints the text of the active configuration.")
    .addHelpText("after", "\nExample:\n  ringwall show configuration > ringwall.yaml")
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const active = await context.client.get<ActiveConfig>("/config");
      context.printResult(active, () => active.text.trimEnd());
    });
}

function list<Row>(
  show: Command,
  name: string,
  summary: string,
  text: (rows: readonly Row[], palette: Palette) => string,
): void {
  show
    .command(name)
    .summary(summary)
    .description(`Shows ${summary}.`)
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const rows = await context.client.get<Row[]>(`/${name}`);
      context.printResult(rows, (palette) => (rows.length === 0 ? `no ${name}` : text(rows, palette)));
    });
}

function interfacesText(rows: readonly InterfaceView[], palette: Palette): string {
  const table = tableText(
    [
      { title: "interface", value: (row) => row.name },
      { title: "device", value: (row) => (row.vlan === 0 ? row.device : `${row.device} vlan ${row.vlan}`) },
      { title: "link", value: (row) => (row.up ? "up" : "down") },
      { title: "zone", value: (row) => orDash(row.zone) },
      { title: "instance", value: (row) => row.instance },
      { title: "addresses", value: (row) => orDash(row.addresses.join(" ")) },
      { title: "mtu", value: (row) => row.mtu },
      { title: "xdp", value: (row) => row.xdpMode },
      { title: "in packets", value: (row) => row.inPackets },
      { title: "out packets", value: (row) => row.outPackets },
      { title: "filters", value: (row) => orDash(row.filters.map(attachedText).join(", ")) },
    ],
    rows,
  );
  const reasons = [
    ...new Map(
      rows.map((row) => [row.device, `${row.device}: ${row.xdpMode}, ${row.xdpReason}; ${deviceText(row)}`]),
    ).values(),
  ];
  return `${table}\n\n${palette.dim(reasons.join("\n"))}`;
}

function attachedText({ family, direction, filter }: AttachedFilter): string {
  return `${family} ${direction} ${filter}`;
}

function deviceText(row: InterfaceView): string {
  const counted = Object.entries(row.deviceCounters).filter(([, count]) => count > 0);
  return [`${row.queues} queue(s)`, ...counted.map(([name, count]) => `${name} ${count}`)].join(", ");
}

function queuesText(rows: readonly QueueView[]): string {
  return tableText(
    [
      { title: "interface", value: (row) => row.interface },
      { title: "queue", value: (row) => row.queue },
      { title: "classes", value: (row) => orDash(row.forwardingClasses.join(" ")) },
      { title: "priority", value: (row) => row.priority },
      {
        title: "bit/s",
        value: (row) => (row.rate === 0 ? "-" : `${row.rate}${row.exact ? " exact" : ""}`),
        right: true,
      },
      { title: "packets", value: (row) => row.packets },
      { title: "bytes", value: (row) => row.bytes },
      { title: "dropped", value: (row) => row.droppedPackets },
      { title: "bytes dropped", value: (row) => row.droppedBytes },
    ],
    rows,
  );
}

function zonesText(rows: readonly ZoneView[]): string {
  return tableText(
    [
      { title: "zone", value: (row) => row.name },
      { title: "interfaces", value: (row) => orDash(row.interfaces.join(" ")) },
      { title: "host accepts", value: (row) => orDash(row.hostInbound.join(" ")) },
    ],
    rows,
  );
}

function policiesText(rows: readonly PolicyView[]): string {
  return tableText(
    [
      { title: "from", value: (row) => orDash(row.from) },
      { title: "to", value: (row) => orDash(row.to) },
      { title: "policy", value: (row) => (row.global ? `${row.name} (global)` : row.name) },
      { title: "action", value: (row) => row.action },
      { title: "log", value: (row) => orDash(row.log.map((at) => at.replace("session-", "")).join(" ")) },
      { title: "hits", value: (row) => row.hits },
      { title: "sessions", value: (row) => row.sessions },
      { title: "packets", value: (row) => row.packets },
      { title: "bytes", value: (row) => row.bytes },
    ],
    rows,
  );
}

/** What of a session leaves under another name than it came. */
const TRANSLATED: readonly Column<SessionView>[] = [
  { title: "as source", value: (row) => natText(row.natSource, row.natSourcePort, row.sourceNatRule) },
  {
    title: "as destination",
    value: (row) => natText(row.natDestination, row.natDestinationPort, row.destinationNatRule),
  },
];

const natText = (address: string | undefined, port = 0, rule = ""): string =>
  address === undefined ? "-" : `${endpointText(address, port)} (${rule})`;

function sessionsText(rows: readonly SessionView[]): string {
  if (rows.length === 0) return "no sessions";
  const isTranslated = rows.some((row) => row.natSource !== undefined || row.natDestination !== undefined);
  const translated = isTranslated ? TRANSLATED : [];
  const table = tableText(
    [
      { title: "id", value: (row) => row.id },
      { title: "policy", value: (row) => row.policy },
      { title: "zones", value: (row) => `${row.from} -> ${row.to}` },
      { title: "proto", value: (row) => row.protocol },
      { title: "source", value: (row) => endpointText(row.source, row.sourcePort) },
      { title: "destination", value: (row) => endpointText(row.destination, row.destinationPort) },
      ...translated,
      { title: "application", value: (row) => orDash(row.application) },
      { title: "state", value: (row) => orDash(row.state) },
      { title: "age", value: (row) => duration(row.ageSeconds), right: true },
      { title: "ends in", value: (row) => duration(row.timeoutSeconds), right: true },
      { title: "packets", value: (row) => `${row.clientPackets}/${row.serverPackets}`, right: true },
      { title: "bytes", value: (row) => `${row.clientBytes}/${row.serverBytes}`, right: true },
    ],
    rows,
  );
  return `${table}\n${rows.length === 1 ? "1 session" : `${rows.length} sessions`}; packets and bytes: from client/from server`;
}

function nextHopText({ gateway, interface: unit, state }: NextHopView): string {
  const way = [gateway, unit].filter(Boolean).join(" via ");
  return state === "alive" ? way : `${way} (${state})`;
}

function routesText(rows: readonly RouteView[]): string {
  return tableText(
    [
      { title: "instance", value: (row) => row.instance },
      { title: "destination", value: (row) => row.prefix },
      { title: "kind", value: (row) => row.kind },
      { title: "origin", value: (row) => row.origin },
      {
        title: "next hop",
        value: (row) => orDash(row.nextHops.map(nextHopText).join(", ")),
      },
      { title: "preference", value: (row) => row.preference },
      { title: "state", value: (row) => (row.active ? "active" : "inactive") },
    ],
    rows,
  );
}

function neighborsText(rows: readonly NeighborView[]): string {
  return tableText(
    [
      { title: "interface", value: (row) => row.interface },
      { title: "address", value: (row) => row.address },
      { title: "link-layer address", value: (row) => orDash(row.mac) },
      { title: "state", value: (row) => row.state },
    ],
    rows,
  );
}

function historyText(rows: readonly CommitView[]): string {
  return tableText(
    [
      { title: "n", value: (row) => row.index },
      { title: "generation", value: (row) => row.generation },
      { title: "applied", value: (row) => row.time },
      { title: "by", value: (row) => row.origin },
    ],
    rows,
  );
}

function countersText(counters: Counters, palette: Palette): string {
  const pairs = (title: string, values: Readonly<Record<string, number>>): string => {
    const rows = Object.entries(values).filter(([, value]) => value > 0);
    return rows.length === 0
      ? palette.dim(`no ${title}`)
      : tableText(
          [
            { title, value: (row) => row[0] },
            { title: "count", value: (row) => row[1] },
          ],
          rows,
        );
  };
  const events = Object.entries(counters.events).filter(([, account]) =>
    Object.values(account).some((value: number) => value > 0),
  );
  return [
    pairs("packets", counters.totals),
    pairs("drops", counters.drops),
    events.length === 0
      ? palette.dim("no events")
      : tableText(
          [
            { title: "events", value: (row) => row[0] },
            { title: "written", value: (row) => row[1].written },
            { title: "suppressed", value: (row) => row[1].suppressed },
            { title: "lost: budget", value: (row) => row[1].lostBudget },
            { title: "lost: ring full", value: (row) => row[1].lostFull },
          ],
          events,
        ),
  ].join("\n\n");
}
