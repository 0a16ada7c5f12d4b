// traffic.ts: rates per kind and of packets, who makes most of the events, and why packets are dropped. SPDX-License-Identifier: Apache-2.0
import type { Counters, TalkerList, Talkers } from "../src/http/api.js";
import { get, Poller } from "./api.js";
import { Card } from "./chart.js";
import { byId, element, numberText, table } from "./dom.js";
import type { View } from "./tabs.js";

const EVERY_MS = 2_000;

export class TrafficView implements View {
  readonly #rates = byId("rates", HTMLDivElement);
  readonly #cards = new Map<string, Card>();
  readonly #poller = new Poller(EVERY_MS, () => this.#refresh());
  #last: { readonly atMs: number; readonly counts: ReadonlyMap<string, number> } | undefined;

  show(): void {
    this.#poller.start();
  }

  hide(): void {
    this.#poller.stop();
    this.#last = undefined;
  }

  async #refresh(): Promise<void> {
    const [counters, talkers] = await Promise.all([get<Counters>("/counters"), get<Talkers>("/talkers")]);
    this.#drawRates(countsOf(counters), performance.now());
    byId("talker-span", HTMLElement).textContent =
      `${numberText(talkers.events)} events in the last ${numberText(Math.round(talkers.seconds))} s`;
    draw("top-rules", "Rules", talkers.rules);
    draw("top-sources", "Sources", talkers.sources);
    draw("top-destinations", "Destinations", talkers.destinations);
    const drops = Object.entries(counters.drops).filter(([, packets]) => packets > 0);
    byId("drops", HTMLDivElement).replaceChildren(
      table(
        "Since the helper started",
        [
          { title: "Reason", value: ([reason]) => reason },
          { title: "Packets", value: ([, packets]) => packets },
        ],
        drops.sort(([, a], [, b]) => b - a),
      ),
    );
  }

  #drawRates(counts: ReadonlyMap<string, number>, atMs: number): void {
    const last = this.#last;
    this.#last = { atMs, counts };
    for (const [name, count] of counts) {
      let card = this.#cards.get(name);
      if (card === undefined) {
        card = new Card(name);
        this.#cards.set(name, card);
        this.#rates.append(card.root);
      }
      // A helper that started anew counts from 0: that is no rate.
      const before = last?.counts.get(name);
      if (last !== undefined && before !== undefined && count >= before)
        card.add(((count - before) * 1000) / (atMs - last.atMs));
    }
  }
}

function countsOf({ totals, events }: Counters): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of ["received-packets", "forwarded-packets", "host-packets", "sessions-opened"])
    counts.set(name, totals[name] ?? 0);
  for (const [kind, { written, suppressed, lostBudget, lostFull }] of Object.entries(events))
    counts.set(kind, written + suppressed + lostBudget + lostFull);
  return counts;
}

function draw(id: string, caption: string, { short, top }: TalkerList): void {
  const list = table(
    caption,
    [
      { title: "Name", value: (row) => row.name },
      { title: "Events", value: (row) => row.events },
    ],
    top,
  );
  const note = short === 0 ? [] : [element("p", "empty", `each count is short by at most ${numberText(short)}`)];
  byId(id, HTMLDivElement).replaceChildren(list, ...note);
}
