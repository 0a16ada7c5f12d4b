// Time and addresses of a frame, exact for every value; the kinds themselves are in test/contract.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import { AddressText, inet6Text, inetText } from "./address.js";
import { AddressFamily, EventType, FRAME_SIZE, LAYOUT_VERSION, offset } from "../../../shared/gen/wire.gen.js";
import { decodeEvent, readCount, readTime } from "./decode.js";

function longView(value: bigint): DataView {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, value, true);
  return view;
}

function bytesView(text: string): DataView {
  const view = new DataView(new ArrayBuffer(16));
  Buffer.from(text, "hex").forEach((byte, at) => view.setUint8(at, byte));
  return view;
}

describe("readTime", () => {
  const exact = (value: bigint): void => {
    const time = readTime(longView(value), 0);
    assert.equal(BigInt(time.seconds) * 1_000_000_000n + BigInt(time.nanoseconds), value);
    assert.ok(time.nanoseconds >= 0 && time.nanoseconds < 1_000_000_000, String(value));
  };

  test("splits every 64-bit count of nanoseconds exactly", () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), exact), { numRuns: 20_000 });
  });

  test("is exact on both sides of each second and of each power of two", () => {
    for (let bit = 0n; bit <= 64n; bit++) {
      for (const around of [2n ** bit, (2n ** bit / 1_000_000_000n) * 1_000_000_000n]) {
        for (const value of [around - 1n, around, around + 1n]) if (value >= 0n && value < 2n ** 64n) exact(value);
      }
    }
  });

  test("differs for times that a double cannot tell apart", () => {
    const [a, b] = [1_800_000_000_123_456_789n, 1_800_000_000_123_456_790n];
    assert.equal(Number(a), Number(b));
    assert.deepEqual(readTime(longView(a), 0), { seconds: 1_800_000_000, nanoseconds: 123_456_789 });
    assert.deepEqual(readTime(longView(b), 0), { seconds: 1_800_000_000, nanoseconds: 123_456_790 });
  });
});

test("readCount is exact below 2^53", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 53n - 1n }), (value) => {
      assert.equal(BigInt(readCount(longView(value), 0)), value);
    }),
  );
});

test("translated addresses have the family that the frame says, and no other than the two there are", () => {
  const { header, record } = offset;
  const frame = Buffer.alloc(FRAME_SIZE);
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  view.setUint16(header.length, FRAME_SIZE, true);
  frame[header.layout_version] = LAYOUT_VERSION;
  frame[header.event_type] = frame[record.event_type] = EventType.SESSION_OPEN;
  frame[record.action] = 1;
  frame[record.address_family] = AddressFamily.INET6;
  frame.write("20010db8000100000000000000000005", record.source_address, "hex");
  frame.write("c0000264", record.nat_source_address, "hex");
  const source = (family: number): string | null | undefined => {
    frame[record.nat_address_family] = family;
    const event = decodeEvent(view, 0);
    assert.ok(event === undefined || (event.kind === "SESSION_OPEN" && event.sourceAddress === "2001:db8:1::5"));
    return event?.kind === "SESSION_OPEN" ? event.natSourceAddress : undefined;
  };
  assert.equal(source(AddressFamily.INET), "192.0.2.100");
  assert.equal(source(AddressFamily.INET6), "c000:264::");
  assert.equal(source(0), "c000:264::");
  assert.equal(source(7), undefined);
});

describe("IPv6 text", () => {
  // RFC 5952 sections 4 and 5.
  const texts: [string, string][] = [
    ["00000000000000000000000000000000", "::"],
    ["00000000000000000000000000000001", "::1"],
    ["20010db8000000000000000000000001", "2001:db8::1"],
    ["20010db8000000010001000100010001", "2001:db8:0:1:1:1:1:1"],
    ["20010000000000010000000000000001", "2001:0:0:1::1"],
    ["20010db8000000000001000000000001", "2001:db8::1:0:0:1"],
    ["20010db8aaaabbbbccccddddeeee0001", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1"],
    ["ff020000000000000000000000000000", "ff02::"],
    ["00010000000000000000000000000000", "1::"],
    ["00000000000000000000000000010000", "::1:0"],
    ["fe800000000000000abc000000000000", "fe80::abc:0:0:0"],
    ["00000000000000000000ffffc0000201", "::ffff:192.0.2.1"],
    ["0000000000000000ffff0000c0000201", "::ffff:0:c000:201"],
  ];
  for (const [hex, text] of texts) test(text, () => assert.equal(inet6Text(bytesView(hex), 0), text));

  test("agrees with the URL standard's serializer for every address", () => {
    const group = fc.oneof(fc.constant(0), fc.nat(0xffff));
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        fc.pre(!(groups.slice(0, 5).every((g) => g === 0) && groups[5] === 0xffff));
        const hex = groups.map((g) => g.toString(16).padStart(4, "0"));
        const url = new URL(`http://[${hex.join(":")}]/`);
        assert.equal(`[${inet6Text(bytesView(hex.join("")), 0)}]`, url.hostname);
      }),
      { numRuns: 5000 },
    );
  });
});

test("remembered addresses are the right ones, also when they fall on the same place", () => {
  const text = new AddressText();
  const few = fc.constantFrom("0a000001", "0a000002", "c0000201", "00000000", "ffffffff");
  const address = fc.oneof(
    few,
    fc.nat(0xffff_ffff).map((word) => word.toString(16).padStart(8, "0")),
  );
  fc.assert(
    fc.property(fc.array(address, { minLength: 4, maxLength: 4 }), (words) => {
      const view = bytesView(words.join(""));
      assert.equal(text.inet(view, 0), inetText(view, 0));
      assert.equal(text.inet6(view, 0), inet6Text(view, 0));
      assert.equal(text.inet(view, 4), inetText(view, 4));
      assert.equal(text.inet6(view, 0), inet6Text(view, 0));
    }),
    { numRuns: 20_000 },
  );
});
