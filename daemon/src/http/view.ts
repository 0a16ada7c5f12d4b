// view.ts: from the helper's numbers to the API's words. Pure: no socket, no clock. SPDX-License-Identifier: Apache-2.0
import { actionText, dropReasonText, eventTypeText } from "../../../shared/gen/wire.gen.js";
import type { HostInboundTraffic } from "../config/config.js";
import { MAX_RULES_PER_POLICY_SET, type FilterFamily, type NameTable, type PolicyName } from "../config/names.js";
import { inet6Text, inetText } from "../event/address.js";
import { HOST_ZONE, LOCAL_INTERFACE, type EventNames } from "../event/names.js";
import type {
  ControlFilterCounter,
  ControlNeighbor,
  ControlPolicyCounter,
  ControlPortStatus,
  ControlRoute,
  ControlSession,
  CountersReply,
  ExplainReply as HelperExplainReply,
  FiltersReply,
  StatusReply,
} from "../helper/control.gen.js";
import type { Snapshot, SnapshotFilter, SnapshotFilterTerm, SnapshotUnit } from "../snapshot/snapshot.gen.js";
import type { Active } from "../state/commits.js";
import { protocolName } from "../syslog/protocol.js";
import { NOTICE } from "../syslog/outbox.js";
import { targetText, type StreamStatus } from "../syslog/stream.js";
import type {
  AttachedFilter,
  Counters,
  ExplainReply,
  FilterAttachment,
  FilterCounterView,
  FilterView,
  HelperView,
  InterfaceView,
  NeighborView,
  PolicyView,
  QueueView,
  RouteView,
  SessionView,
  StreamView,
  ZoneView,
} from "./api.js";

/** addressText writes 4 or 16 bytes; no bytes are no address. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 0) return "";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return bytes.length === 4 ? inetText(view, 0) : inet6Text(view, 0);
}

export function macText(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}

export function helperView(status: StatusReply): HelperView {
  return {
    version: status.version,
    pid: status.pid,
    startId: status.start_id,
    uptimeSeconds: status.uptime_s,
    generation: status.generation,
    failMode: status.fail_mode,
    workers: status.workers.map((worker) => ({
      index: worker.index,
      cpu: worker.cpu,
      receivedPackets: worker.received_packets,
      forwardedPackets: worker.forwarded_packets,
      hostPackets: worker.host_packets,
      droppedPackets: worker.dropped_packets,
      sessions: worker.sessions,
      sessionCapacity: worker.session_capacity,
    })),
  };
}

export function streamView(status: StreamStatus): StreamView {
  const { target, accounts, status: state, ...rest } = status;
  return {
    ...rest,
    collector: targetText(target),
    state,
    accounts: accounts.map(({ kind, ...numbers }) => ({
      kind: kind === NOTICE ? NOTICE_TEXT : (eventTypeText[kind] ?? String(kind)),
      ...numbers,
    })),
  };
}

/** Lines that the daemon writes of itself. */
const NOTICE_TEXT = "NOTICE";

const TOTALS = {
  received_packets: "received-packets",
  received_bytes: "received-bytes",
  forwarded_packets: "forwarded-packets",
  forwarded_bytes: "forwarded-bytes",
  host_packets: "host-packets",
  host_bytes: "host-bytes",
  sessions_opened: "sessions-opened",
  sessions_closed: "sessions-closed",
  sessions_aged_early: "sessions-aged-early",
  sessions_abandoned: "sessions-abandoned",
  icmp_errors_sent: "icmp-errors-sent",
  icmp_errors_limited: "icmp-errors-limited",
  resets_sent: "resets-sent",
  resets_limited: "resets-limited",
  handed_off: "handed-off",
  output_lost: "output-lost",
} as const satisfies Partial<Record<keyof CountersReply, string>>;

export function countersView(reply: CountersReply): Counters {
  return {
    generation: reply.generation,
    totals: Object.fromEntries(
      Object.entries(TOTALS).map(([field, name]) => [name, reply[field as keyof typeof TOTALS]]),
    ),
    drops: Object.fromEntries(
      reply.drops.map(({ reason, packets }) => [dropReasonText[reason] ?? String(reason), packets]),
    ),
    events: Object.fromEntries(
      reply.events.map(({ type, written, suppressed, lost_budget: lostBudget, lost_full: lostFull }) => [
        eventTypeText[type] ?? String(type),
        { written, suppressed, lostBudget, lostFull },
      ]),
    ),
  };
}

const PORT_COUNTERS = {
  rx_dropped: "rx-dropped",
  rx_ring_full: "rx-ring-full",
  rx_fill_ring_empty: "rx-fill-ring-empty",
  rx_invalid: "rx-invalid",
  tx_invalid: "tx-invalid",
  to_socket: "to-socket",
  no_socket: "no-socket",
  kernel_arp: "kernel-arp",
  kernel_neighbor_discovery: "kernel-neighbor-discovery",
  kernel_multicast: "kernel-multicast",
  kernel_link_local: "kernel-link-local",
  kernel_other: "kernel-other",
} as const satisfies Partial<Record<keyof ControlPortStatus, string>>;

/** portCounters gives what happened to a device's packets outside the helper's workers, by name. */
export function portCounters(port: ControlPortStatus | undefined): Record<string, number> {
  return Object.fromEntries(
    Object.entries(PORT_COUNTERS).map(([field, name]) => [name, port?.[field as keyof typeof PORT_COUNTERS] ?? 0]),
  );
}

/** interfaceViews lists the configured units; without the helper what only it knows is empty. */
export function interfaceViews(
  active: Active,
  status: StatusReply | undefined,
  counters: CountersReply | undefined,
): InterfaceView[] {
  const { snapshot, names } = active.compiled;
  return snapshot.units.map((unit) => {
    const port = status?.ports.find((candidate) => candidate.id === unit.port);
    const counted = counters?.units.find((candidate) => candidate.id === unit.id);
    return {
      name: unit.name,
      device: snapshot.ports[unit.port]?.device ?? "",
      vlan: unit.vlan,
      zone: names.zones[unit.zone] ?? "",
      instance: snapshot.instances[unit.instance]?.name ?? "",
      filters: attachedFilters(unit, snapshot),
      addresses: unit.addresses.map(({ address, length }) => `${addressText(address)}/${length}`),
      up: port?.up ?? false,
      mtu: port?.mtu ?? 0,
      mac: port === undefined ? "" : macText(port.mac),
      xdpMode: port?.xdp_mode ?? "none",
      xdpReason: port?.xdp_reason ?? "the helper is not connected",
      queues: port?.queues ?? 0,
      inPackets: counted?.in_packets ?? 0,
      inBytes: counted?.in_bytes ?? 0,
      outPackets: counted?.out_packets ?? 0,
      outBytes: counted?.out_bytes ?? 0,
      deviceCounters: portCounters(port),
    };
  });
}

/** The fields of a unit that hold the filters attached to it. */
const ATTACHED = [
  { field: "filter_input", family: "inet", direction: "input" },
  { field: "filter_output", family: "inet", direction: "output" },
  { field: "filter_input6", family: "inet6", direction: "input" },
  { field: "filter_output6", family: "inet6", direction: "output" },
] as const;

function attachedFilters(unit: SnapshotUnit, snapshot: Snapshot): AttachedFilter[] {
  return ATTACHED.flatMap(({ field, family, direction }) =>
    unit[field] === 0 ? [] : [{ family, direction, filter: snapshot.filters[unit[field] - 1]?.name ?? "" }],
  );
}

/** attachedAs gives the filters that an operator means by a name: that of the attachment, or of a filter with terms in it. */
export function attachedAs(name: string | undefined, snapshot: Snapshot): readonly SnapshotFilter[] {
  if (name === undefined) return snapshot.filters;
  return snapshot.filters.filter((filter) => filter.name === name || filter.terms.some((term) => term.filter === name));
}

/** slotsOf gives the positions of what these filters count, or of the policers that they use. */
export function slotsOf(filters: readonly SnapshotFilter[], of: "counter" | "policer"): number[] {
  const slots = filters.flatMap(({ terms }) => terms.map((term: SnapshotFilterTerm) => term[of]));
  return [...new Set(slots.filter((slot) => slot >= 0))];
}

/** filterViews lists filters as they are attached, with what they counted in the generation of their snapshot. */
export function filterViews(
  filters: readonly SnapshotFilter[],
  snapshot: Snapshot,
  counted: FiltersReply,
): FilterView[] {
  const counters = rowsOf(snapshot.filter_counters, counted.counters);
  const policers = rowsOf(
    snapshot.policers.map(({ name }) => name),
    counted.policers,
  );
  return filters.map((filter) => ({
    name: filter.name,
    family: familyOf(filter),
    attached: attachmentsOf(filter, snapshot),
    terms: filter.terms.length,
    // Names of counters begin with that of the filter, which stands above them already.
    counters: slotsOf([filter], "counter").map((slot) => {
      const row = counters(slot);
      return { ...row, name: row.name.slice(row.name.lastIndexOf("/") + 1) };
    }),
    policers: slotsOf([filter], "policer").map(policers),
  }));
}

const familyOf = ({ family }: SnapshotFilter): FilterFamily => (family === 2 ? "inet" : "inet6");

function rowsOf(
  names: readonly string[],
  counted: readonly ControlFilterCounter[],
): (slot: number) => FilterCounterView {
  const bySlot = new Map(counted.map((row) => [row.index, row]));
  return (slot) => {
    const { packets = 0, bytes = 0 } = bySlot.get(slot) ?? {};
    return { name: names[slot] ?? String(slot), packets, bytes };
  };
}

function attachmentsOf(filter: SnapshotFilter, snapshot: Snapshot): FilterAttachment[] {
  const units = snapshot.units.flatMap((unit) =>
    ATTACHED.filter(({ field }) => unit[field] === filter.id).map(({ direction }) => ({ direction, at: unit.name })),
  );
  const hosts = snapshot.instances
    .filter((instance) => instance.filter_host === filter.id || instance.filter_host6 === filter.id)
    .map(({ name }) => ({ direction: "lo0" as const, at: name }));
  return [...units, ...hosts];
}

/** queueViews lists the queues of all interfaces that have queues. Counters of another generation are of other ports. */
export function queueViews(active: Active, counters: CountersReply | undefined): QueueView[] {
  const { snapshot } = active.compiled;
  const counted = counters?.generation === snapshot.generation ? counters.queues : [];
  return snapshot.ports.flatMap((port) =>
    port.queues.map(({ priority, rate, exact }, queue) => {
      const counter = counted.find((candidate) => candidate.port === port.id && candidate.queue === queue);
      return {
        interface: port.name,
        queue,
        forwardingClasses: snapshot.forwarding_classes.filter((each) => each.queue === queue).map(({ name }) => name),
        priority,
        rate,
        exact,
        packets: counter?.packets ?? 0,
        bytes: counter?.bytes ?? 0,
        droppedPackets: counter?.dropped_packets ?? 0,
        droppedBytes: counter?.dropped_bytes ?? 0,
      };
    }),
  );
}

export function zoneViews(active: Active): ZoneView[] {
  return active.config.security.zones["security-zone"].map((zone) => ({
    name: zone.name,
    interfaces: (zone.interfaces ?? []).map((entry) => (typeof entry === "string" ? entry : entry.name)),
    hostInbound: hostInboundTexts(zone["host-inbound-traffic"]),
    tcpRst: zone["tcp-rst"] ?? false,
  }));
}

function hostInboundTexts(traffic: HostInboundTraffic | undefined): string[] {
  return [...(traffic?.["system-services"] ?? []), ...(traffic?.protocols ?? [])].map((service) =>
    typeof service === "string" ? service : service.except === true ? `not ${service.name}` : service.name,
  );
}

/** policyViews lists the policies in the order in which they are asked: zone pairs, global, default. */
export function policyViews(active: Active, counters: CountersReply | undefined): PolicyView[] {
  const { snapshot, names } = active.compiled;
  const bySlot = new Map(counters?.policies.map((counter) => [counter.counter, counter]));
  return names.policies.map((policy) => policyView(policy, snapshot, names, bySlot));
}

function policyView(
  policy: PolicyName,
  snapshot: Snapshot,
  names: NameTable,
  bySlot: ReadonlyMap<number, ControlPolicyCounter>,
): PolicyView {
  const setId = Math.floor(policy.firstId / MAX_RULES_PER_POLICY_SET);
  const rule = snapshot.policy_sets.find((set) => set.id === setId)?.rules[policy.firstId % MAX_RULES_PER_POLICY_SET];
  const decided = rule ?? snapshot.default_policy;
  const counted = bySlot.get(decided.counter);
  const zoneList = (ids: readonly number[] | undefined): string =>
    (ids ?? []).map((id) => names.zones[id] ?? String(id)).join(",");
  return {
    from: policy.from || zoneList(rule?.from_zones),
    to: policy.to || zoneList(rule?.to_zones),
    global: policy.global,
    name: policy.name,
    action: actionText[decided.action] ?? String(decided.action),
    log: [
      ...(decided.log_init ? ["session-init" as const] : []),
      ...(decided.log_close ? ["session-close" as const] : []),
    ],
    count: rule?.count ?? true,
    policyId: policy.firstId,
    terms: policy.applications.length,
    hits: counted?.hits ?? 0,
    sessions: counted?.sessions ?? 0,
    packets: counted?.packets ?? 0,
    bytes: counted?.bytes ?? 0,
  };
}

export function sessionView(session: ControlSession, names: EventNames): SessionView {
  return {
    id: session.id,
    worker: session.worker,
    policy: names.policy(session.policy_id).name,
    application: names.application(session.application) ?? "",
    protocol: protocolName(session.protocol),
    state: session.state,
    source: addressText(session.source),
    sourcePort: session.source_port,
    destination: addressText(session.destination),
    destinationPort: session.destination_port,
    from: names.zone(session.ingress_zone),
    to: names.zone(session.egress_zone),
    ingress: names.unit(session.ingress_unit),
    egress: session.egress_unit === 0 ? LOCAL_INTERFACE : names.unit(session.egress_unit),
    ageSeconds: session.age_s,
    timeoutSeconds: session.timeout_s,
    clientPackets: session.client_packets,
    clientBytes: session.client_bytes,
    serverPackets: session.server_packets,
    serverBytes: session.server_bytes,
    ...(session.nat_source === undefined
      ? {}
      : {
          natSource: addressText(session.nat_source),
          natSourcePort: session.nat_source_port ?? 0,
          sourceNatRule: natRuleText(session.source_nat_rule ?? 0, names),
        }),
    ...(session.nat_destination === undefined
      ? {}
      : {
          natDestination: addressText(session.nat_destination),
          natDestinationPort: session.nat_destination_port ?? 0,
          destinationNatRule: natRuleText(session.destination_nat_rule ?? 0, names),
        }),
  };
}

const natRuleText = (id: number, names: EventNames): string => names.natRule(id)?.name ?? String(id);

export function routeView(route: ControlRoute, snapshot: Snapshot): RouteView {
  const instanceText = (id: number): string => snapshot.instances[id]?.name ?? String(id);
  const unitText = (id: number): string => (id === 0 ? "" : (snapshot.units[id - 1]?.name ?? String(id)));
  return {
    instance: instanceText(route.instance),
    prefix: `${addressText(route.prefix)}/${route.length}`,
    kind: route.table === undefined ? route.kind : `${route.kind} ${instanceText(route.table)}`,
    origin: route.origin ?? "",
    preference: route.preference,
    active: route.active,
    nextHops: route.hops.map(({ gateway, unit, state }) => ({
      gateway: addressText(gateway),
      interface: unitText(unit),
      state,
    })),
  };
}

export function neighborView(neighbor: ControlNeighbor, names: EventNames): NeighborView {
  return {
    interface: names.unit(neighbor.unit),
    address: addressText(neighbor.address),
    mac: macText(neighbor.mac),
    state: neighbor.state,
  };
}

/** In explain's reply: no policy was asked. */
const NO_POLICY = 0xffff_ffff;

export function explainView(reply: HelperExplainReply, names: EventNames): ExplainReply {
  const isToHost = reply.verdict === "host";
  return {
    verdict: reply.verdict,
    reason: reply.reason,
    action: reply.action,
    policy: reply.policy_id === NO_POLICY ? "" : names.policy(reply.policy_id).name,
    application: names.application(reply.application) ?? "",
    from: reply.ingress_zone === 0 ? "" : names.zone(reply.ingress_zone),
    to: reply.egress_zone === 0 ? (isToHost ? HOST_ZONE : "") : names.zone(reply.egress_zone),
    ingress: reply.ingress_unit === 0 ? "" : names.unit(reply.ingress_unit),
    egress: reply.egress_unit === 0 ? (isToHost ? LOCAL_INTERFACE : "") : names.unit(reply.egress_unit),
    stages: reply.stages,
  };
}
