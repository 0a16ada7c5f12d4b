// sweep.test.ts: malformed packets of every protocol, and good ones between them, harm nothing. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { DropReason, dropReasonText } from "../../shared/gen/wire.gen.js";
import { sweep } from "./sweep.js";

const PACKETS = 100_000;
const EACH = 10_000;

test("changed packets of every protocol are dropped by name or go on as good packets, and everything adds up", async () => {
  const total = await sweep(PACKETS, EACH, 1);
  assert.equal(total.packets, PACKETS);
  assert.ok(total.forward > PACKETS / 20);
  /* The sweep reaches what it is for: the parser's refusals, and the last stages. */
  for (const reason of [
    DropReason.TRUNCATED,
    DropReason.IP_OPTION,
    DropReason.IPV6_EXTENSION,
    DropReason.FRAGMENT_INVALID,
    DropReason.FRAGMENT_TINY,
    DropReason.TCP_HEADER,
    DropReason.SCREEN,
    DropReason.SYN_COOKIE,
    DropReason.SYN_COOKIE_PENDING,
    DropReason.TCP_WINDOW,
    DropReason.FRAGMENT_UNKNOWN,
  ])
    assert.ok((total.drops[dropReasonText[reason]!] ?? 0) > 0, dropReasonText[reason]);
});
