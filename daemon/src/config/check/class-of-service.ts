// class-of-service.ts: classifiers, rewrite rules, schedulers, and where they are used. SPDX-License-Identifier: Apache-2.0
import { bitsPerSecond } from "../class-of-service.js";
import { codePointReader, DEFAULT, type CodePointReader } from "../code-point.js";
import type { TransmitRate } from "../config.js";
import { defaultForwardingClasses } from "../forwarding-class.js";
import { LOOPBACK } from "../loopback.js";
import { parseQuantity } from "../quantity.js";
import type { Statement } from "../statement.js";
import { dscpNumbers, parseDscp } from "../traffic-class.js";
import { checkForwardingClass, type ForwardingClassNames } from "./forwarding-classes.js";
import type { Units } from "./interfaces.js";
import { declare, reportDuplicates, type Report } from "./report.js";

const TYPES = ["dscp", "dscp-ipv6"] as const;
type CodePointType = (typeof TYPES)[number];
type Names = ReadonlyMap<string, Statement>;

interface Known {
  readonly classifiers: Readonly<Record<CodePointType, Names>>;
  readonly rewriteRules: Readonly<Record<CodePointType, Names>>;
  readonly schedulers: Names;
  readonly schedulerMaps: Names;
  /** queues by forwarding class */
  readonly queues: ReadonlyMap<string, number>;
}

/** checkClassOfService reports on everything but the forwarding classes themselves. */
export function checkClassOfService(
  report: Report,
  root: Statement,
  { units, classes }: { readonly units: Units; readonly classes: ForwardingClassNames },
): void {
  const cos = root.get("class-of-service");
  const points = mapTypes((type) => checkAliases(report, cos.get("code-point-aliases", type)));
  const classifiers = mapTypes((type) =>
    checkLists(report, cos.get("classifiers", type), {
      what: "classifier",
      classes,
      checkEntries: (list) => checkClassifier(report, list, points[type]),
    }),
  );
  const rewriteRules = mapTypes((type) =>
    checkLists(report, cos.get("rewrite-rules", type), {
      what: "rewrite rule",
      classes,
      checkEntries: (list) => checkRewriteRule(report, list, points[type]),
    }),
  );
  const schedulers = checkSchedulers(report, cos.get("schedulers"));
  const queues = queuesOf(cos);
  const schedulerMaps = checkSchedulerMaps(report, cos.get("scheduler-maps"), { schedulers, classes, queues });
  const known: Known = { classifiers, rewriteRules, schedulers, schedulerMaps, queues };
  for (const [name, statement] of cos.get("interfaces").entries())
    if (units !== undefined)
      checkInterface(report, { name, statement, interfaces: root.get("interfaces"), units }, known);
}

function mapTypes<T>(make: (type: CodePointType) => T): Record<CodePointType, T> {
  return { dscp: make("dscp"), "dscp-ipv6": make("dscp-ipv6") };
}

// ---- code points -------------------------------------------------------------------------------------------------------

interface Points {
  readonly read: CodePointReader;
  readonly names: () => Iterable<string>;
}

function checkAliases(report: Report, aliases: Statement): Points {
  const own = declare(report, "code point alias", aliases.items());
  for (const alias of aliases.items()) {
    const name = alias.get("name").text ?? "";
    if (parseDscp(name) !== undefined) report.add("conflict", alias.get("name"), `'${name}' is a code point already`);
  }
  const readable = [...own].flatMap(([name, alias]) => {
    const bits = alias.get("bits").text ?? "";
    return /^[01]{6}$/.test(bits) ? [{ name, bits }] : [];
  });
  // An alias with unreadable bits is an error by itself, not one wherever it is used.
  const read = codePointReader(readable);
  return {
    read: (value) => read(value) ?? (own.has(String(value)) ? -1 : undefined),
    names: () => [...own.keys(), ...dscpNumbers.keys()],
  };
}

/** readPoint gives a code point, or undefined and an error if the schema has not found one already. */
function readPoint(report: Report, statement: Statement, points: Points): number | undefined {
  if (statement.scalar === undefined) return undefined;
  const point = points.read(statement.scalar);
  if (point === undefined && statement.text !== undefined && /^[A-Za-z0-9_][A-Za-z0-9._-]{0,62}$/.test(statement.text))
    report.dangling(statement, "code point", statement.text, points.names);
  return point !== undefined && point >= 0 ? point : undefined;
}

// ---- classifiers and rewrite rules -------------------------------------------------------------------------------------

interface ListRules {
  readonly what: string;
  readonly classes: ForwardingClassNames;
  readonly checkEntries: (list: Statement) => void;
}

function checkLists(report: Report, lists: Statement, { what, classes, checkEntries }: ListRules): Names {
  const known = declare(report, what, lists.items(), new Map(), (name) => name === DEFAULT);
  for (const list of lists.items()) {
    const own = list.get("forwarding-class").items();
    checkImport(report, list, what, known);
    reportDuplicates(
      report,
      "forwarding class",
      own.map((entry) => entry.get("name")),
    );
    for (const entry of own) {
      checkForwardingClass(report, entry.get("name"), classes);
      reportDuplicates(
        report,
        "loss priority",
        entry
          .get("loss-priority")
          .items()
          .map((priority) => priority.get("name")),
      );
    }
    if (list.isMapping && !list.get("forwarding-class").present && !list.get("import").present)
      report.missing(list, "forwarding-class", `the ${what} says nothing`);
    checkEntries(list);
  }
  return known;
}

/** checkImport reports a name that nothing has, and the list that imports itself, once, where the circle closes. */
function checkImport(report: Report, list: Statement, what: string, known: Names): void {
  const statement = list.get("import");
  const name = statement.text;
  if (name === undefined || name === DEFAULT) return;
  if (!known.has(name)) {
    report.dangling(statement, what, name, () => [...known.keys(), DEFAULT]);
    return;
  }
  const trail = [list.get("name").text ?? ""];
  let next: string | undefined = name;
  while (next !== undefined && next !== DEFAULT) {
    const loop = trail.indexOf(next);
    trail.push(next);
    if (loop === 0) report.add("conflict", statement, `a ${what} imports itself: ${trail.join(" > ")}`);
    if (loop >= 0) return;
    next = known.get(next)?.get("import").text;
  }
}

function checkClassifier(report: Report, classifier: Statement, points: Points): void {
  const places = new Map<number, string>();
  for (const entry of classifier.get("forwarding-class").items()) {
    for (const priority of entry.get("loss-priority").items()) {
      const place = `${entry.get("name").text ?? ""}, ${priority.get("name").text ?? ""}`;
      for (const statement of priority.get("code-points").items()) {
        const point = readPoint(report, statement, points);
        const before = point === undefined ? undefined : places.get(point);
        if (before !== undefined)
          report.add("conflict", statement, `code point '${statement.scalar!}' stands for ${before} already`);
        else if (point !== undefined) places.set(point, place);
      }
    }
  }
}

function checkRewriteRule(report: Report, rule: Statement, points: Points): void {
  for (const entry of rule.get("forwarding-class").items())
    for (const priority of entry.get("loss-priority").items()) readPoint(report, priority.get("code-point"), points);
}

// ---- schedulers --------------------------------------------------------------------------------------------------------

function checkSchedulers(report: Report, schedulers: Statement): Names {
  for (const scheduler of schedulers.items()) {
    const rate = scheduler.get("transmit-rate");
    if (scheduler.get("priority").text === "strict-high" && rate.isMapping && !rate.get("exact").present) {
      const why = "strict-high comes first whatever its rate is; only an exact one limits it";
      report.missing(rate, "exact", why);
    }
  }
  return declare(report, "scheduler", schedulers.items());
}

interface MapNames {
  readonly schedulers: Names;
  readonly classes: ForwardingClassNames;
  readonly queues: ReadonlyMap<string, number>;
}

function checkSchedulerMaps(report: Report, maps: Statement, { schedulers, classes, queues }: MapNames): Names {
  for (const map of maps.items()) {
    const entries = map.get("forwarding-class").items();
    const owners = new Map<number, Statement>();
    reportDuplicates(
      report,
      "forwarding class",
      entries.map((entry) => entry.get("name")),
    );
    for (const entry of entries) {
      const [name, scheduler] = [entry.get("name"), entry.get("scheduler")];
      checkForwardingClass(report, name, classes);
      if (scheduler.text !== undefined && !schedulers.has(scheduler.text))
        report.dangling(scheduler, "scheduler", scheduler.text, () => schedulers.keys());
      const queue = queues.get(name.text ?? "");
      const owner = queue === undefined ? undefined : owners.get(queue);
      if (
        owner !== undefined &&
        owner.get("name").text !== name.text &&
        owner.get("scheduler").text !== scheduler.text
      ) {
        const first = `'${owner.get("name").text!}', whose scheduler is '${owner.get("scheduler").text!}'`;
        report.add("conflict", scheduler, `'${name.text!}' leaves by queue ${queue!}, as does ${first}`);
      } else if (queue !== undefined) owners.set(queue, entry);
    }
  }
  return declare(report, "scheduler map", maps.items());
}

function queuesOf(cos: Statement): Map<string, number> {
  const queues = new Map(defaultForwardingClasses.map((name, queue) => [name, queue]));
  for (const entry of cos.get("forwarding-classes", "class").items()) {
    const [name, queue] = [entry.get("name").text, entry.get("queue-num").number];
    if (name !== undefined && queue !== undefined) queues.set(name, queue);
  }
  return queues;
}

// ---- interfaces --------------------------------------------------------------------------------------------------------

interface Place {
  readonly name: string;
  readonly statement: Statement;
  readonly interfaces: Statement;
  readonly units: NonNullable<Units>;
}

function checkInterface(report: Report, place: Place, known: Known): void {
  const { name, statement, interfaces, units } = place;
  if (name === LOOPBACK) {
    report.add("conflict", statement, "lo0 is this host itself, where packets neither come nor leave");
    return;
  }
  if (!interfaces.get(name).present) {
    report.dangling(statement, "interface", name, () => interfaces.entries().map(([each]) => each));
    return;
  }
  for (const [number, unit] of statement.get("unit").entries()) {
    if (!units.has(`${name}.${number}`)) {
      report.dangling(unit, "interface unit", `${name}.${number}`, () => units.keys());
      continue;
    }
    for (const type of TYPES) {
      checkUse(report, unit.get("classifiers", type), "classifier", known.classifiers[type]);
      checkUse(report, unit.get("rewrite-rules", type), "rewrite rule", known.rewriteRules[type]);
    }
  }
  checkQueues(report, place, known);
}

function checkUse(report: Report, statement: Statement, what: string, known: Names): void {
  const name = statement.text;
  if (name !== undefined && name !== DEFAULT && !known.has(name))
    report.dangling(statement, what, name, () => [...known.keys(), DEFAULT]);
}

function checkQueues(report: Report, { name, statement, interfaces }: Place, known: Known): void {
  const atUnits = statement
    .get("unit")
    .entries()
    .map(([, unit]) => unit.get("scheduler-map"))
    .filter(({ present }) => present);
  const atInterface = statement.get("scheduler-map");
  for (const each of atUnits) {
    if (atInterface.present)
      report.add("conflict", each, `'${name}' has a scheduler-map already, which is for all of its units`);
    else if (interfaces.get(name, "unit").entries().length > 1)
      report.add(
        "conflict",
        each,
        `all units of '${name}' leave by the same queues: put scheduler-map at the interface`,
      );
  }
  const maps = atInterface.present ? [atInterface] : atUnits;
  const shaping = statement.get("shaping-rate");
  if (shaping.present && maps.length === 0)
    report.missing(statement, "scheduler-map", "a shaping-rate is shared out among queues");
  for (const each of maps) {
    if (each.text === undefined) continue;
    const map = known.schedulerMaps.get(each.text);
    if (map === undefined) report.dangling(each, "scheduler map", each.text, () => known.schedulerMaps.keys());
    else checkRates(report, { map, at: each, shaping }, known);
  }
}

interface Use {
  readonly map: Statement;
  /** at: where the map is used */
  readonly at: Statement;
  readonly shaping: Statement;
}

/** checkRates: what a queue is promised must be there to give: the speed of a device is not known, a shaping rate is. */
function checkRates(report: Report, { map, at, shaping }: Use, { schedulers, queues }: Known): void {
  const limit = parseQuantity(shaping.get("rate").scalar ?? "");
  const sharers = new Set<string>();
  const rates = new Map<number, number>();
  for (const entry of map.get("forwarding-class").items()) {
    const scheduler = schedulers.get(entry.get("scheduler").text ?? "");
    const queue = queues.get(entry.get("name").text ?? "");
    const rate = scheduler?.get("transmit-rate");
    if (rate === undefined || queue === undefined || !isReadable(rate)) continue;
    if (limit !== undefined) rates.set(queue, bitsPerSecond(rate.value as TransmitRate, limit));
    if (rate.get("percent").present || !rate.get("exact").isTrue) sharers.add(scheduler!.get("name").text!);
  }
  if (!shaping.present && sharers.size > 0) {
    const names = [...sharers].map((name) => `'${name}'`).join(", ");
    report.missing(at, "shaping-rate", `transmit rates that are a percentage or not exact are shares of it: ${names}`);
  }
  const sum = [...rates.values()].reduce((all, rate) => all + rate, 0);
  if (limit !== undefined && sum > limit)
    report.add(
      "conflict",
      at,
      `the transmit rates of its queues, ${sum} bit/s, are more than the shaping-rate of ${limit}`,
    );
}

function isReadable(rate: Statement): boolean {
  if (!rate.isMapping) return false;
  const [absolute, percent] = [rate.get("rate"), rate.get("percent")];
  if (absolute.present === percent.present) return false;
  return percent.present ? percent.number !== undefined : parseQuantity(absolute.scalar ?? "") !== undefined;
}
