// The parts of the command line that need nobody else. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";

import { eventView } from "../http/live-log.js";
import { sampleClose, sampleDeny6, sampleNames, sampleOpen6 } from "../syslog/sample-events.js";
import { paletteFor } from "./colour.js";
import { bashCompletion } from "./commands/completion.js";
import { eventText } from "./commands/log.js";
import { parseEndpoint } from "./commands/explain.js";
import { buildProgram } from "./program.js";
import { fieldsText, tableText } from "./table.js";
import { duration, endpointText } from "./text.js";

const plain = paletteFor(false, {});
const escape = "\u001b[";

describe("tables", () => {
  test("numbers stand to the right, text to the left, the last column has no trailing blanks", () => {
    const rows = [
      { name: "a", hits: 5 },
      { name: "longer", hits: 12345 },
    ];
    assert.equal(
      tableText(
        [
          { title: "name", value: (row: (typeof rows)[0]) => row.name },
          { title: "hits", value: (row) => row.hits },
          { title: "end", value: () => "x" },
        ],
        rows,
      ),
      "name     hits  end\na           5  x\nlonger  12345  x",
    );
  });

  test("fields align their values", () => {
    assert.equal(
      fieldsText([
        ["host", "fw1"],
        ["generation", 7],
      ]),
      "host        fw1\ngeneration  7",
    );
  });
});

describe("colours", () => {
  test("are for terminals, unless NO_COLOR or a dumb terminal says otherwise", () => {
    const coloured = (isTerminal: boolean, env: NodeJS.ProcessEnv): boolean =>
      paletteFor(isTerminal, env).red("x") !== "x";
    assert.deepEqual(
      [
        coloured(true, {}),
        coloured(false, {}),
        coloured(true, { NO_COLOR: "1" }),
        coloured(true, { NO_COLOR: "" }),
        coloured(true, { TERM: "dumb" }),
      ],
      [true, false, false, true, false],
    );
  });

  test("tell permit, deny and reject apart in the live log", () => {
    const palette = paletteFor(true, {});
    assert.ok(eventText(eventView(sampleOpen6, sampleNames), palette).includes(`${escape}32mopen`));
    assert.ok(eventText(eventView(sampleDeny6, sampleNames), palette).includes(`${escape}33mreject`));
  });
});

describe("the live log's lines", () => {
  test("say when, what, who to whom, from where to where, by which policy and why", () => {
    assert.equal(
      eventText(eventView(sampleClose, sampleNames), plain),
      "04:24:26.095  close   tcp 10.1.1.5:51000 -> 192.0.2.10:443  trust -> untrust  policy users-to-internet  junos-https  TCP FIN, 66 s, client 60 packets 3307 bytes, server 46 packets 2784 bytes  #4242",
    );
  });

  test("show ICMP's type and code where there are no ports", () => {
    assert.equal(
      eventText(eventView(sampleDeny6, sampleNames), plain),
      "04:24:26.095  reject  icmp6 type 128 code 0 2001:db8:1::5 -> 2001:db8:2::10  trust -> untrust  policy default-policy  Rejected by policy",
    );
  });
});

describe("addresses with ports", () => {
  test("are read with and without a port", () => {
    assert.deepEqual(parseEndpoint("192.0.2.1:443"), { address: "192.0.2.1", port: 443 });
    assert.deepEqual(parseEndpoint("192.0.2.1"), { address: "192.0.2.1", port: 0 });
    assert.deepEqual(parseEndpoint("[2001:db8::1]:443"), { address: "2001:db8::1", port: 443 });
    assert.deepEqual(parseEndpoint("[2001:db8::1]"), { address: "2001:db8::1", port: 0 });
    assert.deepEqual(parseEndpoint("2001:db8::1"), { address: "2001:db8::1", port: 0 });
    for (const wrong of ["", "here", "192.0.2.1:70000", "192.0.2.1:", "[2001:db8::1:443", "192.0.2.1:443:1"])
      assert.throws(() => parseEndpoint(wrong), /is not an address/, wrong);
  });

  test("are written so that they can be read again", () => {
    assert.deepEqual(
      [endpointText("192.0.2.1", 80), endpointText("2001:db8::1", 80), endpointText("2001:db8::1", 0)],
      ["192.0.2.1:80", "[2001:db8::1]:80", "2001:db8::1"],
    );
  });
});

test("the packaged completion script is the one that the command prints", () => {
  const packaged = readFileSync(new URL("../../../../../packaging/completion/ringwall.bash", import.meta.url), "utf8");
  assert.equal(
    packaged,
    `${bashCompletion(buildProgram())}\n`,
    "made by: ringwall completion bash > packaging/completion/ringwall.bash",
  );
});

test("durations are as long as they need to be", () => {
  assert.deepEqual([0, 59, 60, 3599, 3600, 86_400 * 2 + 3600].map(duration), [
    "0s",
    "59s",
    "1m 0s",
    "59m 59s",
    "1h 0m",
    "2d 1h",
  ]);
});
