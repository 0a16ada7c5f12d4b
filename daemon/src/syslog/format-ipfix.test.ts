// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { CloseReason } from "../../../shared/gen/wire.gen.js";
import type { RingwallEvent, SessionClose } from "../event/event.js";
import { ipfixFormat, ipfixTemplates } from "./format-ipfix.js";
import { LineBuffer } from "./line-buffer.js";
import { LINE_BYTES, type LineFormat } from "./line.js";
import {
  sampleClose,
  sampleClose6,
  sampleDeny,
  sampleFilter,
  sampleNames,
  sampleOpen,
  samplePacket,
} from "./sample-events.js";
import { lineFormat, streamSettings } from "./stream.js";

const line = new LineBuffer(LINE_BYTES);
const message = (format: LineFormat, event: RingwallEvent): Buffer => {
  format(line.clear(), event, sampleNames);
  return Buffer.from(line.bytes.subarray(0, line.length));
};
/** The sets of a message: id and length of each. */
const sets = (bytes: Buffer): [id: number, length: number][] => {
  const found: [number, number][] = [];
  for (let at = 16; at < bytes.length; at += bytes.readUInt16BE(at + 2))
    found.push([bytes.readUInt16BE(at), bytes.readUInt16BE(at + 2)]);
  return found;
};
const sequence = (bytes: Buffer): number => bytes.readUInt32BE(8);
const later = (seconds: number): RingwallEvent => ({
  ...sampleOpen,
  time: { seconds: sampleOpen.time.seconds + seconds, nanoseconds: 0 },
});

describe("an IPFIX message", () => {
  test("of a closed session, byte for byte", () => {
    const close: SessionClose = {
      ...sampleClose,
      natSourceAddress: "203.0.113.1",
      natSourcePort: 23456,
      sourceNatRuleId: 1,
    };
    assert.equal(
      message(ipfixFormat(undefined), close).toString("hex"),
      [
        "000a007a" + "6a9ceafa" + "00000000" + "00000001", // version, length, export time, sequence, domain
        "0103" + "006a", // set of template 259
        "000001a074f5e0ef", // observationTimeMilliseconds
        "02" + "06", // firewallEvent deleted, TCP
        "0a010105" + "c000020a" + "c738" + "01bb" + "0000", // the packet's ends; no ICMP
        "00000001" + "00000002", // interfaces
        "05" + "cb007101" + "c000020a" + "5ba0" + "01bb", // NAT44 session delete, translated ends
        "0000000000001092", // flowId
        "000001a074f4dec0", // flowStartMilliseconds
        "000001a074f5e0ef", // flowEndMilliseconds
        "03", // end of flow detected
        "0000000000000ceb" + "000000000000003c", // from the client
        "0000000000000ae0" + "000000000000002e", // from the server
      ].join(""),
    );
  });

  test("has IPv6 addresses whole, whatever they leave out in text", () => {
    for (const [text, hex] of [
      ["2001:db8:1::5", "20010db8000100000000000000000005"],
      ["::", "00000000000000000000000000000000"],
      ["::1", "00000000000000000000000000000001"],
      ["2001:db8::", "20010db8000000000000000000000000"],
      ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
      ["::ffff:192.0.2.10", "00000000000000000000ffffc000020a"],
      ["64:ff9b::192.0.2.10", "0064ff9b0000000000000000c000020a"],
    ] as const)
      assert.equal(
        message(ipfixFormat(undefined), { ...sampleClose6, sourceAddress: text }).toString("hex", 30, 46),
        hex,
        text,
      );
  });

  test("brings its template over UDP when that is new or a minute old, and each template for itself", () => {
    const format = ipfixFormat(60);
    assert.deepEqual(
      sets(message(format, later(0))).map(([id]) => id),
      [2, 256],
    );
    assert.deepEqual(
      sets(message(format, later(59))).map(([id]) => id),
      [256],
    );
    assert.deepEqual(
      sets(message(format, sampleDeny)).map(([id]) => id),
      [2, 262],
    );
    assert.deepEqual(
      sets(message(format, later(60))).map(([id]) => id),
      [2, 256],
    );
    assert.deepEqual(
      sets(message(format, later(61))).map(([id]) => id),
      [256],
    );
    assert.deepEqual(
      sets(message(format, later(-30))).map(([id]) => id),
      [2, 256],
      "a clock that was set back",
    );
  });

  test("brings none over TCP, where the connection begins with all of them", () => {
    assert.deepEqual(
      sets(message(ipfixFormat(undefined), sampleOpen)).map(([id]) => id),
      [256],
    );
    const opening = ipfixTemplates(1788668666);
    assert.equal(opening.readUInt16BE(0), 10);
    assert.equal(opening.readUInt16BE(2), opening.length);
    assert.equal(opening.readUInt32BE(4), 1788668666);
    assert.deepEqual(sets(opening), [[2, opening.length - 16]]);
    const ids: number[] = [];
    for (let at = 20; at < opening.length;) {
      ids.push(opening.readUInt16BE(at));
      let fields = opening.readUInt16BE(at + 2);
      for (at += 4; fields > 0; fields--) at += (opening.readUInt16BE(at) & 0x8000) === 0 ? 4 : 8;
    }
    assert.deepEqual(ids, [256, 257, 258, 259, 260, 261, 262, 263, 264, 265, 266, 267, 268, 269]);
  });

  test("is numbered by the records before it", () => {
    const format = ipfixFormat(60);
    assert.deepEqual(
      [sampleOpen, sampleDeny, sampleClose6].map((event) => sequence(message(format, event))),
      [0, 1, 2],
    );
  });

  test("says why a session ended", () => {
    const reasons = Object.entries(CloseReason).map(([name, closeReason]) => {
      const bytes = message(ipfixFormat(undefined), { ...sampleClose, closeReason });
      return `${name} ${bytes.readUInt8(bytes.length - 33)}`;
    });
    assert.deepEqual(reasons, [
      "NONE 4",
      "IDLE_TIMEOUT 1",
      "TCP_FIN 3",
      "TCP_RST 3",
      "AGED_OUT 5",
      "REJECTED_BY_POLICY 4",
      "POLICY_DELETE 4",
      "ICMP_ERROR 3",
      "CLEARED 4",
      "RESPONSE_RECEIVED 3",
      "TCP_CLIENT_RST 3",
      "TCP_SERVER_RST 3",
      "SYNPROXY_FAILURE 4",
      "SHUTDOWN 4",
    ]);
  });

  test("is made of sessions and denials, of nothing else", () => {
    for (const event of [sampleFilter, { ...samplePacket, kind: "SCREEN_DROP", screenId: 1 } as const])
      assert.equal(message(ipfixFormat(60), event).length, 0);
    const { wants } = streamSettings({ name: "flows", host: "192.0.2.53", format: "ipfix" });
    assert.deepEqual(wants, [false, true, true, true, false, false, false, false]);
  });

  test("of a stream whose settings stay goes on with its number after a commit; another stream has its own", () => {
    const [one, other] = ["one", "other"].map((name) => streamSettings({ name, host: "192.0.2.53", format: "ipfix" }));
    assert.equal(sequence(message(lineFormat(one!), sampleOpen)), 0);
    assert.equal(sequence(message(lineFormat(one!), sampleOpen)), 1);
    assert.equal(sequence(message(lineFormat(other!), sampleOpen)), 0);
  });
});
