// streams.ts: how the collectors are reached. SPDX-License-Identifier: Apache-2.0
import type { Status, StreamView } from "../src/http/api.js";
import { get, Poller } from "./api.js";
import { byId, element, table, type Column } from "./dom.js";
import type { View } from "./tabs.js";

const EVERY_MS = 2_000;

const sum = (stream: StreamView, what: "sent" | "full" | "unsendable" | "limited" | "inDoubt"): number =>
  stream.accounts.reduce((all, account) => all + account[what], 0);

const COLUMNS: readonly Column<StreamView>[] = [
  { title: "Stream", value: ({ name }) => name },
  { title: "State", value: (row) => element("span", row.error === "" ? "up" : "down", row.error || row.state) },
  { title: "Collector", value: ({ collector }) => collector },
  { title: "Format", value: ({ format }) => format },
  { title: "Sent", value: (row) => sum(row, "sent") },
  { title: "Waiting", value: ({ waiting }) => waiting },
  { title: "In doubt", value: (row) => sum(row, "inDoubt") },
  { title: "Limited", value: (row) => sum(row, "limited") },
  { title: "Dropped", value: (row) => sum(row, "full") + sum(row, "unsendable") },
];

export class StreamsView implements View {
  readonly #poller = new Poller(EVERY_MS, async () => {
    const { streams } = await get<Status>("/status");
    byId("stream-table", HTMLDivElement).replaceChildren(table("Streams to collectors", COLUMNS, streams));
  });

  show(): void {
    this.#poller.start();
  }

  hide(): void {
    this.#poller.stop();
  }
}
