// fragment.ts: later fragments take the ports of their first one, or wait for it a little. SPDX-License-Identifier: Apache-2.0
import { isLater, type Icmp, type Packet, type Tuple } from "./packet.js";

const SECOND = 1_000_000_000n;
export const FRAGMENT_LIFETIME = 10n * SECOND;
export const FRAGMENT_WAIT = SECOND / 2n;
const HELD_EACH = 48;
/** In more pieces apart than that, what came of a datagram is not known any more. */
const PIECES = 6;

/** Piece: bytes of a datagram, from and up to. */
type Piece = readonly [begin: number, end: number];

/** First: what the first fragment told. */
interface First {
  readonly tuple: Tuple;
  readonly icmp: Icmp | undefined;
  readonly until: bigint;
}

interface Datagram<T> {
  first: First | undefined;
  /** where its first fragment ends */
  firstEnd: number;
  /** how many bytes it has, once its last fragment has come */
  total: number | undefined;
  /** what came; undefined: in too many pieces */
  pieces: readonly Piece[] | undefined;
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
  | { readonly kind: "refused" };

const protocolOf = (p: Packet): string => (p.family === "inet" ? ` ${p.fragment!.protocol}` : "");
const keyOf = (p: Packet): string =>
  `${p.family} ${p.tuple.source.value} ${p.tuple.destination.value} ${p.fragment!.id}${protocolOf(p)}`;

const pieceOf = (p: Packet): Piece => [p.fragment!.offset, p.fragment!.offset + p.ip.length - p.transport];
const overlap = (a: Piece, b: Piece): boolean => a[0] < b[1] && b[0] < a[1];
const touch = (a: Piece, b: Piece): boolean => a[0] <= b[1] && b[0] <= a[1];
const sameFlow = (a: Tuple, b: Tuple): boolean =>
  a.protocol === b.protocol && a.sourcePort === b.sourcePort && a.destinationPort === b.destinationPort;

/** together: the pieces with one more, those that touch being one. */
function together(pieces: readonly Piece[], added: Piece): readonly Piece[] | undefined {
  const touching = [added, ...pieces.filter((one) => touch(one, added))];
  const whole: Piece = [Math.min(...touching.map(([begin]) => begin)), Math.max(...touching.map(([, end]) => end))];
  const all = [...pieces.filter((one) => !touch(one, added)), whole];
  return all.length > PIECES ? undefined : all;
}

/** takes: does a datagram take this fragment? Its bytes are then there. */
function takes<T>(datagram: Datagram<T>, packet: Packet): boolean {
  const [begin, end] = pieceOf(packet);
  const isLast = !packet.fragment!.more;
  const { total } = datagram;
  if (total !== undefined && (isLast ? end !== total : end > total)) return false;
  if (datagram.first !== undefined && begin > 0 && begin < datagram.firstEnd) return false;
  if (isLast) datagram.total = end;
  if (begin === 0) datagram.firstEnd = Math.max(datagram.firstEnd, end);
  datagram.pieces = datagram.pieces && together(datagram.pieces, [begin, end]);
  return true;
}

export class Fragments<T> {
  /** instanceOf: datagrams of different routing instances have nothing to do with each other. */
  constructor(private readonly instanceOf: (item: T) => string) {}

  readonly #datagrams = new Map<string, Datagram<T>>();
  /** what waits without hope: it overlaps the first fragment that came after it */
  #stray: Held<T>[] = [];

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
      firstEnd: 0,
      total: undefined,
      pieces: [],
      held: [],
    };
    const answer = isLater(packet) ? this.#later(datagram, packet, item, now) : this.#begin(datagram, packet, now);
    const [piece, ...others] = datagram.pieces ?? [];
    const isComplete = piece?.[0] === 0 && piece[1] === datagram.total && others.length === 0;
    /* A datagram is forgotten once all of it came. */
    const isKnown = (datagram.first !== undefined && !isComplete) || datagram.held.length > 0;
    if (isKnown) this.#datagrams.set(key, datagram);
    else this.#datagrams.delete(key);
    return answer;
  }

  #begin(datagram: Datagram<T>, packet: Packet, now: bigint): FragmentAnswer<T> {
    const { first } = datagram;
    if (first !== undefined && !sameFlow(first.tuple, packet.tuple)) return { kind: "refused" };
    if (!takes(datagram, packet)) return { kind: "refused" };
    if (first !== undefined) return { kind: "ready", packet, released: [] };
    datagram.first = { tuple: packet.tuple, icmp: packet.icmp, until: now + FRAGMENT_LIFETIME };
    const fits = ({ packet: later }: Held<T>): boolean => later.fragment!.offset >= datagram.firstEnd;
    const released = datagram.held
      .filter(fits)
      .map((one) => ({ ...one, packet: { ...one.packet, tuple: packet.tuple, icmp: packet.icmp } }));
    this.#stray.push(...datagram.held.filter((one) => !fits(one)));
    datagram.held = [];
    return { kind: "ready", packet, released };
  }

  #later(datagram: Datagram<T>, packet: Packet, item: T, now: bigint): FragmentAnswer<T> {
    const { first } = datagram;
    if (first === undefined && datagram.held.length >= HELD_EACH) return { kind: "refused" };
    if (!takes(datagram, packet)) return { kind: "refused" };
    if (first === undefined) {
      datagram.held = [...datagram.held, { item, packet, since: now }];
      return { kind: "held" };
    }
    return { kind: "ready", packet: { ...packet, tuple: first.tuple, icmp: first.icmp }, released: [] };
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
    this.#stray = this.#stray.filter((one) => !isLate(one));
    for (const [key, datagram] of this.#datagrams) {
      datagram.held = datagram.held.filter((one) => !isLate(one));
      if (datagram.first === undefined && datagram.held.length === 0) this.#datagrams.delete(key);
    }
    return late.toSorted((a, b) => Number(a.since - b.since));
  }

  #all(): Held<T>[] {
    return [...this.#stray, ...[...this.#datagrams.values()].flatMap(({ held }) => held)];
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
