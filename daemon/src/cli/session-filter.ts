// session-filter.ts: the options that choose sessions, shared by show and clear. SPDX-License-Identifier: Apache-2.0
import { InvalidArgumentError, type Command } from "commander";

import type { SessionFilter } from "../http/api.js";

export interface SessionOptions {
  readonly id?: number;
  readonly source?: string;
  readonly destination?: string;
  readonly protocol?: string;
  readonly port?: number;
  readonly policy?: string;
  readonly zone?: string;
}

export function addSessionFilter(command: Command): Command {
  return command
    .option("--id <number>", "session id", wholeNumber)
    .option("--source <address>", "client: address or prefix")
    .option("--destination <address>", "server: address or prefix")
    .option("--protocol <protocol>", "tcp, udp, icmp, icmp6, … or a number")
    .option("--port <number>", "source or destination port", wholeNumber)
    .option("--policy <name>", "policy that permitted it")
    .option("--zone <name>", "zone it came from or went to");
}

export function sessionFilter(options: SessionOptions): SessionFilter {
  const { id, source, destination, protocol, port, policy, zone } = options;
  return Object.fromEntries(
    Object.entries({ id, source, destination, protocol, port, policy, zone }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}

export function wholeNumber(text: string): number {
  if (!/^[0-9]{1,16}$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new InvalidArgumentError("expected a number.");
  return Number(text);
}
