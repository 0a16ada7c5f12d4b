// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { StreamFormat } from "../config/config.js";
import { LineBuffer } from "./line-buffer.js";
import { DEFAULT_SD_ID, LINE_BYTES } from "./line.js";
import { writeNotice, type Notice } from "./notice.js";
import { Severity } from "./priority.js";

const time = { seconds: 1788668666, nanoseconds: 95_999_999 };
const lost: Notice = {
  tag: "RTLOG_CONN_ERROR",
  severity: Severity.error,
  values: { "stream-name": "siem", collector: "tcp 192.0.2.53:514", status: "Error", description: "ECONNREFUSED" },
};
const tried: Notice = {
  tag: "RTLOG_TEST",
  severity: Severity.info,
  values: { "stream-name": "siem", collector: "udp 192.0.2.53:514" },
};
const written = (format: StreamFormat, notice: Notice): string => {
  const line = new LineBuffer(LINE_BYTES);
  writeNotice(line, notice, { format, options: { facility: 1, sdId: DEFAULT_SD_ID }, hostName: "fw1", time });
  return line.toString();
};

describe("what the daemon says of itself", () => {
  test("in structured data", () => {
    assert.equal(
      written("sd-syslog", lost),
      '<11>1 2026-09-06T04:24:26.095Z fw1 RT_SYSTEM - RTLOG_CONN_ERROR [junos@2636.1.1.1.2.129 stream-name="siem" collector="tcp 192.0.2.53:514" status="Error" description="ECONNREFUSED"]',
    );
  });

  test("in plain text", () => {
    assert.equal(
      written("syslog", lost),
      "<11>Sep  6 04:24:26 fw1 RT_SYSTEM: RTLOG_CONN_ERROR: Connection error siem status Error, collector: tcp 192.0.2.53:514, description: ECONNREFUSED",
    );
    assert.equal(
      written("syslog", tried),
      '<14>Sep  6 04:24:26 fw1 RT_SYSTEM: RTLOG_TEST: stream-name=siem collector="udp 192.0.2.53:514"',
    );
  });

  test("in pairs", () => {
    assert.equal(
      written("kv", lost),
      '<11>1 2026-09-06T04:24:26.095Z fw1 RT_SYSTEM - RTLOG_CONN_ERROR - RT_SYSTEM RTLOG_CONN_ERROR stream-name=siem collector="tcp 192.0.2.53:514" status=Error description=ECONNREFUSED',
    );
  });

  test("as an object", () => {
    assert.deepEqual(JSON.parse(written("json", lost)), {
      "@timestamp": "2026-09-06T04:24:26.095Z",
      ecs: { version: "8.11.0" },
      event: {
        kind: "event",
        module: "ringwall",
        dataset: "ringwall.log",
        action: "connection-error",
        code: "RTLOG_CONN_ERROR",
        severity: 3,
        reason: "ECONNREFUSED",
      },
      observer: { vendor: "Ringwall", product: "Ringwall", type: "firewall", hostname: "fw1" },
      ringwall: { stream: "siem", collector: "tcp 192.0.2.53:514" },
    });
    const { event } = JSON.parse(written("json", tried)) as { event: object };
    assert.deepEqual(Object.entries(event).slice(3, 5), [
      ["action", "log-test"],
      ["code", "RTLOG_TEST"],
    ]);
  });

  test("whole and in one line, whatever a library has to say", () => {
    const description = `error:0A000086:SSL routines::certificate verify failed\nby ${"x".repeat(300)}\n`;
    const said = description.replaceAll("\n", " ").trim();
    const notice: Notice = { ...lost, values: { ...lost.values, description } };
    for (const format of ["sd-syslog", "syslog", "kv"] as const) {
      const line = written(format, notice);
      assert.ok(line.includes(said), line);
      assert.doesNotMatch(line, /\n/);
    }
    assert.equal((JSON.parse(written("json", notice)) as { event: { reason: string } }).event.reason, said);
  });

  test("in no record of IPFIX", () => {
    assert.equal(written("ipfix", lost), "");
  });
});
