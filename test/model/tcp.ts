// tcp.ts: TCP connection tracking: what a firewall between the two ends may believe (RFC 9293; Rooij, "Real stateful TCP
// packet filtering"; RFC 5961 for resets). SPDX-License-Identifier: Apache-2.0
import { ACK, FIN, RST, SYN, type Segment } from "./packet.js";

export type TcpState = "syn-sent" | "syn-received" | "established" | "fin-wait" | "closing" | "time-wait" | "closed";
export type TcpResult = "ok" | "bad-window" | "bad-state" | "early-data" | "new-connection";

export interface TcpRules {
  readonly noSynCheck: boolean;
  readonly strictSynCheck: boolean;
  readonly noSequenceCheck: boolean;
  readonly rstInvalidates: boolean;
  readonly finInvalidates: boolean;
  readonly initialTimeout: number;
  readonly timeWait: number;
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

/** contradicts: a segment opens, ends or resets, and no two of these at once. */
const contradicts = (flags: number): boolean => [SYN, FIN, RST].filter((flag) => (flags & flag) !== 0).length > 1;

/** hasData: what is sent in fragments has more than its first one shows. */
export const hasData = (segment: Segment, fragmented: boolean): boolean => segment.length > 0 || fragmented;

type Next = TcpState | "refuse" | "pass" | "again";

export class TcpTrack {
  state: TcpState;
  resetBy: 0 | 1 | undefined;
  /** picked up in mid-stream or sent in fragments: no window check */
  #loose: boolean;
  /** what an answer to the client's SYN inside this connection acknowledges */
  #again: number | undefined;
  /** both sides sent a SYN before they saw the other's; and who has acknowledged it since */
  #simultaneous: { readonly acknowledged: [boolean, boolean] } | undefined;
  #sides = [newSide(), newSide()] as const;

  /** starts: may this segment open a session? */
  static starts(segment: Segment, rules: TcpRules): boolean {
    const kind = segment.flags & (SYN | ACK | FIN | RST);
    if (!rules.noSynCheck) return kind === SYN;
    if (contradicts(kind)) return false;
    /* In mid-stream every segment acknowledges. */
    return (kind & RST) === 0 && (kind === SYN || (kind & ACK) !== 0);
  }

  constructor(segment: Segment, fragmented: boolean) {
    const isSyn = (segment.flags & (SYN | ACK)) === SYN;
    this.#loose = !isSyn || fragmented;
    this.state = isSyn ? "syn-sent" : (segment.flags & FIN) !== 0 ? "fin-wait" : "established";
    const [client, server] = this.#sides;
    client.seen = true;
    client.end = segmentEnd(segment);
    /* Nobody has offered a window for what a SYN may carry. */
    client.maxEnd = isSyn ? add(segment.sequence, 1) : client.end;
    client.maxWindow = Math.max(1, segment.window);
    client.scale = segment.scale;
    if ((segment.flags & FIN) !== 0) client.fin = client.end;
    if (isSyn) server.acked = add(segment.sequence, 1);
    if ((segment.flags & ACK) !== 0) client.acked = segment.acknowledgment;
    server.maxEnd = add(segment.acknowledgment, Math.max(1, segment.window));
    server.end = segment.acknowledgment;
  }

  /** A segment that brings data before the handshake is done; the client's last word in it may have some. */
  #isEarly(segment: Segment, direction: 0 | 1, fragmented: boolean): boolean {
    if ((segment.flags & RST) !== 0 || !hasData(segment, fragmented)) return false;
    if (this.state === "syn-sent") return true;
    const last = direction === 0 && (segment.flags & SYN) === 0 && this.#simultaneous === undefined;
    return this.state === "syn-received" && !last;
  }

  check(segment: Segment, direction: 0 | 1, rules: TcpRules, fragmented: boolean): TcpResult {
    const early = rules.strictSynCheck && this.#isEarly(segment, direction, fragmented);
    if (this.#answersAgain(segment, direction)) return early ? "early-data" : "ok";
    const next = this.#next(segment, direction, rules.noSynCheck);
    if (next === "again") return "new-connection";
    if (next === "refuse") return "bad-state";
    if (early) return "early-data";
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
      const handshake = !sender.seen || this.state === "syn-received";
      const low = handshake ? sender.acked : add(receiver.end, -(sender.maxWindow + LAG));
      if (after(low, segment.acknowledgment)) return false;
    }
    return !sender.seen || this.#sequenceFits(segment, direction);
  }

  #sequenceFits(segment: Segment, direction: 0 | 1): boolean {
    const sender = this.#sides[direction];
    const receiver = this.#sides[1 - direction]!;
    /* Some send their FIN at the edge of the window, and carry on behind it. */
    if (after(segment.sequence, add(sender.maxEnd, sender.fin === undefined ? 0 : 1))) return false;
    return !after(add(sender.end, -(receiver.maxWindow + LAG)), segmentEnd(segment));
  }

  /**
   * answersAgain: the server, too, has forgotten the connection and answers the client's new SYN, or refuses it. A late
   * copy of this connection's own SYN+ACK is no such answer.
   */
  #answersAgain(segment: Segment, direction: 0 | 1): boolean {
    if (direction === 0 || segment.acknowledgment !== this.#again) return false;
    const kind = segment.flags & (SYN | ACK | FIN | RST);
    if (kind === (RST | ACK)) return true;
    return kind === (SYN | ACK) && !(this.#sides[1].seen && this.#sequenceFits(segment, 1));
  }

  /** startOver: of the new connection nothing is known but the number of its SYN, and this answer. */
  #startOver(answer: Segment, fragmented: boolean): void {
    const client = { ...newSide(), seen: true, end: this.#again!, maxEnd: this.#again!, maxWindow: 65535 };
    client.scale = answer.scale === undefined ? undefined : 14;
    this.#sides = [client, { ...newSide(), acked: this.#again! }];
    this.state = "syn-sent";
    this.#loose = fragmented;
    this.#again = undefined;
    this.#simultaneous = undefined;
    this.#take(answer, 1, "syn-received");
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
    /* After a reset, what is still under way passes and says nothing of a connection that is no more. */
    if (this.state === "closed") return;
    const next = this.#next(segment, direction, rules.noSynCheck);
    const sender = this.#sides[direction];
    const receiver = this.#sides[1 - direction]!;
    if ((segment.flags & RST) !== 0) {
      if (next !== "closed" || !this.#resetEnds(segment, direction)) return;
      this.state = "closed";
      this.resetBy = direction;
      return;
    }
    if (this.#answersAgain(segment, direction)) return this.#startOver(segment, fragmented);
    if (next === "pass" && direction === 0 && sender.fin === undefined) {
      const number = add(segment.sequence, 1);
      if (number !== receiver.acked) this.#again = number;
    }
    if (next === "pass" || next === "refuse" || next === "again") return;
    const end = segmentEnd(segment);
    if (fragmented || (this.state === "syn-sent" && direction === 0 && next === "established")) this.#loose = true;
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
    if (this.state === "syn-sent" && direction === 1 && (segment.flags & (SYN | ACK)) === SYN)
      this.#simultaneous = { acknowledged: [false, false] };
    this.#take(segment, direction, next);
    if (this.#simultaneous === undefined || (segment.flags & (SYN | ACK)) !== (SYN | ACK)) return;
    this.#simultaneous.acknowledged[direction] = true;
    if (this.state === "syn-received" && this.#simultaneous.acknowledged.every(Boolean)) this.state = "established";
  }

  #take(segment: Segment, direction: 0 | 1, next: TcpState): void {
    const sender = this.#sides[direction];
    const receiver = this.#sides[1 - direction]!;
    const end = segmentEnd(segment);
    const isSyn = (segment.flags & SYN) !== 0;
    const scaled =
      sender.scale !== undefined && receiver.scale !== undefined && !isSyn
        ? segment.window * 2 ** sender.scale
        : segment.window;
    if (!sender.seen) {
      sender.seen = true;
      sender.end = sender.maxEnd = end;
      if (isSyn && this.state === "syn-sent") {
        sender.maxEnd = add(segment.sequence, 1 + Math.max(1, receiver.maxWindow));
        sender.scale = segment.scale;
        receiver.acked = add(segment.sequence, 1);
      } else sender.acked = segment.acknowledgment;
    }
    sender.end = later(sender.end, end);
    sender.maxWindow = Math.max(sender.maxWindow, scaled, 1);
    if ((segment.flags & ACK) !== 0) {
      sender.acked = later(segment.acknowledgment, sender.acked);
      receiver.maxEnd = later(add(segment.acknowledgment, Math.max(1, scaled)), receiver.maxEnd);
      /* Where no window is checked, what is acknowledged may lie ahead of what was seen. */
      if (this.#loose && receiver.seen) receiver.end = later(segment.acknowledgment, receiver.end);
    }
    if ((segment.flags & FIN) !== 0) {
      sender.fin = end;
      if (direction === 0) this.#again = undefined;
    }
    this.state = next;
  }

  /** resetEnds: RFC 5961 3.2: only the exact one ends a connection, until one side has sent FIN. */
  #resetEnds(segment: Segment, direction: 0 | 1): boolean {
    const [sender, receiver] = [this.#sides[direction], this.#sides[1 - direction]!];
    if (this.#refusesSyn(segment, direction) || this.#answersAgain(segment, direction)) return true;
    const closing = this.state !== "syn-sent" && this.state !== "syn-received" && this.state !== "established";
    if (closing && !this.#loose) return true;
    return (sender.seen && segment.sequence === sender.end) || (receiver.seen && segment.sequence === receiver.acked);
  }

  #next(segment: Segment, direction: 0 | 1, noSynCheck: boolean): Next {
    const client = direction === 0;
    const kind = segment.flags & (SYN | ACK | FIN | RST);
    /* No state expects a segment that opens and ends at once. */
    if (contradicts(kind)) return "refuse";
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
        return fin && other ? "closing" : "fin-wait";
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
    const both = acknowledged(segment.acknowledgment, receiver.fin) && acknowledged(receiver.acked, sender.fin);
    return both ? "time-wait" : "closing";
  }

  /** Who is client of a connection picked up in mid-stream nobody knows; if both sides opened at once, both answer. */
  #eitherMayAnswer(): boolean {
    return this.#loose || this.#simultaneous !== undefined;
  }

  #nextOfSyn(ack: boolean, client: boolean): Next {
    switch (this.state) {
      case "syn-sent":
        if (client) return ack ? "refuse" : "syn-sent";
        return "syn-received";
      case "syn-received":
        if (!ack) return "pass"; /* a server's: sent again after both sides opened at once */
        return client && !this.#eitherMayAnswer() ? "refuse" : "syn-received";
      case "established":
      case "fin-wait":
        if (ack) return client && !this.#eitherMayAnswer() ? "refuse" : this.state;
        return client ? "pass" : "refuse";
      case "closing":
        return client && !ack ? "pass" : "refuse";
      case "time-wait":
      case "closed":
        return ack ? "refuse" : "again";
    }
  }

  /** One side has sent FIN, or both have, and no reset came. */
  get finished(): boolean {
    return this.state === "fin-wait" || this.state === "closing" || this.state === "time-wait";
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
        return rules.timeWait;
      case "closed":
        return 2;
    }
  }
}
