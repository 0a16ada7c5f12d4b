// A noisy rule's denies are held back, summed up to the single packet, and nothing else is affected.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import type { Accounting, PolicyView, RuleAccounting } from "../../daemon/src/http/api.js";
import type { Received } from "../lab/collector.js";
import { address, Lab } from "../lab/lab.js";
import { configuration } from "./configuration.js";

const NOISY = 20_000;
const QUIET = 5;

/** flood sends datagrams to one port, a few at a time. */
const flood = (port: number, count: number): string[] => [
  "node",
  "-e",
  `const s = require("dgram").createSocket("udp4");
   let left = ${count};
   const some = () => {
     if (left === 0) return s.close();
     const now = Math.min(left, 50);
     left -= now;
     let open = now;
     for (let i = 0; i < now; i++)
       s.send("x", ${port}, "${address.untrust.inet}", () => { if (--open === 0) setImmediate(some); });
   };
   some();`,
];

describe("limits of logs, end to end", { timeout: 120_000 }, () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start(
      await configuration(
        {
          "trust->untrust": [
            { name: "quiet", then: "deny", application: ["junos-tftp"] },
            { name: "noisy", then: "deny" },
          ],
        },
        (tree) => {
          (tree.security.log as { rate?: unknown }).rate = { rule: { limit: 100, burst: 20 } };
        },
      ),
    );
  });
  after(async () => {
    await lab?.close();
  });

  const policy = (line: Received): string | undefined => line.fields["policy-name"] ?? line.fields["rule-name"];

  /** told counts what the collector heard of a policy: lines, and what summaries stand for. */
  const told = (name: string): number =>
    lab.collector.received
      .filter((line) => policy(line) === name)
      .reduce((sum, line) => sum + (line.tag === "RT_LOG_SUPPRESSED" ? Number(line.fields["suppressed-count"]) : 1), 0);

  /** addUp waits until all that the policies denied has been told, and compares it with the accounts. */
  async function addUp(): Promise<Readonly<Record<string, number>>> {
    const views = await lab.firewall.cliJson<PolicyView[]>("show", "policies");
    const hits = Object.fromEntries(views.map(({ name, hits: count }) => [name, count]));
    const { noisy = 0, quiet = 0 } = hits;
    await lab.collector.expect("all denies", () => told("noisy") === noisy && told("quiet") === quiet);
    const accounts = await lab.firewall.cliJson<Accounting>("show", "log", "accounting");
    assert.deepEqual([accounts.balanced, accounts.differences], [true, []]);
    const denies = accounts.kinds.find(({ kind }) => kind === "POLICY_DENY")!;
    const lines = lab.collector.received.filter((line) => line.tag === "RT_FLOW_SESSION_DENY").length;
    assert.deepEqual(
      [denies.produced, denies.written, denies.suppressed, denies.lostBudget, denies.lostFull, denies.unread],
      [noisy + quiet, lines, noisy + quiet - lines, 0, 0, 0],
    );
    const ofRule = (name: string): RuleAccounting | undefined =>
      accounts.rules.find((row) => row.rule === `trust/untrust/${name}` && row.kind === "POLICY_DENY");
    const linesOf = (name: string): number =>
      lab.collector.received.filter((line) => line.tag === "RT_FLOW_SESSION_DENY" && policy(line) === name).length;
    for (const [name, produced] of [
      ["noisy", noisy],
      ["quiet", quiet],
    ] as const) {
      const written = linesOf(name);
      assert.deepEqual(ofRule(name), {
        class: "policy",
        rule: `trust/untrust/${name}`,
        kind: "POLICY_DENY",
        produced,
        written,
        suppressed: produced - written,
        lostBudget: 0,
        lostFull: 0,
        read: written,
        unread: 0,
      });
    }
    return hits;
  }

  test("lines and summaries of a noisy rule add up to its packets, and its neighbour's lines all arrive", async () => {
    await Promise.all([lab.trust.run(flood(4000, NOISY)), lab.trust.run(flood(69, QUIET))]);
    const { noisy = 0, quiet } = await addUp();
    assert.ok(noisy > NOISY / 2);
    assert.equal(quiet, QUIET);
    const { received } = lab.collector;
    assert.equal(
      received.filter((line) => line.tag === "RT_FLOW_SESSION_DENY" && policy(line) === "quiet").length,
      QUIET,
    );
    const summaries = received.filter((line) => line.tag === "RT_LOG_SUPPRESSED");
    assert.deepEqual(new Set(summaries.map((line) => line.fields["suppressed-event"])), new Set(["POLICY_DENY"]));
    assert.deepEqual(new Set(summaries.map((line) => line.fields["outcome"])), new Set(["suppressed"]));
    assert.equal(summaries[0]!.fields["first-destination-port"], "4000");
  });

  test("they add up when the daemon is killed in the middle, and nothing is told twice", async () => {
    const before = told("noisy");
    const storm = lab.trust.run(flood(4001, 4 * NOISY));
    await lab.collector.expect("the storm's first lines", () => told("noisy") > before + 5);
    await lab.firewall.daemon!.stop("SIGKILL");
    await lab.firewall.startDaemon();
    await storm;
    const { noisy = 0 } = await addUp();
    assert.ok(noisy > before + NOISY);
  });
});
