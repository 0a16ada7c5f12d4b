// policer-table.ts: the budgets of policers: one for each term, attached filter or unit that uses one, as the policer says.
// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";

import type { SnapshotPolicer } from "../../snapshot/snapshot.gen.js";
import type { Firewall, Policer, Quantity, ThreeColorPolicer } from "../config.js";
import { lossPriorities } from "../forwarding-class.js";
import { parseQuantity } from "../quantity.js";

const MAX_NAME = 255;
const KEEP = -1;

/** PolicerUser: the place that a term meters at. `counters` as in AttachedName, `term` as it is told apart in there. */
export interface PolicerUser {
  readonly unit: string;
  readonly counters: string;
  readonly term: string;
}

type Budget = Omit<SnapshotPolicer, "name">;

interface Known {
  readonly statement: Policer | ThreeColorPolicer;
  readonly budget: Budget;
}

export class PolicerTable {
  readonly compiled: SnapshotPolicer[] = [];
  readonly #known = new Map<string, Known>();
  readonly #indexes = new Map<string, number>();

  constructor(firewall: Firewall = {}, forwardingClassIds: ReadonlyMap<string, number>) {
    for (const statement of firewall.policer ?? [])
      this.#known.set(statement.name, { statement, budget: twoColor(statement, forwardingClassIds) });
    for (const statement of firewall["three-color-policer"] ?? [])
      this.#known.set(statement.name, { statement, budget: threeColor(statement) });
  }

  isPerUnit(name: string): boolean {
    return this.#known.get(name)!.statement["logical-interface-policer"] === true;
  }

  /** index gives the budget that a term of an attached filter draws on, made when it is first asked for. */
  index(name: string, user: PolicerUser): number {
    const { statement, budget } = this.#known.get(name)!;
    const place =
      statement["logical-interface-policer"] === true
        ? user.unit
        : statement["filter-specific"] === true
          ? user.counters
          : `${user.counters}/${user.term}`;
    const full = `${name}/${place}`;
    const index = this.#indexes.get(full) ?? this.compiled.push({ name: fitting(full), ...budget }) - 1;
    this.#indexes.set(full, index);
    return index;
  }
}

/** Names of three long names may not fit; such a name ends with what tells it apart. */
function fitting(name: string): string {
  if (name.length <= MAX_NAME) return name;
  const mark = `~${createHash("sha256").update(name).digest("hex").slice(0, 16)}`;
  return name.slice(0, MAX_NAME - mark.length) + mark;
}

const quantity = (value: Quantity): number => parseQuantity(value)!;

function twoColor(policer: Policer, forwardingClassIds: ReadonlyMap<string, number>): Budget {
  const { "if-exceeding": bits, "if-exceeding-pps": packets, then = { discard: true } } = policer;
  const limit =
    bits === undefined
      ? { unit: "packets" as const, rate: quantity(packets!["pps-limit"]), burst: quantity(packets!["packet-burst"]) }
      : {
          unit: "bits" as const,
          rate: quantity(bits["bandwidth-limit"]),
          burst: quantity(bits["burst-size-limit"]),
        };
  const loss = then["out-of-profile"] === true ? "high" : then["loss-priority"];
  const forwardingClass = then["forwarding-class"];
  return {
    kind: "two-color",
    ...limit,
    rate2: 0,
    burst2: 0,
    color_aware: false,
    exceed_discard: then.discard ?? false,
    exceed_loss_priority: loss === undefined ? KEEP : lossPriorities.indexOf(loss),
    exceed_forwarding_class: forwardingClass === undefined ? KEEP : forwardingClassIds.get(forwardingClass)!,
  };
}

function threeColor(policer: ThreeColorPolicer): Budget {
  const { "single-rate": single, "two-rate": two } = policer;
  const mode = single ?? two!;
  return {
    kind: single === undefined ? "two-rate" : "single-rate",
    unit: "bits",
    rate: quantity(mode["committed-information-rate"]),
    burst: quantity(mode["committed-burst-size"]),
    rate2: two === undefined ? 0 : quantity(two["peak-information-rate"]),
    burst2: quantity(two === undefined ? single!["excess-burst-size"] : two["peak-burst-size"]),
    color_aware: mode["color-aware"] ?? false,
    exceed_discard: policer.action !== undefined,
    exceed_loss_priority: KEEP,
    exceed_forwarding_class: KEEP,
  };
}
