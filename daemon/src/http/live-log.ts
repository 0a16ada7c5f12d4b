// live-log.ts: events for those who look on: best effort, bounded for each reader, and told what was left out. SPDX-License-Identifier: Apache-2.0
//
// Looking on costs the log itself nothing: without a reader an event is not even looked at here, and a slow reader loses
// events of his own copy only.
import {
  actionText,
  closeReasonText,
  denyReasonText,
  eventTypeText,
  EventType,
  FilterAnswer,
  filterAnswerText,
  filterLogSourceText,
  screenIdText,
  type EventTypeName,
} from "../../../shared/gen/wire.gen.js";
import { CodedError } from "../base/coded-error.js";
import { unreachable } from "../base/unreachable.js";
import { parseAddress, parsePrefix, prefixRange, rangeHolds } from "../config/address.js";
import { ICMP, ICMP6, TCP } from "../config/protocol.js";
import type { EventTime, FilterLog, RingwallEvent } from "../event/event.js";
import {
  deciderId,
  egressUnit,
  egressZone,
  suppressedPolicy,
  type EventNames,
  type EventTerm,
} from "../event/names.js";
import { protocolName } from "../syslog/protocol.js";
import type { EventView, LogQuery } from "./api.js";

/** LogQueryError: a filter of the live log that cannot be understood. */
export class LogQueryError extends CodedError {
  constructor(message: string) {
    super("log-query", message);
  }
}

const SHORT_KINDS: Readonly<Record<string, EventTypeName>> = {
  open: "SESSION_OPEN",
  create: "SESSION_OPEN",
  close: "SESSION_CLOSE",
  deny: "POLICY_DENY",
  screen: "SCREEN_DROP",
  filter: "FILTER_LOG",
  suppressed: "LOG_SUPPRESSED",
};

type EventTest = (event: RingwallEvent, names: EventNames) => boolean;

/** eventTest reads a filter. Everything given must hold. */
export function eventTest(query: LogQuery): EventTest {
  const tests: EventTest[] = [];
  if (query.kind !== undefined) {
    const kinds = new Set(query.kind.split(",").map(kindOf));
    tests.push((event) => kinds.has(event.kind));
  }
  if (query.zone !== undefined) {
    const { zone } = query;
    tests.push((event, names) => names.zone(event.ingressZone) === zone || egressZone(event, names) === zone);
  }
  if (query.policy !== undefined) {
    const { policy } = query;
    tests.push((event, names) => "policyId" in event && names.policy(deciderId(event)).name === policy);
  }
  if (query.filter !== undefined) {
    const { filter } = query;
    tests.push((event, names) => termOf(event, names)?.filter === filter);
  }
  if (query.address !== undefined) {
    const holds = addressTest(query.address);
    tests.push((event) => holds(event.sourceAddress) || holds(event.destinationAddress));
  }
  return (event, names) => tests.every((test) => test(event, names));
}

/** termOf gives the filter and term of a filter log, or of a summary of such that were held back. */
function termOf(event: RingwallEvent, names: EventNames): EventTerm | undefined {
  if (event.kind === "FILTER_LOG") return names.term(event.filterId, event.termId);
  return event.kind === "LOG_SUPPRESSED" && event.suppressedKind === EventType.FILTER_LOG
    ? names.term(event.suppressedRule, event.termId)
    : undefined;
}

function kindOf(text: string): EventTypeName {
  const kind = SHORT_KINDS[text.toLowerCase()] ?? text.toUpperCase().replaceAll("-", "_");
  if (!(kind in EventType))
    throw new LogQueryError(`unknown kind "${text}"; expected one of ${Object.keys(SHORT_KINDS).join(", ")}`);
  return kind as EventTypeName;
}

function addressTest(text: string): (address: string) => boolean {
  const prefix = parsePrefix(text);
  if (prefix === undefined) throw new LogQueryError(`"${text}" is neither an address nor a prefix`);
  const range = prefixRange(prefix);
  return (address) => {
    const parsed = parseAddress(address);
    return parsed !== undefined && parsed.family === prefix.family && rangeHolds(range, parsed.value);
  };
}

/** eventView writes an event with its names. */
export function eventView(event: RingwallEvent, names: EventNames): EventView {
  const {
    sourceAddress: source,
    sourcePort,
    destinationAddress: destination,
    destinationPort,
    generation,
    worker,
  } = event;
  const isIcmp = event.protocol === ICMP || event.protocol === ICMP6;
  const application = names.application(event.applicationId);
  return {
    time: isoTime(event.time),
    kind: event.kind,
    action: actionText[event.action] ?? String(event.action),
    source,
    sourcePort,
    destination,
    destinationPort,
    protocol: protocolName(event.protocol),
    from: names.zone(event.ingressZone),
    to: egressZone(event, names) ?? "",
    ingress: names.unit(event.ingressInterface),
    egress: egressUnit(event, names) ?? "",
    ...(application === undefined ? {} : { application }),
    ...(event.sessionId === 0 ? {} : { session: event.sessionId }),
    ...(isIcmp ? { icmpType: event.icmpType, icmpCode: event.icmpCode } : {}),
    ...particulars(event, names),
    ...termOf(event, names),
    generation,
    worker,
  };
}

function particulars(event: RingwallEvent, names: EventNames): Partial<EventView> {
  switch (event.kind) {
    case "SESSION_OPEN":
      return { policy: names.policy(deciderId(event)).name };
    case "SESSION_CLOSE": {
      const { clientPackets, clientBytes, serverPackets, serverBytes } = event;
      const elapsedSeconds = Math.max(0, event.time.seconds - event.sessionCreated);
      const reason = closeReasonText[event.closeReason] ?? "unset";
      return {
        policy: names.policy(deciderId(event)).name,
        reason,
        clientPackets,
        clientBytes,
        serverPackets,
        serverBytes,
        elapsedSeconds,
      };
    }
    case "POLICY_DENY":
      return { policy: names.policy(deciderId(event)).name, reason: denyReasonText[event.denyReason] ?? "unset" };
    case "SCREEN_DROP":
      return { reason: screenIdText[event.screenId] ?? String(event.screenId) };
    case "FILTER_LOG":
      return filterParticulars(event);
    case "LOG_SUPPRESSED":
      return {
        reason: eventTypeText[event.suppressedKind] ?? "unknown",
        suppressed: event.suppressedCount,
        ...(event.suppressedKind === EventType.POLICY_DENY ? { policy: suppressedPolicy(event, names).name } : {}),
      };
    default:
      return unreachable(event);
  }
}

function filterParticulars(event: FilterLog): Partial<EventView> {
  const { filterLogSource, filterAnswer, packetLength: length, dscp, tcpFlags } = event;
  return {
    reason: filterLogSourceText[filterLogSource] ?? "unknown",
    ...(filterAnswer === FilterAnswer.NONE ? {} : { answer: filterAnswerText[filterAnswer] ?? "unknown" }),
    length,
    dscp,
    ...(event.protocol === TCP ? { tcpFlags } : {}),
  };
}

function isoTime({ seconds, nanoseconds }: EventTime): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(nanoseconds).padStart(9, "0")}Z`;
}

/** LogReader takes events as JSON; `full` says that it has as much as it may hold. */
export interface LogReader {
  readonly full: boolean;
  /** id stands for the event's place in the history: see subscribe. */
  event(json: string, id: string): void;
  /** missed tells how many of the events it asked for were left out before the next one. */
  missed(count: number): void;
  /** gap tells a reader that came back how many events, wanted or not, the history no longer held; null where that is unknown. */
  gap(count: number | null): void;
}

interface Subscription {
  readonly test: EventTest;
  readonly reader: LogReader;
  dropped: number;
}

interface Entry {
  readonly event: RingwallEvent;
  readonly names: EventNames;
}

/** How many events are kept for readers that come back. */
export const HISTORY_EVENTS = 4096;
/** How long after the last reader left they are kept. */
const HISTORY_MS = 5 * 60_000;

/** LiveLog gives each event to the readers that asked for its like. */
export class LiveLog {
  readonly #subscriptions = new Set<Subscription>();
  readonly #history: Entry[] = [];
  /** Numbers of the oldest event kept and of the next one; an epoch is a time during which no event went by unnumbered. */
  #first = 0;
  #next = 0;
  #epoch = "";
  #forget: NodeJS.Timeout | undefined;

  /** isWatched tells whether publish has anything to do. */
  get isWatched(): boolean {
    return this.#epoch !== "";
  }

  /** subscribe adds a reader; the function returned takes it away. A reader that came back says after which id, and first
   * gets what it missed, as far as the history goes. */
  subscribe(query: LogQuery, reader: LogReader, after?: string): () => void {
    const subscription: Subscription = { test: eventTest(query), reader, dropped: 0 };
    clearTimeout(this.#forget);
    if (this.#epoch === "") this.#epoch = Date.now().toString(36);
    if (after !== undefined) this.#resume(subscription, after);
    this.#subscriptions.add(subscription);
    return () => this.#unsubscribe(subscription);
  }

  publish(event: RingwallEvent, names: EventNames): void {
    const entry: Entry = { event, names };
    this.#history[this.#next % HISTORY_EVENTS] = entry;
    const number = this.#next++;
    if (this.#next - this.#first > HISTORY_EVENTS) this.#first++;
    let json: string | undefined;
    for (const subscription of this.#subscriptions) json = this.#give(subscription, entry, number, json);
  }

  /** settle tells readers that have room again what they missed, also when no further event comes. */
  settle(): void {
    for (const subscription of this.#subscriptions) if (!subscription.reader.full) this.#tellDropped(subscription);
  }

  #resume(subscription: Subscription, after: string): void {
    const [, epoch, number] = /^([0-9a-z]+)-(\d{1,15})$/.exec(after) ?? [];
    const seen = Number(number);
    if (epoch !== this.#epoch || seen >= this.#next) {
      subscription.reader.gap(null);
      return;
    }
    if (seen + 1 < this.#first) subscription.reader.gap(this.#first - seen - 1);
    for (let at = Math.max(seen + 1, this.#first); at < this.#next; at++)
      this.#give(subscription, this.#history[at % HISTORY_EVENTS]!, at, undefined);
  }

  /** #give returns the event's JSON where it was written, so that it is written once for all readers. */
  #give(subscription: Subscription, entry: Entry, number: number, json: string | undefined): string | undefined {
    if (!subscription.test(entry.event, entry.names)) return json;
    if (subscription.reader.full) {
      subscription.dropped++;
      return json;
    }
    this.#tellDropped(subscription);
    const text = json ?? JSON.stringify(eventView(entry.event, entry.names));
    subscription.reader.event(text, `${this.#epoch}-${number}`);
    return text;
  }

  #unsubscribe(subscription: Subscription): void {
    this.#subscriptions.delete(subscription);
    if (this.#subscriptions.size > 0) return;
    clearTimeout(this.#forget);
    this.#forget = setTimeout(() => {
      this.#epoch = "";
      this.#history.length = 0;
      this.#first = this.#next = 0;
    }, HISTORY_MS);
    this.#forget.unref();
  }

  #tellDropped(subscription: Subscription): void {
    if (subscription.dropped === 0) return;
    subscription.reader.missed(subscription.dropped);
    subscription.dropped = 0;
  }
}
