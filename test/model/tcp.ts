// tcp.ts: TCP connection tracking: what a firewall between the two ends may believe (RFC 9293; Rooij, "Real stateful TCP
// packet filtering"; RFC 5961 for resets). SPDX-License-Identifier: Apache-2.0
import { ACK, FIN, RST, SYN, type Segment } from "./packet.js";

export type TcpState = "syn-sent" | "syn-received" | "established" | "fin-wait" | "closing" | "time-wait" | "closed";
export type TcpResult = "ok" | "bad-window" | "bad-state" | "new-connection";

export interface TcpRules {
  readonly noSynCheck: boolean;
  readonly noSequenceCheck: boolean;
  readonly rstInvalidates: boolean;
  readonly initialTimeout: number;
}

interface Side {
  seen: boolean;
  end: number;
  maxEnd: number;
  maxWindow: number;
  /** highest acknowledgment it sent */
  acked: number;
  scale: number | undefined;
  fin: number | undefined;
}

const LAG = 66000;
const add = (a: number, b: number): number => (a + b) >>> 0;
/** after: a lies behind b on the circle of sequence numbers. */
const after = (a: number, b: number): boolean => ((a - b) | 0) > 0;
const later = (a: number, b: number): number => (after(a, b) ? a : b);

const newSide = (): Side => ({
  seen: false,
  end: 0,
  maxEnd: 0,
  maxWindow: 1,
  acked: 0,
  scale: undefined,
  fin: undefined,
});
export const segmentEnd = (s: Segment): number =>
  add(s.sequence, s.length + ((s.flags & SYN) !== 0 ? 1 : 0) + ((s.flags & FIN) !== 0 ? 1 : 0));

type Next = TcpState | "refuse" | "pass" | "again";

export class TcpTrack {
  state: TcpState;
  resetBy: 0 | 1 | undefined;
  /** picked up in mid-stream or sent in fragments: no window check */
  #loose: boolean;
  readonly #sides = [newSide(), newSide()] as const;

  /** starts: may this segment open a session? */
  static starts(segment: Segment, rules: TcpRules): boolean {
    const kind = segment.flags & (SYN | ACK | FIN | RST);
    if (!rules.noSynCheck) return kind === SYN;
    /* In mid-stream every segment acknowledges. */
    return (kind & RST) === 0 && (kind === SYN || (kind & ACK) !== 0);
  }

  constructor(segment: Segment, fragmented: boolean) {
    const isSyn = (segment.flags & (SYN | ACK)) === SYN;
    this.#loose = !isSyn || fragmented;
    this.state = isSyn ? "syn-sent" : (segment.flags & FIN) !== 0 ? "fin-wait" : "established";
    const [client, server] = this.#sides;
    client.seen = true;
    client.end = client.maxEnd = segmentEnd(segment);
    client.maxWindow = Math.max(1, segment.window);
    client.scale = segment.scale;
    if ((segment.flags & FIN) !== 0) client.fin = client.end;
    server.acked = add(segment.sequence, 1);
    if ((segment.flags & ACK) !== 0) client.acked = segment.acknowledgment;
    server.maxEnd = add(segment.acknowledgment, Math.max(1, segment.window));
    server.end = segment.acknowledgment;
  }

  check(segment: Segment, direction: 0 | 1, rules: TcpRules): TcpResult {
    const next = this.#next(segment, direction, rules.noSynCheck);
    if (next === "again") return "new-connection";
    if (next === "refuse") return "bad-state";
    if (next === "pass" || rules.noSequenceCheck || this.#loose) return "ok";
    return this.#fits(segment, direction) ? "ok" : "bad-window";
  }

  #fits(segment: Segment, direction: 0 | 1): boolean {
    const sender = this.#sides[direction];
    const receiver = this.#sides[1 - direction]!;
    /* A client that gives up its SYN: what is not exact goes on and ends nothing. */
    if (this.state === "syn-sent" && direction === 0) return true;
    if ((segment.flags & RST) !== 0) return this.#resetFits(segment, direction);
    /* Closed before both had spoken: there is no window to hold to. */
    if (this.state === "closed" && !(sender.seen && receiver.seen)) return true;
    const hasAck = (segment.flags & ACK) !== 0;
    if (hasAck && receiver.seen) {
      if (after(segment.acknowledgment, receiver.end)) return false;
      if (!sender.seen && after(sender.acked, segment.acknowledgment)) return false;
      if (after(add(receiver.end, -(sender.maxWindow + LAG)), segment.acknowledgment)) return false;
    }
    if (!sender.seen) return true;
    /* Some send their FIN at the edge of the window, and carry on behind it. */
    if (after(segment.sequence, add(sender.maxEnd, sender.fin === undefined ? 0 : 1))) return false;
    return !after(add(sender.end, -(receiver.maxWindow + LAG)), segmentEnd(segment));
  }

  /** refusesSyn: a reset that answers a SYN acknowledges it (RFC 9293 3.10.7.1), whatever its sequence. */
  #refusesSyn(segment: Segment, direction: 0 | 1): boolean {
    if ((segment.flags & ACK) === 0) return false;
    const { acknowledgment } = segment;
    const [sender, receiver] = [this.#sides[direction], this.#sides[1 - direction]!];
    if (this.state === "syn-sent") {
      return direction === 1 && !after(sender.acked, acknowledgment) && !after(acknowledgment, receiver.end);
    }
    return this.state === "syn-received" && segment.sequence === 0 && acknowledgment === receiver.end;
  }

  #resetFits(segment: Segment, direction: 0 | 1): boolean {
    const [sender, receiver] = [this.#sides[direction], this.#sides[1 - direction]!];
    if (this.#refusesSyn(segment, direction)) return true;
    if (this.state === "syn-sent") return false;
    if (!sender.seen || !receiver.seen) return true;
    const inWindow = !after(receiver.acked, segment.sequence) && !after(segment.sequence, sender.maxEnd);
    return inWindow || segment.sequence === sender.end;
  }

  /** update takes in a segment that went on. */
  update(segment: Segment, direction: 0 | 1, fragmented: boolean, rules: TcpRules): void {
    const next = this.#next(segment, direction, rules.noSynCheck);
    if (next === "pass" || next === "refuse" || next === "again") return;
    const sender = this.#sides[direction];
    const receiver = this.#sides[1 - direction]!;
    if ((segment.flags & RST) !== 0) {
      if (next !== "closed" || this.state === "closed" || !this.#resetEnds(segment, direction)) return;
      this.state = "closed";
      this.resetBy = direction;
      return;
    }
    const end = segmentEnd(segment);
    if (this.state === "syn-sent" && direction === 0 && next === "established") this.#loose = true;
    if (this.state === "syn-sent" && direction === 0 && next === "syn-sent") {
      if (add(segment.sequence, 1) === receiver.acked) {
        sender.end = later(sender.end, end);
        return;
      }
      Object.assign(sender, { end, maxEnd: add(segment.sequence, 1), scale: segment.scale });
      sender.maxWindow = Math.max(1, segment.window);
      receiver.acked = add(segment.sequence, 1);
      return;
    }
    if (fragmented) this.#loose = true;
    const isSyn = (segment.flags & SYN) !== 0;
    const scaled =
      sender.scale !== undefined && receiver.scale !== undefined && !isSyn
        ? segment.window * 2 ** sender.scale
        : segment.window;
    if (!sender.seen) {
      sender.seen = true;
      sender.end = end;
      sender.maxEnd = later(sender.maxEnd, end);
      if (isSyn) {
        sender.maxEnd = add(end, Math.max(1, receiver.maxWindow));
        sender.scale = segment.scale;
      }
      receiver.acked = add(segment.sequence, 1);
    }
    sender.end = later(sender.end, end);
    sender.maxWindow = Math.max(sender.maxWindow, scaled, 1);
    if ((segment.flags & ACK) !== 0) {
      sender.acked = later(segment.acknowledgment, sender.acked);
      receiver.maxEnd = later(add(segment.acknowledgment, Math.max(1, scaled)), receiver.maxEnd);
    }
    if ((segment.flags & FIN) !== 0) sender.fin ??= end;
    this.state = next;
  }

  /** resetEnds: RFC 5961 3.2: only the exact one ends a connection, until one side has sent FIN. */
  #resetEnds(segment: Segment, direction: 0 | 1): boolean {
    const [sender, receiver] = [this.#sides[direction], this.#sides[1 - direction]!];
    if (this.#refusesSyn(segment, direction)) return true;
    const closing = this.state !== "syn-sent" && this.state !== "syn-received" && this.state !== "established";
    if (closing && !this.#loose) return true;
    return (sender.seen && segment.sequence === sender.end) || (receiver.seen && segment.sequence === receiver.acked);
  }

  #next(segment: Segment, direction: 0 | 1, noSynCheck: boolean): Next {
    const client = direction === 0;
    const kind = segment.flags & (SYN | ACK | FIN | RST);
    /* No state expects a segment that opens and ends at once. */
    if ((kind & SYN) !== 0 && (kind & (FIN | RST)) !== 0) return "refuse";
    if ((kind & RST) !== 0) return this.state === "time-wait" ? "time-wait" : "closed";
    if ((kind & SYN) !== 0) return this.#nextOfSyn((kind & ACK) !== 0, client);
    /* RFC 9293 3.10.7.4: past the SYN a segment without ACK is dropped by whom it is for. */
    if ((kind & ACK) === 0) return "refuse";
    const fin = (kind & FIN) !== 0;
    switch (this.state) {
      case "syn-sent":
        /* A half-open server acknowledges what it knows of (RFC 9293 3.5.1). */
        if (client && !fin && noSynCheck) return "established";
        return client || fin ? "refuse" : "pass";
      case "syn-received":
        if (fin) return "fin-wait";
        return client ? "established" : "syn-received";
      case "established":
        return fin ? "fin-wait" : "established";
      case "fin-wait": {
        const other = this.#sides[direction === 0 ? 1 : 0].fin !== undefined;
        return fin && other ? this.#afterFins(segment, direction) : "fin-wait";
      }
      case "closing":
        return this.#afterFins(segment, direction);
      case "time-wait":
        return "time-wait";
      case "closed":
        return "closed";
    }
  }

  /** Both sides have sent FIN: once both are acknowledged, that was all. */
  #afterFins(segment: Segment, direction: 0 | 1): TcpState {
    const sender = this.#sides[direction];
    const receiver = this.#sides[1 - direction]!;
    const acknowledged = (acked: number, fin: number | undefined): boolean => fin !== undefined && !after(fin, acked);
    const mine = (segment.flags & ACK) !== 0 ? later(segment.acknowledgment, sender.acked) : sender.acked;
    return acknowledged(mine, receiver.fin) && acknowledged(receiver.acked, sender.fin ?? segmentEnd(segment))
      ? "time-wait"
      : "closing";
  }

  #nextOfSyn(ack: boolean, client: boolean): Next {
    switch (this.state) {
      case "syn-sent":
        if (client) return ack ? "refuse" : "syn-sent";
        return "syn-received";
      case "syn-received":
        if (client) return ack ? "refuse" : "pass";
        return ack ? "syn-received" : "pass"; /* sent again after both sides opened at once */
      case "established":
      case "fin-wait":
        /* Who is client of a connection picked up in mid-stream nobody knows. */
        if (ack) return client && !this.#loose ? "refuse" : this.state;
        return client ? "pass" : "refuse";
      case "closing":
        return client && !ack ? "pass" : "refuse";
      case "time-wait":
      case "closed":
        return ack ? "refuse" : "again";
    }
  }

  /** timeout in seconds of the present state. */
  timeout(rules: TcpRules, established: number): number {
    switch (this.state) {
      case "syn-sent":
      case "syn-received":
        return rules.initialTimeout;
      case "established":
        return established;
      case "fin-wait":
        return Math.min(established, 900);
      case "closing":
        return Math.min(established, 150);
      case "time-wait":
      case "closed":
        return 2;
    }
  }
}
