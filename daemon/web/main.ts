// main.ts: the page, put together. SPDX-License-Identifier: Apache-2.0
import type { Status } from "../src/http/api.js";
import { AccountingView } from "./accounting.js";
import { get, Poller } from "./api.js";
import { byId, numberText } from "./dom.js";
import { EventsView } from "./events.js";
import { SessionsView } from "./sessions.js";
import { StreamsView } from "./streams.js";
import { setUpTabs } from "./tabs.js";
import { TrafficView } from "./traffic.js";

const EVERY_MS = 3_000;

async function showState(): Promise<void> {
  const { hostName, generation, helper, problem } = await get<Status>("/status");
  document.title = `${hostName} · Ringwall`;
  byId("host", HTMLElement).textContent = hostName;
  const sessions = helper?.workers.reduce((all, worker) => all + worker.sessions, 0) ?? 0;
  byId("state", HTMLParagraphElement).textContent = [
    `generation ${generation}`,
    helper === null ? "helper is not connected" : `${numberText(sessions)} sessions`,
    ...(problem === "" ? [] : [problem]),
  ].join(" · ");
}

setUpTabs({
  events: new EventsView(),
  traffic: new TrafficView(),
  sessions: new SessionsView(),
  accounting: new AccountingView(),
  streams: new StreamsView(),
});
new Poller(EVERY_MS, showState).start();
