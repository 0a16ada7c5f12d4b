// sessions.ts: sessions that are open now. SPDX-License-Identifier: Apache-2.0
import type { Sessions, SessionView } from "../src/http/api.js";
import { get, Poller } from "./api.js";
import { byId, endpoint, numberText, queryOf, table, type Column } from "./dom.js";
import type { View } from "./tabs.js";

const EVERY_MS = 5_000;
/** As many as can be read at a glance; the filter narrows them down. */
const SHOWN = 200;
const TYPING_MS = 400;

const COLUMNS: readonly Column<SessionView>[] = [
  { title: "Session", value: ({ id }) => String(id) },
  { title: "Policy", value: ({ policy }) => policy },
  { title: "Protocol", value: ({ protocol }) => protocol },
  { title: "Source", value: (row) => endpoint(row.source, row.sourcePort) },
  { title: "Destination", value: (row) => endpoint(row.destination, row.destinationPort) },
  { title: "Translated", value: translated },
  { title: "Zones", value: ({ from, to }) => `${from} → ${to}` },
  { title: "State", value: ({ state }) => state },
  { title: "Age s", value: ({ ageSeconds }) => ageSeconds },
  { title: "Bytes out", value: ({ clientBytes }) => clientBytes },
  { title: "Bytes back", value: ({ serverBytes }) => serverBytes },
];

function translated({ natSource, natSourcePort = 0, natDestination, natDestinationPort = 0 }: SessionView): string {
  return [
    ...(natSource === undefined ? [] : [`from ${endpoint(natSource, natSourcePort)}`]),
    ...(natDestination === undefined ? [] : [`to ${endpoint(natDestination, natDestinationPort)}`]),
  ].join(", ");
}

export class SessionsView implements View {
  readonly #form = byId("session-filter", HTMLFormElement);
  readonly #poller = new Poller(EVERY_MS, () => this.#refresh());
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#form.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.#poller.again(), TYPING_MS);
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#poller.again();
    });
  }

  show(): void {
    this.#poller.start();
  }

  hide(): void {
    this.#poller.stop();
  }

  async #refresh(): Promise<void> {
    const query = queryOf(this.#form);
    query.set("limit", String(SHOWN));
    const { next, sessions } = await get<Sessions>(`/sessions?${query.toString()}`);
    byId("session-note", HTMLParagraphElement).textContent =
      next === 0 ? "" : `These are the first ${numberText(sessions.length)}; there may be more.`;
    byId("session-table", HTMLDivElement).replaceChildren(table("Open sessions", COLUMNS, sessions));
  }
}
