// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { constant, LineBuffer } from "./line-buffer.js";

describe("a line buffer", () => {
  test("writes whole numbers as JavaScript does, at every number of digits", () => {
    for (const value of [
      0,
      1,
      9,
      10,
      99,
      100,
      12345,
      999_999_999,
      1e9,
      1e9 + 1,
      2 ** 31 - 1,
      2 ** 31,
      2 ** 32,
      1_000_000_000_000,
      1_001_664_655_917_088,
      2 ** 53 - 1,
    ]) {
      assert.equal(new LineBuffer(64).number(value).toString(), String(value));
    }
    for (let power = 1; power < 2 ** 53; power *= 7)
      assert.equal(new LineBuffer(64).number(power).toString(), String(power));
  });

  test("writes what is no such number as JavaScript does, too", () => {
    for (const value of [-1, 0.5, NaN, 1e30]) assert.equal(new LineBuffer(64).number(value).toString(), String(value));
  });

  test("writes pieces of every length and text of every script", () => {
    for (const length of [...Array(40).keys(), 600]) {
      assert.equal(
        new LineBuffer(1000)
          .text("<")
          .constant(constant("x".repeat(length)))
          .text(">")
          .toString(),
        `<${"x".repeat(length)}>`,
      );
    }
    assert.equal(new LineBuffer(64).text("Zürich, 東京").toString(), "Zürich, 東京");
  });

  test("repeats what it has", () => {
    for (const length of [0, 1, 2, 3, 4, 5, 11, 39]) {
      const text = "0123456789".repeat(4).slice(0, length);
      const line = new LineBuffer(128).text("<").text(text);
      assert.equal(line.again(1, line.length).text(">").toString(), `<${text}${text}>`);
    }
  });

  test("writes up to its last byte", () => {
    const piece = constant("0123456");
    for (const rest of [0, 1, 2, 3, 4]) {
      const line = new LineBuffer(14 + rest).constant(piece).again(0, 7).text("....".slice(0, rest));
      assert.deepEqual([line.isWhole, line.toString()], [true, `01234560123456${"....".slice(0, rest)}`]);
      assert.equal(
        new LineBuffer(7 + rest).text("....".slice(0, rest)).number(1234567).toString(),
        `${"....".slice(0, rest)}1234567`,
      );
    }
  });

  test("starts anew after clear, with nothing left of the line before", () => {
    const line = new LineBuffer(64).text("a long first line");
    assert.equal(line.clear().text("short").toString(), "short");
  });

  test("knows that a line does not fit, and stores nothing beyond its end", () => {
    const line = new LineBuffer(10).text("0123456789");
    assert.ok(line.isWhole);
    line
      .text("a")
      .number(12345)
      .constant(constant("y".repeat(20)))
      .constant(constant("z".repeat(40)))
      .again(0, 10);
    assert.deepEqual([line.isWhole, line.length, line.toString()], [false, 86, "0123456789"]);
  });
});
