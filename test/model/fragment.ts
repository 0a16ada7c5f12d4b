// fragment.ts: later fragments take the ports of their first one, or wait for it a little. SPDX-License-Identifier: Apache-2.0
import { isLater, type Icmp, type Packet, type Tuple } from "./packet.js";

const SECOND = 1_000_000_000n;
export const FRAGMENT_LIFETIME = 10n * SECOND;
export const FRAGMENT_WAIT = SECOND / 2n;
const HELD_EACH = 48;

interface First {
  readonly tuple: Tuple;
  readonly icmp: Icmp | undefined;
  readonly until: bigint;
}

/** Datagram: what came of it, and its end once that is known. */
interface Datagram {
  readonly pieces: Piece[];
  total: number | undefined;
  first: First | undefined;
}

interface Piece {
  readonly begin: number;
  readonly end: number;
}

export interface Held<T> {
  readonly item: T;
  readonly packet: Packet;
  readonly since: bigint;
}

export type FragmentAnswer =
  | { readonly kind: "ready"; readonly packet: Packet }
  | { readonly kind: "held" }
  | { readonly kind: "refused"; readonly reason: string };

const keyOf = (p: Packet): string =>
  `${p.family} ${p.tuple.source.value} ${p.tuple.destination.value} ${p.fragment!.protocol} ${p.fragment!.id}`;

const pieceOf = (p: Packet): Piece => {
  const begin = p.fragment!.offset;
  return { begin, end: begin + p.ip.length - p.transport };
};

/** wrong: bytes that came before come again, unless it is the same piece once more; or there is another end. */
function wrong({ pieces, total }: Datagram, { begin, end }: Piece, last: boolean): string | undefined {
  const highest = Math.max(0, ...pieces.map((piece) => piece.end));
  if (last ? end < highest || (total !== undefined && end !== total) : total !== undefined && end > total)
    return "fragment-invalid";
  const over = pieces.filter((piece) => begin < piece.end && piece.begin < end);
  const again = over.length === 1 && over[0]!.begin === begin && over[0]!.end === end;
  return over.length === 0 || again ? undefined : "fragment-overlap";
}

const samePorts = (one: Tuple, other: Tuple): boolean =>
  one.sourcePort === other.sourcePort && one.destinationPort === other.destinationPort;

export class Fragments<T> {
  /** instanceOf: datagrams of different routing instances have nothing to do with each other. */
  constructor(private readonly instanceOf: (item: T) => string) {}

  readonly #datagrams = new Map<string, Datagram>();
  #held: Held<T>[] = [];

  /** resolve: whole packets are ready as they are. */
  resolve(packet: Packet, item: T, now: bigint): FragmentAnswer {
    if (packet.fragment === undefined) return { kind: "ready", packet };
    const key = this.#key(item, packet);
    const datagram = this.#live(key, now);
    const later = isLater(packet);
    const refuse = (reason: string): FragmentAnswer => ({ kind: "refused", reason });
    if (later && datagram.first === undefined && this.#of(key).length >= HELD_EACH) return refuse("fragment-full");
    if (!later && datagram.first !== undefined && !samePorts(datagram.first.tuple, packet.tuple))
      return refuse("fragment-overlap");
    const piece = pieceOf(packet);
    const last = !packet.fragment.more;
    const reason = wrong(datagram, piece, last);
    if (reason !== undefined) return refuse(reason);
    this.#datagrams.set(key, datagram);
    if (!datagram.pieces.some(({ begin }) => begin === piece.begin)) datagram.pieces.push(piece);
    if (last) datagram.total = piece.end;
    if (later && datagram.first === undefined) {
      this.#held.push({ item, packet, since: now });
      return { kind: "held" };
    }
    datagram.first ??= { tuple: packet.tuple, icmp: packet.icmp, until: now + FRAGMENT_LIFETIME };
    const { tuple, icmp } = datagram.first;
    /* It is forgotten once as many bytes came as it has. */
    const came = datagram.pieces.reduce((sum, { begin, end }) => sum + end - begin, 0);
    if (came === datagram.total) this.#datagrams.delete(key);
    return { kind: "ready", packet: later ? { ...packet, tuple, icmp } : packet };
  }

  /** live gives what is known of a datagram: nothing, where its time is over, or nothing of it waits. */
  #live(key: string, now: bigint): Datagram {
    const known = this.#datagrams.get(key);
    const live =
      known !== undefined && (known.first === undefined ? this.#of(key).length > 0 : known.first.until > now);
    return live ? known : { pieces: [], total: undefined, first: undefined };
  }

  /** release takes out what waited for this first fragment. */
  release(packet: Packet, item: T): Held<T>[] {
    if (packet.fragment === undefined || isLater(packet)) return [];
    const ready = this.#of(this.#key(item, packet));
    this.#held = this.#held.filter((one) => !ready.includes(one));
    return ready;
  }

  #key(item: T, packet: Packet): string {
    return `${this.instanceOf(item)} ${keyOf(packet)}`;
  }

  #of(key: string): Held<T>[] {
    return this.#held.filter((one) => this.#key(one.item, one.packet) === key);
  }

  expired(now: bigint): Held<T>[] {
    const late = this.#held.filter((one) => one.since + FRAGMENT_WAIT <= now);
    this.#held = this.#held.filter((one) => one.since + FRAGMENT_WAIT > now);
    return late;
  }

  /** held: since when packets wait. */
  held(): bigint[] {
    return this.#held.map((one) => one.since);
  }

  /** deadlines: times around which a packet could be seen either way. */
  deadlines(): bigint[] {
    return [
      ...this.#held.map((one) => one.since + FRAGMENT_WAIT),
      ...[...this.#datagrams.values()].flatMap(({ first }) => (first === undefined ? [] : [first.until])),
    ];
  }
}
