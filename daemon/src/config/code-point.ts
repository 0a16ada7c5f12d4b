// code-point.ts: code points by name, and the classifier and rewrite rule that Junos calls default. SPDX-License-Identifier: Apache-2.0
import type { CodePointAlias, LossPriority } from "./config.js";
import { dscpNumbers, parseDscp } from "./traffic-class.js";

export const DEFAULT = "default";

/** CodePointReader understands names, own aliases, numbers and bits. */
export type CodePointReader = (value: string | number) => number | undefined;

export function codePointReader(aliases: readonly CodePointAlias[] = []): CodePointReader {
  const own = new Map(aliases.map(({ name, bits }) => [name, parseDscp(bits)]));
  return (value) => (typeof value === "string" ? (own.get(value) ?? parseDscp(value)) : parseDscp(value));
}

/** ClassOfCodePoint: a forwarding class by name. */
export interface ClassOfCodePoint {
  readonly dscp: number;
  readonly forwardingClass: string;
  readonly lossPriority: LossPriority;
}

const entry = (name: string, forwardingClass: string, lossPriority: LossPriority): ClassOfCodePoint => ({
  dscp: dscpNumbers.get(name)!,
  forwardingClass,
  lossPriority,
});

/** defaultClassifier: what is not in here is best-effort, low. */
export const defaultClassifier: readonly ClassOfCodePoint[] = [
  entry("ef", "expedited-forwarding", "low"),
  entry("af11", "assured-forwarding", "low"),
  entry("af12", "assured-forwarding", "high"),
  entry("af13", "assured-forwarding", "high"),
  entry("nc1", "network-control", "low"),
  entry("nc2", "network-control", "low"),
];

/** defaultRewriteRule: packets of other classes and loss priorities keep their code points. */
export const defaultRewriteRule: readonly ClassOfCodePoint[] = [
  entry("be", "best-effort", "low"),
  entry("be", "best-effort", "high"),
  entry("ef", "expedited-forwarding", "low"),
  entry("ef", "expedited-forwarding", "high"),
  entry("af11", "assured-forwarding", "low"),
  entry("af12", "assured-forwarding", "high"),
  entry("nc1", "network-control", "low"),
  entry("nc2", "network-control", "high"),
];
