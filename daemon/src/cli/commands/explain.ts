// explain.ts: `ringwall explain`: what would happen to a packet? SPDX-License-Identifier: Apache-2.0
import type { Command } from "commander";

import { parseAddress } from "../../config/address.js";
import type { ExplainReply } from "../../http/api.js";
import { parseProtocol } from "../../config/protocol.js";
import type { Palette } from "../colour.js";
import { contextOf } from "../context.js";
import { CliError, Exit } from "../exit.js";
import { wholeNumber } from "../session-filter.js";
import { tableText } from "../table.js";

interface ExplainOptions {
  readonly from: string;
  readonly icmpType?: number;
  readonly icmpCode?: number;
}

export function registerExplain(program: Command): void {
  program
    .command("explain")
    .requiredOption("--from <zone|interface>", "zone, or logical interface, that the packet comes from")
    .option("--icmp-type <number>", "ICMP type; echo request without it", wholeNumber)
    .option("--icmp-code <number>", "ICMP code", wholeNumber)
    .argument("<source>", "ADDRESS[:PORT] or [ADDRESS]:PORT")
    .argument("<destination>", "ADDRESS[:PORT] or [ADDRESS]:PORT")
    .argument("<protocol>", "tcp, udp, icmp, icmp6, … or a number")
    .summary("what would happen to a packet")
    .description(
      "Asks the running helper what it would do with a packet, stage by stage, by the code that does it. Changes and counts nothing.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  ringwall explain --from trust 10.1.1.5:40000 192.0.2.10:443 tcp\n  ringwall explain --from ge-0/0/1.0 [2001:db8:2::10] [2001:db8:1::5] icmp6",
    )
    .action(
      async (
        sourceText: string,
        destinationText: string,
        protocol: string,
        options: ExplainOptions,
        command: Command,
      ) => {
        const context = contextOf(command);
        if (parseProtocol(protocol) === undefined)
          throw usage(`"${protocol}" is not a protocol; expected tcp, udp, icmp, icmp6 or a number 0..255`);
        const source = parseEndpoint(sourceText);
        const destination = parseEndpoint(destinationText);
        const { from, icmpType, icmpCode } = options;
        const reply = await context.client.post<ExplainReply>("/explain", {
          from,
          source: source.address,
          sourcePort: source.port,
          destination: destination.address,
          destinationPort: destination.port,
          protocol,
          ...(icmpType === undefined ? {} : { icmpType }),
          ...(icmpCode === undefined ? {} : { icmpCode }),
        });
        context.printResult(reply, (palette) => explainText(reply, palette));
      },
    );
}

/** parseEndpoint reads ADDRESS, ADDRESS:PORT (IPv4) and [ADDRESS]:PORT (IPv6). */
export function parseEndpoint(text: string): { address: string; port: number } {
  const match = /^\[([^\]]+)\](?::([0-9]{1,5}))?$/.exec(text) ?? /^([0-9.]+):([0-9]{1,5})$/.exec(text);
  const address = match?.[1] ?? text;
  const port = Number(match?.[2] ?? 0);
  if (parseAddress(address) === undefined || port > 65535)
    throw usage(`"${text}" is not an address with or without a port; expected e.g. 192.0.2.1:443 or [2001:db8::1]:443`);
  return { address, port };
}

function usage(message: string): CliError {
  return new CliError(Exit.USAGE, "usage", message);
}

function explainText(reply: ExplainReply, palette: Palette): string {
  const stages = tableText(
    [
      { title: "stage", value: (stage) => stage.stage },
      { title: "result", value: (stage) => stage.result },
      { title: "detail", value: (stage) => stage.detail },
    ],
    reply.stages,
  );
  return `${stages}\n\n${verdictText(reply, palette)}`;
}

function verdictText(reply: ExplainReply, palette: Palette): string {
  const by = reply.policy === "" ? "" : `: ${reply.action} by policy ${reply.policy}`;
  const zones = `${reply.from === "" ? "-" : reply.from} -> ${reply.to === "" ? "-" : reply.to}`;
  if (reply.verdict === "drop") return palette.red(`dropped (${reply.reason})${by}, ${zones}`);
  if (reply.verdict === "host") return palette.green(`delivered to this host${by}, ${zones}`);
  return palette.green(`forwarded${reply.egress === "" ? "" : ` out of ${reply.egress}`}${by}, ${zones}`);
}
