// firewall.ts: the model: every packet judged in full, in the order of docs/design.md section 7, as plainly as it can be
// said. No memo, no index, no burst. SPDX-License-Identifier: Apache-2.0
import type { Config } from "../../daemon/src/config/config.js";
import { ScreenId } from "../../shared/gen/wire.gen.js";
import {
  isLinkLocal,
  isMulticast,
  isOneHost,
  readAddress,
  sameAddress,
  writeAddress,
  type Address,
  type Family,
} from "./address.js";
import { buildError, buildReset, errorFor, Limit, mayReset, mayTellError, type IcmpError } from "./answer.js";
import { ANY, readApplications, type Applications } from "./application.js";
import { BINDING_SLACK_NS, Bindings, canBind, note, permits, type Binding } from "./binding.js";
import { cookieAnswer } from "./cookie.js";
import { Classes } from "./class-of-service.js";
import { count, keep, type Counters } from "./counters.js";
import { unreachableAs } from "./error64.js";
import type { Event, Outcome, Sent } from "./event.js";
import { Filters, NO_MARKS, walk, type Effects, type Marks, type Term, type Walk } from "./filter.js";
import { FRAGMENT_WAIT, Fragments } from "./fragment.js";
import {
  ACK,
  FIN,
  RST,
  SYN,
  isEcho,
  isEchoReply,
  isIcmp,
  isLater,
  TCP,
  Malformed,
  vlansOf,
  parseFrame,
  parsePacket,
  reverseTuple,
  SCTP,
  tupleKey,
  type Packet,
  type Tuple,
} from "./packet.js";
import { finished } from "./offload.js";
import { clamped } from "./mss.js";
import { Nat, prefix64Of, type Choice, type NatRule } from "./nat.js";
import { Policies, type Rule } from "./policy.js";
import { Meters } from "./policer.js";
import { etherFrame, hop, linkHeader, marked, neighbourMac, padded, portMac, split } from "./rewrite.js";
import { ownAddress, Routes } from "./route.js";
import {
  answered,
  closeReason,
  endReason,
  fits,
  isUnreachable,
  outOf,
  seenOf,
  shares,
  stillOpen,
  timeoutOf,
  type Direction,
  type Session,
  type Translation,
  writtenBeyond,
} from "./session.js";
import { hasData, TcpTrack, type TcpRules } from "./tcp.js";
import { translated } from "./translate.js";
import { crossed, errorTuple, isUnnamed, mayCut, mtuFor, refusal, roomOf, type Refusal } from "./translate64.js";
import { readScreens, screensMet, type Screens } from "./screen.js";
import { Counted, type Taken } from "./screen-rate.js";
import { hostAccepts, readUnits, readZones, type Unit, type ZoneConfig } from "./zone.js";

/** SLACK: sessions and held packets end this much after their time at most. */
export const SLACK_NS = 800_000_000n;
const SECOND = 1_000_000_000n;

/** Judgement: all that is known about a packet at its end. */
interface Judgement {
  number: number;
  time: bigint;
  unit: Unit | undefined;
  packet: Packet | undefined;
  verdict: "forward" | "host" | "drop" | "wait";
  reason: string | undefined;
  denyReason: string | undefined;
  egress: Unit | undefined;
  gateway: Address | undefined;
  rule: Rule | undefined;
  session: Session | undefined;
  direction: Direction | undefined;
  frames: Sent[];
  /** a SYN that starts over: its old session ends when the new one begins */
  restarts: Session | undefined;
  /** it has a session's addresses, but comes from elsewhere */
  astray: boolean;
  /** the session whose addresses it has, where it has no part in it */
  stray: Session | undefined;
  /** whose tuple the policies were asked about, where it is not the packet's own */
  asked: Tuple | undefined;
  /** as it leaves, where that is not as it came */
  out: Tuple | undefined;
  /** an ICMP error: what it is about, as that leaves */
  quote: Tuple | undefined;
  translation: Translation | undefined;
  /** of persistent NAT: what it uses */
  binding: Binding | undefined;
  /** why it cannot leave in the other family */
  refusal: Refusal | undefined;
  /** it may open a session, once nothing else stops it */
  opens: boolean;
  /** the session that it opened */
  installed: Session | undefined;
  /** where it is routed: its unit's routing instance, or what a filter says */
  instance: string;
  /** of a packet for this host: the instance that has the address */
  localInstance: string | undefined;
  marks: Marks;
  /** the screen that ended it */
  screen: number | undefined;
  /** it is answered with a SYN cookie, if it would be sent on */
  challenged: boolean;
  /** those that only alarm */
  alarms: readonly number[];
  /** what the filters said that it met, in order */
  passages: Passage[];
  /** what filters say may be known from an earlier packet */
  cached: boolean;
}

/** Passage: one filter that a packet met. */
interface Passage {
  readonly at: "input" | "output" | "lo0";
  readonly walk: Walk;
}

/** Waiting: a packet without its first fragment, with what its input filter said and when. */
interface Waiting {
  readonly number: number;
  readonly unit: Unit;
  readonly generation: number;
  readonly passages: readonly Passage[];
  readonly marks: Marks;
  readonly instance: string;
  readonly installed: Session | undefined;
}

/** Waiter: a packet whose neighbour has not answered yet, or that is behind another one of its flow. */
interface Waiter {
  readonly flow: string;
  readonly neighbour: string;
  readonly item: Waiting;
  readonly packet: Packet;
}
const WAITERS_EACH = 16;

/** Told: what came out, in order. Background happens between packets, at any time within its bounds. */
export type Told =
  { readonly kind: "packet"; readonly outcome: Outcome } | { readonly kind: "event"; readonly event: Event };

class Drop extends Error {
  readonly code = "drop";
  constructor(readonly reason: string) {
    super(reason);
  }
}

export class Firewall {
  #units!: readonly Unit[];
  #zones!: ReadonlyMap<string, ZoneConfig>;
  #screens!: Screens;
  readonly #counted = new Counted();
  /** SYN floods are answered in the servers' stead */
  #cookies = false;
  /** what a SYN may ask for at most */
  #maximumSegment: number | undefined;
  #routes!: Routes;
  #policies!: Policies;
  #applications!: Applications;
  #rules!: TcpRules;
  #limit!: Limit;
  #filters!: Filters;
  #classes!: Classes;
  #nat: Nat | undefined;
  readonly #bindings = new Bindings();
  readonly #meters = new Meters();
  #generation = 0;
  #epoch = 0;
  #nextSession = 1;
  readonly #sessions = new Map<string, { readonly session: Session; readonly direction: Direction }>();
  readonly #fragments = new Fragments<Waiting>((item) => item.unit.instance);
  /** neighbours that have answered, and when the others will */
  readonly #neighbours = new Set<string>();
  readonly #due = new Map<string, bigint>();
  #waiters: Waiter[] = [];
  readonly counters: Counters = {};
  #told: Told[] = [];

  constructor(
    config: Config,
    generation: number,
    /** senders may leave checksums to hardware, as on veth devices */
    private readonly unfinished = false,
    /** how long neighbours take to answer, nanoseconds */
    private readonly late = 0n,
    /** what the program chose for a packet, where several addresses or ports will do */
    private readonly chosen: (packet: number) => Choice | undefined = () => undefined,
  ) {
    this.commit(config, generation);
  }

  /** commit puts a configuration in force; sessions are judged again by their next packets. */
  commit(config: Config, generation: number): void {
    const { dataplane } = config.system;
    const tcp = config.security.flow?.["tcp-session"];
    this.#units = readUnits(config);
    this.#zones = readZones(config);
    this.#screens = readScreens(config);
    this.#cookies = config.security.flow?.["syn-flood-protection-mode"] === "syn-cookie";
    this.#counted.commit(this.#screens, this.#cookies);
    this.#maximumSegment = config.security.flow?.["tcp-mss"]?.["all-tcp"]?.mss;
    this.#routes = new Routes(config, this.#units);
    this.#applications = readApplications(config);
    this.#policies = new Policies(config, this.#applications);
    this.#nat = new Nat(config, this.#units, this.#applications, this.#nat);
    keep(this.counters, "nat", this.#nat.rules);
    this.#bindings.commit((one) => this.#nat!.ruleOf(one)?.persistence);
    this.#rules = {
      strictSynCheck: tcp?.["strict-syn-check"] === true,
      noSynCheck: tcp?.["no-syn-check"] === true,
      noSequenceCheck: tcp?.["no-sequence-check"] === true,
      rstInvalidates: tcp?.["rst-invalidate-session"] === true,
      finInvalidates: tcp?.["fin-invalidate-session"] === true,
      initialTimeout: tcp?.["tcp-initial-timeout"] ?? 20,
      timeWait: tcp?.["time-wait-state"] ? (tcp["time-wait-state"]["session-timeout"] ?? 150) : 2,
    };
    this.#limit = new Limit(dataplane?.["icmp-error-rate"] ?? 1000, dataplane?.["icmp-error-burst"] ?? 100);
    this.#filters = new Filters(config, this.#units);
    this.#classes = new Classes(config);
    this.#meters.commit(this.#filters.budgets);
    keep(this.counters, "filters", this.#filters.counters);
    keep(
      this.counters,
      "policers",
      this.#filters.budgets.map((budget) => budget.name),
    );
    this.#generation = generation;
    this.#epoch++;
    keep(this.counters, "policies", this.#policies.counters);
    keep(this.counters, "screens", [...this.#zones.keys()]);
    keep(
      this.counters,
      "units",
      this.#units.map((unit) => unit.name),
    );
  }

  /** undecided: a time around which something ends, so that a packet then could be seen either way; else undefined. */
  undecided(now: bigint): bigint | undefined {
    const ends = [...this.#live()].map((session) => this.#deadline(session));
    const undecidedFor = (times: readonly (bigint | undefined)[], slack: bigint): bigint | undefined =>
      times.find((end) => end !== undefined && end <= now && now < end + slack);
    return (
      undecidedFor([...ends, ...this.#fragments.deadlines()], SLACK_NS) ??
      undecidedFor(this.#bindings.ends(), BINDING_SLACK_NS)
    );
  }

  /** answered: when the last neighbour has answered by now whose packets still wait. */
  answered(now: bigint): bigint | undefined {
    return [...this.#due.values()]
      .filter((at) => at <= now)
      .toSorted(byTime)
      .at(-1);
  }

  *#live(): Generator<Session> {
    for (const { session, direction } of this.#sessions.values()) if (direction === 0) yield session;
  }

  #deadline(session: Session): bigint | undefined {
    if (session.timeout === Infinity) return undefined;
    const end = session.lastNs + BigInt(session.timeout) * SECOND;
    return end < session.shortenedNs ? session.shortenedNs : end;
  }

  /** advance ends what has ended by now, and tells about it. */
  advance(now: bigint): Told[] {
    this.#told = [];
    for (let at = this.#next(now); at !== undefined; at = this.#next(now)) this.#until(at);
    return this.#told;
  }

  /** next: when something happens by itself, at `now` at the latest. */
  #next(now: bigint): bigint | undefined {
    const ends = [...this.#live()].map((session) => this.#deadline(session));
    const times = [...ends, ...this.#fragments.held().map((since) => since + FRAGMENT_WAIT), ...this.#due.values()];
    return times.filter((at): at is bigint => at !== undefined && at <= now).toSorted(byTime)[0];
  }

  #until(now: bigint): void {
    for (const session of [...this.#live()]) {
      const end = this.#deadline(session);
      if (end !== undefined && end <= now) this.#close(session, closeReason(session), end, end + SLACK_NS);
    }
    for (const { item, packet, since } of this.#fragments.expired(now)) {
      const j = this.#again(item, packet, since + FRAGMENT_WAIT, () => {
        throw new Drop("fragment-unknown");
      });
      this.#finish(j, since + FRAGMENT_WAIT + SLACK_NS);
    }
    this.#answers(now);
  }

  /**
   * met: a frame as it is on the wire beyond this firewall, where it was made as if nothing were translated: what answers a
   * session comes to its outer addresses, and errors quote what left. An IPv6 client stands in IPv4 packets as what is in its last
   * bits. What is for the address of a client that is bound comes to its outer one. Its session is in `port`'s instance.
   */
  met(port: string, frame: Buffer): Buffer {
    const unit = this.#unitOf(vlansOf(frame), port);
    if (unit === undefined) return frame;
    try {
      const packet = parseFrame(frame);
      const { tuple, quoted } = packet;
      const client = quoted ?? reverseTuple(tuple);
      const same = (one: Tuple): boolean =>
        tupleKey("", isLater(packet) ? { ...one, sourcePort: 0, destinationPort: 0 } : one) === tupleKey("", client);
      const session = [...this.#live()].find((one) => one.translation !== undefined && same(writtenBeyond(one)));
      const bound = this.#bindings.all.find(
        ({ protocol, inner }) =>
          protocol === tuple.protocol &&
          inner.port === tuple.destinationPort &&
          sameAddress(inner.address, tuple.destination),
      );
      if (session === undefined && (bound === undefined || quoted !== undefined || isLater(packet))) return frame;
      const answer =
        session === undefined
          ? { ...tuple, destination: bound!.outer.address, destinationPort: bound!.outer.port }
          : reverseTuple(session.out);
      const to =
        quoted === undefined
          ? answer
          : {
              ...tuple,
              source: sameAddress(tuple.source, quoted.destination) ? answer.source : tuple.source,
              destination: sameAddress(tuple.destination, quoted.source) ? answer.destination : tuple.destination,
            };
      const ip = translated(packet, to, quoted === undefined ? undefined : session!.out);
      const link = frame.length - packet.behind - packet.ip.length;
      return Buffer.concat([frame.subarray(0, link), ip, frame.subarray(link + ip.length)]);
    } catch (error) {
      if (error instanceof Malformed) return frame;
      throw error;
    }
  }

  /** premature: it answers what still waits here: nobody can have got it. */
  premature(port: string, frame: Buffer): boolean {
    const unit = this.#unitOf(vlansOf(frame), port);
    if (unit === undefined) return false;
    try {
      const { tuple, quoted } = parseFrame(frame);
      const key = tupleKey(unit.instance, quoted === undefined ? tuple : reverseTuple(quoted));
      const found = this.#sessions.get(key);
      return found !== undefined && found.direction === 1 && isNew(found.session);
    } catch {
      return false; /* malformed */
    }
  }

  /** receive judges one frame. */
  receive(number: number, port: string, frame: Buffer, now: bigint): Told[] {
    this.#told = [];
    const j = this.#begin(number, now);
    count(this.counters, ["received_packets"]);
    count(this.counters, ["received_bytes"], frame.length);
    try {
      j.unit = this.#unitOf(vlansOf(frame), port);
      if (j.unit !== undefined) {
        count(this.counters, ["units", j.unit.name, "in_packets"]);
      }
      const parsed = parseFrame(frame);
      const packet = this.unfinished ? finished(parsed) : parsed;
      j.packet = packet;
      if (j.unit !== undefined) count(this.counters, ["units", j.unit.name, "in_bytes"], packet.ip.length);
      this.#ingress(j, packet);
      this.#inputFilter(j, packet, true);
      this.#screen(j, packet, true);
      this.#follow(j, packet, this.#waiting(j));
    } catch (error) {
      this.#refuse(j, error);
      this.#finish(j, now);
    }
    this.#answers(now);
    return this.#told;
  }

  /** follow: a fragment goes on with its first one, or waits for it; first ones let go what waits for them. */
  #follow(j: Judgement, packet: Packet, item: Waiting): void {
    try {
      this.#tearDrop(j, packet, item);
    } catch (error) {
      this.#refuse(j, error);
      this.#finish(j, j.time);
      return;
    }
    const answer = this.#fragments.resolve(packet, item, j.time);
    /* An alarm tells the ports of a later fragment, where they are known by then. */
    const seen = answer.kind === "ready" ? answer.packet : packet;
    for (const id of j.alarms) this.#tell(this.#screenEvent(j, seen, id, "permit"));
    if (answer.kind === "held") return;
    if (answer.kind === "refused") {
      j.reason = answer.reason;
      this.#finish(j, j.time);
      return;
    }
    j.packet = answer.packet;
    this.#judged(j, answer.packet);
    for (const held of answer.released) this.#release(held.item, held.packet, j.time);
  }

  #waiting(j: Judgement): Waiting {
    const { number, marks, instance, installed } = j;
    const unit = j.unit!;
    return { number, unit, generation: this.#generation, passages: [...j.passages], marks, instance, installed };
  }

  #release(item: Waiting, packet: Packet, now: bigint): void {
    const j = this.#again(item, packet, now, (one) => {
      /* It was counted and metered when it came; now it is known what datagram it is of. */
      this.#passedAgain(one, packet, item);
    });
    if (j.reason === undefined) this.#judged(j, packet);
    else this.#finish(j, now);
  }

  /** passedAgain: what a commit put in force while a packet waited judges it too, without counting or metering. */
  #passedAgain(j: Judgement, packet: Packet, item: Waiting): void {
    if (item.generation === this.#generation) return;
    this.#inputFilter(j, packet, false);
    this.#screen(j, packet, false);
  }

  /** again: a packet that waited is handled as if it came now; what was in force when it came may have changed. */
  #again(item: Waiting, packet: Packet, time: bigint, rest: (j: Judgement) => void): Judgement {
    const j = this.#begin(item.number, time);
    Object.assign(j, { packet, installed: item.installed });
    try {
      j.unit = this.#units.find((unit) => unit.name === item.unit.name);
      this.#ingress(j, packet);
      Object.assign(j, { passages: [...item.passages], marks: item.marks, instance: item.instance });
      rest(j);
    } catch (error) {
      this.#refuse(j, error);
    }
    return j;
  }

  #begin(number: number, time: bigint): Judgement {
    return {
      number,
      time,
      unit: undefined,
      packet: undefined,
      verdict: "drop",
      reason: undefined,
      denyReason: undefined,
      egress: undefined,
      gateway: undefined,
      rule: undefined,
      session: undefined,
      direction: undefined,
      frames: [],
      restarts: undefined,
      astray: false,
      stray: undefined,
      asked: undefined,
      out: undefined,
      quote: undefined,
      translation: undefined,
      binding: undefined,
      refusal: undefined,
      opens: false,
      installed: undefined,
      instance: "",
      localInstance: undefined,
      marks: NO_MARKS,
      screen: undefined,
      challenged: false,
      alarms: [],
      passages: [],
      cached: false,
    };
  }

  #refuse(j: Judgement, error: unknown): void {
    if (!(error instanceof Drop) && !(error instanceof Malformed)) throw error;
    j.verdict = "drop";
    j.reason = error.reason;
  }

  // ---- the stages ----------------------------------------------------------------------------------------------------

  #unitOf(vlans: readonly number[], port: string): Unit | undefined {
    return vlans.length > 1
      ? undefined
      : this.#units.find((one) => one.port.name === port && one.vlan === (vlans[0] ?? 0));
  }

  #ingress(j: Judgement, packet: Packet): void {
    if (j.unit === undefined) throw new Drop("unknown-interface");
    if (j.unit.zone === undefined) throw new Drop("no-zone");
    if (!j.unit.carries[packet.family]) throw new Drop("family-off");
  }

  #judge(j: Judgement, packet: Packet): void {
    this.#find(j, packet);
    this.#destinationNat(j, packet);
    this.#route(j, packet);
    if (j.challenged && j.localInstance !== undefined) {
      j.screen = ScreenId.SYN_FLOOD;
      throw new Drop("screen");
    }
    if (j.challenged) throw new Drop("syn-cookie");
    if (j.localInstance !== undefined) {
      /* Sessions are of what goes through. */
      j.session = undefined;
      j.direction = undefined;
      /* What this host answers goes out untranslated, so it may not be asked under another address. */
      if (j.out !== undefined) throw new Drop("ip-destination");
      this.#host(j, packet);
      this.#meet(j, packet, "lo0", this.#filters.host(j.localInstance, packet.family));
      j.verdict = "host";
      return;
    }
    this.#policy(j, packet);
    this.#sourceNat(j, packet);
    this.#egress(j, packet);
    this.#track(j, packet);
    if (this.#waits(j, packet)) return;
    j.cached = isWhole(packet) && j.session?.seen[j.direction!] === this.#epoch;
    this.#meet(j, packet, "output", this.#filters.output(j.egress!.name, leavesIn(j, packet)));
    if (j.opens) this.#install(j, packet);
    this.#forward(j, packet);
  }

  /** judged lets the stages speak; what waits for its neighbour ends later. */
  #judged(j: Judgement, packet: Packet): void {
    try {
      this.#judge(j, packet);
    } catch (error) {
      this.#refuse(j, error);
    }
    if (j.verdict !== "wait") this.#finish(j, j.time);
  }

  /** waits: a packet whose neighbour is not known yet waits, with its session; so do those of its flow that come behind it. */
  #waits(j: Judgement, packet: Packet): boolean {
    const flow = tupleKey(j.unit!.instance, packet.tuple);
    const neighbour = `${j.egress!.name} ${writeAddress(j.gateway!)}`;
    const place = this.#waiters.findIndex((one) => one.item.number === j.number);
    const before = this.#waiters.slice(0, place < 0 ? undefined : place);
    if (this.#neighbours.has(neighbour) && before.every((one) => one.flow !== flow)) return false;
    if (j.opens) this.#install(j, packet);
    if (this.#waiters.filter((one) => one.neighbour === neighbour).length >= WAITERS_EACH)
      throw new Drop("neighbour-queue-full");
    if (!this.#neighbours.has(neighbour) && !this.#due.has(neighbour)) this.#due.set(neighbour, j.time + this.late);
    j.verdict = "wait";
    const waiter = { flow, neighbour, item: this.#waiting(j), packet };
    /* One that waits again keeps its place. */
    if (place < 0) this.#waiters.push(waiter);
    else this.#waiters[place] = waiter;
    return true;
  }

  /** answers: once neighbours are known, it is as if the packets that waited for them came now. */
  #answers(now: bigint): void {
    for (const [neighbour, at] of this.#due) {
      if (at > now) continue;
      this.#neighbours.add(neighbour);
      this.#due.delete(neighbour);
    }
    for (let waiter = this.#ready(); waiter !== undefined; waiter = this.#ready()) {
      const { item, packet } = waiter;
      const j = this.#again(item, packet, now, (one) => this.#passedAgain(one, packet, item));
      if (j.reason === undefined) this.#judged(j, packet);
      else this.#finish(j, now);
      if (j.verdict !== "wait") this.#waiters = this.#waiters.filter((one) => one !== waiter);
    }
  }

  /** ready: the first whose neighbour is known and that is the first of its flow. */
  #ready(): Waiter | undefined {
    return this.#waiters.find(
      (one, i) => this.#neighbours.has(one.neighbour) && this.#waiters.findIndex(({ flow }) => flow === one.flow) === i,
    );
  }

  #inputFilter(j: Judgement, packet: Packet, first: boolean): void {
    const unit = j.unit!;
    j.instance = unit.instance;
    j.marks = { ...this.#classes.come(unit.name, packet.family, packet.tos >> 2), codePoint: undefined };
    j.passages = [];
    this.#meet(j, packet, "input", this.#filters.input(unit.name, packet.family), first);
    j.instance = j.passages[0]?.walk.instance ?? unit.instance;
  }

  /** meet lets a filter judge; effects: it counts and meters. */
  #meet(
    j: Judgement,
    packet: Packet,
    at: Passage["at"],
    terms: readonly Term[] | undefined,
    effects: boolean = true,
  ): void {
    if (terms === undefined) return;
    /* Filters on the way out see a packet as it leaves. */
    const seen = at === "output" ? this.#leaving(j, packet, 0) : packet;
    const { length } = seen.ip;
    const outside: Effects = {
      count: (counter) => {
        count(this.counters, ["filters", counter, "packets"]);
        count(this.counters, ["filters", counter, "bytes"], length);
      },
      meter: (budget, before) => this.#meters.colour(budget.name, length, j.time, before),
      drop: (budget) => {
        count(this.counters, ["policers", budget.name, "packets"]);
        count(this.counters, ["policers", budget.name, "bytes"], length);
      },
    };
    const said = walk(terms, { packet: seen, unit: j.unit!.name }, j.marks, effects ? outside : undefined);
    j.passages.push({ at, walk: said });
    j.marks = said.marks;
    if (said.fate === "policer") throw new Drop("policer");
    if (said.fate !== "accept") throw new Drop(`filter-${said.fate}`);
  }

  /** screen: the first screen that it meets ends a packet; where screens only alarm, all of them are told, when it comes. */
  #screen(j: Judgement, packet: Packet, first: boolean): void {
    const screen = this.#screens.get(j.unit!.zone!);
    if (screen === undefined) return;
    const { source } = packet.tuple;
    const isSpoofed = (): boolean =>
      !isLinkLocal(source) &&
      !this.#routes
        .find(j.unit!.instance, source)
        .some((route) => route.kind === "forward" && route.unit.zone === j.unit!.zone);
    const alone = screensMet(screen, packet, isSpoofed);
    const isAlarm = screen["alarm-without-drop"] === true;
    /* What is dropped for itself is no part of a flood; what waited was counted when it came. */
    const counts = first && (alone.length === 0 || isAlarm);
    const hasSession = (): boolean => this.#sessions.has(tupleKey(j.unit!.instance, packet.tuple));
    const beyond = counts ? this.#counted.met(j.unit!.zone!, packet, j.time, hasSession) : [];
    const met = this.#challenged(
      j,
      packet,
      [...alone, ...beyond].toSorted((a, b) => a - b),
      isAlarm,
    );
    if (isAlarm) {
      if (first) j.alarms = met;
    } else if (met.length > 0) {
      j.screen = met[0];
      throw new Drop("screen");
    }
  }

  /** challenged: what is beyond the attack threshold alone is to be answered with a cookie, if a host would answer it. */
  #challenged(j: Judgement, packet: Packet, met: number[], isAlarm: boolean): number[] {
    if (!this.#cookies || isAlarm || !met.includes(ScreenId.SYN_FLOOD)) return met;
    if (met.length > 1) return met.filter((id) => id !== ScreenId.SYN_FLOOD);
    const { source, destination } = packet.tuple;
    const session = this.#sessions.get(tupleKey(j.unit!.instance, packet.tuple))?.session;
    const isOver = session === undefined || ["time-wait", "closed"].includes(session.tcp?.state ?? "");
    const isPlain = packet.fragment === undefined && !packet.multicastMac;
    const begins = packet.segment !== undefined && (packet.segment.flags & (SYN | ACK | RST | FIN)) === SYN;
    if (!isPlain || !begins || !isOver || !isOneHost(source) || !isOneHost(destination)) return met;
    j.challenged = true;
    return [];
  }

  /** cookie answers a SYN in the server's stead; what is beyond the alarm threshold is told. */
  #cookie(j: Judgement, packet: Packet): void {
    const unit = j.unit!;
    const { family } = packet;
    const answer = cookieAnswer(packet, Math.min(unit.mtu[family], j.egress!.mtu[family]));
    const withNumber = (sequence: number): Buffer =>
      etherFrame(packet.sourceMac, portMac(unit.port.index), unit.vlan, answer(sequence));
    const numbered = ([sent]: readonly Buffer[]): Buffer => {
      const { ip, transport } = parseFrame(sent!);
      return withNumber(ip.readUInt32BE(transport + 4));
    };
    j.frames.push({ out: unit.port.name, bytes: withNumber(0), numbered });
    if (this.#counted.alarms(unit.zone!, packet.tuple, j.time)) j.screen = ScreenId.SYN_COOKIE;
    else count(this.counters, ["screens", unit.zone!, String(ScreenId.SYN_COOKIE)]);
  }

  /** tearDrop: a fragment that brings bytes of its datagram which came before. */
  #tearDrop(j: Judgement, packet: Packet, item: Waiting): void {
    const screen = this.#screens.get(j.unit!.zone!);
    if (screen?.ip?.["tear-drop"] !== true || packet.fragment === undefined) return;
    if (!this.#fragments.overlaps(packet, item, j.time)) return;
    if (screen["alarm-without-drop"] !== true) {
      j.screen = ScreenId.TEAR_DROP;
      throw new Drop("screen");
    }
    j.alarms = [...j.alarms, ScreenId.TEAR_DROP].toSorted((a, b) => a - b);
  }

  /** A packet belongs to a session by its tuple; an ICMP error by the one it quotes, if it goes back to its sender. */
  #find(j: Judgement, packet: Packet): void {
    const { quoted } = packet;
    if (quoted !== undefined) {
      const found = this.#sessions.get(tupleKey(j.unit!.instance, reverseTuple(quoted)));
      if (found === undefined || !sameAddress(packet.tuple.destination, quoted.source)) return;
      j.session = found.session;
      j.direction = found.direction;
      return;
    }
    if (packet.icmp !== undefined && isErrorWithoutFlow(packet)) return;
    const found = this.#sessions.get(tupleKey(j.unit!.instance, packet.tuple));
    if (found === undefined) return;
    /* An identifier alone must not let requests pass for replies. */
    if (!fits(found.session, found.direction, packet) && !shares(found.session, packet)) return;
    j.session = found.session;
    j.direction = found.direction;
    const { tcp } = found.session;
    if (tcp === undefined || packet.segment === undefined) return;
    switch (tcp.check(packet.segment, found.direction, this.#rules, packet.fragment !== undefined)) {
      case "bad-window":
        throw new Drop("tcp-window");
      case "bad-state":
        throw new Drop("tcp-state");
      case "early-data":
        throw new Drop("tcp-early-data");
      case "new-connection":
        j.session = undefined;
        j.direction = undefined;
        j.restarts = found.session;
        break;
      case "ok":
    }
  }

  /** destinationNat: what has a session leaves as its session does; else a rule says where it is sent on to. */
  #destinationNat(j: Judgement, packet: Packet): void {
    const { session } = j;
    if (session !== undefined) {
      if (session.translation !== undefined) this.#translateKnown(j, packet, session);
      return;
    }
    if (packet.icmp !== undefined && isErrorWithoutFlow(packet)) return;
    const rule = this.#nat!.destinationRule(j.unit!, packet.tuple);
    if (rule === undefined) {
      this.#inward(j, packet);
      return;
    }
    const out = this.#nat!.toDestination(rule, packet.tuple, this.chosen(j.number));
    if (out === undefined) this.#impossible(rule.name, "nat-unmappable");
    j.out = out;
    j.translation = { destination: rule.name, source: undefined, given: false, prefix64: prefix64Of(rule) };
  }

  /** inward: to a client by its binding, if its rule permits it; else as if there were none. */
  #inward(j: Judgement, packet: Packet): void {
    const { tuple } = packet;
    const one = canBind(tuple) ? this.#bindings.ofTarget(j.unit!.instance, tuple, j.time) : undefined;
    const rule = one === undefined ? undefined : this.#nat!.ruleOf(one);
    if (one === undefined || rule === undefined || one.inner.instance !== one.outer.instance) return;
    if (!permits(rule.persistence!.permit, one, tuple)) return;
    j.out = { ...tuple, destination: one.inner.address, destinationPort: one.inner.port };
    j.translation = { destination: rule.name, source: undefined, given: false, prefix64: undefined };
    this.#bind(j, one, rule);
  }

  #bind(j: Judgement, one: Binding, rule: NatRule): void {
    if (one.sessions >= rule.persistence!.sessions) throw new Drop("nat-binding-sessions");
    j.binding = one;
  }

  /** outward: what the client is bound to already; who came in by the binding of another one has a port for this session alone. */
  #outward(j: Judgement, packet: Packet, rule: NatRule): Binding | undefined {
    if (rule.persistence === undefined || j.binding !== undefined || !canBind(packet.tuple)) return undefined;
    return this.#bindings.ofClient(rule.name, j.unit!.instance, packet.tuple, j.time);
  }

  /** bound: what a session uses: of a rule that binds, its first one makes it. */
  #bound(j: Judgement, { tuple }: Packet, out: Tuple): Session["binding"] {
    const { unit, egress, translation } = j;
    const source =
      translation?.source === undefined ? undefined : this.#nat!.sourceRule(unit!, egress!, seenOf(tuple, out));
    const binds = j.binding === undefined && translation?.given === true && canBind(tuple);
    if (binds && source?.persistence !== undefined) {
      const inner = { instance: unit!.instance, address: tuple.source, port: tuple.sourcePort };
      const outer = { instance: egress!.instance, address: out.source, port: out.sourcePort };
      j.binding = this.#bindings.add(source.name, tuple.protocol, inner, outer, source.persistence.timeout);
      j.translation = { ...translation!, given: false };
    }
    const one = j.binding;
    if (one === undefined) return undefined;
    const inward = translation?.destination !== undefined && translation.destination === one.rule;
    one.sessions++;
    if (!inward) note(one, out.destination, out.destinationPort);
    return { one, inward };
  }

  #translateKnown(j: Judgement, packet: Packet, session: Session): void {
    const out = outOf(session, j.direction!);
    j.out = out;
    if (packet.quoted === undefined) return;
    /* An error goes to the sender of what it is about, and quotes what that one sent; who hides behind another address has no
       routers to be seen either (RFC 5508 4.2). */
    const came = j.direction === 0 ? session.tuple : reverseTuple(session.out);
    const hidden = !sameAddress(out.source, came.source);
    const prefix64 = session.translation!.prefix64;
    j.out =
      prefix64 === undefined
        ? { ...packet.tuple, destination: out.destination, ...(hidden ? { source: out.source } : {}) }
        : errorTuple(packet.tuple.source, out, prefix64);
    j.quote = j.direction === 0 ? reverseTuple(session.out) : session.tuple;
  }

  #impossible(rule: string, reason: string): never {
    count(this.counters, ["nat", rule, "failures"]);
    throw new Drop(reason);
  }

  /** sourceNat: where a new session seems to come from; whether the rules still allow what a known one has. */
  #sourceNat(j: Judgement, packet: Packet): void {
    const nat = this.#nat!;
    const isError = packet.icmp !== undefined && isErrorWithoutFlow(packet);
    const [unit, egress] = [j.unit!, j.egress!];
    if (j.stray !== undefined) {
      /* There is no session that its translation could be kept in, so it may go on only as it is. */
      if (j.stray.translation !== undefined) throw new Drop("nat-no-session");
      if (isError) return;
      const rule = nat.destinationRule(unit, packet.tuple) ?? nat.sourceRule(unit, egress, packet.tuple);
      if (rule !== undefined) throw new Drop("nat-no-session");
      return;
    }
    if (isError) return;
    if (j.session !== undefined) {
      if (j.session.judged !== this.#epoch) this.#natHolds(j, j.session);
      return;
    }
    const sentOn = j.out ?? packet.tuple;
    const asked = seenOf(packet.tuple, sentOn);
    const rule = nat.sourceRule(unit, egress, asked);
    if (rule === undefined && crosses(j, packet)) this.#impossible(j.translation!.destination!, "nat64-no-source");
    if (rule === undefined) return;
    const leaves = { ...asked, protocol: sentOn.protocol };
    const echo = packet.icmp !== undefined && isEcho(packet.family, packet.icmp.type);
    const isFree = (out: Tuple): boolean => !this.#sessions.has(tupleKey(egress.instance, reverseTuple(out)));
    const { destination, prefix64 } = j.translation ?? {};
    const one = this.#outward(j, packet, rule);
    if (one !== undefined) {
      j.out = { ...leaves, source: one.outer.address, sourcePort: one.outer.port };
      j.translation = { destination, source: rule.name, given: false, prefix64 };
      return this.#bind(j, one, rule);
    }
    const live = [...this.#live()].map(({ tuple, out, translation }) => ({
      tuple,
      out,
      given: translation?.given === true,
    }));
    const bound = this.#bindings.all.map(({ protocol, outer }) => {
      const out = { ...leaves, protocol, source: outer.address, sourcePort: outer.port };
      return { tuple: leaves, out, given: true };
    });
    const found = nat.toSource(rule, leaves, egress, echo, [...live, ...bound], this.chosen(j.number), isFree);
    if (typeof found === "string") {
      /* It is known by then that it leaves translated. */
      j.out ??= packet.tuple;
      this.#impossible(rule.name, found);
    }
    j.out = found.out;
    j.translation = { destination, source: rule.name, given: found.given, prefix64 };
  }

  #natHolds(j: Judgement, session: Session): void {
    const nat = this.#nat!;
    const [client, server] = j.direction === 0 ? [j.unit!, j.egress!] : [j.egress!, j.unit!];
    const { tuple, out, translation, icmp } = session;
    if (nat.isOff && translation === undefined) return;
    const { binding } = session;
    const holding = { tuple, out, given: translation?.given === true || binding !== undefined };
    const lets = binding?.inward === true ? nat.ruleOf(binding.one) : undefined;
    const inward = lets !== undefined && permits(lets.persistence!.permit, binding!.one, tuple) ? lets : undefined;
    const echo = icmp !== undefined && isEcho(tuple.source.family, icmp.type);
    const rules = nat.isOff ? undefined : nat.holds(holding, client, server, echo, inward);
    if (rules === undefined) throw new Drop("nat-changed");
    const { destination, source } = rules;
    const prefix64 = prefix64Of(destination);
    j.translation = {
      destination: destination?.name,
      source: source?.name,
      given: translation?.given === true,
      prefix64,
    };
  }

  #route(j: Judgement, packet: Packet): void {
    const { source } = packet.tuple;
    const { destination } = j.out ?? packet.tuple;
    const routes = this.#routes.find(j.instance, destination);
    const [route] = routes;
    if (packet.multicastMac || isMulticast(destination) || sameAddress(destination, readAddress("255.255.255.255"))) {
      throw new Drop(sameAddress(destination, readAddress("255.255.255.255")) ? "broadcast" : "link-scope");
    }
    if (route?.kind === "local") {
      j.localInstance = route.instance;
      return;
    }
    if (isLinkLocal(source) || isLinkLocal(destination)) throw new Drop("link-scope");
    switch (route?.kind) {
      case undefined:
        throw new Drop("no-route");
      case "broadcast":
        throw new Drop("broadcast");
      case "discard":
        throw new Drop("route-discard");
      case "reject":
        throw new Drop("route-reject");
      case "forward":
        j.egress = route.unit;
        if (route.unit.zone === undefined) throw new Drop("no-zone");
        if (!route.unit.carries[leavesIn(j, packet)]) throw new Drop("family-off");
        j.gateway = route.gateway ?? destination;
    }
  }

  #host(j: Judgement, packet: Packet): void {
    const arrival = {
      family: packet.family,
      protocol: packet.tuple.protocol,
      destinationPort: packet.tuple.destinationPort,
      icmpType: packet.icmp?.type,
    };
    if (hostAccepts(j.unit!, this.#zones.get(j.unit!.zone!)!, arrival)) return;
    j.rule = this.#policies.default;
    j.denyReason = "Denied by host-inbound-traffic";
    throw new Drop("host-inbound");
  }

  /** belongs: it comes from the zone that this direction of its session comes from and goes to the other one. */
  #belongs(j: Judgement, session: Session): boolean {
    return this.#sameZones(j, session) || this.#leadsBack(j, session);
  }

  #sameZones(j: Judgement, session: Session): boolean {
    const [client, server] = session.units;
    const [from, to] = j.direction === 0 ? [client, server] : [server, client];
    return from.zone === j.unit!.zone && to.zone === j.egress!.zone;
  }

  /**
   * leadsBack: it comes by the very interface known for it, or by one that leads back to where it says it comes from.
   * Only such a packet moves its session, puts it under another rule, or ends it.
   */
  #leadsBack(j: Judgement, session: Session): boolean {
    const known = session.units[j.direction!];
    if (session.generation === this.#generation && known.name === j.unit!.name) return true;
    const source = j.direction === 0 ? session.tuple.source : session.out.destination;
    return this.#routes
      .find(j.unit!.instance, source)
      .some((route) => route.kind === "forward" && route.unit.name === j.unit!.name);
  }

  #policy(j: Judgement, packet: Packet): void {
    const { session, direction } = j;
    const from = j.unit!.zone!;
    const to = j.egress!.zone!;
    if (packet.quoted !== undefined || (packet.icmp !== undefined && isErrorWithoutFlow(packet))) {
      if (session === undefined) throw new Drop("icmp-no-session");
    }
    let rule: Rule;
    const belongs = session !== undefined && this.#belongs(j, session);
    if (belongs && (packet.quoted !== undefined || fits(session, direction!, packet))) {
      /* The session's own question: what its client asked for, between where both sides are now. */
      j.asked = seenOf(session.tuple, session.out);
      rule = this.#policies.decide({
        from: direction === 0 ? from : to,
        to: direction === 0 ? to : from,
        tuple: j.asked,
        icmp: session.icmp,
      });
      j.rule = rule;
      if (rule.action !== "permit") return this.#denied(j, rule);
      return;
    }
    /* A message that shares its session without being like it is judged for itself, and goes on with it. */
    j.astray = session !== undefined && !belongs;
    if (j.astray) {
      j.stray = session;
      j.session = undefined;
      j.direction = undefined;
    }
    if (j.out !== undefined) j.asked = seenOf(packet.tuple, j.out);
    rule = this.#policies.decide({ from, to, tuple: j.asked ?? packet.tuple, icmp: packet.icmp });
    j.rule = rule;
    if (rule.action !== "permit") this.#denied(j, rule);
  }

  /** keep: a session goes on under the rule that permits it now. */
  #keep(session: Session, rule: Rule, j: Judgement): void {
    if (session.judged === this.#epoch) {
      /* Within its zones a session may change interfaces, and its log line tells the last ones. */
      if (j.direction === 0 && this.#sameZones(j, session)) session.units = [j.unit!, j.egress!];
      return;
    }
    /* A session that opens now, after its packet waited, opens by what is in force now. */
    const opens = j.installed === session && isNew(session);
    if (!opens && !this.#leadsBack(j, session)) return;
    if (j.direction === 0) session.units = [j.unit!, j.egress!];
    if (j.direction === 1) session.units = [j.egress!, j.unit!];
    session.rule = rule;
    session.generation = this.#generation;
    session.judged = this.#epoch;
    if (session.translation === undefined || j.translation === undefined) return;
    session.translation.destination = j.translation.destination;
    session.translation.source = j.translation.source;
    session.translation.prefix64 = j.translation.prefix64;
  }

  #denied(j: Judgement, rule: Rule): never {
    if (rule.action === "reject") {
      j.denyReason = "Rejected by policy";
      throw new Drop(rule.isDefault ? "default-policy" : "policy-reject");
    }
    j.denyReason = rule.isDefault ? "Denied by default policy" : "Denied by policy";
    throw new Drop(rule.isDefault ? "default-policy" : "policy-deny");
  }

  #egress(j: Judgement, packet: Packet): void {
    /* The checksum of SCTP covers the whole packet: of a fragment it cannot be mended for other ports. */
    const [came, leaves] = [packet.tuple, j.out ?? packet.tuple];
    const samePorts = came.sourcePort === leaves.sourcePort && came.destinationPort === leaves.destinationPort;
    if (packet.fragment !== undefined && came.protocol === SCTP && !samePorts) throw new Drop("nat-unmappable");
    if (packet.ttl <= 1) throw new Drop("ttl-expired");
    const mtu = j.egress!.mtu[leavesIn(j, packet)];
    if (!crosses(j, packet)) {
      if (packet.ip.length > mtu && packet.dontFragment) throw new Drop("mtu-exceeded");
      return;
    }
    j.refusal = refusal(packet, leavesIn(j, packet));
    if (j.refusal !== undefined) throw new Drop(j.refusal.reason);
    const { ip } = this.#leaving(j, packet, 0);
    if (ip.length > roomOf(packet, mtu) && !mayCut(packet, ip)) throw new Drop("mtu-exceeded");
  }

  /** leaving: the packet as it leaves, one hop further but for that, and before it is cut into fragments. */
  #leaving(j: Judgement, packet: Packet, identification: number): Packet {
    if (j.out === undefined) return packet;
    if (!crosses(j, packet)) return { ...packet, tuple: j.out, ip: translated(packet, j.out, j.quote) };
    const room = roomOf(packet, j.egress!.mtu[leavesIn(j, packet)]);
    const read = parsePacket(crossed(packet, j.out, j.quote, room, identification), leavesIn(j, packet));
    return { ...packet, ...read, tuple: j.out };
  }

  /** track: is the packet one that its session takes now, or one that may open a session? */
  #track(j: Judgement, packet: Packet): void {
    if (packet.quoted !== undefined) return;
    if (j.session !== undefined || j.astray) return;
    const { segment } = packet;
    if (packet.tuple.protocol === TCP && (segment === undefined || !TcpTrack.starts(segment, this.#rules)))
      throw new Drop("tcp-no-session");
    if (segment !== undefined && this.#rules.strictSynCheck && hasData(segment, packet.fragment !== undefined))
      throw new Drop("tcp-early-data");
    if (isIcmp(packet.family, packet.tuple.protocol) && isLater(packet)) throw new Drop("icmp-no-session");
    if (packet.icmp !== undefined && isEchoReply(packet.family, packet.icmp.type)) throw new Drop("icmp-no-session");
    if (isLater(packet)) throw new Drop("fragment-unknown");
    /* One that starts over needs no room of its own. */
    if (j.restarts === undefined) {
      j.screen = this.#counted.full(j.unit!.zone!, j.unit!.instance, packet.tuple);
      if (j.screen !== undefined) throw new Drop("screen");
    }
    j.opens = true;
  }

  /** Its place must be free: that is seen when it takes it, after everything else. */
  #install(j: Judgement, packet: Packet): void {
    const out = j.out ?? packet.tuple;
    const keys = [tupleKey(j.unit!.instance, packet.tuple), tupleKey(j.egress!.instance, reverseTuple(out))] as const;
    if (j.restarts !== undefined) this.#close(j.restarts, closeReason(j.restarts), j.time, j.time);
    const limits = this.#limits(j, packet);
    if (keys[0] === keys[1] || keys.some((key) => this.#sessions.has(key))) {
      this.#counted.give(limits);
      throw new Drop(j.translation === undefined ? taken(packet) : "nat-exhausted");
    }
    for (const name of [j.translation?.destination, j.translation?.source])
      if (name !== undefined) count(this.counters, ["nat", name, "hits"]);
    const rule = j.rule!;
    const binding = this.#bound(j, packet, out);
    const session: Session = {
      id: this.#nextSession++,
      tuple: packet.tuple,
      out,
      binding,
      translation: j.translation,
      keys,
      icmp: packet.icmp,
      createdNs: j.time,
      tcp: packet.segment === undefined ? undefined : new TcpTrack(packet.segment, packet.fragment !== undefined),
      rule,
      generation: this.#generation,
      judged: this.#epoch,
      units: [j.unit!, j.egress!],
      lastNs: j.time,
      timeout: 0,
      limits,
      closing: undefined,
      shortenedNs: 0n,
      unanswered: 0,
      packets: [0, 0],
      bytes: [0, 0],
      seen: [0, 0],
    };
    this.#sessions.set(session.keys[0], { session, direction: 0 });
    this.#sessions.set(session.keys[1], { session, direction: 1 });
    session.timeout = timeoutOf(session, this.#rules);
    j.session = session;
    j.installed = session;
    j.direction = 0;
    count(this.counters, ["policies", rule.counter, "hits"]);
  }

  /** limits counts the session that a packet opens; what only alarms is told there and then. */
  #limits(j: Judgement, packet: Packet): readonly Taken[] {
    const { taken, beyond } = this.#counted.take(j.unit!.zone!, j.unit!.instance, packet.tuple);
    if (beyond.length > 0 && taken.length === 0) {
      [j.screen] = beyond;
      throw new Drop("screen");
    }
    for (const id of beyond) this.#tell(this.#screenEvent(j, packet, id, "permit"));
    return taken;
  }

  /** abandon: a session whose first packet went nowhere was none. */
  #abandon(j: Judgement, session: Session): void {
    for (const key of session.keys) this.#sessions.delete(key);
    this.#counted.give(session.limits);
    if (session.binding !== undefined) this.#bindings.give(session.binding.one, j.time);
    count(this.counters, ["sessions_abandoned"]);
    j.session = undefined;
    j.direction = undefined;
  }

  #forward(j: Judgement, packet: Packet): void {
    const { session } = j;
    const egress = j.egress!;
    j.verdict = "forward";
    const codePoint = j.marks.codePoint ?? this.#classes.leave(egress.name, leavesIn(j, packet), j.marks);
    const isCrossing = crosses(j, packet);
    const mtu = egress.mtu[leavesIn(j, packet)];
    const room = isCrossing ? roomOf(packet, mtu) : mtu;
    const link = (piece: Buffer): Buffer =>
      etherFrame(neighbourMac(j.gateway!), portMac(egress.port.index), egress.vlan, piece);
    const maximum = this.#maximumSegment;
    const framesOf = (identification: number): Buffer[] => {
      const whole = this.#leaving(j, packet, identification);
      const ip = marked(hop({ ...whole, ip: clamped(whole, maximum) }), codePoint);
      /* Fragments are frames of our own: no padding came with them. */
      return ip.length > room ? split(ip, room).map(link) : [padded(link(ip), packet.behind)];
    };
    const header = linkHeader(egress.vlan);
    /* What nobody has named yet is named by the program. */
    const numbered = (i: number) => (sent: readonly Buffer[]) => framesOf(sent[0]!.readUInt16BE(header + 4))[i]!;
    for (const [i, bytes] of framesOf(0).entries())
      j.frames.push({
        out: egress.port.name,
        bytes,
        ...(isCrossing && isUnnamed(packet) ? { numbered: numbered(i) } : {}),
      });
    const { length } = this.#leaving(j, packet, 0).ip;
    count(this.counters, ["units", egress.name, "out_packets"]);
    count(this.counters, ["units", egress.name, "out_bytes"], length);
    count(this.counters, ["forwarded_packets"]);
    /* Frame bytes, of the packet before it is cut. */
    count(this.counters, ["forwarded_bytes"], j.frames.length === 1 ? j.frames[0]!.bytes.length : length + header);
    if (session === undefined) return;
    if (packet.quoted !== undefined) {
      if (!isUnreachable(session, j.direction!, packet)) return;
      session.closing = "ICMP error";
      session.shortenedNs = j.time;
      session.timeout = timeoutOf(session, this.#rules);
      return;
    }
    const first = isNew(session);
    const before = { judged: session.judged, state: session.tcp?.state, closing: session.closing };
    this.#keep(session, j.rule!, j);
    session.packets[j.direction!]++;
    if (!isLater(packet)) session.unanswered = stillOpen(session.unanswered, j.direction!);
    session.bytes[j.direction!] += packet.ip.length;
    session.lastNs = j.time;
    if (isWhole(packet)) session.seen[j.direction!] = this.#epoch;
    /* A session that was not judged anew yet cannot count where it did: its rule may be gone. */
    const rule = session.judged === this.#epoch ? session.rule : j.rule!;
    if (first) {
      count(this.counters, ["sessions_opened"]);
      count(this.counters, ["policies", rule.counter, "sessions"]);
    }
    if (rule.count) {
      count(this.counters, ["policies", rule.counter, "packets"]);
      count(this.counters, ["policies", rule.counter, "bytes"], packet.ip.length);
    }
    if (!first && packet.segment !== undefined)
      session.tcp?.update(packet.segment, j.direction!, packet.fragment !== undefined, this.#rules);
    const over = session.tcp === undefined && j.direction === 1 && answered(session);
    session.closing = over ? "response received" : undefined;
    /* A packet that is not its session's to move leaves it the time that it had. */
    const changed = session.tcp?.state !== before.state || session.closing !== before.closing;
    if (first || session.judged !== before.judged || changed) session.timeout = timeoutOf(session, this.#rules);
    if (first && session.rule.logInit) this.#pending.push(this.#openEvent(j, packet, session));
    const reset = session.tcp?.state === "closed" && before.state !== "closed";
    if (reset && this.#rules.rstInvalidates) this.#ending = session;
    const fin = session.tcp !== undefined && !first && session.tcp.state !== before.state && session.tcp.finished;
    if (fin && this.#rules.finInvalidates) this.#ending = session;
  }
  #pending: Event[] = [];
  #ending: Session | undefined;

  // ---- the exit ------------------------------------------------------------------------------------------------------

  #finish(j: Judgement, until: bigint): void {
    const { packet } = j;
    if (j.verdict === "host") {
      j.frames.push({ out: "host", bytes: Buffer.from(packet!.ip) });
      count(this.counters, ["host_packets"]);
      count(this.counters, ["host_bytes"], packet!.ip.length);
    }
    if (j.verdict === "drop" && j.installed !== undefined && isNew(j.installed)) this.#abandon(j, j.installed);
    if (j.reason === "syn-cookie") this.#cookie(j, packet!);
    const told = j.verdict === "drop" && packet !== undefined ? this.#answer(j, packet) : "none";
    let action: "deny" | "reject" = "deny";
    if (j.denyReason === "Rejected by policy") {
      if (told === "sent") action = "reject";
      else if (told === "limited") j.denyReason = "Rejected by policy, answer rate limited";
      else j.denyReason = "Rejected by policy, no answer allowed";
    }
    if (j.verdict === "drop") count(this.counters, ["drops", j.reason!]);
    const ends =
      (j.denyReason !== undefined || j.reason === "nat-changed") &&
      j.reason !== "host-inbound" &&
      j.session !== undefined &&
      packet?.quoted === undefined &&
      !isNew(j.session) &&
      j.session.judged !== this.#epoch &&
      !isAlone(j) &&
      this.#leadsBack(j, j.session);
    const refused = ends ? j.session : undefined;
    /* Of a session that its packet ended nothing can be said any more. */
    const goesOn = j.verdict === "forward" && this.#ending === undefined;
    const outcome: Outcome = {
      packet: j.number,
      from_ns: j.time,
      until_ns: until,
      in: j.unit?.name,
      zone: j.unit?.zone,
      verdict: j.verdict as Outcome["verdict"],
      reason: j.verdict === "drop" ? j.reason : undefined,
      deny_reason: j.denyReason,
      egress: j.verdict === "host" ? "host" : j.egress?.name,
      egress_zone: j.egress?.zone,
      policy_id: j.rule?.id,
      frames: j.frames,
      session: goesOn ? j.session?.id : undefined,
      direction: goesOn && j.session !== undefined ? j.direction : undefined,
    };
    this.#told.push({ kind: "packet", outcome });
    if (j.denyReason !== undefined) {
      const rule = j.rule!;
      if (j.reason !== "host-inbound") {
        count(this.counters, ["policies", rule.counter, "hits"]);
        if (rule.count) {
          count(this.counters, ["policies", rule.counter, "packets"]);
          count(this.counters, ["policies", rule.counter, "bytes"], packet!.ip.length);
        }
      }
      if (rule.logInit || j.reason === "host-inbound") this.#tell(this.#denyEvent(j, packet!, rule, action));
    }
    if (j.screen !== undefined) this.#tell(this.#screenEvent(j, packet!, j.screen, "deny"));
    this.#logFilters(j, told);
    for (const event of this.#pending) this.#tell(event);
    this.#pending = [];
    if (refused !== undefined) this.#close(refused, "policy delete", j.time, j.time);
    if (this.#ending !== undefined) this.#close(this.#ending, endReason(this.#ending), j.time, j.time);
    this.#ending = undefined;
  }

  #answer(j: Judgement, packet: Packet): "none" | "sent" | "limited" | "silent" {
    const rejected = j.denyReason === "Rejected by policy";
    const reject = j.reason === "filter-reject" ? j.passages.at(-1)!.walk.reject : undefined;
    const reset =
      (rejected && packet.segment !== undefined) ||
      (reject === "tcp-reset" && packet.tuple.protocol === TCP) ||
      (j.reason === "tcp-no-session" && this.#zones.get(j.unit!.zone!)!.tcpRst);
    if (reset) {
      if (!mayReset(packet)) return "silent";
      return this.#send(j, packet, "resets", () => buildReset(packet));
    }
    const error = rejected
      ? errorFor(packet, "port")
      : typeof reject === "number"
        ? { type: packet.family === "inet" ? 3 : 1, code: this.#rejectCode(j, packet, reject), info: 0 }
        : this.#errorOf(j, packet);
    if (error === undefined) return "none";
    const own = ownAddress(j.unit!, packet.tuple.source);
    if (!mayTellError(packet) || own === undefined) return "silent";
    return this.#send(j, packet, "icmp_errors", () => buildError(packet, error, own));
  }

  #errorOf(j: Judgement, packet: Packet): IcmpError | undefined {
    switch (j.reason) {
      case "ttl-expired":
        return errorFor(packet, "time-exceeded");
      case "mtu-exceeded":
        return errorFor(packet, "too-big", this.#mtuOf(j, packet));
      case "nat-unmappable":
      case "nat64-no-source":
        return errorFor(packet, "address");
      case "route-reject":
        return errorFor(packet, "route-reject");
      case undefined:
      default:
        return j.refusal?.error;
    }
  }

  /** mtuOf: how long a packet like this one may be, as its sender sees it. */
  #mtuOf(j: Judgement, packet: Packet): number {
    const mtu = j.egress!.mtu[leavesIn(j, packet)];
    return crosses(j, packet) ? mtuFor(packet, this.#leaving(j, packet, 0).ip, mtu) : mtu;
  }

  /** rejectCode: what an output filter of the other family says has to be told in the sender's. */
  #rejectCode(j: Judgement, packet: Packet, code: number): number {
    return j.passages.at(-1)!.at === "output" && crosses(j, packet) ? unreachableAs(packet.family, code) : code;
  }

  #send(j: Judgement, packet: Packet, kind: string, build: () => Buffer): "sent" | "limited" {
    const sent = this.#limit.take(j.time);
    count(this.counters, [`${kind}_${sent ? "sent" : "limited"}`]);
    if (!sent) return "limited";
    const unit = j.unit!;
    j.frames.push({
      out: unit.port.name,
      bytes: etherFrame(packet.sourceMac, portMac(unit.port.index), unit.vlan, build()),
    });
    return "sent";
  }

  /** logFilters: of a packet that went on, all filters say permit; of one that ended in a filter, that one says so. */
  #logFilters(j: Judgement, told: "none" | "sent" | "limited" | "silent"): void {
    const ended = ["filter-discard", "filter-reject", "policer"].includes(j.reason ?? "");
    const speaking = j.verdict !== "drop" ? j.passages : ended ? j.passages.slice(-1) : [];
    const action = j.verdict !== "drop" ? "permit" : told === "sent" ? "reject" : "deny";
    const answer = { none: "none", sent: "sent", limited: "rate-limited", silent: "not-allowed" } as const;
    for (const { at, walk: said } of speaking) {
      const seen = at === "output" ? this.#leaving(j, j.packet!, 0) : j.packet!;
      for (const term of said.logs) {
        this.#tell({
          event: "FILTER_LOG",
          from_ns: j.time,
          until_ns: j.time,
          generation: this.#generation,
          action,
          ...this.#flowOf(seen.tuple, seen.icmp),
          filter_id: term.filterId,
          term_id: term.termId,
          filter: term.filter,
          term: term.name,
          filter_source: at === "input" && term.instance !== undefined ? "pbr" : at,
          cached: at === "output" && j.cached,
          answer: answer[told],
          /* What ends in the input filter does so before its session is looked for. */
          ...(j.session === undefined || (at === "input" && action !== "permit")
            ? {}
            : { session: j.session.id, session_created_s: Number(j.session.createdNs / SECOND) }),
          ingress_zone: j.unit!.zone,
          egress_zone: j.egress?.zone,
          ingress_interface: j.unit!.name,
          egress_interface: j.egress?.name,
          ...this.#seen(seen),
        });
      }
    }
  }

  // ---- events --------------------------------------------------------------------------------------------------------

  #tell(event: Event): void {
    this.#told.push({ kind: "event", event });
  }

  #applicationName(rule: Rule, tuple: Tuple): string {
    return rule.application !== ANY
      ? rule.application
      : this.#applications.nameOf(tuple.protocol, tuple.destinationPort);
  }

  #flowOf(tuple: Tuple, icmp: Packet["icmp"]) {
    const echo = icmp !== undefined && isEcho(tuple.source.family, icmp.type);
    return {
      source: writeAddress(tuple.source),
      destination: writeAddress(tuple.destination),
      protocol: tuple.protocol,
      source_port: tuple.sourcePort,
      destination_port: echo ? icmp.sequence : tuple.destinationPort,
      ...(isIcmp(tuple.source.family, tuple.protocol)
        ? { icmp_type: icmp?.type ?? 0, icmp_code: icmp?.code ?? 0 }
        : {}),
    };
  }

  #about(tuple: Tuple, icmp: Packet["icmp"], rule: Rule) {
    return {
      ...this.#flowOf(tuple, icmp),
      policy_id: rule.id,
      policy: rule.name,
      application: this.#applicationName(rule, tuple),
    };
  }

  #aboutSession(session: Session) {
    const { tuple, out, icmp, rule, translation } = session;
    const about = this.#about(tuple, icmp, rule);
    return {
      ...about,
      application: this.#applicationName(rule, seenOf(tuple, out)),
      ...(translation?.source === undefined
        ? {}
        : {
            nat_source: writeAddress(out.source),
            nat_source_port: out.sourcePort,
            source_nat_rule: translation.source,
          }),
      ...(translation?.destination === undefined
        ? {}
        : {
            nat_destination: writeAddress(out.destination),
            /* Only its client's side has an identifier of its own. */
            nat_destination_port:
              icmp !== undefined && isEcho(tuple.source.family, icmp.type)
                ? about.destination_port
                : out.destinationPort,
            destination_nat_rule: translation.destination,
          }),
    };
  }

  #seen(packet: Packet) {
    return { length: packet.ip.length, dscp: packet.tos >> 2, tcp_flags: packet.segment?.flags ?? 0 };
  }

  #openEvent(j: Judgement, packet: Packet, session: Session): Event {
    return {
      event: "SESSION_OPEN",
      from_ns: j.time,
      until_ns: j.time,
      generation: this.#generation,
      action: "permit",
      ...this.#aboutSession(session),
      ...this.#places(session),
      session: session.id,
      session_created_s: Number(session.createdNs / SECOND),
      ...this.#seen(packet),
    };
  }

  #places(session: Session) {
    const [client, server] = session.units;
    return {
      ingress_zone: client.zone,
      egress_zone: server.zone,
      ingress_interface: client.name,
      egress_interface: server.name,
    };
  }

  #denyEvent(j: Judgement, packet: Packet, rule: Rule, action: "deny" | "reject"): Event {
    return {
      event: "POLICY_DENY",
      from_ns: j.time,
      until_ns: j.time,
      generation: this.#generation,
      action,
      ...this.#about(packet.tuple, packet.icmp, rule),
      application: this.#applicationName(rule, j.asked ?? packet.tuple),
      ingress_zone: j.unit!.zone,
      egress_zone: j.egress?.zone,
      ingress_interface: j.unit!.name,
      egress_interface: j.egress?.name,
      reason: j.denyReason!,
      ...this.#seen(packet),
    };
  }

  #screenEvent(j: Judgement, packet: Packet, id: number, action: "permit" | "deny"): Event {
    count(this.counters, ["screens", j.unit!.zone!, String(id)]);
    return {
      event: "SCREEN_DROP",
      from_ns: j.time,
      until_ns: j.time,
      generation: this.#generation,
      action,
      ...this.#flowOf(packet.tuple, packet.icmp),
      screen_id: id,
      ingress_zone: j.unit!.zone,
      egress_zone: undefined,
      ingress_interface: j.unit!.name,
      egress_interface: undefined,
      ...this.#seen(packet),
    };
  }

  #close(session: Session, reason: string, from: bigint, until: bigint): void {
    for (const key of session.keys) this.#sessions.delete(key);
    this.#counted.give(session.limits);
    if (session.binding !== undefined) this.#bindings.give(session.binding.one, from);
    if (isNew(session)) return count(this.counters, ["sessions_abandoned"]);
    count(this.counters, ["sessions_closed"]);
    if (!session.rule.logClose) return;
    this.#tell({
      event: "SESSION_CLOSE",
      from_ns: from,
      until_ns: until,
      generation: session.generation,
      action: "permit",
      ...this.#aboutSession(session),
      ...this.#places(session),
      session: session.id,
      session_created_s: Number(session.createdNs / SECOND),
      reason,
      client_packets: session.packets[0],
      client_bytes: session.bytes[0],
      server_packets: session.packets[1],
      server_bytes: session.bytes[1],
    });
  }

  /** stop ends all sessions, as an orderly stop does. */
  stop(now: bigint): Told[] {
    this.#told = [];
    for (const session of [...this.#live()])
      this.#close(
        session,
        session.tcp?.state === "time-wait" || session.tcp?.state === "closed" ? closeReason(session) : "shutdown",
        now,
        now,
      );
    return this.#told;
  }
}

/** leavesIn: the family in which it leaves. */
const leavesIn = (j: Judgement, packet: Packet): Family => (j.out ?? packet.tuple).destination.family;
/** crosses: it leaves in another one than it came in. */
const crosses = (j: Judgement, packet: Packet): boolean => leavesIn(j, packet) !== packet.family;

/** An ICMP error whose quote names no flow belongs to nobody. */
function isErrorWithoutFlow(packet: Packet): boolean {
  const type = packet.icmp!.type;
  return !isLater(packet) && (packet.family === "inet" ? [3, 4, 5, 11, 12].includes(type) : type < 128);
}

/** isAlone: an ICMP message that is no echo is asked about for itself; what it is refused ends no session. */
function isAlone(j: Judgement): boolean {
  const type = j.session?.icmp?.type;
  return type !== undefined && j.direction === 0 && !isEcho(j.packet!.family, type);
}

/** taken: why it has no place: there is another flow with its addresses. */
function taken({ tuple, icmp }: Packet): string {
  if (icmp !== undefined) return "icmp-no-session";
  if (sameAddress(tuple.source, tuple.destination)) return "ip-source";
  return tuple.protocol === TCP ? "tcp-no-session" : "session-table-full";
}

const byTime = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** isNew: none of its packets went on yet. */
const isNew = (session: Session): boolean => session.packets[0] + session.packets[1] === 0;

/** isWhole: a packet whose filters may be asked once for its whole flow. */
const isWhole = (packet: Packet): boolean => packet.fragment === undefined && packet.quoted === undefined;
