// storm.ts: a storm of packets that a policy denies, and what became of its events. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { join } from "node:path";

import type { Accounting, PolicyView } from "../../daemon/src/http/api.js";
import type { Received } from "../lab/collector.js";
import { root } from "../lab/firewall.js";
import { address, type Lab } from "../lab/lab.js";
import { denied } from "./configuration.js";

const RATE = 50_000; // packets each second
const FLOWS = 100;

export interface Storm {
  /** What the generator sent. */
  readonly sent: number;
  /** Since the laboratory was made, by `show policies`. */
  readonly denied: number;
  /** By `show log accounting`. */
  readonly produced: number;
  readonly written: number;
  readonly suppressed: number;
  readonly lost: number;
  /** By what rsyslog stored: lines of denied packets, summaries, and the events that these stand for. */
  readonly lines: number;
  readonly summaries: number;
  readonly summed: number;
  /** As `show log accounting` prints it. */
  readonly accounting: string;
}

/** storm sends so many packets, waits until all of them have been told, and adds up; it fails where that does not balance. */
export async function storm(lab: Lab, count: number): Promise<Storm> {
  const { stdout: mac } = await lab.fw.run(["cat", "/sys/class/net/trust0/address"]);
  const { stdout } = await lab.trust.run([
    ...[join(root, "build/release/tools/pktgen"), "send", "eth0", "--to", mac.trim()],
    ...["--source", address.trust.inet, "--destination", address.untrust.inet],
    ...["--flows", String(FLOWS), "--rate", String(RATE), "--count", String(count)],
    ...["--object", join(root, "build/pktgen.bpf.o")],
  ]);

  const policies = await lab.firewall.cliJson<PolicyView[]>("show", "policies");
  const { hits } = policies.find(({ name }) => name === denied.policy)!;
  const { received } = lab.collector;
  const lines = (): Received[] =>
    received.filter((line) => line.tag === "RT_FLOW_SESSION_DENY" && line.fields["policy-name"] === denied.policy);
  const summaries = (): Received[] =>
    received.filter((line) => line.tag === "RT_LOG_SUPPRESSED" && line.fields["rule-name"] === denied.policy);
  const summed = (): number => summaries().reduce((sum, line) => sum + Number(line.fields["suppressed-count"]), 0);
  await lab.collector.expect("every denied packet", () => lines().length + summed() >= hits, 0, 30);

  const accounts = await lab.firewall.cliJson<Accounting>("show", "log", "accounting");
  const accounting = (await lab.firewall.cli(["show", "log", "accounting"])).stdout.trimEnd();
  assert.deepEqual([accounts.balanced, accounts.differences], [true, []]);
  const { produced, written, suppressed, lostBudget, lostFull } = accounts.kinds.find(
    ({ kind }) => kind === "POLICY_DENY",
  )!;
  const books: Storm = {
    ...{ sent: Number(stdout), denied: hits, produced, written, suppressed, lost: lostBudget + lostFull },
    ...{ lines: lines().length, summaries: summaries().length, summed: summed(), accounting },
  };
  assert.equal(books.sent, count);
  assert.equal(books.produced, books.denied);
  assert.equal(books.written, books.lines);
  assert.equal(books.suppressed + books.lost, books.summed);
  return books;
}
