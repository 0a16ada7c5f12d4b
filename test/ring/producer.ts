// The C producer as a child process, and what it says of itself.
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

import * as wire from "../../shared/gen/wire.gen.js";
import { PRODUCER } from "./ring-file.js";

export interface ProducerReport {
  readonly attempts: number;
  readonly written: number;
  readonly doorbells: number;
  readonly ns_per_frame: number;
  readonly median_ns: number;
  /** [event type][outcome] */
  readonly events: readonly (readonly number[])[];
}

/** Producer runs test/tools/ring-producer.c; it is there once `ready` resolves. */
export class Producer {
  readonly child: ChildProcess;
  readonly ready: Promise<void>;
  /** The report printed at the end of production; the process may stay (--stay). */
  readonly report: Promise<ProducerReport>;
  readonly ended: Promise<unknown>;
  doorbells = 0;

  constructor(args: readonly (string | number)[], onDoorbell: () => void = () => undefined) {
    this.child = spawn(PRODUCER, args.map(String), { stdio: ["pipe", "pipe", "pipe"] });
    this.ended = once(this.child, "close");
    let text = "";
    this.report = new Promise((resolve, reject) => {
      this.child.stderr!.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
        if (text.endsWith("}\n")) resolve(JSON.parse(text) as ProducerReport);
      });
      this.child.on("error", reject);
      this.child.on("close", (code, signal) => reject(new Error(`ring-producer: ${code ?? signal}: ${text}`)));
    });
    this.report.catch(() => undefined); // a producer that is killed has none, and nobody asks
    this.ready = new Promise((resolve, reject) => {
      this.child.stdout!.setEncoding("utf8").on("data", (piece: string) => {
        for (const sign of piece) {
          if (sign === "+") resolve();
          else {
            this.doorbells++;
            onDoorbell();
          }
        }
      });
      this.child.on("close", () => reject(new Error(`ring-producer: ${text}`)));
    });
  }

  /** kill ends it where it is. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }

  /** finish ends one that stays. */
  async finish(): Promise<void> {
    this.child.stdin!.end();
    await this.ended;
  }
}

/** storedEvents reads the producer's counters from a ring file: [event type][outcome]. */
export function storedEvents(path: string): number[][] {
  const page = readFileSync(path).subarray(wire.RING_PAGE_SIZE);
  return wire.eventTypeName.map((_, type) =>
    wire.eventOutcomeName.map((__, outcome) =>
      Number(
        page.readBigUInt64LE(wire.ringOffset.producer.events + (type * wire.eventOutcomeName.length + outcome) * 8),
      ),
    ),
  );
}

export const total = (events: readonly (readonly number[])[], outcome: wire.EventOutcome): number =>
  events.reduce((sum, counts) => sum + counts[outcome]!, 0);
