// firewall-log.ts: the last filter logs, kept in memory for `show firewall log`. SPDX-License-Identifier: Apache-2.0
import type { FilterLog, RingwallEvent } from "../event/event.js";
import type { EventNames } from "../event/names.js";
import type { Observer } from "../syslog/delivery.js";
import type { EventView, FirewallLogQuery } from "./api.js";
import { eventView } from "./live-log.js";

/** How many are kept; the oldest makes room for the next. */
export const FIREWALL_LOG_ENTRIES = 1000;

interface Entry {
  readonly event: FilterLog;
  readonly names: EventNames;
}

/** FirewallLog keeps events as they came, and writes them out only when somebody asks. */
export class FirewallLog implements Observer {
  readonly isWatched = true;
  readonly #held: Entry[] = [];
  /** Where the next entry goes once all places are taken: there the oldest stands. */
  #oldest = 0;

  publish(event: RingwallEvent, names: EventNames): void {
    if (event.kind !== "FILTER_LOG") return;
    if (this.#held.length < FIREWALL_LOG_ENTRIES) {
      this.#held.push({ event, names });
      return;
    }
    this.#held[this.#oldest] = { event, names };
    this.#oldest = (this.#oldest + 1) % FIREWALL_LOG_ENTRIES;
  }

  /** recent gives entries of one filter, or of all, newest first. */
  recent({ filter, limit = FIREWALL_LOG_ENTRIES }: FirewallLogQuery): EventView[] {
    const found: EventView[] = [];
    const { length } = this.#held;
    for (let back = 1; back <= length && found.length < limit; back++) {
      const { event, names } = this.#held[(this.#oldest + length - back) % length]!;
      if (filter === undefined || names.term(event.filterId, event.termId).filter === filter)
        found.push(eventView(event, names));
    }
    return found;
  }
}
