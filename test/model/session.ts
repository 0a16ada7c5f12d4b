// session.ts: one session: who opened it, by what rule it lives, what it counted. SPDX-License-Identifier: Apache-2.0
import type { Icmp, Packet, Tuple } from "./packet.js";
import { isEcho, isEchoReply, reverseTuple, TCP } from "./packet.js";
import type { Rule } from "./policy.js";
import type { TcpRules, TcpTrack } from "./tcp.js";
import type { Unit } from "./zone.js";

export const TCP_TIMEOUT = 1800;
export const OTHER_TIMEOUT = 60;

/** Translation: the rules by which it is translated now, and whether its port was given out. */
export interface Translation {
  destination: string | undefined;
  source: string | undefined;
  readonly given: boolean;
}

export interface Session {
  readonly id: number;
  /** as the client sent it */
  readonly tuple: Tuple;
  /** as it leaves, towards the server */
  readonly out: Tuple;
  readonly translation: Translation | undefined;
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
  readonly packets: [number, number];
  readonly bytes: [number, number];
}

export type Direction = 0 | 1;

export const timeoutOf = (session: Session, rules: TcpRules): number => {
  const idle = session.rule.timeout ?? (session.tuple.protocol === TCP ? TCP_TIMEOUT : OTHER_TIMEOUT);
  return session.tcp === undefined ? idle : session.tcp.timeout(rules, idle);
};

export function closeReason(session: Session): string {
  const { tcp } = session;
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
  if (echo !== isEcho(packet.family, session.icmp.type)) return false;
  if (echo) return isEchoReply(packet.family, type) === (direction === 1);
  return direction === 1 || (type === session.icmp.type && packet.icmp.code === session.icmp.code);
}

/** shares: messages that are neither echo nor error go with the session between their ends, alike or not. */
export function shares(session: Session, packet: Packet): boolean {
  if (session.icmp === undefined || packet.icmp === undefined) return false;
  return !isEcho(packet.family, session.icmp.type) && !isEcho(packet.family, packet.icmp.type);
}

/** outOf: as packets of a direction leave. */
export const outOf = (session: Session, direction: Direction): Tuple =>
  direction === 0 ? session.out : reverseTuple(session.tuple);

/** seenOf: as policies see it: where it comes from, and where it goes to. */
export const seenOf = (tuple: Tuple, out: Tuple): Tuple => ({
  ...tuple,
  destination: out.destination,
  destinationPort: out.destinationPort,
});
