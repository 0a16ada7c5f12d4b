// class-of-service.ts: classifiers, rewrite rules and queues as the helper knows them. SPDX-License-Identifier: Apache-2.0
import type {
  SnapshotClassifier,
  SnapshotForwardingClass,
  SnapshotPort,
  SnapshotQueue,
  SnapshotRewrite,
  SnapshotUnit,
} from "../snapshot/snapshot.gen.js";
import {
  codePointReader,
  DEFAULT,
  defaultClassifier,
  defaultRewriteRule,
  type ClassOfCodePoint,
  type CodePointReader,
} from "./code-point.js";
import type {
  ClassOf,
  ClassOfService,
  Classifier,
  CodePointType,
  CosInterface,
  RewriteRule,
  Scheduler,
  TransmitRate,
} from "./config.js";
import { forwardingClasses, lossPriorities, type ForwardingClass } from "./forwarding-class.js";
import { parseQuantity } from "./quantity.js";

export const QUEUES = 8;
/** NONE: ids of classifiers and rewrite rules begin at 1. */
const NONE = 0;
const NO_QUEUES = { shaping_rate: 0, queues: [] };
/** UNSCHEDULED: a queue whose classes are in no scheduler map. */
const UNSCHEDULED: SnapshotQueue = { priority: "low", rate: 0, exact: false };

/** schedulerMapOf gives the scheduler map of an interface, wherever it stands. */
export function schedulerMapOf(statement: CosInterface): string | undefined {
  return statement["scheduler-map"] ?? Object.values(statement.unit ?? {})[0]?.["scheduler-map"];
}

/** bitsPerSecond gives the rate that a transmit rate is at an interface with this shaping rate. */
export function bitsPerSecond(rate: TransmitRate, shapingRate: number): number {
  return rate.rate === undefined ? Math.floor((shapingRate * rate.percent!) / 100) : parseQuantity(rate.rate)!;
}

export class ClassOfServiceTable {
  readonly forwardingClasses: SnapshotForwardingClass[];
  readonly classifiers: SnapshotClassifier[] = [];
  readonly rewrites: SnapshotRewrite[] = [];
  readonly #statement: ClassOfService;
  readonly #classes: ReadonlyMap<string, ForwardingClass>;
  /** by "dscp NAME" */
  readonly #classifierIds = new Map<string, number>();
  readonly #rewriteIds = new Map<string, number>();

  constructor(statement: ClassOfService = {}) {
    const classes = forwardingClasses(statement);
    this.#statement = statement;
    this.#classes = new Map(classes.map((entry) => [entry.name, entry]));
    this.forwardingClasses = classes.map(({ name, queue }) => ({ name, queue }));
  }

  ofUnit(port: string, unit: string): Pick<SnapshotUnit, "classifier" | "classifier6" | "rewrite" | "rewrite6"> {
    const { classifiers = {}, "rewrite-rules": rules = {} } = this.#statement.interfaces?.[port]?.unit?.[unit] ?? {};
    return {
      classifier: this.#classifier("dscp", classifiers.dscp),
      classifier6: this.#classifier("dscp-ipv6", classifiers["dscp-ipv6"]),
      rewrite: this.#rewrite("dscp", rules.dscp),
      rewrite6: this.#rewrite("dscp-ipv6", rules["dscp-ipv6"]),
    };
  }

  /** #classifier gives the id of a classifier, which gets one when it is first used. */
  #classifier(type: CodePointType, name: string | undefined): number {
    if (name === undefined) return NONE;
    const key = `${type} ${name}`;
    const known = this.#classifierIds.get(key);
    if (known !== undefined) return known;
    const own = pointsOf(this.#reader(type));
    const entries = expand(name, this.#statement.classifiers?.[type] ?? [], defaultClassifier, byDscp, own);
    const id = this.classifiers.push({ code_points: entries.map(this.#numbers) });
    this.#classifierIds.set(key, id);
    return id;
  }

  #rewrite(type: CodePointType, name: string | undefined): number {
    if (name === undefined) return NONE;
    const key = `${type} ${name}`;
    const known = this.#rewriteIds.get(key);
    if (known !== undefined) return known;
    const own = marksOf(this.#reader(type));
    const entries = expand(name, this.#statement["rewrite-rules"]?.[type] ?? [], defaultRewriteRule, byClass, own);
    const id = this.rewrites.push({ marks: entries.map(this.#numbers) });
    this.#rewriteIds.set(key, id);
    return id;
  }

  #reader(type: CodePointType): CodePointReader {
    return codePointReader(this.#statement["code-point-aliases"]?.[type]);
  }

  ofPort(name: string): Pick<SnapshotPort, "shaping_rate" | "queues"> {
    const statement = this.#statement.interfaces?.[name] ?? {};
    const mapName = schedulerMapOf(statement);
    if (mapName === undefined) return NO_QUEUES;
    const map = this.#statement["scheduler-maps"]!.find((entry) => entry.name === mapName)!;
    const schedulers = new Map(this.#statement.schedulers?.map((entry) => [entry.name, entry]));
    const shapingRate = statement["shaping-rate"] === undefined ? 0 : parseQuantity(statement["shaping-rate"].rate)!;
    const queues = Array.from({ length: QUEUES }, () => UNSCHEDULED);
    for (const { name: className, scheduler } of map["forwarding-class"])
      queues[this.#classes.get(className)!.queue] = compileScheduler(schedulers.get(scheduler)!, shapingRate);
    return { shaping_rate: shapingRate, queues };
  }

  readonly #numbers = ({
    dscp,
    forwardingClass,
    lossPriority,
  }: ClassOfCodePoint): SnapshotRewrite["marks"][number] => ({
    dscp,
    forwarding_class: this.#classes.get(forwardingClass)!.id,
    loss_priority: lossPriorities.indexOf(lossPriority),
  });
}

function compileScheduler({ "transmit-rate": rate, priority = "low" }: Scheduler, shapingRate: number): SnapshotQueue {
  return {
    priority,
    rate: rate === undefined ? 0 : bitsPerSecond(rate, shapingRate),
    exact: rate?.exact ?? false,
  };
}

// ---- classifiers and rewrite rules with what they import ---------------------------------------------------------------

const byDscp = ({ dscp }: ClassOfCodePoint): string => String(dscp);
const byClass = ({ forwardingClass, lossPriority }: ClassOfCodePoint): string => `${forwardingClass} ${lossPriority}`;

const pointsOf =
  (read: CodePointReader) =>
  (classifier: Classifier): ClassOfCodePoint[] =>
    each(classifier, (entry) => entry["code-points"].map((point) => read(point)!));

const marksOf =
  (read: CodePointReader) =>
  (rule: RewriteRule): ClassOfCodePoint[] =>
    each(rule, (entry) => [read(entry["code-point"])!]);

function each<T>(
  of: { readonly "forwarding-class"?: readonly ClassOf<T>[] },
  points: (entry: T) => readonly number[],
): ClassOfCodePoint[] {
  return (of["forwarding-class"] ?? []).flatMap(({ name: forwardingClass, "loss-priority": priorities }) =>
    priorities.flatMap((entry) => points(entry).map((dscp) => ({ dscp, forwardingClass, lossPriority: entry.name }))),
  );
}

/** expand gives the entries of a list, its own over those that it imports. */
function expand<T extends { readonly name: string; readonly import?: string }>(
  name: string,
  lists: readonly T[],
  defaults: readonly ClassOfCodePoint[],
  key: (entry: ClassOfCodePoint) => string,
  own: (list: T) => ClassOfCodePoint[],
): readonly ClassOfCodePoint[] {
  if (name === DEFAULT) return defaults;
  const list = lists.find((entry) => entry.name === name)!;
  const imported = list.import === undefined ? [] : expand(list.import, lists, defaults, key, own);
  return [...new Map([...imported, ...own(list)].map((entry) => [key(entry), entry])).values()];
}
