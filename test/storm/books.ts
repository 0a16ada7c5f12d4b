// books.ts: the accounts of helper, rings and streams, compared with each other and with what collectors recorded, to the single
// event. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import { DaemonClient } from "../../daemon/src/cli/client.js";
import type { Accounting, AccountView, KindAccounting, PolicyView, StreamView } from "../../daemon/src/http/api.js";
import type { Firewall } from "../lab/firewall.js";
import { countBy, heldBack, isDeny, kindOf, type Line } from "./line.js";
import type { Recording } from "./recording.js";

const PATIENCE_MS = 60_000;

/** Books: one moment at which nothing is on its way. */
export interface Books {
  readonly accounting: Accounting;
  readonly kinds: Readonly<Record<string, KindAccounting>>;
  readonly streams: Readonly<Record<string, StreamView>>;
  /** Denied and permitted packets and sessions by policy, as the helper counts them apart from any event. */
  readonly hits: Readonly<Record<string, number>>;
}

/** Auditor reads the accounts of a firewall. Its streams have been there since the first event. */
export class Auditor {
  readonly client: DaemonClient;

  constructor(firewall: Firewall) {
    this.client = new DaemonClient(firewall.runDirectory);
  }

  async read(): Promise<Books> {
    // In the order of an event's way: what is produced in between is not there yet, or already there.
    const policies = await this.client.get<PolicyView[]>("/policies");
    const accounting = await this.client.get<Accounting>("/accounting");
    const streams = await this.client.get<StreamView[]>("/log-streams");
    return {
      accounting,
      kinds: Object.fromEntries(accounting.kinds.map((account) => [account.kind, account])),
      streams: Object.fromEntries(streams.map((stream) => [stream.name, stream])),
      hits: Object.fromEntries(policies.map(({ name, hits }) => [name, hits])),
    };
  }

  /** settled waits until the rings are read, no line waits, and `isDone` agrees. Acknowledgements and counters give no event to
   * wait for. */
  async settled(isDone: (books: Books) => boolean | Promise<boolean> = () => true): Promise<Books> {
    for (const until = Date.now() + PATIENCE_MS; ;) {
      // First whether it is so, then the books: what happened in between is in them.
      const isSo = await isDone(await this.read());
      const books = await this.read();
      const isRead = Object.values(books.kinds).every(({ unread }) => unread === 0);
      const isSent = Object.values(books.streams).every(({ waiting }) => waiting === 0);
      if (isSo && isRead && isSent) return books;
      if (Date.now() > until) assert.fail(`not settled after ${PATIENCE_MS} ms: ${JSON.stringify(books, null, 1)}`);
      await sleep(100);
    }
  }

  /** until looks again and again. */
  async until(isDone: (books: Books) => boolean | Promise<boolean>): Promise<Books> {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const books = await this.read();
      if (await isDone(books)) return books;
      if (Date.now() > until) assert.fail(`not so after ${PATIENCE_MS} ms: ${JSON.stringify(books, null, 1)}`);
      await sleep(100);
    }
  }
}

const ENDS = ["produced", "written", "suppressed", "lostBudget", "lostFull", "read", "unread"] as const;

/** checkBooks compares accounts with each other: every event that was produced has exactly one end, in every stream, and the events
 * of a kind are those of its rules. */
export function checkBooks({ accounting, streams }: Books): void {
  assert.deepEqual([accounting.balanced, accounting.differences], [true, []]);
  for (const account of accounting.kinds)
    for (const end of ENDS) {
      const ofRules = accounting.rules.filter(({ kind }) => kind === account.kind);
      const sum = ofRules.reduce((total, rule) => total + rule[end], 0);
      assert.equal(sum, account[end], `${end} of all rules with ${account.kind}`);
    }
  for (const { kind, produced, written, suppressed, lostBudget, lostFull, read, unread } of accounting.kinds) {
    assert.deepEqual({ kind, unread, written }, { kind, unread: 0, written: read });
    assert.equal(produced, read + suppressed + lostBudget + lostFull, kind);
    for (const stream of Object.values(streams)) {
      const account = accountOf(stream, kind);
      const { queued, filtered, limited, full, sent, inDoubt, unsendable } = account;
      const what = `${kind} in stream ${stream.name}: ${JSON.stringify(account)}`;
      assert.equal(queued + filtered + limited + full, read, what);
      assert.equal(sent + inDoubt + unsendable, queued, what);
    }
  }
}

const NO_ACCOUNT: Omit<AccountView, "kind"> = {
  queued: 0,
  sent: 0,
  filtered: 0,
  full: 0,
  unsendable: 0,
  limited: 0,
  inDoubt: 0,
};

/** accountOf gives what became of one kind in a stream; a kind that never was has zeros. */
export const accountOf = (stream: StreamView | undefined, kind: string): AccountView =>
  stream?.accounts.find((account) => account.kind === kind) ?? { kind, ...NO_ACCOUNT };

/** received waits until a collector has all that its stream says was sent, and compares kind by kind. Over TCP it has exactly these,
 * and of those in doubt what reached it; over UDP what its kernel dropped is missing. */
export async function received(recording: Recording, books: Books): Promise<readonly Line[]> {
  const stream = books.streams[recording.place.name]!;
  const total = stream.accounts.reduce((sum, { sent }) => sum + sent, 0);
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const [lines, dropped] = [await recording.lines(), await recording.dropped()];
    if (lines.length + dropped >= total) {
      const counts = countBy(lines, kindOf);
      for (const { kind, sent, inDoubt } of stream.accounts) {
        const count = counts[kind] ?? 0;
        const what = `${kind} at ${stream.name}: ${count} came of ${sent} sent and ${inDoubt} in doubt, ${dropped} dropped`;
        if (inDoubt === 0 && dropped === 0) assert.equal(count, sent, what);
        assert.ok(count + dropped >= sent && count <= sent + inDoubt, what);
      }
      if (dropped > 0) assert.equal(lines.length + dropped, total, stream.name);
      return lines;
    }
    if (Date.now() > until) assert.fail(`${stream.name} has ${lines.length} of ${total} lines`);
    await sleep(50); // a file
  }
}

/** isTold compares summaries with accounts: each kind's suppressed and lost events have been told, no more and no less. */
export function isTold(lines: readonly Line[], { kinds }: { readonly kinds: readonly KindAccounting[] }): boolean {
  const sums = heldBack(lines, ({ kind, outcome }) => `${kind} ${outcome}`);
  return kinds
    .filter(({ kind }) => kind !== "LOG_SUPPRESSED")
    .every(
      ({ kind, suppressed, lostBudget, lostFull }) =>
        (sums[`${kind} suppressed`] ?? 0) === suppressed &&
        (sums[`${kind} lost-budget`] ?? 0) === lostBudget &&
        (sums[`${kind} lost-full`] ?? 0) === lostFull,
    );
}

/** checkRules compares what each rule counted, as a policy and apart from any event, with its account, and with the lines and
 * summaries that name it. */
export function checkRules(lines: readonly Line[], { hits, accounting }: Books): void {
  const denied = countBy(lines.filter(isDeny), ({ fields }) => fields["policy"]!);
  const held = heldBack(
    lines.filter(({ fields }) => fields["kind"] === "POLICY_DENY"),
    ({ rule }) => rule!,
  );
  const rules = accounting.rules.filter(({ kind }) => kind === "POLICY_DENY");
  assert.deepEqual(new Set(rules.map(policyOf)), new Set([...Object.keys(denied), ...Object.keys(held)]));
  for (const rule of rules) {
    const name = policyOf(rule);
    assert.deepEqual(
      { name, produced: rule.produced, read: rule.read, heldBack: rule.suppressed + rule.lostBudget + rule.lostFull },
      { name, produced: hits[name], read: denied[name] ?? 0, heldBack: held[name] ?? 0 },
    );
  }
}

/** policyOf gives the policy's own name of trust/untrust/POLICY. */
export const policyOf = ({ rule }: { readonly rule: string }): string => rule.slice(rule.lastIndexOf("/") + 1);
