// Alarms about source pools: raised once, cleared once, and only by what the configuration says. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { compileConfig } from "../config/compile.js";
import type { NatReply } from "../helper/control.gen.js";
import { nat } from "../../../test/config/nat-tree.js";
import { configOf } from "../../../test/config/tree.js";
import { PoolAlarms, poolPercent } from "./pool-alarms.js";

const config = configOf([["security.nat", nat]]);
const compiled = compileConfig(config, 1);
const ROOM = 8 * 1000; // of the pool `outside`: addresses times ports
const USERS = 3; // the rule that leads to it

/** counted is what the helper tells when so many ports of `outside` are in use, and its rule has dropped so many packets. */
const counted = (fullest: number, failures = 0): NatReply => ({
  generation: 1,
  rules: [{ rule: USERS, hits: 1, failures }],
  pools: [{ pool: 1, ports: fullest * 2, fullest }],
  interfaces: [],
});

describe("alarms about source pools", () => {
  let said: string[], alarms: PoolAlarms;
  beforeEach(() => {
    said = [];
    alarms = new PoolAlarms(({ name, text }, raised) => said.push(`${raised ? "+" : "-"} ${name}: ${text}`));
  });
  const observe = (reply: NatReply, nowMs = 0, of = config): void => alarms.observe(of, compiled, reply, nowMs);

  test("use is that of the protocol that has most, of all addresses, rounded down", () => {
    const [outside, , samePorts] = compiled.snapshot.nat_pools!;
    assert.deepEqual(
      [0, 79, 80, ROOM - 1, ROOM, 2 * ROOM].map((fullest) => poolPercent(outside!, fullest)),
      [0, 0, 1, 99, 100, 100],
    );
    assert.equal(poolPercent(samePorts!, 0), 0);
  });

  test("one is raised at its threshold, stays between both, and is cleared below the other, each said once", () => {
    for (const percent of [79, 80, 95, 64, 63, 63, 79, 80]) observe(counted((ROOM * percent) / 100), percent * 1000);
    assert.deepEqual(said, [
      "+ RT_SRC_NAT_POOL_ALARM_RAISE: Source NAT pool: outside, threshold: 80%, current: 80%",
      "- RT_SRC_NAT_POOL_ALARM_CLEAR: Source NAT pool: outside, threshold: 64%, current: 63%",
      "+ RT_SRC_NAT_POOL_ALARM_RAISE: Source NAT pool: outside, threshold: 80%, current: 80%",
    ]);
    assert.equal(alarms.of("outside"), "utilization");
    assert.equal(alarms.of("spare"), "");
    assert.deepEqual(alarms.raised, [
      {
        since: "1970-01-01T00:01:20.000Z",
        name: "RT_SRC_NAT_POOL_ALARM_RAISE",
        text: "Source NAT pool: outside, threshold: 80%, current: 80%",
      },
    ]);
  });

  test("a pool without thresholds of its own has those of all pools, and none without those", () => {
    const edited = structuredClone(nat) as { source: { "pool-utilization-alarm"?: object; pool: object[] } };
    delete (edited.source.pool[0] as Record<string, unknown>)["pool-utilization-alarm"];
    observe(counted((ROOM * 89) / 100), 0, configOf([["security.nat", edited]]));
    assert.deepEqual(said, []);
    observe(counted((ROOM * 90) / 100), 0, configOf([["security.nat", edited]]));
    assert.equal(said.length, 1);
    delete edited.source["pool-utilization-alarm"];
    observe(counted(ROOM), 0, configOf([["security.nat", edited]]));
    assert.match(said[1]!, /^- RT_SRC_NAT_POOL_ALARM_CLEAR: Source NAT pool: outside, not watched any more$/);
    assert.equal(said.length, 2);
  });

  test("packets dropped for want of a port raise one whatever the thresholds, for a minute after the last", () => {
    observe(counted(0, 7), 0); // from before the daemon looked
    observe(counted(0, 7), 1_000);
    assert.deepEqual(said, []);
    observe(counted(0, 9), 2_000);
    observe(counted(0, 10), 3_000);
    observe(counted(0, 10), 62_999);
    assert.equal(alarms.of("outside"), "exhausted");
    observe(counted(0, 10), 63_000);
    assert.deepEqual(said, [
      "+ RT_SRC_NAT_POOL_EXHAUSTED_RAISE: Source NAT pool: outside, packets dropped: 2",
      "- RT_SRC_NAT_POOL_EXHAUSTED_CLEAR: Source NAT pool: outside, nothing dropped for 60 s",
    ]);
  });

  test("what is raised about a pool ends with it", () => {
    observe(counted(ROOM), 0);
    observe(counted(ROOM, 5), 1);
    observe(counted(ROOM, 6), 2);
    const without = structuredClone(config);
    delete (without.security as { nat?: unknown }).nat;
    observe({ generation: 1, rules: [], pools: [], interfaces: [] }, 3, without);
    assert.deepEqual(said.slice(2).toSorted(), [
      "- RT_SRC_NAT_POOL_ALARM_CLEAR: Source NAT pool: outside, not there any more",
      "- RT_SRC_NAT_POOL_EXHAUSTED_CLEAR: Source NAT pool: outside, not there any more",
    ]);
    assert.deepEqual(alarms.raised, []);
  });
});
