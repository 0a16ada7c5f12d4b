// talkers.ts: which rules, sources and destinations make most of the events, in bounded memory. SPDX-License-Identifier: Apache-2.0
//
// Counted only while somebody asks (GET /talkers): the log itself pays nothing for it otherwise.
import { eventTypeText, EventType } from "../../../shared/gen/wire.gen.js";
import type { RingwallEvent } from "../event/event.js";
import { deciderId, suppressedPolicy, type EventNames } from "../event/names.js";
import type { Observer } from "../syslog/delivery.js";
import type { TalkerList, Talkers as TalkersView } from "./api.js";

/** Names counted at a time, and shown. */
const NAMES = 512;
const SHOWN = 20;
/** A window is counted while the one before it is still shown. */
const WINDOW_MS = 60_000;
/** How long counting goes on after the last question. */
const ATTENTION_MS = 60_000;

/** Frequent finds the names that come most often (Misra and Gries, 1982): every name that makes more than 1/(NAMES + 1) of the
 * whole is there, and a count is short by at most `short`. */
export class Frequent {
  readonly counts = new Map<string, number>();
  short = 0;

  add(name: string, count: number): void {
    const held = this.counts.get(name);
    if (held !== undefined) this.counts.set(name, held + count);
    else if (this.counts.size < NAMES) this.counts.set(name, count);
    else this.#makeRoom(name, count);
  }

  // Each unit taken away here was added once, so this costs no more than adding did.
  #makeRoom(name: string, count: number): void {
    let least = count;
    for (const held of this.counts.values()) least = Math.min(least, held);
    this.short += least;
    for (const [other, held] of this.counts) {
      if (held === least) this.counts.delete(other);
      else this.counts.set(other, held - least);
    }
    if (count > least) this.counts.set(name, count - least);
  }
}

class Window {
  readonly beganMs = Date.now();
  readonly rules = new Frequent();
  readonly sources = new Frequent();
  readonly destinations = new Frequent();
  events = 0;
}

export class Talkers implements Observer {
  #now: Window | undefined;
  #before: Window | undefined;
  #turn: NodeJS.Timeout | undefined;
  #askedMs = 0;

  get isWatched(): boolean {
    return this.#now !== undefined;
  }

  publish(event: RingwallEvent, names: EventNames): void {
    const window = this.#now;
    if (window === undefined) return;
    const count = event.kind === "LOG_SUPPRESSED" ? event.suppressedCount : 1;
    window.events += count;
    window.rules.add(ruleText(event, names), count);
    window.sources.add(event.sourceAddress, count);
    window.destinations.add(event.destinationAddress, count);
  }

  /** view gives what was counted, and lets counting go on for a while. */
  view(): TalkersView {
    this.#askedMs = Date.now();
    if (this.#now === undefined) this.#begin();
    const windows = [this.#before, this.#now].filter((window) => window !== undefined);
    return {
      seconds: (Date.now() - windows[0]!.beganMs) / 1000,
      events: windows.reduce((sum, { events }) => sum + events, 0),
      rules: top(windows.map(({ rules }) => rules)),
      sources: top(windows.map(({ sources }) => sources)),
      destinations: top(windows.map(({ destinations }) => destinations)),
    };
  }

  #begin(): void {
    this.#now = new Window();
    this.#turn = setInterval(() => {
      const isAsked = Date.now() - this.#askedMs < ATTENTION_MS;
      this.#before = isAsked ? this.#now : undefined;
      this.#now = isAsked ? new Window() : undefined;
      if (!isAsked) clearInterval(this.#turn);
    }, WINDOW_MS);
    this.#turn.unref();
  }
}

function top(counted: readonly Frequent[]): TalkerList {
  const sum = new Map<string, number>();
  for (const { counts } of counted) for (const [name, count] of counts) sum.set(name, (sum.get(name) ?? 0) + count);
  return {
    short: counted.reduce((all, { short }) => all + short, 0),
    top: [...sum]
      .sort(([, a], [, b]) => b - a)
      .slice(0, SHOWN)
      .map(([name, events]) => ({ name, events })),
  };
}

/** ruleText names what made an event: "deny no-telnet", "screen untrust", "filter protect/icmp". */
function ruleText(event: RingwallEvent, names: EventNames): string {
  switch (event.kind) {
    case "SESSION_OPEN":
    case "SESSION_CLOSE":
      return `permit ${names.policy(deciderId(event)).name}`;
    case "POLICY_DENY":
      return `deny ${names.policy(deciderId(event)).name}`;
    case "SCREEN_DROP":
      return `screen ${names.zone(event.ingressZone)}`;
    case "FILTER_LOG": {
      const { filter, term } = names.term(event.filterId, event.termId);
      return `filter ${filter}/${term}`;
    }
    case "LOG_SUPPRESSED":
      return suppressedRuleText(event, names);
  }
}

function suppressedRuleText(event: Extract<RingwallEvent, { kind: "LOG_SUPPRESSED" }>, names: EventNames): string {
  switch (event.suppressedKind) {
    case EventType.FILTER_LOG: {
      const { filter, term } = names.term(event.suppressedRule, event.termId);
      return `filter ${filter}/${term}`;
    }
    case EventType.POLICY_DENY:
      return `deny ${suppressedPolicy(event, names).name}`;
    case EventType.SCREEN_DROP:
      return `screen ${names.zone(event.ingressZone)}`;
    case EventType.SESSION_OPEN:
    case EventType.SESSION_CLOSE:
    case EventType.LOG_SUPPRESSED:
      return eventTypeText[event.suppressedKind] ?? "unknown";
    default:
      return "unknown";
  }
}
