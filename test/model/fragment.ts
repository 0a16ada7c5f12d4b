// fragment.ts: later fragments take the ports of their first one, or wait for it a little. SPDX-License-Identifier: Apache-2.0
import { isLater, type Icmp, type Packet, type Tuple } from "./packet.js";

const SECOND = 1_000_000_000n;
export const FRAGMENT_LIFETIME = 10n * SECOND;
export const FRAGMENT_WAIT = SECOND / 2n;
const HELD_EACH = 48;

/** Piece: bytes of a datagram, from and up to. */
type Piece = readonly [begin: number, end: number];

/** First: what the first fragment told. */
interface First {
  readonly tuple: Tuple;
  readonly icmp: Icmp | undefined;
  readonly checksumless: boolean;
  readonly until: bigint;
}

interface Datagram<T> {
  first: First | undefined;
  /** how many bytes it has, once its last fragment has come */
  total: number | undefined;
  /** what came */
  pieces: readonly Piece[];
  held: readonly Held<T>[];
}

export interface Held<T> {
  readonly item: T;
  readonly packet: Packet;
  readonly since: bigint;
}

export type FragmentAnswer<T> =
  | {
      readonly kind: "ready";
      readonly packet: Packet;
      /** what waited for this packet, which is the first fragment: it goes on now */
      readonly released: readonly Held<T>[];
    }
  | { readonly kind: "held" }
  | { readonly kind: "refused"; readonly reason: string };

const protocolOf = (p: Packet): string => (p.family === "inet" ? ` ${p.fragment!.protocol}` : "");
const keyOf = (p: Packet): string =>
  `${p.family} ${p.tuple.source.value} ${p.tuple.destination.value} ${p.fragment!.id}${protocolOf(p)}`;

const pieceOf = (p: Packet): Piece => [p.fragment!.offset, p.fragment!.offset + p.ip.length - p.transport];
const overlap = (a: Piece, b: Piece): boolean => a[0] < b[1] && b[0] < a[1];
const same = (a: Piece, b: Piece): boolean => a[0] === b[0] && a[1] === b[1];
const refused = (reason: string): { readonly kind: "refused"; readonly reason: string } => ({
  kind: "refused",
  reason,
});
const sameFlow = (a: Tuple, b: Tuple): boolean =>
  a.protocol === b.protocol && a.sourcePort === b.sourcePort && a.destinationPort === b.destinationPort;

/**
 * take notes the bytes of a fragment, or says why its datagram does not take it: they came before, and not as this very
 * fragment; or it has another end.
 */
function take<T>(datagram: Datagram<T>, packet: Packet): string | undefined {
  const piece = pieceOf(packet);
  const [, end] = piece;
  const isLast = !packet.fragment!.more;
  const { total, pieces } = datagram;
  if (isLast && pieces.some(([, other]) => other > end)) return "fragment-invalid";
  if (total !== undefined && (isLast ? end !== total : end > total)) return "fragment-invalid";
  if (!pieces.some((one) => same(one, piece))) {
    if (pieces.some((one) => overlap(one, piece))) return "fragment-overlap";
    datagram.pieces = [...pieces, piece];
  }
  if (isLast) datagram.total = end;
  return undefined;
}

export class Fragments<T> {
  /** instanceOf: datagrams of different routing instances have nothing to do with each other. */
  constructor(private readonly instanceOf: (item: T) => string) {}

  readonly #datagrams = new Map<string, Datagram<T>>();

  /** overlaps: does the fragment bring bytes that came before? */
  overlaps(packet: Packet, item: T, now: bigint): boolean {
    const pieces = this.#live(this.#key(item, packet), now)?.pieces ?? [];
    return pieces.some((one) => overlap(one, pieceOf(packet)));
  }

  /** resolve: whole packets are ready as they are. */
  resolve(packet: Packet, item: T, now: bigint): FragmentAnswer<T> {
    if (packet.fragment === undefined) return { kind: "ready", packet, released: [] };
    const key = this.#key(item, packet);
    const datagram = this.#live(key, now) ?? {
      first: undefined,
      total: undefined,
      pieces: [],
      held: [],
    };
    const answer = isLater(packet) ? this.#later(datagram, packet, item, now) : this.#begin(datagram, packet, now);
    const isComplete = datagram.pieces.reduce((sum, [begin, end]) => sum + end - begin, 0) === datagram.total;
    /* A datagram is forgotten once all of it came. */
    const isKnown = (datagram.first !== undefined && !isComplete) || datagram.held.length > 0;
    if (isKnown) this.#datagrams.set(key, datagram);
    else this.#datagrams.delete(key);
    return answer;
  }

  #begin(datagram: Datagram<T>, packet: Packet, now: bigint): FragmentAnswer<T> {
    const { first } = datagram;
    if (first !== undefined && !sameFlow(first.tuple, packet.tuple)) return refused("fragment-overlap");
    const reason = take(datagram, packet);
    if (reason !== undefined) return refused(reason);
    if (first !== undefined) return { kind: "ready", packet, released: [] };
    const { tuple, icmp, checksumless } = packet;
    datagram.first = { tuple, icmp, checksumless, until: now + FRAGMENT_LIFETIME };
    const released = datagram.held.map((one) => ({ ...one, packet: { ...one.packet, tuple, icmp, checksumless } }));
    datagram.held = [];
    return { kind: "ready", packet, released };
  }

  #later(datagram: Datagram<T>, packet: Packet, item: T, now: bigint): FragmentAnswer<T> {
    const { first } = datagram;
    if (first === undefined && datagram.held.length >= HELD_EACH) return refused("fragment-full");
    const reason = take(datagram, packet);
    if (reason !== undefined) return refused(reason);
    if (first === undefined) {
      datagram.held = [...datagram.held, { item, packet, since: now }];
      return { kind: "held" };
    }
    const { tuple, icmp, checksumless } = first;
    return { kind: "ready", packet: { ...packet, tuple, icmp, checksumless }, released: [] };
  }

  #live(key: string, now: bigint): Datagram<T> | undefined {
    const datagram = this.#datagrams.get(key);
    return datagram?.first !== undefined && datagram.first.until <= now ? undefined : datagram;
  }

  #key(item: T, packet: Packet): string {
    return `${this.instanceOf(item)} ${keyOf(packet)}`;
  }

  /** expired takes out what has waited in vain, the longest first. */
  expired(now: bigint): Held<T>[] {
    const isLate = ({ since }: Held<T>): boolean => since + FRAGMENT_WAIT <= now;
    const late = this.#all().filter(isLate);
    for (const [key, datagram] of this.#datagrams) {
      datagram.held = datagram.held.filter((one) => !isLate(one));
      if (datagram.first === undefined && datagram.held.length === 0) this.#datagrams.delete(key);
    }
    return late.toSorted((a, b) => Number(a.since - b.since));
  }

  #all(): Held<T>[] {
    return [...this.#datagrams.values()].flatMap(({ held }) => held);
  }

  /** held: since when packets wait. */
  held(): bigint[] {
    return this.#all().map(({ since }) => since);
  }

  /** deadlines: times around which a packet could be seen either way. */
  deadlines(): bigint[] {
    return [
      ...this.held().map((since) => since + FRAGMENT_WAIT),
      ...[...this.#datagrams.values()].flatMap(({ first }) => first?.until ?? []),
    ];
  }
}
