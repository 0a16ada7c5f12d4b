// events.ts: events as they happen. SPDX-License-Identifier: Apache-2.0
import type { DroppedView, EventView } from "../src/http/api.js";
import { ApiError, get } from "./api.js";
import { byId, element, endpoint, numberText, queryOf } from "./dom.js";
import type { View } from "./tabs.js";

/** How many events the table holds; the oldest make room. */
const ROWS = 300;
/** How long typing may pause before a filter is used. */
const TYPING_MS = 400;
/** How long it waits before it listens again after an answer that was no stream. */
const AGAIN_MS = 3_000;

const KINDS = ["open", "close", "deny", "screen", "filter", "suppressed"];

export class EventsView implements View {
  readonly #form = byId("event-filter", HTMLFormElement);
  readonly #note = byId("event-note", HTMLParagraphElement);
  readonly #none = byId("event-none", HTMLParagraphElement);
  readonly #pause = byId("pause", HTMLButtonElement);
  readonly #rows = byId("event-table", HTMLTableElement).tBodies[0]!;
  /** What came since the table was last drawn, oldest first; never more than the table holds. */
  readonly #waiting: EventView[] = [];
  #source: EventSource | undefined;
  #url = "";
  #missed = 0;
  /** Events may have happened that no source of this page knows of. */
  #wasAway = false;
  #again: ReturnType<typeof setTimeout> | undefined;
  #drawing = 0;
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#form.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.#listen(), TYPING_MS);
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#listen();
    });
    this.#pause.addEventListener("click", () => this.#togglePause());
    byId("clear", HTMLButtonElement).addEventListener("click", () => this.#clear());
    addEventListener("keydown", (event) => {
      const isTyping = event.target instanceof HTMLInputElement && event.target.type !== "checkbox";
      if (event.key === "p" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) this.#togglePause();
    });
  }

  show(): void {
    this.#listen();
  }

  /** Events go on coming: who looks at another view for a moment misses none. */
  hide(): void {}

  get #isPaused(): boolean {
    return this.#pause.getAttribute("aria-pressed") === "true";
  }

  #listen(): void {
    const query = queryOf(this.#form);
    const kinds = query.get("kind")?.split(",") ?? [];
    if (kinds.length === KINDS.length) query.delete("kind");
    const url = `/events?${query.toString()}`;
    if (url === this.#url && this.#source !== undefined && this.#source.readyState !== EventSource.CLOSED) return;
    this.#source?.close();
    clearTimeout(this.#again);
    if (url !== this.#url) {
      this.#clear();
      this.#wasAway = false;
    }
    this.#url = url;
    if (kinds.length === 0) {
      this.#note.textContent = "No kind is chosen.";
      return;
    }
    const source = new EventSource(url);
    this.#source = source;
    source.addEventListener("open", () => {
      if (this.#wasAway) this.#tellGap(null);
      else this.#note.textContent = "";
      this.#wasAway = false;
    });
    source.addEventListener("message", ({ data }) => this.#add(JSON.parse(data as string) as EventView));
    source.addEventListener("missed", ({ data }) => {
      this.#missed += (JSON.parse(data as string) as DroppedView).dropped;
      this.#tellMissed();
    });
    source.addEventListener("gap", ({ data }) => {
      this.#tellGap((JSON.parse(data as string) as { dropped: number | null }).dropped);
    });
    source.addEventListener("error", () => void this.#lost(source, url));
  }

  /** A broken connection the browser mends by itself; an answer that is no stream ends the source. A filter that is refused has to be
   * changed; all else may be over in a while (a token that has to be shown anew, a daemon that starts). */
  async #lost(source: EventSource, url: string): Promise<void> {
    if (source !== this.#source) return;
    this.#note.textContent = "The connection is lost. Trying again.";
    if (source.readyState !== EventSource.CLOSED) return;
    const refusal: unknown = await get(url).catch((thrown: unknown) => thrown);
    if (source !== this.#source) return;
    if (refusal instanceof ApiError) {
      this.#note.textContent = refusal.message;
      if (refusal.isWrongQuestion) return;
    }
    this.#wasAway = true;
    this.#again = setTimeout(() => this.#listen(), AGAIN_MS);
  }

  #add(event: EventView): void {
    this.#waiting.push(event);
    if (this.#waiting.length > ROWS) this.#waiting.shift();
    if (this.#isPaused) this.#pause.textContent = `Go on (${this.#waiting.length} waiting)`;
    else this.#draw();
  }

  #draw(): void {
    if (this.#drawing !== 0) return;
    this.#drawing = requestAnimationFrame(() => {
      this.#drawing = 0;
      if (this.#isPaused) return;
      this.#rows.prepend(...this.#waiting.splice(0).reverse().map(row));
      while (this.#rows.rows.length > ROWS) this.#rows.deleteRow(-1);
      this.#none.hidden = this.#rows.rows.length > 0;
    });
  }

  #togglePause(): void {
    const isPaused = !this.#isPaused;
    this.#pause.setAttribute("aria-pressed", String(isPaused));
    this.#pause.textContent = isPaused ? "Go on" : "Pause";
    if (!isPaused) this.#draw();
  }

  #clear(): void {
    this.#rows.replaceChildren();
    this.#waiting.length = 0;
    this.#missed = 0;
    this.#note.textContent = "";
    this.#none.hidden = false;
  }

  #tellGap(dropped: number | null): void {
    this.#note.textContent = `${dropped === null ? "Some" : numberText(dropped)} events happened while this page was away and cannot be shown; the collectors have them.`;
  }

  #tellMissed(): void {
    this.#note.textContent = `${numberText(this.#missed)} events left out here, too many to show; the collectors have them.`;
  }
}

const WHAT: Partial<Record<EventView["kind"], string>> = {
  SESSION_OPEN: "open",
  SESSION_CLOSE: "close",
  SCREEN_DROP: "screen",
  LOG_SUPPRESSED: "muted",
};

function row(event: EventView): HTMLTableRowElement {
  const hasPorts = event.icmpType === undefined;
  const what = WHAT[event.kind] ?? event.action;
  return element(
    "tr",
    "",
    element("td", "", event.time.slice(11, 23)),
    element("td", `what ${event.kind === "SESSION_CLOSE" ? "close" : event.action}`, what),
    element("td", "", hasPorts ? event.protocol : `${event.protocol} ${event.icmpType}/${event.icmpCode ?? 0}`),
    element("td", "", endpoint(event.source, hasPorts ? event.sourcePort : 0)),
    element("td", "", endpoint(event.destination, hasPorts ? event.destinationPort : 0)),
    element("td", "", `${event.from} → ${event.to === "" ? "–" : event.to}`),
    element("td", "", event.filter === undefined ? (event.policy ?? "") : `${event.filter}/${event.term ?? ""}`),
    element("td", "", why(event)),
  );
}

function why(event: EventView): string {
  const { kind, reason = "" } = event;
  if (kind === "SESSION_CLOSE") {
    const { elapsedSeconds = 0, clientBytes = 0, serverBytes = 0 } = event;
    return `${reason}, ${elapsedSeconds} s, ${numberText(clientBytes)} B out, ${numberText(serverBytes)} B back`;
  }
  if (kind === "LOG_SUPPRESSED") return `${numberText(event.suppressed ?? 0)} ${reason} held back`;
  return event.answer === undefined ? reason : `${reason}, answer ${event.answer}`;
}
