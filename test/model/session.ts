// session.ts: one session: who opened it, by what rule it lives, what it counted. SPDX-License-Identifier: Apache-2.0
import type { Binding } from "./binding.js";
import type { Icmp, Packet, Tuple } from "./packet.js";
import { isEcho, isEchoReply, reverseTuple, TCP, UDP } from "./packet.js";
import type { Rule } from "./policy.js";
import type { Taken } from "./screen-rate.js";
import type { TcpRules, TcpTrack } from "./tcp.js";
import type { Unit } from "./zone.js";

export const TCP_TIMEOUT = 1800;
export const OTHER_TIMEOUT = 60;
/** LINGER: seconds that a session without TCP stays once it is known to be over. */
const LINGER = 2;
const DNS = 53;

/** Translation: the rules by which it is translated now, and whether its port was given out. */
export interface Translation {
  destination: string | undefined;
  source: string | undefined;
  readonly given: boolean;
  /** of NAT64: how many bits stand before the server's IPv4 address */
  prefix64: number | undefined;
}

export interface Session {
  readonly id: number;
  /** as the client sent it */
  readonly tuple: Tuple;
  /** as it leaves, towards the server */
  readonly out: Tuple;
  readonly translation: Translation | undefined;
  /** what its client's address is bound to, or, inward, what it came in by */
  readonly binding: { readonly one: Binding; readonly inward: boolean } | undefined;
  /** what finds it, by direction */
  readonly keys: readonly [string, string];
  readonly icmp: Icmp | undefined;
  readonly createdNs: bigint;
  readonly tcp: TcpTrack | undefined;
  rule: Rule;
  /** the generation whose policy it lives by, and the last in which it was judged */
  generation: number;
  judged: number;
  units: readonly [client: Unit, server: Unit];
  lastNs: bigint;
  /** by direction, the last time a whole packet went on: the epoch, so that the program may remember what filters said */
  readonly seen: [number, number];
  /** seconds; by what was in force when it was judged, or its connection's state changed */
  timeout: number;
  /** the limits of sessions that count it */
  readonly limits: readonly Taken[];
  /** without TCP: why it is over, unless another of its packets comes soon */
  closing: "ICMP error" | "response received" | undefined;
  /** when an ICMP error made its timeout shorter: it ends no earlier */
  shortenedNs: bigint;
  /** questions without an answer yet; an answer too many is for none */
  unanswered: number;
  readonly packets: [number, number];
  readonly bytes: [number, number];
}

export type Direction = 0 | 1;

export const timeoutOf = (session: Session, rules: TcpRules): number => {
  const idle = session.rule.timeout ?? (session.tuple.protocol === TCP ? TCP_TIMEOUT : OTHER_TIMEOUT);
  if (session.tcp !== undefined) return session.tcp.timeout(rules, idle);
  return session.closing === undefined ? idle : Math.min(idle, LINGER);
};

/**
 * With this packet of the server, each question has its answer: a ping, or a look-up in the DNS. A timeout of the rule's application
 * goes before that.
 */
export function answered(session: Session): boolean {
  return asks(session) && session.rule.timeout === undefined && session.unanswered === 0;
}

/** Of so many open questions on it is not known how many there are. */
const MANY = 255;

/** stillOpen: how many questions wait for their answers after a packet of either direction. */
export function stillOpen(before: number, direction: number): number {
  if (before === MANY) return MANY;
  return direction === 0 ? before + 1 : Math.max(before - 1, 0);
}

/** asks: a session of questions with one answer each. */
export function asks({ tuple, icmp }: Session): boolean {
  const echo = icmp !== undefined && isEcho(tuple.source.family, icmp.type);
  return echo || (tuple.protocol === UDP && tuple.destinationPort === DNS);
}

/** The client, which nobody has answered, is told that nobody is there. Of TCP anybody could say so (RFC 5927). */
export function isUnreachable(session: Session, direction: Direction, error: Packet): boolean {
  if (session.tcp !== undefined || direction === 0 || session.packets[0] === 0 || session.packets[1] > 0) return false;
  const { type, code } = error.icmp!;
  return error.family === "inet" ? type === 3 && code !== 4 : type === 1;
}

export function closeReason(session: Session): string {
  const { tcp, closing } = session;
  if (closing !== undefined) return closing;
  if (tcp?.state === "closed") return tcp.resetBy === 0 ? "TCP CLIENT RST" : "TCP SERVER RST";
  return tcp?.state === "time-wait" ? "TCP FIN" : "idle Timeout";
}

/** endReason: why a packet of the session itself ended it at once. */
export const endReason = (session: Session): string =>
  session.tcp?.finished === true ? "TCP FIN" : closeReason(session);

/** fits: is this packet of the flow a part of the session, or something of its own with the same addresses? */
export function fits(session: Session, direction: Direction, packet: Packet): boolean {
  if (session.icmp === undefined || packet.icmp === undefined) return true;
  const { type } = packet.icmp;
  const echo = isEcho(packet.family, type);
  if (echo !== isEcho(session.tuple.source.family, session.icmp.type)) return false;
  if (echo) return isEchoReply(packet.family, type) === (direction === 1);
  return direction === 1 || (type === session.icmp.type && packet.icmp.code === session.icmp.code);
}

/** shares: messages that are neither echo nor error go with the session between their ends, alike or not. */
export function shares(session: Session, packet: Packet): boolean {
  if (session.icmp === undefined || packet.icmp === undefined) return false;
  return !isEcho(session.tuple.source.family, session.icmp.type) && !isEcho(packet.family, packet.icmp.type);
}

/** outOf: as packets of a direction leave. */
export const outOf = (session: Session, direction: Direction): Tuple =>
  direction === 0 ? session.out : reverseTuple(session.tuple);

/** writtenBeyond: as whoever is beyond would write its client's packets, if he did not know of any translation of its source. */
export const writtenBeyond = ({ tuple, out, translation }: Session): Tuple =>
  translation?.prefix64 === undefined
    ? tuple
    : {
        ...out,
        source: { family: "inet", value: tuple.source.value & 0xffff_ffffn },
        sourcePort: tuple.sourcePort,
        destinationPort: tuple.destinationPort,
      };

/** seenOf: as policies see it: where it comes from, and where it goes to. */
export const seenOf = (tuple: Tuple, out: Tuple): Tuple => ({
  ...tuple,
  destination: out.destination,
  destinationPort: out.destinationPort,
});
