// compile.ts: from a configuration to the snapshot that the helper enforces and the names of its numbers. Pure: the same
// configuration and generation always give the same bytes. SPDX-License-Identifier: Apache-2.0
import { Action } from "../../../shared/gen/wire.gen.js";
import { sealSnapshot, type SnapshotContent } from "../snapshot/hash.js";
import type {
  Snapshot,
  SnapshotApplication,
  SnapshotDefaultPolicy,
  SnapshotHostService,
  SnapshotPolicySet,
  SnapshotPort,
  SnapshotRule,
  SnapshotSettings,
  SnapshotUnit,
  SnapshotZone,
} from "../snapshot/snapshot.gen.js";
import { AddressSets } from "./address-sets.js";
import { addressBytes, parsePrefix, type Prefix } from "./address.js";
import { ApplicationTable, type ApplicationRow } from "./application-table.js";
import { compileInstances, compileRoutes, proxyRoutes } from "./compile-routes.js";
import { ClassOfServiceTable } from "./class-of-service.js";
import type { Config, DefaultPolicy, HostInboundTraffic, Policy, PolicyContext, Unit } from "./config.js";
import type { Direction } from "./filter/attachment.js";
import { FilterTable } from "./filter/filter-table.js";
import type { NumberedFilter } from "./filter/written-term.js";
import { forwardingClasses } from "./forwarding-class.js";
import { expandServices, hostProtocols, systemServices, type HostService } from "./host-service.js";
import { InstanceTable } from "./instance-table.js";
import { LOOPBACK, loopbackUnits } from "./loopback.js";
import { RuleRates } from "./log-rates.js";
import { NatTable, type NatParts } from "./nat-table.js";
import { ScreenTable } from "./screen-table.js";
import {
  DEFAULT_POLICY_ID,
  DEFAULT_POLICY_NAME,
  GLOBAL_POLICY_SET,
  MAX_RULES_PER_POLICY_SET,
  NAME_TABLE_VERSION,
  type FilterName,
  type NameTable,
  type PolicyName,
  type UnitName,
} from "./names.js";

export interface Compiled {
  readonly snapshot: Snapshot;
  readonly names: NameTable;
}

/** NEVER: a session without an idle timeout. */
export const NEVER = 0xffffffff;
const FAMILY_ORDER = { 0: 0, 2: 1, 10: 2 } as const;

/** compileConfig assumes a configuration that loadConfig has accepted. */
export function compileConfig(config: Config, generation: number): Compiled {
  const zoneIds = new Map(config.security.zones["security-zone"].map((zone, index) => [zone.name, index + 1]));
  const rates = new RuleRates(config);
  const screens = new ScreenTable(config);
  const classes = new ClassOfServiceTable(config["class-of-service"]);
  const ports = compilePorts(config, classes);
  const instances = new InstanceTable(config);
  const bare = compileUnits(config, ports, { zoneIds, instances, classes });
  const sets = new AddressSets(config.security["address-book"] ?? []);
  const applications = new ApplicationTable(config.applications);
  const counters: string[] = [];
  const policies = compilePolicies(config.security.policies ?? [], { zoneIds, sets, applications, counters, rates });
  const filters = new FilterTable(config.firewall, {
    sets,
    prefixLists: new Map((config["policy-options"]?.["prefix-list"] ?? []).map(({ name, prefix }) => [name, prefix])),
    unitIds: new Map(bare.map(({ unit }) => [unit.name, unit.id])),
    forwardingClassIds: new Map(forwardingClasses(config["class-of-service"]).map(({ name, id }) => [name, id])),
    instanceIds: instances.ids,
    rates,
  });
  const nat = compileNat(config, bare, { sets, applications, zoneIds, instances });
  const units = bare.map((compiled) => attachFilters(compiled, filters));
  const routes = compileRoutes(instances, units);
  const routing = compileInstances(instances, loopbackUnits(config), filters);
  const content: SnapshotContent = {
    version: 1,
    settings: compileSettings(config, rates),
    zones: compileZones(config, screens),
    instances: routing,
    ports,
    units: units.map(({ unit }) => unit),
    address_sets: sets.compiled(),
    applications: applications.rows.map(compileApplication),
    policy_sets: policies.sets,
    default_policy: compileDefaultPolicy(config.security["default-policy"], counters, rates),
    counters,
    routes: [...routes, ...proxyRoutes(nat.proxies, routes, units)],
    filters: filters.filters,
    filter_counters: filters.counters,
    policers: filters.policers,
    forwarding_classes: classes.forwardingClasses,
    classifiers: classes.classifiers,
    rewrites: classes.rewrites,
    ...(nat.rules.length === 0 ? {} : { nat_pools: nat.pools, nat_rules: nat.rules, nat_sets: nat.sets }),
    ...(nat.proxies.length === 0 ? {} : { proxies: nat.proxies }),
    screens: screens.screens,
  };
  return {
    snapshot: sealSnapshot(content, generation),
    names: {
      version: NAME_TABLE_VERSION,
      generation,
      hostName: config.system["host-name"],
      zones: ["", ...zoneIds.keys()],
      units: [{ name: "", zone: "" }, ...unitNames(config, units)],
      applications: ["any", ...applications.rows.map((row) => row.name)],
      policies: [...policies.names, defaultPolicyName()],
      filters: [{ name: "", family: "inet", terms: [] }, ...filters.configured.map(nameFilter)],
      natRules: nat.names,
    },
  };
}

function compileSettings(config: Config, rates: RuleRates): SnapshotSettings {
  const dataplane = config.system.dataplane ?? {};
  const { flow } = config.security;
  const tcp = flow?.["tcp-session"] ?? {};
  const timeWait = tcp["time-wait-state"];
  const aging = flow?.aging ?? {};
  const highWatermark = aging["high-watermark"] ?? 100;
  return {
    fail_mode: dataplane["fail-mode"] ?? "closed",
    tcp_no_syn_check: tcp["no-syn-check"] ?? false,
    tcp_strict_syn_check: tcp["strict-syn-check"] ?? false,
    tcp_no_sequence_check: tcp["no-sequence-check"] ?? false,
    tcp_rst_invalidate: tcp["rst-invalidate-session"] ?? false,
    tcp_fin_invalidate: tcp["fin-invalidate-session"] ?? false,
    tcp_initial_timeout: tcp["tcp-initial-timeout"] ?? 20,
    tcp_time_wait: timeWait ? (timeWait["session-timeout"] ?? 150) : 2,
    tcp_mss: flow?.["tcp-mss"]?.["all-tcp"]?.mss ?? 0,
    session_maximum: dataplane["session-maximum"] ?? 262144,
    early_ageout: aging["early-ageout"] ?? 20,
    high_watermark: highWatermark,
    low_watermark: aging["low-watermark"] ?? highWatermark,
    icmp_error_rate: dataplane["icmp-error-rate"] ?? 1000,
    icmp_error_burst: dataplane["icmp-error-burst"] ?? 100,
    require_delivery: (config.security.log?.stream ?? []).some((stream) => stream["require-delivery"] ?? false),
    log_rule_rate: rates.general.log_rate,
    log_rule_burst: rates.general.log_burst,
    log_zone_rate: rates.zone.log_rate,
    log_zone_burst: rates.zone.log_burst,
  };
}

// ---- zones, ports, units ---------------------------------------------------------------------------------------------------

function compileZones(config: Config, screens: ScreenTable): SnapshotZone[] {
  return config.security.zones["security-zone"].map((zone, index) => ({
    id: index + 1,
    name: zone.name,
    tcp_rst: zone["tcp-rst"] ?? false,
    screen: screens.idOf(zone.screen),
    host_inbound: compileHostInbound(zone["host-inbound-traffic"] ?? {}),
  }));
}

function compileHostInbound(traffic: HostInboundTraffic): SnapshotHostService[] {
  const services = [
    ...expandServices(systemServices, traffic["system-services"] ?? []),
    ...expandServices(hostProtocols, traffic.protocols ?? []),
  ].toSorted(compareServices);
  const once = services.filter((service, index) => index === 0 || compareServices(service, services[index - 1]!) !== 0);
  return once.map((service) => ({
    protocol: service.protocol,
    family: service.family,
    port_low: service.ports.low,
    port_high: service.ports.high,
    icmp_type: service.icmpType,
  }));
}

function compareServices(a: HostService, b: HostService): number {
  return (
    a.protocol - b.protocol ||
    FAMILY_ORDER[a.family] - FAMILY_ORDER[b.family] ||
    a.ports.low - b.ports.low ||
    a.ports.high - b.ports.high ||
    a.icmpType - b.icmpType
  );
}

/** Mappings have no order of their own, so interfaces go by name (ge-0/0/2 before ge-0/0/10). */
function interfaceNames(config: Config): string[] {
  return Object.keys(config.interfaces)
    .filter((name) => name !== LOOPBACK)
    .toSorted(compareNaturally);
}

function compareNaturally(a: string, b: string): number {
  const parts = (text: string): string[] => text.split(/([0-9]+)/);
  const [left, right] = [parts(a), parts(b)];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const [l, r] = [left[at]!, right[at]!];
    const difference = at % 2 === 1 ? Number(l) - Number(r) || l.length - r.length : l < r ? -1 : l > r ? 1 : 0;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function compilePorts(config: Config, classes: ClassOfServiceTable): SnapshotPort[] {
  return interfaceNames(config).map((name, id) => {
    const statement = config.interfaces[name]!;
    return {
      id,
      name,
      device: statement.device ?? name,
      xdp_mode: statement["xdp-mode"] ?? "auto",
      mtu: statement.mtu ?? 0,
      ...classes.ofPort(name),
    };
  });
}

interface CompiledUnit {
  readonly unit: SnapshotUnit;
  readonly prefixes: readonly Prefix[];
  readonly family: NonNullable<Unit["family"]>;
}

interface UnitParts {
  readonly zoneIds: ReadonlyMap<string, number>;
  readonly instances: InstanceTable;
  readonly classes: ClassOfServiceTable;
}

function compileUnits(
  config: Config,
  ports: readonly SnapshotPort[],
  { zoneIds, instances, classes }: UnitParts,
): CompiledUnit[] {
  const membership = new Map(
    config.security.zones["security-zone"].flatMap((zone) =>
      (zone.interfaces ?? []).map((item) => {
        const [name, traffic] = typeof item === "string" ? [item] : [item.name, item["host-inbound-traffic"]];
        return [name, { zone: zoneIds.get(zone.name)!, traffic }] as const;
      }),
    ),
  );
  const units: CompiledUnit[] = [];
  for (const port of ports) {
    for (const [number, unit] of Object.entries(config.interfaces[port.name]!.unit).toSorted(
      ([a], [b]) => Number(a) - Number(b),
    )) {
      const name = `${port.name}.${number}`;
      const member = membership.get(name);
      const family = unit.family ?? {};
      const { inet, inet6 } = family;
      const prefixes = [...(inet?.address ?? []), ...(inet6?.address ?? [])].map((text) => parsePrefix(text)!);
      units.push({
        prefixes,
        family,
        unit: {
          id: units.length + 1,
          name,
          port: port.id,
          vlan: unit["vlan-id"] ?? 0,
          zone: member?.zone ?? 0,
          instance: instances.ofUnit(name),
          inet: inet !== undefined,
          inet6: inet6 !== undefined,
          mtu_inet: inet?.mtu ?? 0,
          mtu_inet6: inet6?.mtu ?? 0,
          addresses: prefixes.map((prefix) => ({
            address: addressBytes(prefix.family, prefix.value),
            length: prefix.length,
          })),
          filter_input: 0,
          filter_output: 0,
          filter_input6: 0,
          filter_output6: 0,
          ...classes.ofUnit(port.name, number),
          ...(member?.traffic === undefined ? {} : { host_inbound: compileHostInbound(member.traffic) }),
        },
      });
    }
  }
  return units;
}

/** Filters ask for the ids of units, so they are attached when all units have theirs. */
function attachFilters(compiled: CompiledUnit, filters: FilterTable): CompiledUnit {
  const attach = (family: "inet" | "inet6", direction: Direction): number =>
    filters.attach(compiled.family[family]?.filter, { unit: compiled.unit.name, family, direction });
  return {
    ...compiled,
    unit: {
      ...compiled.unit,
      filter_input: attach("inet", "input"),
      filter_output: attach("inet", "output"),
      filter_input6: attach("inet6", "input"),
      filter_output6: attach("inet6", "output"),
    },
  };
}

function compileNat(
  config: Config,
  units: readonly CompiledUnit[],
  {
    sets,
    applications,
    zoneIds,
    instances,
  }: Pick<UnitParts, "zoneIds" | "instances"> & Pick<NatParts, "sets" | "applications">,
): NatTable {
  const where = (holds: (unit: SnapshotUnit) => boolean): number[] =>
    units.filter(({ unit }) => holds(unit)).map(({ unit }) => unit.id);
  return new NatTable(config.security.nat ?? {}, {
    sets,
    applications,
    unitIds: new Map(units.map(({ unit }) => [unit.name, unit.id])),
    unitsOfZone: (zone) => where((unit) => unit.zone === zoneIds.get(zone)),
    unitsOfInstance: (instance) => where((unit) => unit.instance === instances.ids.get(instance)),
  });
}

function nameFilter({ filter, family }: NumberedFilter): FilterName {
  return { name: filter.name, family, terms: filter.term.map((term) => term.name) };
}

function unitNames(config: Config, units: readonly CompiledUnit[]): UnitName[] {
  const zones = config.security.zones["security-zone"];
  return units.map(({ unit }) => ({ name: unit.name, zone: zones[unit.zone - 1]?.name ?? "" }));
}

// ---- policies ----------------------------------------------------------------------------------------------------------------

interface PolicyParts {
  readonly zoneIds: ReadonlyMap<string, number>;
  readonly sets: AddressSets;
  readonly applications: ApplicationTable;
  readonly counters: string[];
  readonly rates: RuleRates;
}

interface CompiledPolicies {
  readonly sets: SnapshotPolicySet[];
  readonly names: PolicyName[];
}

/** Zone pairs get their set ids in the order of the text; the global set comes last, under an id of its own. */
function compilePolicies(contexts: readonly PolicyContext[], parts: PolicyParts): CompiledPolicies {
  const sets: SnapshotPolicySet[] = [];
  const names: PolicyName[] = [];
  const pairs = contexts.filter((context) => context.global === undefined);
  const globals = contexts.filter((context) => context.global !== undefined);
  for (const context of [...pairs, ...globals]) {
    const id = context.global === undefined ? sets.length + 1 : GLOBAL_POLICY_SET;
    const rules: SnapshotRule[] = [];
    const [from, to] = context.global === undefined ? [context["from-zone"], context["to-zone"]] : ["", ""];
    const prefix = context.global === undefined ? `${from}/${to}` : "global";
    for (const policy of context.policy) {
      const counter = parts.counters.push(`${prefix}/${policy.name}`) - 1;
      const firstId = id * MAX_RULES_PER_POLICY_SET + rules.length;
      const expanded = expandPolicy(policy, { from, to, firstId, counter }, parts);
      for (const rule of expanded) rules.push(rule);
      names.push({
        firstId,
        name: policy.name,
        from,
        to,
        global: context.global !== undefined,
        applications: expanded.map((rule) => parts.applications.nameOf(rule.application)),
      });
    }
    sets.push({ id, from_zone: parts.zoneIds.get(from) ?? 0, to_zone: parts.zoneIds.get(to) ?? 0, rules });
  }
  return { sets, names };
}

interface PolicyPlace {
  readonly from: string;
  readonly to: string;
  readonly firstId: number;
  readonly counter: number;
}

/** expandPolicy gives one rule per application term, in the order in which the policy names them, each term once. */
function expandPolicy(policy: Policy, { from, to, firstId, counter }: PolicyPlace, parts: PolicyParts): SnapshotRule[] {
  const { match, then } = policy;
  const zones = (names: readonly string[] | undefined): number[] =>
    names === undefined || names.includes("any") ? [] : names.map((name) => parts.zoneIds.get(name)!);
  const fromZones = zones(match["from-zone"]);
  const toZones = zones(match["to-zone"]);
  const source = parts.sets.indexes(from, match["source-address"]);
  const destination = parts.sets.indexes(to, match["destination-address"]);
  const action = then.permit === true ? Action.PERMIT : then.reject === true ? Action.REJECT : Action.DENY;
  return parts.applications.expand(match.application).map((row, index) => ({
    policy_id: firstId + index,
    counter,
    name: policy.name,
    from_zones: fromZones,
    to_zones: toZones,
    source,
    destination,
    source_excluded: match["source-address-excluded"] ?? false,
    destination_excluded: match["destination-address-excluded"] ?? false,
    protocol: row.protocol,
    source_port_low: row.sourcePorts.low,
    source_port_high: row.sourcePorts.high,
    destination_port_low: row.destinationPorts.low,
    destination_port_high: row.destinationPorts.high,
    icmp_type: row.icmpType,
    icmp_code: row.icmpCode,
    application: row.id,
    timeout: row.timeout === "never" ? NEVER : row.timeout,
    action,
    log_init: then.log?.["session-init"] ?? false,
    log_close: then.log?.["session-close"] ?? false,
    ...parts.rates.of(then.log?.rate),
    count: then.count ?? false,
  }));
}

function compileApplication(row: ApplicationRow): SnapshotApplication {
  return { id: row.id, name: row.name, protocol: row.protocol, port_low: row.named.low, port_high: row.named.high };
}

function compileDefaultPolicy(
  policy: DefaultPolicy | undefined,
  counters: string[],
  rates: RuleRates,
): SnapshotDefaultPolicy {
  return {
    policy_id: DEFAULT_POLICY_ID,
    action:
      policy?.["permit-all"] === true ? Action.PERMIT : policy?.["reject-all"] === true ? Action.REJECT : Action.DENY,
    log_init: policy?.log?.["session-init"] ?? false,
    log_close: policy?.log?.["session-close"] ?? false,
    ...rates.of(policy?.log?.rate),
    counter: counters.push("default") - 1,
  };
}

function defaultPolicyName(): PolicyName {
  return {
    firstId: DEFAULT_POLICY_ID,
    name: DEFAULT_POLICY_NAME,
    from: "",
    to: "",
    global: false,
    applications: ["any"],
  };
}
