// names.ts: the names that were in force in one generation, by the numbers the helper writes into its events.
// SPDX-License-Identifier: Apache-2.0

export const NAME_TABLE_VERSION = 3;
/** What older versions did not have yet. */
const MISSING_IN_VERSION: ReadonlyMap<unknown, object> = new Map([
  [1, { filters: [], natRules: [] }],
  [2, { natRules: [] }],
]);
/** MAX_RULES_PER_POLICY_SET: policy_id = set id × this + rule index. */
export const MAX_RULES_PER_POLICY_SET = 65536;
export const GLOBAL_POLICY_SET = 65534;
/** DEFAULT_POLICY_ID = 65535 × MAX_RULES_PER_POLICY_SET: what no policy matched. */
export const DEFAULT_POLICY_ID = 4294901760;
/** DEFAULT_POLICY_NAME is shown for what no policy matched. */
export const DEFAULT_POLICY_NAME = "default-policy";

/** NameTable is plain JSON; the daemon keeps those of recent generations on disk. */
export interface NameTable {
  readonly version: typeof NAME_TABLE_VERSION;
  readonly generation: number;
  readonly hostName: string;
  /** by zone id; [0] is "" (no zone) */
  readonly zones: readonly string[];
  /** by unit id; [0] is "" (no unit) */
  readonly units: readonly UnitName[];
  /** by application id; [0] is "any" */
  readonly applications: readonly string[];
  /** in ascending order of firstId */
  readonly policies: readonly PolicyName[];
  /** by filter id; [0] has no name (no filter) */
  readonly filters: readonly FilterName[];
  /** by rule id - 1 */
  readonly natRules: readonly NatRuleName[];
}

export type NatKind = "source" | "destination" | "static";

/** NatRuleName: one rule of address translation as it is written. */
export interface NatRuleName {
  readonly kind: NatKind;
  readonly set: string;
  readonly name: string;
}

export interface UnitName {
  readonly name: string;
  readonly zone: string;
}

/** FilterName: one filter as it is written, and its terms. */
export interface FilterName {
  readonly name: string;
  readonly family: FilterFamily;
  /** terms: term_id is the position + 1 */
  readonly terms: readonly string[];
}

export type FilterFamily = "inet" | "inet6";

/** PolicyName: one policy and the run of ids of its application terms. */
export interface PolicyName {
  /** firstId: the policy_id of its first term; term i has firstId + i */
  readonly firstId: number;
  readonly name: string;
  /** from, to: the zones of the context; "" in global and default policies */
  readonly from: string;
  readonly to: string;
  readonly global: boolean;
  /** applications: per term, the application it came from */
  readonly applications: readonly string[];
}

/** PolicyTerm: what one policy_id stands for. */
export interface PolicyTerm {
  readonly policyId: number;
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly global: boolean;
  readonly application: string;
}

/** zoneName gives a zone's name, or undefined for "no zone" and ids this generation did not have. */
export function zoneName(table: NameTable, id: number): string | undefined {
  return table.zones[id] || undefined;
}

/** unitName gives the name of a logical interface, or undefined. */
export function unitName(table: NameTable, id: number): string | undefined {
  return table.units[id]?.name || undefined;
}

/** unitZone gives the name of the zone a logical interface was in, or undefined. */
export function unitZone(table: NameTable, id: number): string | undefined {
  return table.units[id]?.zone || undefined;
}

/** applicationName gives the application's name; undefined for 0 (no application known) and unknown ids. */
export function applicationName(table: NameTable, id: number): string | undefined {
  return id === 0 ? undefined : table.applications[id];
}

/** filterName finds a filter by its id, or gives undefined. */
export function filterName(table: NameTable, filterId: number): FilterName | undefined {
  return filterId === 0 ? undefined : table.filters[filterId];
}

/** termName gives the name of a term by its filter's id and its own, or undefined. */
export function termName(table: NameTable, filterId: number, termId: number): string | undefined {
  return filterName(table, filterId)?.terms[termId - 1];
}

/** natRuleName finds a rule of address translation by its id, or gives undefined. */
export function natRuleName(table: NameTable, id: number): NatRuleName | undefined {
  return table.natRules[id - 1];
}

/** policyTerm finds the policy and the application term of a policy_id. */
export function policyTerm(table: NameTable, policyId: number): PolicyTerm | undefined {
  let low = 0;
  let high = table.policies.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (table.policies[middle]!.firstId <= policyId) low = middle + 1;
    else high = middle;
  }
  const policy = table.policies[low - 1];
  const application = policy?.applications[policyId - policy.firstId];
  if (policy === undefined || application === undefined) return undefined;
  return { policyId, name: policy.name, from: policy.from, to: policy.to, global: policy.global, application };
}

/** parseNameTable accepts what JSON.parse made of a stored table, also one of an older version; anything else gives undefined. */
export function parseNameTable(value: unknown): NameTable | undefined {
  if (!isRecord(value)) return undefined;
  const missing = MISSING_IN_VERSION.get(value["version"]);
  const table: Record<string, unknown> =
    missing === undefined ? value : { ...value, ...missing, version: NAME_TABLE_VERSION };
  const { version, generation, hostName, zones, units, applications, policies, filters, natRules } = table;
  const whole =
    version === NAME_TABLE_VERSION &&
    Number.isSafeInteger(generation) &&
    typeof hostName === "string" &&
    isListOf(zones, isText) &&
    isListOf(applications, isText) &&
    isListOf(units, (unit) => isRecord(unit) && isText(unit["name"]) && isText(unit["zone"])) &&
    isListOf(policies, isPolicyName) &&
    isListOf(filters, isFilterName) &&
    isListOf(natRules, isNatRuleName);
  return whole ? (table as unknown as NameTable) : undefined;
}

function isPolicyName(value: unknown): boolean {
  return (
    isRecord(value) &&
    Number.isSafeInteger(value["firstId"]) &&
    isText(value["name"]) &&
    isText(value["from"]) &&
    isText(value["to"]) &&
    typeof value["global"] === "boolean" &&
    isListOf(value["applications"], isText)
  );
}

function isFilterName(value: unknown): boolean {
  return (
    isRecord(value) &&
    isText(value["name"]) &&
    (value["family"] === "inet" || value["family"] === "inet6") &&
    isListOf(value["terms"], isText)
  );
}

function isNatRuleName(value: unknown): boolean {
  return (
    isRecord(value) &&
    (value["kind"] === "source" || value["kind"] === "destination" || value["kind"] === "static") &&
    isText(value["set"]) &&
    isText(value["name"])
  );
}

const isText = (value: unknown): boolean => typeof value === "string";
const isListOf = (value: unknown, accepts: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(accepts);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
