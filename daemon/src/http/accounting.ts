// accounting.ts: what became of every event, added up over helper, rings and streams. SPDX-License-Identifier: Apache-2.0
import { eventTypeText } from "../../../shared/gen/wire.gen.js";
import type { Accounts } from "../ring/reader.js";
import type { StreamAccount } from "../syslog/outbox.js";
import type { Accounting, KindAccounting, StreamAccounting } from "./api.js";

/** StreamBooks: a stream's accounts, as far as they are added up here. */
interface StreamBooks {
  readonly name: string;
  readonly waiting: number;
  readonly accounts: readonly StreamAccount[];
}

/** What a stream decided about an event without queueing a line; every other number is an end of a queued line. */
const NOT_QUEUED: ReadonlySet<string> = new Set(["kind", "queued", "filtered", "full", "limited"]);

/** accounting adds up. `accounts` is by event type, `faults` the frames that were read and are no events. */
export function accounting(accounts: Accounts, faults: number, streams: readonly StreamBooks[]): Accounting {
  const kinds = accounts.map(kindAccounting).filter(({ produced }) => produced > 0);
  const books = streams.map(streamAccounting);
  const differences = [
    ...kinds
      .filter(({ unread }) => unread < 0)
      .map(({ kind, unread }) => `${kind}: ${-unread} more were read than were written`),
    ...(faults > 0 ? [`rings: ${faults} frames were no events, or were left out`] : []),
    ...books
      .filter(({ difference }) => difference !== 0)
      .map(({ name, difference }) => `stream ${name}: ${difference} lines were queued and have no end`),
  ];
  return { balanced: differences.length === 0, differences, kinds, streams: books };
}

function kindAccounting(account: Accounts[number], type: number): KindAccounting {
  const { written, suppressed, lostBudget, lostFull, consumed } = account;
  return {
    kind: eventTypeText[type] ?? String(type),
    produced: written + suppressed + lostBudget + lostFull,
    written,
    suppressed,
    lostBudget,
    lostFull,
    read: consumed,
    unread: written - consumed,
  };
}

function streamAccounting({ name, waiting, accounts }: StreamBooks): StreamAccounting {
  const sums: Record<string, number> = {};
  for (const account of accounts)
    for (const [what, number] of Object.entries(account)) if (what !== "kind") sums[what] = (sums[what] ?? 0) + number;
  const ended = Object.entries(sums).reduce((sum, [what, number]) => sum + (NOT_QUEUED.has(what) ? 0 : number), 0);
  return { name, waiting, totals: sums, difference: (sums.queued ?? 0) - ended - waiting };
}
