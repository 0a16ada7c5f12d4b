// Two million denied packets beside a hundred rules that log once a second: nobody's lines are lost, and all accounts add up to the
// single packet. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { address } from "../lab/lab.js";
import { heldBack, isDeny, type Line, portOf } from "./line.js";
import { OTHER_PORT, QUIET_RULES, quietRules, Stage, STORM_PORTS } from "./stage.js";

const SCALE = Number(process.env["STORM_SCALE"] ?? 1);
const STORM_PACKETS = 2_000_000 * SCALE;
const STORM_RATE = 400_000;
const ROUNDS = 6 * SCALE;
/** A line is in time if it is at its collector before its rule logs again twice. */
const IN_TIME_MS = 2_000;

describe("accounts in a storm of denied packets", { timeout: 300_000 }, () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.start({
      streams: [
        { name: "tcp", protocol: "tcp" },
        { name: "udp", protocol: "udp" },
      ],
    });
  });
  after(async () => {
    await stage?.close();
  });

  test("under a steady load of every kind each event is one line at each collector, and nothing is held back", async () => {
    const { lab } = stage;
    await Promise.all([
      stage.rounds(3, 300).ended,
      stage.sessions(200, 20_000).printed(/answered/, 60),
      lab.dmz.run(["ping", "-c", "5", "-i", "0.2", "-W", "1", "-s", "1200", address.untrust.inet], { check: false }),
      lab.trust.run(["curl", "-s", "--max-time", "2", `http://${address.untrust.inet}:21/`], { check: false }),
    ]);
    await lab.firewall.cli(["clear", "sessions"]);
    const { books } = await stage.audit();
    const produced = Object.fromEntries(Object.values(books.kinds).map((account) => [account.kind, account.produced]));
    assert.deepEqual(produced, {
      SESSION_OPEN: 200,
      SESSION_CLOSE: 200,
      POLICY_DENY: 3 * QUIET_RULES,
      SCREEN_DROP: 5,
      FILTER_LOG: 1,
    });
    for (const { kind, produced: all, read } of Object.values(books.kinds)) assert.equal(read, all, kind);
  });

  test("a storm of two million packets takes nothing from a hundred rules that log once a second", async (t) => {
    const before = await stage.audit();
    const rounds = stage.rounds(ROUNDS, 1000);
    const storm = await stage.storm(STORM_RATE);
    await rounds.ended;
    await stage.auditor.until(({ hits }) => hits["noisy"]! >= STORM_PACKETS);
    const during = [...(await stage.recordings["tcp"]!.lines())];
    const sent = Number((await storm.stop()).stdout);
    const { books, lines } = await stage.audit();

    // Each of them, once, all but the last round's while the storm went on; none was held back.
    const quiet = lines.filter((line) => isDeny(line) && line.fields["policy"] !== "noisy").slice(3 * QUIET_RULES);
    const identity = ({ fields }: Line): string => `${fields["policy"]} ${portOf(fields["src"]) - OTHER_PORT}`;
    assert.deepEqual(
      quiet.map(identity).sort(),
      Array.from({ length: ROUNDS }, (_, round) => quietRules.map((rule) => `${rule} ${round}`))
        .flat()
        .sort(),
    );
    const seen = new Set(during.map(({ text }) => text));
    assert.deepEqual(
      quiet.filter(({ text }) => !seen.has(text)).map(identity),
      [],
      "lines that came only when the storm was over",
    );
    const delays = quiet.map(({ arrivedMs, decidedMs }) => arrivedMs - decidedMs).sort((a, b) => a - b);
    t.diagnostic(`delay of quiet lines in ms: median ${delays[delays.length >> 1]}, worst ${delays.at(-1)}`);
    assert.ok(delays.at(-1)! <= IN_TIME_MS, `the worst took ${delays.at(-1)} ms`);
    const held = heldBack(lines, ({ rule }) => rule!);
    assert.deepEqual(Object.keys(held), ["noisy"]);

    // The noisy one, to the packet.
    const noisy = books.hits["noisy"]!;
    const delivered = lines.filter((line) => isDeny(line) && line.fields["policy"] === "noisy");
    t.diagnostic(
      `${sent} packets sent, ${noisy} seen and denied, ${delivered.length} lines, ${held["noisy"]} in summaries`,
    );
    assert.ok(noisy >= STORM_PACKETS && noisy <= sent);
    assert.equal(delivered.length + held["noisy"]!, noisy);
    const { produced, suppressed, lostBudget, lostFull } = books.kinds["POLICY_DENY"]!;
    assert.deepEqual(
      { produced, suppressed, lostBudget, lostFull },
      { produced: noisy + (ROUNDS + 3) * QUIET_RULES, suppressed: held["noisy"], lostBudget: 0, lostFull: 0 },
    );
    assert.equal(books.kinds["SESSION_OPEN"]!.produced, before.books.kinds["SESSION_OPEN"]!.produced);
    assert.ok(delivered.every(({ fields }) => portOf(fields["src"]) >= STORM_PORTS.first));
  });
});
