// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { sampleDeny, sampleFilter, sampleFilter6, sampleNames, sampleTable } from "../syslog/sample-events.js";
import { EventNames } from "../event/names.js";
import { ApiSchema, problemOf } from "./api-schema.js";
import { FIREWALL_LOG_ENTRIES, FirewallLog } from "./firewall-log.js";

const numbered = (port: number): typeof sampleFilter => ({ ...sampleFilter, sourcePort: port });
const ports = (log: FirewallLog, limit?: number): number[] =>
  log.recent(limit === undefined ? {} : { limit }).map(({ sourcePort }) => sourcePort);

describe("the firewall log", () => {
  test("keeps filter logs and nothing else, newest first", () => {
    const log = new FirewallLog();
    assert.deepEqual(log.recent({}), []);
    log.publish(numbered(1), sampleNames);
    log.publish(sampleDeny, sampleNames);
    log.publish(numbered(2), sampleNames);
    assert.deepEqual(ports(log), [2, 1]);
    assert.deepEqual(ports(log, 1), [2]);
  });

  test("forgets the oldest when it is full, and never the newest", () => {
    const log = new FirewallLog();
    for (const count of [FIREWALL_LOG_ENTRIES, FIREWALL_LOG_ENTRIES + 1, 2 * FIREWALL_LOG_ENTRIES + 7]) {
      const full = new FirewallLog();
      for (let port = 1; port <= count; port++) full.publish(numbered(port), sampleNames);
      const expected = Array.from({ length: FIREWALL_LOG_ENTRIES }, (_, back) => count - back);
      assert.deepEqual(ports(full), expected);
      assert.deepEqual(ports(full, 3), expected.slice(0, 3));
    }
    for (let port = 1; port < FIREWALL_LOG_ENTRIES; port++) log.publish(numbered(port), sampleNames);
    assert.equal(ports(log).length, FIREWALL_LOG_ENTRIES - 1);
  });

  test("finds entries by the name that the filter had when they were written", () => {
    const log = new FirewallLog();
    const [none, first, second] = sampleTable.filters;
    const renamed = new EventNames(
      8,
      { ...sampleTable, filters: [none!, second!, { ...first!, name: "from-users" }] },
      "x",
    );
    log.publish(numbered(1), sampleNames);
    log.publish(numbered(2), renamed);
    log.publish({ ...sampleFilter6, sourcePort: 3 }, sampleNames);
    log.publish({ ...sampleFilter6, sourcePort: 4 }, renamed);
    const of = (filter: string): [number, string | undefined][] =>
      log.recent({ filter }).map(({ sourcePort, term }) => [sourcePort, term]);
    assert.deepEqual(of("from-users"), [
      [4, "web"],
      [1, "by-blue"],
    ]);
    assert.deepEqual(of("protect"), [
      [3, "ping"],
      [2, "2"],
    ]);
    assert.deepEqual(of("other"), []);
    assert.deepEqual(
      log.recent({ filter: "from-users", limit: 1 }).map(({ sourcePort }) => sourcePort),
      [4],
    );
  });

  test("writes entries as the schema says", () => {
    const log = new FirewallLog();
    for (const event of [sampleFilter, sampleFilter6]) log.publish(event, sampleNames);
    const validate = new ApiSchema().validator("events");
    assert.ok(validate(log.recent({})), problemOf(validate, "events"));
  });
});
