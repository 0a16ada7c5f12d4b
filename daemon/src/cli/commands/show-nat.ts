// show-nat.ts: `ringwall show security nat …`: what address translation does. SPDX-License-Identifier: Apache-2.0
import { type Command } from "commander";

import type { NatKind } from "../../config/names.js";
import type { BindingView, NatPoolView, NatView } from "../../http/api.js";
import type { Palette } from "../colour.js";
import { contextOf } from "../context.js";
import { tableText } from "../table.js";
import { orDash } from "../text.js";

const KINDS: readonly (readonly [kind: NatKind, what: string])[] = [
  ["source", "source rules, pools and how many of their ports are in use"],
  ["destination", "destination rules and pools"],
  ["static", "static rules"],
];

export function registerShowNat(security: Command): void {
  const nat = security
    .command("nat")
    .summary("rules and pools of address translation")
    .description("Shows rules and pools of address translation, and what they did.")
    .addHelpText("after", "\nExample:\n  ringwall show security nat source");
  for (const [kind, what] of KINDS) {
    nat
      .command(kind)
      .summary(what)
      .description(`Shows ${what}.`)
      .action(async (_options: unknown, command: Command) => {
        const context = contextOf(command);
        const view = await context.client.get<NatView>("/nat", { kind });
        context.printResult(view, (palette) => natText(kind, view, palette));
      });
  }
  nat
    .command("persistent-nat-table")
    .summary("clients that stay bound to an outer address and port")
    .description(
      "Shows the bindings of persistent NAT: who is bound to which outer address and port, and who may reach it there.",
    )
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const bindings = await context.client.get<BindingView[]>("/nat/bindings");
      context.printResult(bindings, () => bindingsText(bindings));
    });
}

export function bindingsText(bindings: readonly BindingView[]): string {
  if (bindings.length === 0) return "no bindings";
  const end = (address: string, port: number): string =>
    address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  return tableText(
    [
      { title: "client", value: (row) => end(row.inner, row.innerPort) },
      { title: "outer", value: (row) => end(row.outer, row.outerPort) },
      { title: "protocol", value: (row) => row.protocol },
      { title: "rule", value: (row) => orDash(row.rule) },
      { title: "permit", value: (row) => orDash(row.permit) },
      { title: "sessions", value: (row) => row.sessions },
      { title: "left", value: (row) => (row.sessions > 0 ? "-" : `${row.secondsLeft}s`) },
    ],
    bindings,
  );
}

/** natText writes rules, pools and interfaces, each as a table. */
export function natText(kind: NatKind, { rules, pools, interfaces }: NatView, palette: Palette): string {
  if (rules.length === 0 && pools.length === 0) return `no ${kind} translation`;
  const used = kind === "source" ? [{ title: "ports in use", value: (row: { used: number }) => row.used }] : [];
  const parts: [title: string, text: string][] = [
    [
      "rules",
      tableText(
        [
          { title: "rule-set", value: (row) => row.set },
          { title: "rule", value: (row) => row.name },
          { title: "translates to", value: (row) => row.action },
          { title: "hits", value: (row) => row.hits },
          { title: "failures", value: (row) => row.failures },
        ],
        rules,
      ),
    ],
  ];
  if (pools.length > 0)
    parts.push([
      "pools",
      tableText(
        [
          { title: "pool", value: (row) => row.name },
          { title: "addresses", value: (row) => row.addresses.join(", ") },
          { title: "ports", value: (row) => orDash(row.ports) },
          { title: "overflow", value: (row) => orDash(row.overflow) },
          ...used,
          ...(kind === "source"
            ? [
                { title: "%", value: (row: NatPoolView) => row.percent },
                { title: "alarm", value: (row: NatPoolView) => orDash(row.alarm) },
              ]
            : []),
        ],
        pools,
      ),
    ]);
  if (interfaces.length > 0)
    parts.push(["interfaces", tableText([{ title: "interface", value: (row) => row.name }, ...used], interfaces)]);
  return parts.map(([title, text]) => `${palette.bold(title)}\n${text}`).join("\n\n");
}
