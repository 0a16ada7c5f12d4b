// Collectors that are down, slow, flapping, silently gone and limited, beside two that are well: each stream's account adds up to
// the single line, no stream disturbs another, and order is kept. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import type { AccountView, StreamView } from "../../daemon/src/http/api.js";
import { accountOf } from "./books.js";
import { isDeny, type Line, portOf } from "./line.js";
import { Stage, TRICKLE_PORTS } from "./stage.js";

/** Denied packets, every one logged: `EACH` every 10 ms, about ten seconds of them; and some when all is well again. */
const PACKETS = 8_000;
const EACH = 8;
const LAST = 200;
const QUEUE_RECORDS = 256;
const RATE_LIMIT = 100;
const FLAPS = 3;
/** While a collector does not read, or answers nothing, its connection may stand so long. */
const USER_TIMEOUT_S = 2;
/** Of a collector that is well. */
const IN_TIME_MS = 2_000;

const policy = { category: ["policy"] };
const transport = { protocol: "tcp", "user-timeout": USER_TIMEOUT_S, "keep-alive": 1 };

describe("accounts of streams whose collectors fail", { timeout: 300_000 }, () => {
  let stage: Stage;
  before(async () => {
    stage = await Stage.start({
      rate: { limit: "unlimited" },
      zoneRate: { limit: "unlimited" },
      streams: [
        { name: "well", protocol: "tcp" },
        { name: "udp", protocol: "udp", settings: policy },
        { name: "late", protocol: "tcp", settings: policy, isLate: true },
        { name: "slow", protocol: "tcp", settings: { ...policy, transport, queue: { records: QUEUE_RECORDS } } },
        { name: "flapping", protocol: "tcp", settings: { ...policy, transport } },
        { name: "silent", protocol: "tcp", settings: { ...policy, transport } },
        { name: "limited", protocol: "udp", settings: { ...policy, "rate-limit": RATE_LIMIT } },
      ],
    });
    const host = stage.lab.collector.namespace;
    await host.run(["nft", "add table ip faults"]);
    for (const hook of ["input", "output"])
      await host.run(["nft", `add chain ip faults ${hook} { type filter hook ${hook} priority 0; }`]);
    await host.run(["nft", "add chain ip faults silence { type filter hook input priority -1; }"]);
  });
  after(async () => {
    await stage?.close();
  });

  const nft = async (...rules: string[]): Promise<void> => {
    for (const rule of rules) await stage.lab.collector.namespace.run(["nft", rule]);
  };
  const port = (name: string): number => stage.recordings[name]!.place.port;
  const until = async (name: string, is: (stream: StreamView, denies: AccountView) => boolean): Promise<void> => {
    await stage.auditor.until(({ streams }) => is(streams[name]!, accountOf(streams[name], "POLICY_DENY")));
  };
  const numbers = (lines: readonly Line[]): number[] =>
    lines.filter(isDeny).map(({ fields }) => portOf(fields["dst"]) - TRICKLE_PORTS.first);

  /** A collector that is not there when the stream begins. */
  async function late(): Promise<void> {
    await until("late", ({ state, error }) => state === "down" && error === "ECONNREFUSED");
    await stage.recordings["late"]!.start();
  }

  /** One whose program stands still: its window closes, and stays closed for longer than the user timeout. */
  async function slow(): Promise<void> {
    stage.recordings["slow"]!.suspend();
    await until("slow", (_, { full }) => full > 0);
    const [first] = await stage.recordings["slow"]!.lines().then((lines) => lines.slice(-1));
    await until("well", (_, { sent }) => sent >= PACKETS);
    assert.ok(Date.now() - first!.arrivedMs > USER_TIMEOUT_S * 1000, "it stood still for long enough");
    stage.recordings["slow"]!.resume();
  }

  /** One that accepts each connection, and answers with a reset as soon as something is said. */
  async function flapping(): Promise<void> {
    for (let flap = 0; flap < FLAPS; flap++) {
      const { connections, accounts } = (await stage.auditor.read()).streams["flapping"]!;
      const inDoubt = accounts.reduce((sum, account) => sum + account.inDoubt, 0);
      await nft(`add rule ip faults input tcp dport ${port("flapping")} ip length > 100 reject with tcp reset`);
      await until("flapping", (stream, denies) => stream.connections > connections && denies.inDoubt > inDoubt);
      await nft("flush chain ip faults input");
      const { sent } = accountOf((await stage.auditor.read()).streams["flapping"], "POLICY_DENY");
      await until("flapping", (stream, denies) => stream.state === "up" && denies.sent > sent);
    }
  }

  /** One of which nothing is heard any more: what is under way to it gets lost. Later its answers do, and what it gets stays in
   * doubt. It gives how many were in doubt each time. */
  async function silent(): Promise<{ lost: number; arrived: number }> {
    const gone = async (...rules: string[]): Promise<number> => {
      const before = accountOf((await stage.auditor.read()).streams["silent"], "POLICY_DENY");
      await nft(...rules);
      await until("silent", ({ state, error }) => state === "down" && error === "ETIMEDOUT");
      await nft("flush chain ip faults output", "flush chain ip faults silence");
      await until("silent", ({ state }, { sent }) => state === "up" && sent > before.sent);
      return accountOf((await stage.auditor.read()).streams["silent"], "POLICY_DENY").inDoubt - before.inDoubt;
    };
    const [to, from] = [`tcp dport ${port("silent")} drop`, `tcp sport ${port("silent")} drop`];
    return {
      lost: await gone(`add rule ip faults silence ${to}`, `add rule ip faults output ${from}`),
      arrived: await gone(`add rule ip faults output ${from}`),
    };
  }

  test("each line is delivered, or counted where it was lost, and those that are well get all in order and in time", async (t) => {
    const traffic = stage.trickle(PACKETS, EACH);
    await until("well", (_, { sent }) => sent >= 500);
    const [doubts] = await Promise.all([silent(), late(), slow(), flapping(), traffic.ended]);
    await stage.auditor.settled();
    await stage.trickle(LAST, 1).ended;
    const { books } = await stage.audit();
    const all = [...Array(PACKETS).keys(), ...Array(LAST).keys()];

    const denies = (name: string): AccountView => accountOf(books.streams[name], "POLICY_DENY");
    for (const [name, recording] of Object.entries(stage.recordings)) {
      const got = numbers(await recording.lines());
      const { sent, full, limited, inDoubt, unsendable } = denies(name);
      t.diagnostic(`${name}: ${JSON.stringify(denies(name))}, ${books.streams[name]!.connections} connections`);
      // Order: what it got is what there was, without what is missing.
      let at = 0;
      for (const number of got) {
        while (at < all.length && all[at] !== number) at++;
        assert.ok(at < all.length, `${name}: ${number} came twice, or out of order`);
        at++;
      }
      const dropped = await recording.dropped();
      const arrived = name === "silent" ? doubts.arrived : 0;
      assert.deepEqual(
        [got.length + dropped, all.length],
        [sent + arrived, sent + full + limited + inDoubt + unsendable],
        name,
      );
      if (name !== "limited") assert.deepEqual(got.slice(-LAST), all.slice(-LAST), `${name} is well again`);
    }

    const ends = (name: string): object => {
      const { full, limited, inDoubt } = denies(name);
      return {
        full: full > 0,
        limited: limited > 0,
        inDoubt: inDoubt > 0,
        connections: books.streams[name]!.connections,
      };
    };
    const none = { full: false, limited: false, inDoubt: false };
    assert.deepEqual(ends("well"), { ...none, connections: 1 });
    assert.deepEqual(ends("udp"), { ...none, connections: 0 });
    assert.deepEqual(ends("late"), { ...none, connections: 1 });
    assert.deepEqual(ends("slow"), { ...none, full: true, connections: 1 }, "who reads slowly keeps its connection");
    assert.deepEqual(ends("silent"), { ...none, inDoubt: true, connections: 3 });
    assert.ok(doubts.lost > 0 && doubts.arrived > 0, JSON.stringify(doubts));
    assert.equal(denies("silent").inDoubt, doubts.lost + doubts.arrived);
    assert.deepEqual(ends("limited"), { ...none, limited: true, connections: 0 });
    const flaps = books.streams["flapping"]!;
    assert.ok(flaps.connections > FLAPS && denies("flapping").inDoubt > 0 && denies("flapping").full === 0);

    const lines = await stage.recordings["well"]!.lines();
    const delays = lines.filter(isDeny).map(({ arrivedMs, decidedMs }) => arrivedMs - decidedMs);
    t.diagnostic(`delay at the collector that is well: at most ${Math.max(...delays)} ms`);
    assert.ok(Math.max(...delays) <= IN_TIME_MS);
    const lost = lines.filter(({ kind }) => kind === "RTLOG_CONN_ERROR").map(({ fields }) => fields["stream-name"]);
    assert.deepEqual(new Set(lost), new Set(["late", "flapping", "silent"]));
  });
});
