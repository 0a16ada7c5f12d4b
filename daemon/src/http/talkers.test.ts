// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { EventOutcome, EventType } from "../../../shared/gen/wire.gen.js";
import { sampleDeny, sampleNames, sampleOpen, samplePacket } from "../syslog/sample-events.js";
import { ApiSchema, problemOf } from "./api-schema.js";
import { Frequent, Talkers } from "./talkers.js";

describe("talkers", () => {
  test("are counted only once somebody asks, with what was suppressed", () => {
    const talkers = new Talkers();
    assert.equal(talkers.isWatched, false);
    talkers.publish(sampleDeny, sampleNames);
    assert.equal(talkers.view().events, 0);
    assert.equal(talkers.isWatched, true);
    for (let i = 0; i < 3; i++) talkers.publish(sampleDeny, sampleNames);
    talkers.publish({ ...sampleOpen, sourceAddress: "10.9.9.9" }, sampleNames);
    talkers.publish(
      {
        ...samplePacket,
        kind: "LOG_SUPPRESSED",
        suppressedKind: EventType.POLICY_DENY,
        suppressedRule: sampleDeny.policyId,
        termId: 0,
        suppressedCount: 40,
        suppressedOutcome: EventOutcome.SUPPRESSED,
        firstSourceAddress: samplePacket.sourceAddress,
        firstDestinationAddress: samplePacket.destinationAddress,
        firstSourcePort: 1,
        firstDestinationPort: 2,
        firstProtocol: 6,
      },
      sampleNames,
    );
    const view = talkers.view();
    const deny = `deny ${sampleNames.policy(sampleDeny.policyId).name}`;
    assert.equal(view.events, 44);
    assert.deepEqual(view.rules, {
      short: 0,
      top: [
        { name: deny, events: 43 },
        { name: `permit ${sampleNames.policy(sampleOpen.policyId).name}`, events: 1 },
      ],
    });
    assert.deepEqual(
      view.sources.top.find(({ name }) => name === "10.9.9.9"),
      { name: "10.9.9.9", events: 1 },
    );
    const validate = new ApiSchema().validator("talkers");
    assert.ok(validate(view), problemOf(validate, "talkers"));
  });

  test("stay bounded however many names come, keep the frequent ones, and say by how much counts are short", () => {
    const frequent = new Frequent();
    for (let i = 0; i < 100_000; i++) {
      frequent.add(`address ${i}`, 1);
      if (i % 10 === 0) frequent.add("often", 1);
    }
    assert.ok(frequent.counts.size <= 512, `${frequent.counts.size} names`);
    const often = frequent.counts.get("often") ?? 0;
    assert.ok(often <= 10_000 && often + frequent.short >= 10_000, `${often}, short by ${frequent.short}`);
    assert.ok(frequent.short <= 110_000 / 513, `short by ${frequent.short}`);
  });
});
