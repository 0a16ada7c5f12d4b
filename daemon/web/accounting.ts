// accounting.ts: what became of every event, and whether it adds up. SPDX-License-Identifier: Apache-2.0
import type { Accounting } from "../src/http/api.js";
import { get, Poller } from "./api.js";
import { byId, element, table } from "./dom.js";
import type { View } from "./tabs.js";

const EVERY_MS = 2_000;
/** Rules that are shown. */
const RULES = 100;

export class AccountingView implements View {
  readonly #poller = new Poller(EVERY_MS, () => this.#refresh());

  show(): void {
    this.#poller.start();
  }

  hide(): void {
    this.#poller.stop();
  }

  async #refresh(): Promise<void> {
    const { balanced, differences, kinds, rules, streams } = await get<Accounting>("/accounting");
    byId("accounts", HTMLDivElement).replaceChildren(
      element("p", balanced ? "up" : "down", balanced ? "Balanced: every event has one end." : differences.join("; ")),
      table(
        "Events by kind",
        [
          { title: "Kind", value: ({ kind }) => kind },
          { title: "Produced", value: ({ produced }) => produced },
          { title: "Written", value: ({ written }) => written },
          { title: "Suppressed", value: ({ suppressed }) => suppressed },
          { title: "Lost to budget", value: ({ lostBudget }) => lostBudget },
          { title: "Lost to a full ring", value: ({ lostFull }) => lostFull },
          { title: "Read", value: ({ read }) => read },
          { title: "Unread", value: ({ unread }) => unread },
        ],
        kinds,
      ),
      table(
        `Events by rule${rules.length > RULES ? ` (the ${RULES} that produced most)` : ""}`,
        [
          { title: "Rule", value: ({ rule, class: of }) => (rule === "" ? of : `${of} ${rule}`) },
          { title: "Kind", value: ({ kind }) => kind },
          { title: "Produced", value: ({ produced }) => produced },
          { title: "Written", value: ({ written }) => written },
          { title: "Suppressed", value: ({ suppressed }) => suppressed },
          { title: "Lost to budget", value: ({ lostBudget }) => lostBudget },
          { title: "Lost to a full ring", value: ({ lostFull }) => lostFull },
          { title: "Unread", value: ({ unread }) => unread },
        ],
        rules.toSorted((a, b) => b.produced - a.produced).slice(0, RULES),
      ),
      ...streams.map(({ name, waiting, totals, difference }) =>
        table(
          `Lines of stream ${name}`,
          [
            { title: "What", value: ([what]) => what },
            { title: "Lines", value: ([, lines]) => lines },
          ],
          Object.entries({ ...totals, waiting, difference }),
        ),
      ),
    );
  }
}
