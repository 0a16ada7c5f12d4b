// Addresses, prefixes and ranges, against plain arithmetic on sets. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { isIPv4, isIPv6, SocketAddress } from "node:net";
import { describe, test } from "node:test";

import fc from "fast-check";

import {
  addressBits,
  addressBytes,
  formatAddress,
  mergeRanges,
  notOneHost,
  parseAddress,
  parsePrefix,
  prefixRange,
  rangeHolds,
  type Family,
} from "../../daemon/src/config/address.js";

const family = fc.constantFrom<Family>("inet", "inet6");
const address = family.chain((kind) =>
  fc.bigInt(0n, (1n << BigInt(addressBits(kind))) - 1n).map((value) => ({ family: kind, value })),
);

describe("text forms", () => {
  test("every address survives formatting and parsing", () => {
    fc.assert(
      fc.property(address, (given) => {
        assert.deepEqual(parseAddress(formatAddress(given)), given);
      }),
    );
  });

  test("IPv6 is written as the C library writes it, IPv4-mapped ones apart", () => {
    const sparse = fc
      .array(fc.constantFrom(0n, 0n, 0n, 1n, 0xabcdn), { minLength: 8, maxLength: 8 })
      .map((groups) => groups.reduce<bigint>((value, group) => (value << 16n) | group, 0n));
    fc.assert(
      fc.property(fc.oneof(sparse, fc.bigInt(1n << 100n, (1n << 128n) - 1n)), (value) => {
        fc.pre(value >> 48n !== 0n);
        const text = formatAddress({ family: "inet6", value });
        assert.equal(text, new SocketAddress({ family: "ipv6", address: text }).address);
      }),
    );
  });

  test("what is not an address for the C library is none here, and zones and short forms are none either", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f:.%/]{1,20}$/), (text) => {
        assert.equal(parseAddress(text) !== undefined, isIPv4(text) || (isIPv6(text) && !text.includes("%")));
      }),
    );
    for (const text of [
      "",
      "1.2.3",
      "1.2.3.4.5",
      "01.2.3.4",
      "1.2.3.4 ",
      "1::2::3",
      "fe80::1%eth0",
      "::g",
      "0x7f.0.0.1",
      "2130706433",
    ])
      assert.equal(parseAddress(text), undefined, text);
  });

  test("known forms have known values", () => {
    assert.deepEqual(parseAddress("192.0.2.1"), { family: "inet", value: 0xc0000201n });
    assert.deepEqual(parseAddress("::ffff:192.0.2.1"), { family: "inet6", value: 0xffff_c000_0201n });
    assert.deepEqual(parseAddress("2001:db8::"), { family: "inet6", value: 0x2001_0db8n << 96n });
    assert.equal(formatAddress(parseAddress("2001:DB8:0:0:1:0:0:1")!), "2001:db8::1:0:0:1");
    assert.equal(formatAddress(parseAddress("::")!), "::");
    assert.deepEqual([...addressBytes("inet", 0xc0000201n)], [192, 0, 2, 1]);
  });
});

describe("prefixes", () => {
  test("hold exactly the addresses that share their first bits", () => {
    fc.assert(
      fc.property(address, fc.nat(128), address, (network, length, other) => {
        fc.pre(network.family === other.family && length <= addressBits(network.family));
        const shift = BigInt(addressBits(network.family) - length);
        const range = prefixRange(parsePrefix(`${formatAddress(network)}/${length}`)!);
        assert.equal(rangeHolds(range, other.value), network.value >> shift === other.value >> shift);
      }),
    );
  });

  test("without length stand for one host, and know their host bits", () => {
    assert.deepEqual(parsePrefix("10.0.0.1"), { family: "inet", value: 0x0a000001n, length: 32, hostBits: false });
    assert.equal(parsePrefix("10.0.0.1/31")!.hostBits, true);
    assert.equal(parsePrefix("10.0.0.0/31")!.hostBits, false);
    for (const text of ["10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.0/ 8", "/8"])
      assert.equal(parsePrefix(text), undefined, text);
  });
});

describe("mergeRanges", () => {
  const range = fc
    .tuple(fc.nat(63), fc.nat(63))
    .map(([a, b]) => ({ low: BigInt(Math.min(a, b)), high: BigInt(Math.max(a, b)) }));

  test("gives the same set of addresses, sorted, disjoint and as few as can be", () => {
    for (const top of [0n, (1n << 32n) - 64n, (1n << 128n) - 64n]) {
      fc.assert(
        fc.property(fc.array(range, { maxLength: 12 }), (ranges) => {
          const moved = ranges.map(({ low, high }) => ({ low: low + top, high: high + top }));
          const naive = new Set(
            ranges.flatMap(({ low, high }) =>
              Array.from({ length: Number(high - low) + 1 }, (_, at) => Number(low) + at),
            ),
          );
          const merged = mergeRanges(moved);
          const held = merged.flatMap(({ low, high }) =>
            Array.from({ length: Number(high - low) + 1 }, (_, at) => Number(low - top) + at),
          );
          assert.deepEqual(
            held,
            [...naive].toSorted((a, b) => a - b),
          );
          for (const [at, { low }] of merged.entries()) assert.ok(at === 0 || low > merged[at - 1]!.high + 1n);
        }),
      );
    }
  });
});

describe("notOneHost", () => {
  for (const [text, kind] of [
    ["0.0.0.0", "an unspecified address"],
    ["127.1.2.3", "a loopback address"],
    ["239.255.255.255", "a multicast address"],
    ["255.255.255.255", "a reserved address"],
    ["::", "the unspecified address"],
    ["::1", "the loopback address"],
    ["ff02::1", "a multicast address"],
    ["::ffff:1.2.3.4", "an IPv4-mapped address"],
    ["1.0.0.0", undefined],
    ["223.255.255.255", undefined],
    ["fe80::1", undefined],
    ["::2", undefined],
  ] as const) {
    test(`${text} is ${kind ?? "one host"}`, () => {
      assert.equal(notOneHost(parseAddress(text)!), kind);
    });
  }
});
