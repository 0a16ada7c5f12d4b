// accounting.ts: what became of every event, added up over helper, rings and streams, by kind, by rule and by stream.
// SPDX-License-Identifier: Apache-2.0
import { AccountClass, accountClassText, eventTypeText, screenIdName } from "../../../shared/gen/wire.gen.js";
import { DEFAULT_POLICY_NAME } from "../config/names.js";
import type { Accounts, KindAccount } from "../ring/reader.js";
import type { RuleAccount } from "../ring/ring-set.js";
import type { StreamAccount } from "../syslog/outbox.js";
import type { Accounting, KindAccounting, RuleAccounting, StreamAccounting } from "./api.js";

/** StreamBooks: a stream's accounts, as far as they are added up here. */
interface StreamBooks {
  readonly name: string;
  readonly waiting: number;
  readonly accounts: readonly StreamAccount[];
}

/** Counted: what helpers and this daemon counted, by event type and by rule. The helper counts on meanwhile, by rule before by
 * kind: kinds are read before and after the rules, and what the rules add up to lies between. */
export interface Counted {
  readonly before: Accounts;
  /** undefined: no helper has said yet. */
  readonly rules: readonly RuleAccount[] | undefined;
  readonly after: Accounts;
}

/** RingCounts is a ring set, as far as it counts. */
export interface RingCounts {
  accounts(): Accounts;
  rules(): readonly RuleAccount[] | undefined;
}

/** What a stream decided about an event without queueing a line; every other number is an end of a queued line. */
const NOT_QUEUED: ReadonlySet<string> = new Set(["kind", "queued", "filtered", "full", "limited"]);
/** How often the counts are read again until they stand still. */
const READINGS = 3;
/** Events that are being counted while the rules are read, one for each worker: beyond what the kinds say, not yet in them. */
const IN_FLIGHT = 32;
const OUTCOMES = ["written", "suppressed", "lostBudget", "lostFull"] as const;

/** readCounts reads the counts, if it can at a moment when none of them moves. */
export function readCounts(rings: RingCounts): Counted {
  for (let reading = 1; ; reading++) {
    const counted = { before: rings.accounts(), rules: rings.rules(), after: rings.accounts() };
    if (reading === READINGS || (isStill(counted) && ruleDifferences(counted).length === 0)) return counted;
  }
}

/** accounting adds up. `faults` are the frames that were read and are no events. */
export function accounting(counted: Counted, faults: number, streams: readonly StreamBooks[]): Accounting {
  const kinds = counted.after.map(kindAccounting).filter(({ produced }) => produced > 0);
  const rules = (counted.rules ?? []).map(ruleAccounting);
  const books = streams.map(streamAccounting);
  const differences = [
    ...kinds.filter(isOverread).map(({ kind, unread }) => `${kind}: ${-unread} more were read than were written`),
    ...rules
      .filter(isOverread)
      .map(({ kind, rule, unread }) => `${kind} of ${rule}: ${-unread} more were read than were written`),
    ...ruleDifferences(counted),
    ...(faults > 0 ? [`rings: ${faults} frames were no events, or were left out`] : []),
    ...books
      .filter(({ difference }) => difference !== 0)
      .map(({ name, difference }) => `stream ${name}: ${difference} lines were queued and have no end`),
  ];
  return { balanced: differences.length === 0, differences, kinds, rules, streams: books };
}

const isOverread = ({ unread }: { readonly unread: number }): boolean => unread < 0;

const isStill = ({ before, after }: Counted): boolean =>
  before.every((account, type) => OUTCOMES.every((outcome) => account[outcome] === after[type]![outcome]));

/** ruleDifferences says where the rules of a kind do not add up to the kind. */
function ruleDifferences(counted: Counted): string[] {
  const { before, rules, after } = counted;
  if (rules === undefined) return [];
  const inFlight = isStill(counted) ? 0 : IN_FLIGHT;
  return after.flatMap((now, type) => {
    const kind = eventTypeText[type] ?? String(type);
    if (kind === "unknown") return [];
    const ofKind = rules.filter((rule) => rule.type === type);
    const sum = (what: keyof KindAccount): number => ofKind.reduce((total, rule) => total + rule[what], 0);
    const differs = OUTCOMES.filter(
      (outcome) => sum(outcome) < before[type]![outcome] || sum(outcome) > now[outcome] + inFlight,
    );
    const told = differs.map((what) => `${kind}: its rules add up to ${sum(what)} ${what}, not to ${now[what]}`);
    const read = sum("consumed");
    return read === now.consumed
      ? told
      : [...told, `${kind}: its rules add up to ${read} read, not to ${now.consumed}`];
  });
}

function kindAccounting(account: KindAccount, type: number): KindAccounting {
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

/** ruleAccounting writes one kind of one rule. */
export function ruleAccounting(account: RuleAccount): RuleAccounting {
  return {
    class: accountClassText[account.accountClass] ?? "",
    rule: ruleName(account.accountClass, account.name),
    ...kindAccounting(account, account.type),
  };
}

/** The name of the default policy's counter. */
const DEFAULT = "default";
/** What rules are called that found no account of their own. */
const OTHERS = "(others)";

/** ruleName writes a rule as an operator knows it: FROM/TO/POLICY, FAMILY/FILTER/TERM, ZONE/SCREEN. */
export function ruleName(accountClass: AccountClass, name: string): string {
  if (accountClass === AccountClass.SUMMARIES) return "";
  if (name === "") return OTHERS;
  if (accountClass === AccountClass.POLICY && name === DEFAULT) return DEFAULT_POLICY_NAME;
  if (accountClass !== AccountClass.SCREEN) return name;
  const [zone = "", id = ""] = name.split("/");
  return `${zone}/${screenIdName[Number(id)]?.toLowerCase().replaceAll("_", "-") ?? id}`;
}

function streamAccounting({ name, waiting, accounts }: StreamBooks): StreamAccounting {
  const sums: Record<string, number> = {};
  for (const account of accounts)
    for (const [what, number] of Object.entries(account)) if (what !== "kind") sums[what] = (sums[what] ?? 0) + number;
  const ended = Object.entries(sums).reduce((sum, [what, number]) => sum + (NOT_QUEUED.has(what) ? 0 : number), 0);
  return { name, waiting, totals: sums, difference: (sums.queued ?? 0) - ended - waiting };
}
