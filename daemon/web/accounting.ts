// accounting.ts: what became of every event. SPDX-License-Identifier: Apache-2.0
import type { Counters, EventAccount, StreamView, Status } from "../src/http/api.js";
import { get, Poller } from "./api.js";
import { byId, table } from "./dom.js";
import type { View } from "./tabs.js";

const EVERY_MS = 2_000;

export class AccountingView implements View {
  readonly #poller = new Poller(EVERY_MS, () => this.#refresh());

  show(): void {
    this.#poller.start();
  }

  hide(): void {
    this.#poller.stop();
  }

  async #refresh(): Promise<void> {
    const [counters, status] = await Promise.all([get<Counters>("/counters"), get<Status>("/status")]);
    byId("accounts", HTMLDivElement).replaceChildren(
      helperTable(counters),
      ...status.streams.map((stream) => streamTable(stream)),
    );
  }
}

function helperTable({ events }: Counters): HTMLElement {
  type Row = [string, EventAccount];
  return table<Row>(
    "Events of the helper that runs",
    [
      { title: "Kind", value: ([kind]) => kind },
      { title: "Written", value: ([, { written }]) => written },
      { title: "Suppressed", value: ([, { suppressed }]) => suppressed },
      { title: "Lost to budget", value: ([, { lostBudget }]) => lostBudget },
      { title: "Lost to a full ring", value: ([, { lostFull }]) => lostFull },
    ],
    Object.entries(events),
  );
}

function streamTable({ name, accounts }: StreamView): HTMLElement {
  return table(
    `Stream ${name}`,
    [
      { title: "Kind", value: ({ kind }) => kind },
      { title: "Queued", value: ({ queued }) => queued },
      { title: "Sent", value: ({ sent }) => sent },
      { title: "Not wanted", value: ({ filtered }) => filtered },
      { title: "Queue full", value: ({ full }) => full },
      { title: "Not sendable", value: ({ unsendable }) => unsendable },
    ],
    accounts,
  );
}
