// names.ts: the names of the configuration that made a decision, by the generation in the frame. SPDX-License-Identifier: Apache-2.0
import { DenyReason, FilterLogSource } from "../../../shared/gen/wire.gen.js";
import {
  applicationName,
  filterName,
  natRuleName,
  parseNameTable,
  policyTerm,
  type NameTable,
  type NatKind,
} from "../config/names.js";
import { HOST_INBOUND_RULE } from "./event.js";
import type { LogSuppressed, PolicyDeny, RingwallEvent, SessionClose, SessionOpen } from "./event.js";

/** What decided where no policy was asked: its frames carry the id of the default policy, which had no say. */
const HOST_INBOUND: EventPolicy = { name: "host-inbound-traffic", isGlobal: false };
const HOST_INBOUND_ID = -1;

/** deciderId gives the id to ask EventNames.policy for: of the policy that decided, or of host-inbound-traffic. */
export function deciderId(event: SessionOpen | SessionClose | PolicyDeny): number {
  return event.kind === "POLICY_DENY" && event.denyReason === DenyReason.HOST_INBOUND
    ? HOST_INBOUND_ID
    : event.policyId;
}

/** suppressedPolicy gives the policy whose events a summary counts. */
export function suppressedPolicy(event: LogSuppressed, names: EventNames): EventPolicy {
  return names.policy(event.suppressedRule === HOST_INBOUND_RULE ? HOST_INBOUND_ID : event.suppressedRule);
}

/** egressZone gives the name of the zone a packet went to or was going to, or undefined where that was not known yet: a
 * screen, an input filter and the limiter come before the route. */
export function egressZone(event: RingwallEvent, names: EventNames): string | undefined {
  if (event.egressZone !== 0) return names.zone(event.egressZone);
  const isForHost =
    event.kind === "SESSION_OPEN" ||
    event.kind === "SESSION_CLOSE" ||
    event.kind === "POLICY_DENY" ||
    (event.kind === "FILTER_LOG" && event.filterLogSource === FilterLogSource.LO0);
  return isForHost ? HOST_ZONE : undefined;
}

/** egressUnit gives the name of the interface a packet left by or was going to leave by, or undefined where that was not known. */
export function egressUnit(event: RingwallEvent, names: EventNames): string | undefined {
  if (event.egressInterface !== 0) return names.unit(event.egressInterface);
  return egressZone(event, names) === HOST_ZONE ? LOCAL_INTERFACE : undefined;
}

/** EventPolicy: what a policy_id stood for. */
export interface EventPolicy {
  readonly name: string;
  readonly isGlobal: boolean;
}

/** EventTerm: what a filter_id and a term_id stood for. */
export interface EventTerm {
  readonly filter: string;
  readonly term: string;
}

/** EventNatRule: what a source_nat_rule_id or destination_nat_rule_id stood for. */
export interface EventNatRule {
  readonly kind: NatKind;
  readonly name: string;
}

/** The zone name of traffic to and from this host, which is in no configured zone (as Junos calls it). */
export const HOST_ZONE = "junos-host";
/** The interface name of traffic that this host sends (as Junos calls it). */
export const LOCAL_INTERFACE = ".local..0";

/** EventNames answers for one generation. An id that its table does not know is answered by the number itself: a line then
 * shows less, never a wrong name. */
export class EventNames {
  readonly generation: number;
  readonly hostName: string;
  /** Whether the generation's table was found; without it every answer is a number. */
  readonly isKnown: boolean;
  readonly #table: NameTable | undefined;
  readonly #policies = new Map<number, EventPolicy>();

  constructor(generation: number, table: NameTable | undefined, fallbackHostName: string) {
    this.generation = generation;
    this.isKnown = table !== undefined;
    this.#table = table;
    this.hostName = table?.hostName || fallbackHostName;
  }

  /** zone gives a zone's name; 0 is this host itself. */
  zone(id: number): string {
    return id === 0 ? HOST_ZONE : this.#table?.zones[id] || String(id);
  }

  /** unit gives a logical interface's name; 0 is this host itself. */
  unit(id: number): string {
    return id === 0 ? LOCAL_INTERFACE : this.#table?.units[id]?.name || String(id);
  }

  /** application gives the application's name, or undefined where none was recognised. */
  application(id: number): string | undefined {
    if (id === 0) return undefined;
    return (this.#table && applicationName(this.#table, id)) ?? String(id);
  }

  /** term gives a filter and one of its terms by their ids. */
  term(filterId: number, termId: number): EventTerm {
    const filter = this.#table && filterName(this.#table, filterId);
    return { filter: filter?.name || String(filterId), term: filter?.terms[termId - 1] ?? String(termId) };
  }

  /** natRule gives a rule of address translation by its id. */
  natRule(id: number): EventNatRule | undefined {
    const rule = this.#table && natRuleName(this.#table, id);
    return rule && { kind: rule.kind, name: rule.name };
  }

  /** policy gives a policy by its policy_id, or what deciderId stands for. */
  policy(id: number): EventPolicy {
    if (id === HOST_INBOUND_ID) return HOST_INBOUND;
    let policy = this.#policies.get(id);
    if (policy === undefined) {
      const term = this.#table && policyTerm(this.#table, id);
      policy = term ? { name: term.name, isGlobal: term.global } : { name: String(id), isGlobal: false };
      this.#policies.set(id, policy);
    }
    return policy;
  }
}

export interface NameSource {
  /** names gives what was stored with a generation, or undefined; throws if that cannot be read. */
  names(generation: number): unknown;
}

/** How many generations' names are held in memory; frames of a running system are of the last two or three. */
const HELD = 16;

/** GenerationNames finds the names for a frame. */
export class GenerationNames {
  readonly #source: NameSource;
  readonly #fallbackHostName: string;
  readonly #unreadable: (generation: number, error: unknown) => void;
  readonly #held = new Map<number, EventNames>();
  #last: EventNames | undefined;

  /** fallbackHostName stands in lines of generations whose table is gone: a host name is never "-". unreadable is told of a
   * table that is there and cannot be read: events must be delivered without it. */
  constructor(
    source: NameSource,
    fallbackHostName: string,
    unreadable: (generation: number, error: unknown) => void = () => undefined,
  ) {
    this.#source = source;
    this.#fallbackHostName = fallbackHostName;
    this.#unreadable = unreadable;
  }

  of(generation: number): EventNames {
    if (this.#last?.generation === generation) return this.#last;
    const names = this.#held.get(generation) ?? this.#load(generation);
    this.#last = names;
    return names;
  }

  #load(generation: number): EventNames {
    const table = this.#read(generation);
    const names = new EventNames(
      generation,
      table?.generation === generation ? table : undefined,
      this.#fallbackHostName,
    );
    this.#held.set(generation, names);
    for (const oldest of this.#held.keys()) {
      if (this.#held.size <= HELD) break;
      this.#held.delete(oldest);
    }
    return names;
  }

  #read(generation: number): NameTable | undefined {
    try {
      return parseNameTable(this.#source.names(generation));
    } catch (thrown) {
      this.#unreadable(generation, thrown);
      return undefined;
    }
  }
}
