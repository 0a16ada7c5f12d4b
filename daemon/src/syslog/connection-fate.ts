// connection-fate.ts: what became of a connection that nobody here holds any more: its process is gone, or its sender has ended
// before everything was acknowledged. SPDX-License-Identifier: Apache-2.0
//
// The kernel goes on sending what it has taken, and says FIN behind it. When that is acknowledged, so is all that was sent
// before it; then the connection is in FIN-WAIT-2, and for a minute in TIME-WAIT.
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

import { hasCode } from "../base/coded-error.js";
import type { Outbox } from "./outbox.js";

/** ConnectionFate: `acknowledged`: all that the kernel had taken; `unknown`: nobody can tell any more. */
export type ConnectionFate = "acknowledged" | "unknown";

const FIN_WAIT_2 = "05";
const TIME_WAIT = "06";
/** No state: there was no descriptor to look with. */
const NOT_SEEN = "";
const LOOK_MS = 50;
/** How long a former connection is waited for. */
const FATE_MS = 5_000;

/** settleFormer counts what a former connection had taken, as it was framed there. Until it has resolved nobody sends from the
 * outbox, by whatever way. Aborted, it leaves the outbox to the next one. */
export async function settleFormer(outbox: Outbox, signal: AbortSignal): Promise<void> {
  if (!outbox.isHandedOver) return;
  const fate = await connectionFate(outbox.connection, FATE_MS, signal);
  if (signal.aborted) return;
  if (fate === "acknowledged") outbox.ended(outbox.framing);
  else outbox.broken(0, outbox.framing);
}

/** connectionFate waits, at most `patienceMs`, until it is known. name: as daemon/native/stream.c gives it. */
async function connectionFate(name: string, patienceMs: number, signal: AbortSignal): Promise<ConnectionFate> {
  for (let waitedMs = 0; name !== ""; waitedMs += LOOK_MS) {
    const state = await stateOf(name);
    if (state === FIN_WAIT_2 || state === TIME_WAIT) return "acknowledged";
    if (state === undefined || waitedMs >= patienceMs || signal.aborted) break;
    await delay(LOOK_MS, undefined, { ref: false, signal }).catch(() => undefined); // aborted
  }
  return "unknown";
}

// Lines of /proc/net/tcp: number, local end, remote end, state, …
async function stateOf(name: string): Promise<string | undefined> {
  for (const table of ["/proc/self/net/tcp", "/proc/self/net/tcp6"]) {
    const text = await readTable(table);
    if (text === undefined) return NOT_SEEN;
    const at = text.indexOf(` ${name} `);
    if (at >= 0) return text.substr(at + name.length + 2, 2);
  }
  return undefined;
}

async function readTable(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "latin1");
  } catch (thrown) {
    if (hasCode(thrown, "ENOENT")) return ""; // no IPv6 here
    if (hasCode(thrown, "EMFILE") || hasCode(thrown, "ENFILE")) return undefined;
    throw thrown;
  }
}
