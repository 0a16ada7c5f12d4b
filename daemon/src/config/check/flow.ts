// flow.ts: statements of `security flow` that contradict each other. SPDX-License-Identifier: Apache-2.0
import type { Statement } from "../statement.js";
import type { Report } from "./report.js";

/** checkFlow reports on `security flow`. */
export function checkFlow(report: Report, flow: Statement): void {
  const tcp = flow.get("tcp-session");
  if (tcp.get("strict-syn-check").present && tcp.get("no-syn-check").present) {
    const why = "strict-syn-check holds every session to its handshake, no-syn-check lets it begin without";
    report.add("conflict", tcp.get("strict-syn-check"), why);
  }
  const high = flow.get("aging", "high-watermark");
  const low = flow.get("aging", "low-watermark");
  // What is no percentage at all is the schema's to refuse.
  const percentages = [low, high].every(({ number }) => number !== undefined && number <= 100);
  if (percentages && low.number! > high.number!)
    report.add("conflict", low, `expected at most the high-watermark ${high.number}, found ${low.number}`);
  if (low.present && !high.present)
    report.missing(flow.get("aging"), "high-watermark", "without it sessions never end early");
}
