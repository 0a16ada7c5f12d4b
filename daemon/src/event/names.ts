// names.ts: the names of the configuration that made a decision, by the generation in the frame. SPDX-License-Identifier: Apache-2.0
import { applicationName, parseNameTable, policyTerm, type NameTable } from "../config/names.js";

/** EventPolicy: what a policy_id stood for. */
export interface EventPolicy {
  readonly name: string;
  readonly isGlobal: boolean;
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

  policy(id: number): EventPolicy {
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
  /** names gives what was stored with a generation, or undefined. */
  names(generation: number): unknown;
}

/** How many generations' names are held in memory; frames of a running system are of the last two or three. */
const HELD = 16;

/** GenerationNames finds the names for a frame. */
export class GenerationNames {
  readonly #source: NameSource;
  readonly #fallbackHostName: string;
  readonly #held = new Map<number, EventNames>();
  #last: EventNames | undefined;

  /** fallbackHostName stands in lines of generations whose table is gone: a host name is never "-". */
  constructor(source: NameSource, fallbackHostName: string) {
    this.#source = source;
    this.#fallbackHostName = fallbackHostName;
  }

  of(generation: number): EventNames {
    if (this.#last?.generation === generation) return this.#last;
    const names = this.#held.get(generation) ?? this.#load(generation);
    this.#last = names;
    return names;
  }

  #load(generation: number): EventNames {
    const table = parseNameTable(this.#source.names(generation));
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
}
