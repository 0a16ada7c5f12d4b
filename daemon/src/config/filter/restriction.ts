// restriction.ts: what the conditions of a term leave of the numbers in a packet's header, field by field. Read from a tree that
// need not be valid, so that the checks and the compiler see the same. SPDX-License-Identifier: Apache-2.0
import type { Family } from "../address.js";
import { lossPriorities, MAX_FORWARDING_CLASSES } from "../forwarding-class.js";
import { complementNumbers, intersectNumbers, mergeNumbers, type NumberRange } from "../number-range.js";
import { ESP, ICMP, ICMP6, SCTP, TCP, UDP } from "../protocol.js";
import {
  dscpField,
  espSpiField,
  fragmentOffsetField,
  icmp6CodeField,
  icmp6TypeField,
  icmpCodeField,
  icmpTypeField,
  packetLengthField,
  parseField,
  portField,
  precedenceField,
  protocolField,
  ttlField,
  type Field,
} from "./field.js";

/** HeaderField: a field of a packet, named as in a snapshot's terms. */
export type HeaderField =
  | "protocols"
  | "source_ports"
  | "destination_ports"
  | "ports"
  | "icmp_types"
  | "icmp_codes"
  | "dscps"
  | "ttls"
  | "packet_lengths"
  | "fragment_offsets"
  | "esp_spis"
  | "forwarding_classes"
  | "loss_priorities";

/** Restriction: one statement allows these values of one field. */
export interface Restriction {
  readonly statement: string;
  readonly field: HeaderField;
  readonly ranges: readonly NumberRange[];
}

/** NumberCondition: a statement and its `-except` twin. */
interface NumberCondition {
  readonly statement: string;
  readonly values: Field;
  readonly field: HeaderField;
  /** toField: from the statement's numbers to the field's */
  readonly toField?: (range: NumberRange) => NumberRange;
}

const transport: readonly NumberCondition[] = [
  { statement: "source-port", values: portField, field: "source_ports" },
  { statement: "destination-port", values: portField, field: "destination_ports" },
  { statement: "port", values: portField, field: "ports" },
];
const rest: readonly NumberCondition[] = [
  { statement: "packet-length", values: packetLengthField, field: "packet_lengths" },
  { statement: "esp-spi", values: espSpiField, field: "esp_spis" },
];

/** A precedence is the upper three bits of a DSCP. */
const toDscps = ({ low, high }: NumberRange): NumberRange => ({ low: low * 8, high: high * 8 + 7 });

export const numberConditions: Readonly<Record<Family, readonly NumberCondition[]>> = {
  inet: [
    { statement: "protocol", values: protocolField, field: "protocols" },
    ...transport,
    { statement: "icmp-type", values: icmpTypeField, field: "icmp_types" },
    { statement: "icmp-code", values: icmpCodeField, field: "icmp_codes" },
    { statement: "dscp", values: dscpField, field: "dscps" },
    { statement: "precedence", values: precedenceField, field: "dscps", toField: toDscps },
    { statement: "ttl", values: ttlField, field: "ttls" },
    { statement: "fragment-offset", values: fragmentOffsetField, field: "fragment_offsets" },
    ...rest,
  ],
  inet6: [
    { statement: "next-header", values: protocolField, field: "protocols" },
    ...transport,
    { statement: "icmp-type", values: icmp6TypeField, field: "icmp_types" },
    { statement: "icmp-code", values: icmp6CodeField, field: "icmp_codes" },
    { statement: "traffic-class", values: dscpField, field: "dscps" },
    { statement: "hop-limit", values: ttlField, field: "ttls" },
    ...rest,
  ],
};

const HIGHEST: Readonly<Record<HeaderField, number>> = {
  protocols: 255,
  source_ports: 65535,
  destination_ports: 65535,
  ports: 65535,
  icmp_types: 255,
  icmp_codes: 255,
  dscps: 63,
  ttls: 255,
  packet_lengths: 65535,
  fragment_offsets: 8191,
  esp_spis: 0xffffffff,
  forwarding_classes: MAX_FORWARDING_CLASSES - 1,
  loss_priorities: lossPriorities.length - 1,
};

/** Fields that every packet has: all of their values are no condition. Of the others they ask for the field itself. */
const ALWAYS_THERE: ReadonlySet<HeaderField> = new Set([
  "protocols",
  "dscps",
  "ttls",
  "packet_lengths",
  "fragment_offsets",
  "forwarding_classes",
  "loss_priorities",
]);

type From = Readonly<Record<string, unknown>>;

const lossPriorityIds: ReadonlyMap<string, number> = new Map(lossPriorities.map((name, id) => [name, id]));

/** restrictionsOf gives a restriction for each condition on a number, in a fixed order. What is not readable gives none. */
export function restrictionsOf(
  family: Family,
  from: From,
  forwardingClassIds: ReadonlyMap<string, number>,
): Restriction[] {
  return [
    ...numberConditions[family].flatMap((condition) => numbersOf(condition, from)),
    ...namesOf("forwarding-class", "forwarding_classes", from, forwardingClassIds),
    ...namesOf("loss-priority", "loss_priorities", from, lossPriorityIds),
  ];
}

function numbersOf({ statement, values, field, toField }: NumberCondition, from: From): Restriction[] {
  const read = (name: string): NumberRange[] | undefined => {
    if (from[name] === undefined) return undefined;
    const ranges = readAll(from[name], (value) =>
      typeof value === "string" || typeof value === "number" ? parseField(values, value) : undefined,
    );
    return ranges && mergeNumbers(toField === undefined ? ranges : ranges.map(toField));
  };
  return twins(statement, field, read(statement), read(`${statement}-except`));
}

function namesOf(statement: string, field: HeaderField, from: From, ids: ReadonlyMap<string, number>): Restriction[] {
  const read = (name: string): NumberRange[] | undefined => {
    const found = readAll(from[name], (value) => (typeof value === "string" ? ids.get(value) : undefined));
    return found && mergeNumbers(found.map((id) => ({ low: id, high: id })));
  };
  return twins(statement, field, read(statement), read(`${statement}-except`));
}

/** `port` holds where one of the two ports fits, so its twin holds where neither does. */
function twins(
  statement: string,
  field: HeaderField,
  allowed: readonly NumberRange[] | undefined,
  excepted: readonly NumberRange[] | undefined,
): Restriction[] {
  const exceptFields: readonly HeaderField[] = field === "ports" ? ["source_ports", "destination_ports"] : [field];
  return [
    ...(allowed === undefined ? [] : [{ statement, field, ranges: allowed }]),
    ...(excepted === undefined
      ? []
      : exceptFields.map((exceptField) => ({
          statement: `${statement}-except`,
          field: exceptField,
          ranges: complementNumbers(excepted, HIGHEST[field]),
        }))),
  ];
}

/** readAll gives what every item of a list stands for, or undefined if it is no list or one of them is not understood. */
function readAll<T>(list: unknown, read: (item: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const found = list.flatMap((item: unknown) => read(item) ?? []);
  return found.length === list.length ? found : undefined;
}

/** allowedNumbers gives for each field what all restrictions together leave; a field without condition is not there. */
export function allowedNumbers(restrictions: readonly Restriction[]): Map<HeaderField, readonly NumberRange[]> {
  const allowed = new Map<HeaderField, readonly NumberRange[]>();
  for (const { field, ranges } of restrictions) {
    const before = allowed.get(field);
    allowed.set(field, before === undefined ? ranges : intersectNumbers(before, ranges));
  }
  for (const [field, [first]] of allowed) {
    const isWhole = first?.low === 0 && first.high === HIGHEST[field];
    if (isWhole && ALWAYS_THERE.has(field)) allowed.delete(field);
  }
  return allowed;
}

/** Implication: what a condition asks for beside what it says; `why` names it for people. */
export interface Implication {
  readonly field: HeaderField;
  readonly ranges: readonly NumberRange[];
  readonly why: string;
}

const one = (value: number): NumberRange => ({ low: value, high: value });
const carriedBy = (why: string, ...protocols: readonly number[]): Implication => ({
  field: "protocols",
  ranges: protocols.map(one),
  why,
});
/** Fragments but the first have no transport header. */
const HEADER: Implication = { field: "fragment_offsets", ranges: [one(0)], why: "not of later fragments" };
const PORTS = [carriedBy("tcp, udp or sctp", TCP, UDP, SCTP), HEADER];
const FLAGS = [carriedBy("tcp", TCP), HEADER];
const implications: Readonly<Record<string, readonly Implication[]>> = {
  "source-port": PORTS,
  "destination-port": PORTS,
  port: PORTS,
  "tcp-flags": FLAGS,
  "tcp-established": FLAGS,
  "tcp-initial": FLAGS,
  "esp-spi": [carriedBy("esp", ESP), HEADER],
  "is-fragment": [{ field: "fragment_offsets", ranges: [{ low: 1, high: 8191 }], why: "later fragments" }],
  "first-fragment": [{ field: "fragment_offsets", ranges: [one(0)], why: "first fragments" }],
};

/** implicationsOf gives what a condition asks for although it does not say so. */
export function implicationsOf(family: Family, statement: string): readonly Implication[] {
  const name = statement.replace(/-except$/, "");
  if (name === "icmp-type" || name === "icmp-code")
    return [family === "inet" ? carriedBy("icmp", ICMP) : carriedBy("icmp6", ICMP6), HEADER];
  return Object.hasOwn(implications, name) ? implications[name]! : [];
}
