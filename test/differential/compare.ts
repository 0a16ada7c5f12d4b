// compare.ts: do the model and the program agree on every verdict, byte, event and counter? SPDX-License-Identifier: Apache-2.0
import { filterName, natRuleName, termName, type NameTable } from "../../daemon/src/config/names.js";
import { ANY } from "../model/application.js";
import type { Counters } from "../model/counters.js";
import type { Event, Outcome, Sent } from "../model/event.js";
import type { Told } from "../model/firewall.js";
import type { Actual, Expected, Line } from "./run.js";

/** Where a packet is malformed in several ways any of them may be told; which is right has tests of its own (parse_test.c). */
const MALFORMED: readonly unknown[] = [
  "truncated",
  "ethertype",
  "ip-version",
  "ip-header-length",
  "ip-total-length",
  "ip-checksum",
  "ip-option",
  "ip-source",
  "ip-destination",
  "ipv6-extension",
  "fragment-invalid",
  "fragment-tiny",
  "tcp-header",
  "udp-length",
  "icmp-header",
  "transport-header",
];
const malformed = (reason: unknown): unknown => (MALFORMED.includes(reason) ? "malformed" : reason);

/** Sessions have numbers of their own on each side; the same session must have the same pair each time. */
class Pairs {
  readonly #forth = new Map<number, number>();
  readonly #back = new Map<number, number>();
  agree(model: number, program: number): boolean {
    const known = this.#forth.get(model) ?? program;
    const other = this.#back.get(program) ?? model;
    this.#forth.set(model, program);
    this.#back.set(program, model);
    return known === program && other === model;
  }
}

/** compare gives the first disagreement in words, or undefined. */
export function compare(expected: Expected, actual: Actual): string | undefined {
  const pairs = new Pairs();
  let at = 0;
  for (const [index, turn] of expected.turns.entries()) {
    const before: Line[] = [];
    const last = index === expected.turns.length - 1;
    while (at < actual.lines.length && (last || actual.lines[at]!.time_ns < turn.time))
      before.push(actual.lines[at++]!);
    const between = compareAnyOrder(turn.background, before, pairs, actual.names);
    if (between !== undefined) return `before packet ${index + 1}: ${between}`;
    const own: Line[] = [];
    while (!last && at < actual.lines.length && actual.lines[at]!.time_ns === turn.time) own.push(actual.lines[at++]!);
    const { note = "" } = expected.arrivals[index] ?? {};
    const difference = differInTurn(turn.told, own, pairs, actual.names);
    if (difference !== undefined) return `packet ${index + 1} (${note}): ${difference}`;
  }
  return differInCounters(expected.counters, actual.counters, "counters");
}

const bigints = (_: string, value: unknown): unknown =>
  typeof value === "bigint" ? value.toString() : Buffer.isBuffer(value) ? value.toString("hex") : value;
function show(told: Told | undefined): string {
  return JSON.stringify(told, (key, value: unknown) => {
    if (typeof value === "object" && value !== null && "type" in value && value.type === "Buffer") {
      return Buffer.from((value as unknown as { data: number[] }).data).toString("hex");
    }
    return bigints(key, value);
  });
}

/** One packet's events have an order. Where it lets others go, what waits for a neighbour is told later than what does not. */
function differInTurn(
  told: readonly Told[],
  lines: readonly Line[],
  pairs: Pairs,
  names: Actual["names"],
): string | undefined {
  const packets = told.filter((one) => one.kind === "packet").toSorted((a, b) => a.outcome.packet - b.outcome.packet);
  const printed = lines
    .filter((line) => line.packet !== undefined)
    .toSorted((a, b) => Number(a.packet) - Number(b.packet));
  const events = told.filter((one) => one.kind === "event");
  const printedEvents = lines.filter((line) => line.packet === undefined);
  const pairwise = (model: readonly Told[], program: readonly Line[]): string | undefined => {
    for (let i = 0; i < Math.max(model.length, program.length); i++) {
      const difference = differ(model[i], program[i], pairs, names);
      if (difference !== undefined)
        return `line ${i + 1}: ${difference}\n  model:   ${show(model[i])}\n  program: ${JSON.stringify(program[i], bigints)}`;
    }
    return undefined;
  };
  const inPackets = pairwise(packets, printed);
  if (inPackets !== undefined) return inPackets;
  return packets.length > 1 ? compareAnyOrder(events, printedEvents, pairs, names) : pairwise(events, printedEvents);
}

function compareAnyOrder(
  told: readonly Told[],
  lines: readonly Line[],
  pairs: Pairs,
  names: Actual["names"],
): string | undefined {
  const left = [...lines];
  for (const one of told) {
    const found = left.findIndex((line) => differ(one, line, new Pairs(), names) === undefined);
    if (found < 0) return `the program did not tell ${show(one)}, but ${JSON.stringify(left, bigints)}`;
    const difference = differ(one, left[found], pairs, names);
    if (difference !== undefined) return difference;
    left.splice(found, 1);
  }
  return left.length > 0 ? `the model did not tell ${JSON.stringify(left, bigints)}` : undefined;
}

function differ(
  told: Told | undefined,
  line: Line | undefined,
  pairs: Pairs,
  names: Actual["names"],
): string | undefined {
  if (told === undefined) return "the program tells more";
  if (line === undefined) return "the program tells less";
  return told.kind === "packet"
    ? differInPacket(told.outcome, line, pairs)
    : differInEvent(told.event, line, pairs, names);
}

type Pair = readonly [name: string, model: unknown, program: unknown];
const firstDifference = (rows: readonly Pair[]): string | undefined => {
  const row = rows.find(([, model, program]) => model !== program);
  return row === undefined ? undefined : `${row[0]}: model ${String(row[1])}, program ${String(row[2])}`;
};

function inTime(from: bigint, until: bigint, line: Line): boolean {
  return from <= line.time_ns && line.time_ns <= until;
}

/** A number may be the program's; all else about its frame is the model's. */
function bytesOf({ bytes, numbered }: Sent, sent: readonly Buffer[]): string {
  return (numbered === undefined || sent.length === 0 ? bytes : numbered(sent)).toString("hex");
}

function differInPacket(model: Outcome, line: Line, pairs: Pairs): string | undefined {
  if (line.packet === undefined) return "the program tells an event, the model a packet";
  if (!inTime(model.from_ns, model.until_ns, line))
    return `time ${line.time_ns}, expected ${model.from_ns} to ${model.until_ns}`;
  const frames = line.frames as readonly { readonly out: string; readonly bytes: string }[];
  const sent = frames.map(({ bytes }) => Buffer.from(bytes, "hex"));
  /* What a memo answered is not looked up again, so rule and egress need not be named; named they must be right. */
  const named = (key: string, value: unknown): Pair[] => (line[key] === undefined ? [] : [[key, value, line[key]]]);
  const rows: Pair[] = [
    ["packet", model.packet, line.packet],
    ["verdict", model.verdict, line.verdict],
    ["reason", malformed(model.reason), malformed(line.reason)],
    ["deny_reason", model.deny_reason, line.deny_reason],
    ["in", model.in, line.in],
    ["zone", model.zone, line.zone],
    ["number of frames", model.frames.length, frames.length],
    ...model.frames.flatMap((frame, i): Pair[] => [
      [`frames[${i}].out`, frame.out, frames[i]?.out],
      [`frames[${i}].bytes`, bytesOf(frame, sent), frames[i]?.bytes],
    ]),
    ...(model.verdict === "forward"
      ? [
          ["egress", model.egress, line.egress] as const,
          ["session", model.session === undefined, line.session === undefined] as const,
        ]
      : named("egress", model.egress)),
    ...named("egress_zone", model.egress_zone),
    ...named("policy_id", model.policy_id),
    ...named("direction", model.direction),
  ];
  const difference = firstDifference(rows);
  if (difference !== undefined || model.session === undefined) return difference;
  return pairs.agree(model.session, line.session as number) ? undefined : "another session";
}

const EVENT_FIELDS = [
  "event",
  "generation",
  "action",
  "source",
  "destination",
  "protocol",
  "source_port",
  "destination_port",
  "policy_id",
  "policy",
  "screen_id",
  "ingress_zone",
  "egress_zone",
  "ingress_interface",
  "egress_interface",
  "reason",
  "client_packets",
  "client_bytes",
  "server_packets",
  "server_bytes",
  "session_created_s",
  "length",
  "dscp",
  "tcp_flags",
  "icmp_type",
  "icmp_code",
  "filter_id",
  "term_id",
  "answer",
  "nat_source",
  "nat_source_port",
  "nat_destination",
  "nat_destination_port",
] as const;

/** What a flow's memo says is said as cached-output; where the model sees that there may be one, either is right. */
function sameSource(model: Event, line: Line): boolean {
  if (line.filter_source === model.filter_source) return true;
  return line.filter_source === "cached-output" && model.filter_source === "output" && model.cached === true;
}

function differInEvent(model: Event, line: Line, pairs: Pairs, names: Actual["names"]): string | undefined {
  if (line.event === undefined) return "the program tells a packet, the model an event";
  if (!inTime(model.from_ns, model.until_ns, line))
    return `time ${line.time_ns}, expected ${model.from_ns} to ${model.until_ns}`;
  const table: NameTable = names.get(line.generation as number)!;
  /* The program names policies by what is in force when it prints; ids are what frames carry. */
  const printed: Readonly<Record<string, unknown>> = {
    ...line,
    policy: line.policy_id === undefined ? undefined : policyName(table, line.policy_id as number),
  };
  const difference = firstDifference([
    ...EVENT_FIELDS.map((field): Pair => [field, model[field], printed[field]]),
    ["application", model.application ?? ANY, table.applications[line.application_id as number]],
    ["filter", model.filter, filterName(table, (line.filter_id as number | undefined) ?? 0)?.name],
    ["term", model.term, termName(table, (line.filter_id as number | undefined) ?? 0, line.term_id as number)],
    ["source_nat_rule", model.source_nat_rule, natRule(table, line.source_nat_rule_id)],
    ["destination_nat_rule", model.destination_nat_rule, natRule(table, line.destination_nat_rule_id)],
    ["filter_source", true, sameSource(model, line)],
    ["session", model.session === undefined, line.session === undefined],
  ]);
  if (difference !== undefined || model.session === undefined) return difference;
  return pairs.agree(model.session, line.session as number) ? undefined : "another session";
}

function natRule(table: NameTable, id: unknown): string | undefined {
  const rule = id === undefined ? undefined : natRuleName(table, id as number);
  return rule === undefined ? undefined : `${rule.kind}/${rule.set}/${rule.name}`;
}

function policyName(table: NameTable, id: number): string | undefined {
  return table.policies.findLast((policy) => policy.firstId <= id)?.name;
}

/** What a malformed packet adds to the bytes of its interface is not said anywhere: as much as could be read of its length. */
let sawMalformed = false;

function differInCounters(model: Counters, program: Counters, path: string): string | undefined {
  if (path === "counters")
    sawMalformed = Object.keys((model.drops ?? {}) as Counters).some((reason) => MALFORMED.includes(reason));
  for (const name of new Set([...Object.keys(model), ...Object.keys(program)])) {
    const [a, b] = [model[name] ?? 0, program[name] ?? 0];
    const where = `${path}.${name}`;
    if (sawMalformed && (name === "in_bytes" || MALFORMED.includes(name))) continue;
    const nested = typeof a === "object" || typeof b === "object";
    const difference = nested
      ? differInCounters(typeof a === "object" ? a : {}, typeof b === "object" ? b : {}, where)
      : a !== b
        ? `${where}: model ${a}, program ${b}`
        : undefined;
    if (difference !== undefined) return difference;
  }
  return undefined;
}
