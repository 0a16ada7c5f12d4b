// Texts: YAML and JSON, their places, and texts that must not harm the reader. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { loadConfig } from "../../daemon/src/config/load.js";
import { MAX_ALIASED_NODES, MAX_DEPTH, MAX_TEXT_BYTES } from "../../daemon/src/config/source.js";
import { edited, readRepositoryFile } from "./tree.js";

const errors = (text: string): string[] => {
  const result = loadConfig(text);
  return result.ok
    ? []
    : result.errors.map((error) => `${error.line ?? ""}:${error.column ?? ""} ${error.path}: ${error.message}`);
};
const base = readRepositoryFile("test/config/base.yaml");

describe("YAML and JSON", () => {
  test("give the same configuration", () => {
    const yaml = loadConfig(base);
    const json = loadConfig(JSON.stringify(edited()));
    const indented = loadConfig(JSON.stringify(edited(), undefined, "\t"));
    assert.ok(yaml.ok && json.ok && indented.ok);
    assert.deepEqual(yaml.config, json.config);
    assert.deepEqual(indented.config, json.config);
  });

  test("give the same place for the same error", () => {
    const text = '{\n  "system": {\n    "host-name": "fw1",\n    "domain": "x"\n  }\n}';
    const expected = [
      "1:1 : 'interfaces' is missing",
      "1:1 : 'security' is missing",
      "4:5 system.domain: unknown statement 'domain'",
    ];
    assert.deepEqual(errors(text), expected);
    assert.deepEqual(errors(text.replace("}\n}", "},\n}")), expected, "a trailing comma makes it YAML");
  });

  test("escapes in JSON texts and keys are read", () => {
    assert.ok(
      loadConfig(JSON.stringify(edited([["interfaces.ge-0/0/0.description", 'a "quoted" \\ text \u00e9']]))).ok,
    );
    assert.deepEqual(
      errors('{"sys\\u0074em": {"host-name": "a b"}}').at(-1),
      "1:18 system.host-name: expected a host name of 1 to 255 letters, digits, '-' and '.', found 'a b'",
    );
  });

  test("a statement said twice is an error in both, with the line of the first", () => {
    const twice = "1:1 : 'interfaces' is missing|1:1 : 'security' is missing";
    assert.deepEqual(
      errors("system:\n  host-name: a\n  host-name: b\n").join("|"),
      `${twice}|3:3 system.host-name: 'host-name' is said twice; the first is on line 2`,
    );
    assert.deepEqual(
      errors('{"system":\n{"host-name": "a",\n"host-name": "b"}}').join("|"),
      `${twice}|3:1 system.host-name: 'host-name' is said twice; the first is on line 2`,
    );
  });

  test("a numeric unit needs no quotes", () => {
    assert.ok(loadConfig(base.replace('unit: { "0":', "unit: { 0:")).ok);
  });

  test("a number that begins with zeros may be six bits or a number: it is asked", () => {
    const filter = "firewall.family.inet.filter[0].term[1].from.dscp[0]";
    const messages = errors(base.replace("dscp: [ef]", "dscp: [000010]")).map((error) => error.replace(/^\S+ /, ""));
    assert.deepEqual(messages, [
      `${filter}: the number 000010 begins with zeros; write it in quotes to make it a text, or without the zeros`,
    ]);
    for (const fine of ['"000010"', "10", "0", "0-7"])
      assert.deepEqual(errors(base.replace("dscp: [ef]", `dscp: [${fine}]`)), [], fine);
  });

  test("anchors and aliases are plain YAML and lead to the place where they are used", () => {
    const text = base
      .replace("address: [10.1.1.1/24]", "address: &own [10.1.1.1/24]")
      .replace("address: [192.0.2.1/24]", "address: *own");
    assert.match(
      errors(text)[0]!,
      /^6:\d+ interfaces\.ge-0\/0\/1\.unit\.10\.family\.inet\.address\[0\]: 10\.1\.1\.1\/24 overlaps 10\.1\.1\.1\/24 of ge-0\/0\/0\.0/,
    );
  });

  test("carriage returns and a byte order mark change nothing", () => {
    assert.ok(loadConfig(`\ufeff${base.replaceAll("\n", "\r\n")}`).ok);
  });
});

describe("texts that are no configuration", () => {
  for (const [what, text, expected] of [
    ["nothing", "", ["1:1 : the text holds no configuration"]],
    ["comments only", "# nothing\n", ["1:1 : the text holds no configuration"]],
    ["a word", "hello", ["1:1 : expected a configuration, found 'hello'"]],
    ["a list", "- a\n- b\n", ["1:1 : expected a configuration, found a list"]],
    [
      "broken YAML, all errors at once",
      "system: [a\nsecurity: {b\n",
      [
        "2:1 : not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
        "3:1 : not YAML: Flow map in block collection must be sufficiently indented and end with a }",
      ],
    ],
    ["two documents", "a: 1\n---\nb: 2\n", ["2:1 : a second document begins here; expected one"]],
    ["an unknown tag", "system: !secret x\n", ["1:9 : not YAML: Unresolved tag: !secret"]],
    ["an alias to nothing", "system: *nothing\n", ["1:9 system: no anchor &nothing stands before this alias"]],
    ["a key that is no word", "? [a, b]\n: c\n", ["1:3 : expected a word as the name of a statement"]],
    ["a key into the prototype", "__proto__: { system: x }\n", ["1:1 : expected a word as the name of a statement"]],
    ["a key into the prototype, in JSON", '{"constructor": {}}', ["1:2 : expected a word as the name of a statement"]],
    ["a merge key, which YAML 1.2 does not have", "<<: { system: {} }\n", ["1:1 <<: unknown statement '<<'"]],
  ] as const) {
    test(what, () => {
      const given = errors(text).filter((error) => !error.endsWith("is missing") && !error.endsWith("found nothing"));
      assert.deepEqual(given, expected);
    });
  }
});

describe("texts made to harm", () => {
  const deep = [`1:1 : nested deeper than ${MAX_DEPTH} levels`];
  test("nesting is bounded in every notation", () => {
    assert.deepEqual(errors("[".repeat(100_000)), deep);
    assert.deepEqual(errors("[".repeat(5_000) + "]".repeat(5_000)), deep);
    assert.deepEqual(errors("- ".repeat(5_000)), deep);
    assert.deepEqual(errors("{a: ".repeat(5_000)), deep);
    assert.deepEqual(errors("? ".repeat(5_000)), deep);
    assert.deepEqual(errors(Array.from({ length: 500 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")), deep);
  });

  test("aliases cannot multiply a small text", () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) => `a${level + 1}: &a${level + 1} [${`*a${level},`.repeat(9)}]`,
    );
    const [error, ...more] = errors(["a0: &a0 [x]", ...levels].join("\n"));
    assert.match(error!, new RegExp(`aliases add up to more than ${MAX_ALIASED_NODES} statements$`));
    assert.deepEqual(more, []);
  });

  test("an anchor that holds its own alias is too deep, not endless", () => {
    assert.match(errors("a: &a [*a]").join(), /nested deeper than 64 levels$/);
  });

  test("the size of a text is bounded", () => {
    assert.deepEqual(errors(" ".repeat(MAX_TEXT_BYTES + 1)), [
      ":  : the text is larger than 32 MiB".replace("  ", " "),
    ]);
  });

  test("a long text value neither overflows nor floods the message", () => {
    const [, , error] = errors(JSON.stringify({ system: { "host-name": "x".repeat(5_000_000) } }));
    assert.equal(error!.length < 300, true);
  });
});
