// api.ts: the page's end of the daemon's API: reading only. SPDX-License-Identifier: Apache-2.0
import type { ApiErrorBody } from "../src/http/api.js";
import { byId } from "./dom.js";

/** ApiError: the daemon answered, and the answer is no. */
export class ApiError extends Error {
  /** isWrongQuestion: the same question has the same answer another time. */
  readonly isWrongQuestion: boolean;

  constructor(status: number, message: string) {
    super(message);
    this.isWrongQuestion = status === 400;
  }
}

/** get asks the daemon. It throws ApiError for a refusal, and what fetch throws where nobody answers. */
export async function get<Reply>(path: string): Promise<Reply> {
  const reply = await fetch(path, { headers: { accept: "application/json" } });
  if (!(reply.headers.get("content-type") ?? "").startsWith("application/json")) {
    await reply.body?.cancel();
    throw new TypeError(`${path} is not JSON`);
  }
  const body = (await reply.json()) as unknown;
  if (!reply.ok) throw new ApiError(reply.status, (body as ApiErrorBody).message);
  return body as Reply;
}

/** A view is asked to refresh itself while it is shown, one question at a time. */
export class Poller {
  readonly #ask: () => Promise<void>;
  readonly #everyMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;
  #asking = false;
  /** What is asked for has changed since it was asked. */
  #isStale = false;

  constructor(everyMs: number, ask: () => Promise<void>) {
    this.#everyMs = everyMs;
    this.#ask = ask;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    void this.#turn();
  }

  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
  }

  /** again asks at once, after what it asks for has changed. */
  again(): void {
    if (!this.#running) return;
    clearTimeout(this.#timer);
    void this.#turn();
  }

  async #turn(): Promise<void> {
    if (this.#asking) {
      this.#isStale = true;
      return;
    }
    this.#asking = true;
    this.#isStale = false;
    try {
      if (!document.hidden) await this.#ask();
      tell("");
    } catch (thrown) {
      tell(thrown instanceof ApiError ? thrown.message : "The daemon does not answer. Trying again.");
    }
    this.#asking = false;
    clearTimeout(this.#timer);
    if (this.#running) this.#timer = setTimeout(() => void this.#turn(), this.#isStale ? 0 : this.#everyMs);
  }
}

function tell(problem: string): void {
  const place = byId("problem", HTMLParagraphElement);
  place.hidden = problem === "";
  if (place.textContent !== problem) place.textContent = problem;
}
