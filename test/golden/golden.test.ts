// Every kind in every format and layout is written as the checked-in lines say. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { describe, test } from "node:test";

import { sdLayoutFormat } from "../../daemon/src/syslog/format-sd-layout.js";
import { sdSyslogFormat } from "../../daemon/src/syslog/format-sd-syslog.js";
import type { RingwallEvent } from "../../daemon/src/event/event.js";
import { EventNames } from "../../daemon/src/event/names.js";
import {
  sampleClose,
  sampleDeny,
  sampleNames,
  sampleOpen,
  sampleTable,
} from "../../daemon/src/syslog/sample-events.js";
import { parameters, type Layout, type LayoutMessage } from "../../daemon/src/syslog/layout.js";
import { LineBuffer } from "../../daemon/src/syslog/line-buffer.js";
import { DEFAULT_SD_ID, LINE_BYTES } from "../../daemon/src/syslog/line.js";
import { lineFormat, streamSettings, type StreamSettings } from "../../daemon/src/syslog/stream.js";
import { DenyReason, type CloseReason } from "../../shared/gen/wire.gen.js";
import { goldenCases, type GoldenCase } from "./cases.js";
import { goldenFiles, goldenText } from "./files.js";

const FOLDER = "test/golden/lines";

describe("golden lines", () => {
  for (const file of goldenFiles)
    test(file.name, async () => {
      const stored = (await readFile(`${FOLDER}/${file.name}.txt`, "utf8")).split("\n");
      const written = goldenText(file).split("\n");
      for (const [at, line] of stored.entries()) assert.equal(written[at], line, stored[at - 1]);
      assert.equal(written.length, stored.length);
    });

  test("there is no file that nothing writes", async () => {
    assert.deepEqual((await readdir(FOLDER)).sort(), goldenFiles.map(({ name }) => `${name}.txt`).sort());
  });
});

describe("layouts", () => {
  test("hold the parameters that were seen in lines and templates of Junos, in their order", async () => {
    const seen = JSON.parse(await readFile("test/golden/junos-log-fields.json", "utf8")) as Record<
      LayoutMessage,
      Record<string, { readonly params: readonly string[] }>
    >;
    const compared: string[] = [];
    for (const message of ["RT_FLOW_SESSION_CREATE", "RT_FLOW_SESSION_CLOSE", "RT_FLOW_SESSION_DENY"] as const)
      for (const [release, { params }] of Object.entries(seen[message])) {
        assert.deepEqual(parameters(message, `junos-${release}` as Layout), params, `${message} of ${release}`);
        compared.push(`${message} ${params.length}`);
      }
    assert.equal(compared.length, 21);
    assert.ok(compared.includes("RT_FLOW_SESSION_CLOSE 61"));
  });

  test("a message that a release did not change looks as in the release before", () => {
    assert.deepEqual(
      parameters("RT_FLOW_SESSION_CREATE", "junos-24"),
      parameters("RT_FLOW_SESSION_CREATE", "junos-22"),
    );
    assert.deepEqual(parameters("RT_FLOW_SESSION_DENY", "junos-10"), parameters("RT_FLOW_SESSION_DENY", "junos-12a"));
  });

  test("junos-22 by its template is the line that is written for speed", () => {
    const options = { facility: 1, sdId: DEFAULT_SD_ID };
    const [fast, plain] = [sdSyslogFormat(options), sdLayoutFormat(options, "junos-22")];
    for (const { says, event, names } of goldenCases) {
      const [one, other] = [new LineBuffer(LINE_BYTES), new LineBuffer(LINE_BYTES)];
      fast(one, event, names);
      plain(other, event, names);
      assert.equal(other.toString(), one.toString(), says);
    }
  });

  // What lines share is kept in places that other lines of the same place take over.
  test("a line does not depend on the lines before it, however many policies, zones and interfaces they speak of", () => {
    const options = { facility: 1, sdId: DEFAULT_SD_ID };
    const [fast, plain] = [sdSyslogFormat(options), sdLayoutFormat(options, "junos-22")];
    const [one, other] = [new LineBuffer(LINE_BYTES), new LineBuffer(LINE_BYTES)];
    const samples = [sampleOpen, sampleClose, sampleDeny];
    for (let i = 0; i < 12_000; i++) {
      const varied = {
        policyId: (i % 7) * 65_536 + (i % 11),
        ingressZone: i % 5,
        egressZone: i % 3,
        ingressInterface: i % 13,
        applicationId: i % 4,
        protocol: [6, 17, 1][i % 3]!,
        sourceNatRuleId: i % 6 === 0 ? 1 + (i % 9) : 0,
        destinationNatRuleId: i % 10 === 0 ? 1 + (i % 8) : 0,
        closeReason: (1 + (i % 3)) as CloseReason,
        denyReason: (1 + (i % 4)) as DenyReason,
      };
      const event = { ...samples[i % samples.length]!, ...varied } as RingwallEvent;
      fast(one.clear(), event, sampleNames);
      plain(other.clear(), event, sampleNames);
      if (one.toString() !== other.toString()) assert.equal(one.toString(), other.toString());
    }
  });
});

/** Names of the greatest length. */
const longNames = new EventNames(
  7,
  {
    ...sampleTable,
    hostName: "h".repeat(255),
    zones: ["", "a".repeat(63), "b".repeat(63)],
    filters: [
      { name: "", family: "inet", terms: [] },
      ...["c", "d"].map((letter) => ({
        name: letter.repeat(63),
        family: "inet" as const,
        terms: ["e".repeat(63), "f".repeat(63)],
      })),
    ],
  },
  "",
);

describe("a line that is too long", () => {
  const formats = ["sd-syslog", "syslog", "kv", "json"] as const;
  const write = (settings: StreamSettings, { event, names }: GoldenCase): string => {
    const line = new LineBuffer(LINE_BYTES);
    lineFormat(settings)(line, event, names);
    return line.toString();
  };
  const settings = (format: (typeof formats)[number], limit: number): StreamSettings =>
    streamSettings({ name: "s", host: "192.0.2.53", format, "line-limit": limit });
  const MARK = {
    "sd-syslog": /^ left-out="(\d+)"\]$/,
    syslog: /^ left-out=(\d+)$/,
    kv: /^ left-out=(\d+)$/,
    json: /^\}*,"left_out":(\d+)\}$/,
  };

  /** What stands behind a value. */
  const FOLLOWS = { "sd-syslog": /^ /, syslog: /^[ ,]/, kv: /^ /, json: /^,/ };

  test("of syslog holds a value of several words whole or not at all", () => {
    const reason = "Rejected by policy, answer rate limited";
    const names = new EventNames(
      7,
      { ...sampleTable, hostName: "h".repeat(200), zones: ["", "a".repeat(63), "b".repeat(63)] },
      "",
    );
    const event = {
      ...sampleDeny,
      denyReason: DenyReason.REJECT_LIMITED,
      sourceAddress: "2001:db8:1:2:3:4:5:6",
      destinationAddress: "2001:db8:1:2:3:4:5:7",
    };
    for (const layout of ["junos-12", "junos-22"] as const) {
      const of = (limit: number): string =>
        write(streamSettings({ name: "s", host: "192.0.2.53", format: "syslog", layout, "line-limit": limit }), {
          says: "",
          event,
          names,
        });
      const whole = of(16384);
      const at = whole.indexOf(reason);
      assert.ok(at > 0 && whole.length > 530);
      for (let limit = 480; limit < whole.length; limit++) {
        const line = of(limit);
        const kept = line.slice(0, line.indexOf(" left-out="));
        assert.ok(kept.length <= at - 1 || kept.includes(reason), line);
      }
    }
  });

  for (const format of formats)
    test(`of ${format} ends behind a value, within the limit, and says how much is left out`, () => {
      for (const golden of [...goldenCases, ...goldenCases.map((one) => ({ ...one, names: longNames }))]) {
        const whole = write(settings(format, 16384), golden);
        for (let limit = 480; limit < whole.length + 3; limit += 31) {
          const line = write(settings(format, limit), golden);
          if (whole.length <= limit) {
            assert.equal(line, whole);
            continue;
          }
          assert.ok(line.length <= limit, `${line.length} > ${limit}`);
          const leftOut = Number(/(\d+)\D*$/.exec(line)?.[1]);
          const kept = whole.slice(0, whole.length - leftOut);
          assert.ok(line.startsWith(kept), line);
          assert.match(line.slice(kept.length), MARK[format]);
          assert.match(whole.slice(kept.length), FOLLOWS[format]);
          if (format === "json") assert.doesNotThrow(() => void JSON.parse(line), line);
          if (format === "sd-syslog") assert.match(kept, /[^\\]"$/);
        }
      }
    });

  test("is not longer than 8192 bytes where a stream says nothing", () => {
    assert.equal(streamSettings({ name: "s", host: "192.0.2.53" }).options.limit, 8192);
  });
});
