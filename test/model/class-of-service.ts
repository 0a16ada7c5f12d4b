// class-of-service.ts: the class that packets come with, and the code point that they leave with. SPDX-License-Identifier: Apache-2.0
import type {
  ClassOfService,
  Classifier,
  CodePointType,
  Config,
  CosUnit,
  RewriteRule,
} from "../../daemon/src/config/config.js";
import type { Family } from "./address.js";
import { codePointOf } from "./condition.js";

export interface Class {
  readonly forwardingClass: string;
  readonly lossPriority: string;
}

export const BEST_EFFORT: Class = { forwardingClass: "best-effort", lossPriority: "low" };

const typeOf = (family: Family): CodePointType => (family === "inet" ? "dscp" : "dscp-ipv6");

/** The classifier and the rewrite rule that are always there. */
const defaultClasses: readonly (readonly [codePoint: string, Class])[] = [
  ["ef", { forwardingClass: "expedited-forwarding", lossPriority: "low" }],
  ["af11", { forwardingClass: "assured-forwarding", lossPriority: "low" }],
  ["af12", { forwardingClass: "assured-forwarding", lossPriority: "high" }],
  ["af13", { forwardingClass: "assured-forwarding", lossPriority: "high" }],
  ["cs6", { forwardingClass: "network-control", lossPriority: "low" }],
  ["cs7", { forwardingClass: "network-control", lossPriority: "low" }],
];
const defaultCodePoints: readonly (readonly [Class, codePoint: string])[] = [
  ["best-effort", "low", "be"],
  ["best-effort", "high", "be"],
  ["expedited-forwarding", "low", "ef"],
  ["expedited-forwarding", "high", "ef"],
  ["assured-forwarding", "low", "af11"],
  ["assured-forwarding", "high", "af12"],
  ["network-control", "low", "nc1"],
  ["network-control", "high", "nc2"],
].map(([forwardingClass, lossPriority, codePoint]): [Class, string] => [
  { forwardingClass: forwardingClass!, lossPriority: lossPriority! },
  codePoint!,
]);

const nameOf = ({ forwardingClass, lossPriority }: Class): string => `${forwardingClass} ${lossPriority}`;

export class Classes {
  readonly #statement: ClassOfService;
  constructor(config: Config) {
    this.#statement = config["class-of-service"] ?? {};
  }

  /** come: the class of a packet, by its code point. */
  come(unit: string, family: Family, codePoint: number): Class {
    const name = this.#unit(unit)?.classifiers?.[typeOf(family)];
    if (name === undefined) return BEST_EFFORT;
    return this.#classifier(name, typeOf(family)).get(codePoint) ?? BEST_EFFORT;
  }

  /** leave: the code point for a class; undefined: the one it came with. */
  leave(unit: string, family: Family, as: Class): number | undefined {
    const name = this.#unit(unit)?.["rewrite-rules"]?.[typeOf(family)];
    return name === undefined ? undefined : this.#rewriteRule(name, typeOf(family)).get(nameOf(as));
  }

  #unit(unit: string): CosUnit | undefined {
    const at = unit.lastIndexOf(".");
    return this.#statement.interfaces?.[unit.slice(0, at)]?.unit?.[unit.slice(at + 1)];
  }

  #codePoint(type: CodePointType, value: string | number): number {
    const alias = this.#statement["code-point-aliases"]?.[type]?.find((one) => one.name === value);
    return alias === undefined ? codePointOf(value) : parseInt(alias.bits, 2);
  }

  /** What is imported holds where nothing else is said. */
  #classifier(name: string, type: CodePointType): ReadonlyMap<number, Class> {
    if (name === "default") return new Map(defaultClasses.map(([codePoint, as]) => [codePointOf(codePoint), as]));
    const found: Classifier = this.#statement.classifiers![type]!.find((one) => one.name === name)!;
    const own = (found["forwarding-class"] ?? []).flatMap((entry) =>
      entry["loss-priority"].flatMap((loss) =>
        loss["code-points"].map((value): [number, Class] => [
          this.#codePoint(type, value),
          { forwardingClass: entry.name, lossPriority: loss.name },
        ]),
      ),
    );
    const imported = found.import === undefined ? [] : [...this.#classifier(found.import, type)];
    return new Map([...imported, ...own]);
  }

  #rewriteRule(name: string, type: CodePointType): ReadonlyMap<string, number> {
    if (name === "default")
      return new Map(defaultCodePoints.map(([as, codePoint]) => [nameOf(as), codePointOf(codePoint)]));
    const found: RewriteRule = this.#statement["rewrite-rules"]![type]!.find((one) => one.name === name)!;
    const own = (found["forwarding-class"] ?? []).flatMap((entry) =>
      entry["loss-priority"].map((loss): [string, number] => [
        nameOf({ forwardingClass: entry.name, lossPriority: loss.name }),
        this.#codePoint(type, loss["code-point"]),
      ]),
    );
    const imported = found.import === undefined ? [] : [...this.#rewriteRule(found.import, type)];
    return new Map([...imported, ...own]);
  }
}
