// handlers.ts: what each route of the API does. SPDX-License-Identifier: Apache-2.0
import { performance } from "node:perf_hooks";

import { errorText } from "../base/coded-error.js";
import { VERSION } from "../base/version.js";
import { addressBytes, parseAddress, parsePrefix, prefixRange } from "../config/address.js";
import type { Compiled } from "../config/compile.js";
import { diffConfig, formatChanges } from "../config/diff.js";
import { ICMP, ICMP6, parseProtocol } from "../config/protocol.js";
import type { EventNames, GenerationNames } from "../event/names.js";
import type { ControlPrefix, ControlReplies, ControlRequests, ControlSessionFilter } from "../helper/control.gen.js";
import { HelperRefused } from "../helper/error.js";
import type { RingSet } from "../ring/ring-set.js";
import type { SnapshotFilter } from "../snapshot/snapshot.gen.js";
import { readCandidate } from "../state/candidate.js";
import {
  ConfigRefusedError,
  HelperAbsentError,
  NoSuchCommitError,
  NotFollowedError,
  OutcomeUnknownError,
  type Active,
  type Applied,
  type Commits,
} from "../state/commits.js";
import type { StateStore } from "../state/state-store.js";
import type { Delivery } from "../syslog/delivery.js";
import type { RequiredDelivery } from "../syslog/required-delivery.js";
import type { StreamWatch } from "../syslog/stream-watch.js";
import { accounting, readCounts, type Counted } from "./accounting.js";
import type {
  Accounting,
  ActiveConfig,
  AlarmView,
  BindingView,
  ApplyReply,
  CheckReply,
  ClearReply,
  CommitView,
  Configuration,
  Counters,
  DiffReply,
  EventView,
  ExplainReply,
  ExplainRequest,
  FiltersQuery,
  LogStreamQuery,
  LogStreamTest,
  FilterView,
  FirewallLogQuery,
  InterfaceView,
  NatQuery,
  NatView,
  NeighborView,
  PolicyView,
  QueueView,
  RollbackRequest,
  RouteView,
  ScreensQuery,
  ScreenView,
  SessionFilter,
  Sessions,
  SessionView,
  SessionsQuery,
  Status,
  StreamView,
  Talkers as TalkersView,
  ZoneView,
} from "./api.js";
import type { FirewallLog } from "./firewall-log.js";
import type { Listener } from "./listener.js";
import type { PoolAlarms } from "../nat/pool-alarms.js";
import type { TableAlarm } from "../session/table-alarm.js";
import type { Talkers } from "./talkers.js";
import { metricsText } from "./metrics.js";
import { bindingView, natView } from "./nat-view.js";
import { screenViews } from "./screen-view.js";
import { RequestError, type Handlers } from "./server.js";
import {
  attachedAs,
  countersView,
  explainView,
  filterViews,
  helperView,
  interfaceViews,
  neighborView,
  policyViews,
  queueViews,
  routeView,
  sessionView,
  slotsOf,
  streamView,
  zoneViews,
} from "./view.js";

/** HelperCalls is the helper's control socket, as far as the API needs it. */
export interface HelperCalls {
  readonly isConnected: boolean;
  call<Type extends keyof ControlRequests>(type: Type, body: ControlRequests[Type]): Promise<ControlReplies[Type]>;
}

/** Parts are what the API speaks for. */
export interface Parts {
  readonly commits: Commits;
  readonly store: StateStore;
  readonly helper: HelperCalls;
  readonly rings: RingSet;
  readonly delivery: Delivery;
  readonly streamWatch: StreamWatch;
  readonly required: RequiredDelivery;
  readonly firewallLog: FirewallLog;
  readonly talkers: Talkers;
  readonly poolAlarms: PoolAlarms;
  readonly listener: Pick<Listener, "raised">;
  readonly tableAlarm: TableAlarm;
  readonly names: GenerationNames;
  readonly hostName: string;
}

const PAGE = 500;
/** How many pages of the helper's are looked through for one page of a policy's sessions. */
const SEARCH_PAGES = 100;

/** createHandlers gives the function of each route in schemas/api.schema.json. */
export function createHandlers(parts: Parts): Handlers {
  const { commits, store, helper, rings, delivery, streamWatch, firewallLog, poolAlarms, tableAlarm, talkers, names } =
    parts;

  function active(): Active {
    if (commits.active === undefined)
      throw new RequestError(409, "no-configuration", "no configuration has been applied yet");
    return commits.active;
  }

  /** The names of what the helper enforces now. */
  const namesNow = (): EventNames => names.of(commits.inForce.generation);

  async function ask<Type extends keyof ControlRequests>(
    type: Type,
    body: ControlRequests[Type],
  ): Promise<ControlReplies[Type]> {
    if (!helper.isConnected) throw new RequestError(503, "helper-absent", "the helper is not connected");
    try {
      return await helper.call(type, body);
    } catch (cause) {
      if (cause instanceof HelperRefused)
        throw new RequestError(422, cause.code, `the helper refused it: ${cause.message}`, { cause });
      throw new RequestError(503, "helper-failed", `the helper did not answer: ${errorText(cause)}`, { cause });
    }
  }

  const askIfThere = async <Type extends keyof ControlRequests>(type: Type, body: ControlRequests[Type]) =>
    helper.isConnected ? await ask(type, body) : undefined;

  /** A helper that does not answer is something to tell, not a reason to tell nothing. */
  async function tried<Type extends "status" | "counters">(
    type: Type,
  ): Promise<{ readonly reply?: ControlReplies[Type]; readonly trouble: string }> {
    try {
      const reply = await askIfThere<Type>(type, {});
      return reply === undefined ? { trouble: "" } : { reply, trouble: "" };
    } catch (thrown) {
      return { trouble: errorText(thrown) };
    }
  }

  /** Reads all pages of a list. */
  async function all<Type extends "routes" | "neighbors", Item>(
    type: Type,
    items: (reply: ControlReplies[Type]) => readonly Item[],
  ): Promise<Item[]> {
    const found: Item[] = [];
    for (let after = 0; ;) {
      const page = await ask(type, { after, limit: PAGE } as ControlRequests[Type]);
      found.push(...items(page));
      if (page.next === 0) return found;
      after = page.next;
    }
  }

  /** What the helper can choose by. A policy is many ids, of several generations: it is chosen by name, here. */
  function helperFilter(filter: SessionFilter): { filter?: ControlSessionFilter } {
    const chosen: ControlSessionFilter = {
      ...(filter.id === undefined ? {} : { id: filter.id }),
      ...(filter.source === undefined ? {} : { source_prefix: controlPrefix(filter.source) }),
      ...(filter.destination === undefined ? {} : { destination_prefix: controlPrefix(filter.destination) }),
      ...(filter.protocol === undefined ? {} : { protocol: protocolOf(filter.protocol) }),
      ...(filter.port === undefined ? {} : { port: filter.port }),
      ...(filter.zone === undefined ? {} : { zone: zoneId(active(), filter.zone) }),
    };
    return Object.keys(chosen).length === 0 ? {} : { filter: chosen };
  }

  async function sessionPage({ after = 0, limit = PAGE, ...filter }: SessionsQuery): Promise<Sessions> {
    const found: SessionView[] = [];
    let next = after;
    // Policies are chosen here, out of what the helper gives. So it is asked until half of the page is filled: for no more than
    // there is room for, as the place of a single session in its table is not known.
    for (let pages = 0; pages < SEARCH_PAGES && found.length <= limit / 2; pages++) {
      const reply = await ask("sessions", { after: next, limit: limit - found.length, ...helperFilter(filter) });
      const sessions = reply.sessions.map((session) => sessionView(session, names.of(session.generation)));
      found.push(...sessions.filter(({ policy }) => filter.policy === undefined || policy === filter.policy));
      next = reply.next;
      if (next === 0 || filter.policy === undefined) break;
    }
    return { next, sessions: found };
  }

  async function clearOfPolicy(filter: SessionFilter): Promise<number> {
    const ids: number[] = [];
    for (let after = 0; ;) {
      const page = await sessionPage({ ...filter, after });
      ids.push(...page.sessions.map(({ id }) => id));
      if (page.next === 0) break;
      after = page.next;
    }
    let cleared = 0;
    for (const id of ids) cleared += (await ask("clear_sessions", { filter: { id } })).cleared;
    return cleared;
  }

  /** The filters of a name as they are attached; a name that the configuration does not know is refused. */
  function filtersOf(name: string | undefined): readonly SnapshotFilter[] {
    const { snapshot, names: table } = active().compiled;
    const found = attachedAs(name, snapshot);
    if (found.length === 0 && name !== undefined && !table.filters.some((filter) => filter.name === name))
      throw new RequestError(404, "no-such-filter", `there is no filter "${name}"`);
    return found;
  }

  /** inForce gives what is active. Positions of another generation mean something else; a wrong number is worse than none. */
  function inForce(generation: number): Compiled {
    const { compiled } = active();
    if (generation === compiled.snapshot.generation) return compiled;
    const wanted = compiled.snapshot.generation;
    throw new RequestError(503, "not-in-force", `the helper enforces generation ${generation}, not yet ${wanted}`);
  }

  /** What the helper says of units and policies, if it says it of those that are active; undefined: it enforces nothing. */
  function ofActive<Reply extends { readonly generation: number }>(reply: Reply | undefined): Reply | undefined {
    if (reply === undefined || reply.generation === 0) return undefined;
    inForce(reply.generation);
    return reply;
  }

  async function clearFilters(name: string | undefined): Promise<number> {
    const filters = filtersOf(name);
    const counters = slotsOf(filters, "counter");
    const policers = slotsOf(filters, "policer");
    await ask("clear_filters", { generation: active().compiled.snapshot.generation, counters, policers });
    return counters.length + policers.length;
  }

  async function applied(result: Promise<Applied>): Promise<ApplyReply> {
    try {
      const { generation, hash, unchanged } = await result;
      return { generation, hash, unchanged };
    } catch (thrown) {
      throw refusal(thrown);
    }
  }

  /** Frames that were read and are no events, or were left out. */
  const faultCount = (): number =>
    rings.status().reduce((sum, { faults }) => sum + faults.malformed + faults.torn + faults.skipped, 0);

  const accountingOf = (counted: Counted): Accounting =>
    accounting(
      counted,
      faultCount(),
      delivery.streams.map((stream) => stream.status()),
    );

  return {
    "POST /check": ({ text, name }: Configuration): CheckReply => {
      const read = readCandidate(text, name);
      return { ok: read.ok, errors: read.ok ? [] : read.errors };
    },
    "POST /apply": ({ text, name }: Configuration) => applied(commits.apply(text, "apply", name)),
    "POST /rollback": ({ index }: RollbackRequest) => applied(commits.rollback(index)),
    "POST /diff": ({ text, name }: Configuration): DiffReply => {
      const read = readCandidate(text, name);
      if (!read.ok) throw refusal(new ConfigRefusedError(read.errors, "the configuration has errors"));
      const changes = diffConfig(commits.active?.config, read.candidate.config);
      return { same: changes.length === 0, diff: formatChanges(changes) };
    },
    "POST /clear-sessions": async (filter: SessionFilter): Promise<ClearReply> => {
      if (filter.policy !== undefined) return { cleared: await clearOfPolicy(filter) };
      const { cleared } = await ask("clear_sessions", helperFilter(filter));
      return { cleared };
    },
    "POST /clear-filters": async ({ name }: FiltersQuery): Promise<ClearReply> => ({
      cleared: await clearFilters(name),
    }),
    "POST /explain": async (request: ExplainRequest): Promise<ExplainReply> =>
      explainView(await ask("explain", explainRequest(request, active())), namesNow()),
    "POST /test-log-stream": async ({ name }: LogStreamQuery): Promise<LogStreamTest> => {
      const stream = delivery.streams.find(({ settings }) => settings.name === name);
      if (stream === undefined) throw new RequestError(404, "no-such-stream", `there is no log stream '${name}'`);
      const { sent, state } = await streamWatch.test(stream);
      return { sent, state: state.status, error: state.error, stream: streamView(stream.status()) };
    },
    "GET /status": async (): Promise<Status> => {
      const { reply: status, trouble } = await tried("status");
      return {
        version: VERSION,
        pid: process.pid,
        uptimeSeconds: Math.floor(performance.now() / 1000),
        hostName: commits.active?.compiled.names.hostName ?? parts.hostName,
        generation: commits.inForce.generation,
        hash: commits.inForce.hash,
        committed: commits.active?.commit.time ?? "",
        problem: trouble || commits.problem || parts.required.problem,
        helper: status === undefined ? null : helperView(status),
        rings: rings.status().map(({ worker, startId, slotCount, unread, position }) => ({
          worker,
          startId,
          capacity: slotCount,
          unread,
          consumed: position,
        })),
        streams: delivery.streams.map((stream) => streamView(stream.status())),
        invalidFrames: faultCount(),
        unnamed: delivery.unnamed,
      };
    },
    "GET /log-streams": (): StreamView[] => delivery.streams.map((stream) => streamView(stream.status())),
    "GET /interfaces": async (): Promise<InterfaceView[]> => {
      const status = await askIfThere("status", {});
      const counted = await askIfThere("counters", {});
      return commits.active === undefined ? [] : interfaceViews(commits.active, ofActive(status), ofActive(counted));
    },
    "GET /queues": async (): Promise<QueueView[]> =>
      commits.active === undefined ? [] : queueViews(commits.active, await askIfThere("counters", {})),
    "GET /zones": (): ZoneView[] => (commits.active === undefined ? [] : zoneViews(commits.active)),
    "GET /screens": async ({ zone }: ScreensQuery): Promise<ScreenView[]> => {
      if (zone !== undefined) zoneId(active(), zone);
      const counted = await ask("counters", {});
      const { snapshot } = inForce(counted.generation);
      return screenViews(snapshot, counted, zone);
    },
    "GET /policies": async (): Promise<PolicyView[]> => {
      const counted = await askIfThere("counters", {});
      return commits.active === undefined ? [] : policyViews(commits.active, ofActive(counted));
    },
    "GET /filters": async ({ name }: FiltersQuery): Promise<FilterView[]> => {
      const counted = await ask("filters", {});
      const { snapshot } = inForce(counted.generation);
      return filterViews(filtersOf(name), snapshot, counted);
    },
    "GET /nat": async ({ kind = "source" }: NatQuery): Promise<NatView> => {
      const counted = await ask("nat", {});
      return natView(kind, inForce(counted.generation), counted, poolAlarms);
    },
    "GET /nat/bindings": async (): Promise<BindingView[]> => {
      const found: BindingView[] = [];
      for (let after = 0; ;) {
        const page = await ask("bindings", { after, limit: PAGE });
        const now = inForce(page.generation);
        found.push(...page.bindings.map((binding) => bindingView(binding, now)));
        if (page.next === 0) return found;
        after = page.next;
      }
    },
    "GET /alarms": (): readonly AlarmView[] =>
      [...parts.listener.raised, ...poolAlarms.raised, ...tableAlarm.raised].toSorted((a, b) =>
        a.since < b.since ? -1 : 1,
      ),
    "GET /firewall-log": (query: FirewallLogQuery): EventView[] => firewallLog.recent(query),
    "GET /talkers": (): TalkersView => talkers.view(),
    "GET /sessions": sessionPage,
    "GET /routes": async (): Promise<RouteView[]> => {
      const { snapshot } = active().compiled;
      return (await all("routes", (reply) => reply.routes)).map((route) => routeView(route, snapshot));
    },
    "GET /neighbors": async (): Promise<NeighborView[]> => {
      const now = namesNow();
      return (await all("neighbors", (reply) => reply.neighbors)).map((neighbor) => neighborView(neighbor, now));
    },
    "GET /counters": async (): Promise<Counters> => countersView(await ask("counters", {})),
    "GET /accounting": (): Accounting => accountingOf(readCounts(rings)),
    "GET /metrics": async (): Promise<string> => {
      // What only the helper knows is asked for first, so that all that is counted here is of one moment.
      const { reply: status } = await tried("status");
      const { reply: counted } = await tried("counters");
      const counts = readCounts(rings);
      const { active } = commits;
      const isOfActive = [status, counted].every((reply) => reply?.generation === active?.commit.generation);
      return metricsText({
        accounting: accountingOf(counts),
        rules: counts.rules ?? [],
        streams: delivery.streams.map((stream) => streamView(stream.status())),
        helper: status && helperView(status),
        counters: counted && countersView(counted),
        interfaces: active !== undefined && isOfActive ? interfaceViews(active, status, counted) : [],
      });
    },
    "GET /config": (): ActiveConfig => {
      const { generation, time, text } = active().commit;
      return { generation, time, text };
    },
    "GET /history": (): CommitView[] =>
      store.history().map(({ generation, time, origin, hash }, index) => ({ index, generation, time, origin, hash })),
  };
}

function refusal(thrown: unknown): unknown {
  if (thrown instanceof ConfigRefusedError)
    return new RequestError(422, thrown.code, thrown.message, { errors: thrown.errors });
  if (thrown instanceof HelperRefused)
    return new RequestError(422, thrown.code, `the helper refused it, nothing was changed: ${thrown.message}`, {
      path: thrown.path,
    });
  if (thrown instanceof NoSuchCommitError) return new RequestError(404, thrown.code, thrown.message);
  if (
    thrown instanceof HelperAbsentError ||
    thrown instanceof OutcomeUnknownError ||
    thrown instanceof NotFollowedError
  )
    return new RequestError(503, thrown.code, errorText(thrown));
  return thrown;
}

function bad(message: string): RequestError {
  return new RequestError(400, "bad-request", message);
}

function controlPrefix(text: string): ControlPrefix {
  const prefix = parsePrefix(text);
  if (prefix === undefined) throw bad(`"${text}" is neither an address nor a prefix`);
  return { address: addressBytes(prefix.family, prefixRange(prefix).low), length: prefix.length };
}

function protocolOf(text: string): number {
  const protocol = parseProtocol(text);
  if (protocol === undefined) throw bad(`"${text}" is not a protocol`);
  return protocol;
}

function zoneId(active: Active, name: string): number {
  const id = active.compiled.names.zones.indexOf(name);
  if (id < 1) throw bad(`there is no zone "${name}"`);
  return id;
}

const ECHO_REQUEST = { [ICMP]: 8, [ICMP6]: 128 } as Readonly<Record<number, number>>;

function explainRequest(request: ExplainRequest, active: Active): ControlRequests["explain"] {
  const { names } = active.compiled;
  const unit = names.units.findIndex(({ name }) => name === request.from);
  const zone = names.zones.indexOf(request.from);
  if (request.from === "" || (unit < 1 && zone < 1))
    throw bad(`there is no zone or logical interface "${request.from}"`);
  const source = parseAddress(request.source);
  const destination = parseAddress(request.destination);
  if (source === undefined) throw bad(`"${request.source}" is not an address`);
  if (destination === undefined) throw bad(`"${request.destination}" is not an address`);
  if (source.family !== destination.family) throw bad("source and destination are not of the same family");
  const protocol = protocolOf(request.protocol);
  return {
    unit: unit < 1 ? 0 : unit,
    zone: unit < 1 ? zone : 0,
    source: addressBytes(source.family, source.value),
    destination: addressBytes(destination.family, destination.value),
    protocol,
    source_port: request.sourcePort ?? 0,
    destination_port: request.destinationPort ?? 0,
    icmp_type: request.icmpType ?? ECHO_REQUEST[protocol] ?? 0,
    icmp_code: request.icmpCode ?? 0,
  };
}
