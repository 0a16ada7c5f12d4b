// table-alarm.ts: the session table when it is nearly or entirely full: what is said of it, and how often.
// SPDX-License-Identifier: Apache-2.0
import type { ControlWorkerStatus } from "../helper/control.gen.js";
import type { AlarmView } from "../http/api.js";
import type { AlarmLine } from "../nat/pool-alarms.js";

/** How often a table that stays full is told of, and how long no session may be refused until it is called full no more. */
const AGAIN_MS = 60_000;

export type TableUse = Pick<ControlWorkerStatus, "sessions" | "session_limit" | "sessions_refused" | "ageing_early">;

interface Full {
  readonly sinceMs: number;
  line: AlarmLine;
  saidMs: number;
  lastMs: number;
  /** refused since it was said last */
  refused: number;
}

export class TableAlarm {
  readonly #say: (line: AlarmLine, raised: boolean) => void;
  #refused: number | undefined;
  #full: Full | undefined;
  #crowded = false;

  /** say is told when the table is beyond its high watermark and when it is down to the low one; when it is full, then each
   * minute while that lasts, and when that is over. */
  constructor(say: (line: AlarmLine, raised: boolean) => void) {
    this.#say = say;
  }

  /** raised gives what is raised now. */
  get raised(): readonly AlarmView[] {
    return this.#full === undefined ? [] : [{ since: new Date(this.#full.sinceMs).toISOString(), ...this.#full.line }];
  }

  /** observe takes what the workers have to say of their tables. Counts begin anew when the helper does. */
  observe(workers: readonly TableUse[], nowMs: number): void {
    const sum = (name: "sessions" | "session_limit" | "sessions_refused"): number =>
      workers.reduce((total, worker) => total + worker[name], 0);
    const used = sum("sessions");
    this.#watermark(
      workers.some((worker) => worker.ageing_early),
      used,
    );
    const refused = sum("sessions_refused");
    const before = this.#refused ?? refused;
    this.#refused = refused;
    this.#refuse(refused >= before ? refused - before : refused, `${used} of ${sum("session_limit")} sessions`, nowMs);
  }

  #watermark(crowded: boolean, used: number): void {
    if (crowded === this.#crowded) return;
    this.#crowded = crowded;
    const [name, text] = crowded
      ? ["FLOW_HIGH_WATERMARK_TRIGGERED", `${used} sessions, above the high watermark: sessions end early`]
      : ["FLOW_LOW_WATERMARK_TRIGGERED", `${used} sessions, at the low watermark: no session ends early any more`];
    this.#say({ name, text }, crowded);
  }

  #refuse(more: number, use: string, nowMs: number): void {
    if (more === 0) return this.#calm(use, nowMs);
    const full = (this.#full ??= { sinceMs: nowMs, line: LINE, saidMs: -Infinity, lastMs: nowMs, refused: 0 });
    full.lastMs = nowMs;
    full.refused += more;
    if (nowMs - full.saidMs < AGAIN_MS) return;
    full.line = { ...LINE, text: `Session table full: ${use}, packets dropped: ${full.refused}` };
    full.saidMs = nowMs;
    full.refused = 0;
    this.#say(full.line, true);
  }

  #calm(use: string, nowMs: number): void {
    if (this.#full === undefined || nowMs - this.#full.lastMs < AGAIN_MS) return;
    this.#full = undefined;
    const text = `Session table not full any more: ${use}, nothing dropped for ${AGAIN_MS / 1000} s`;
    this.#say({ name: "RT_FLOW_SESSION_TABLE_FULL_CLEAR", text }, false);
  }
}

const LINE: AlarmLine = { name: "RT_FLOW_SESSION_TABLE_FULL_RAISE", text: "" };
