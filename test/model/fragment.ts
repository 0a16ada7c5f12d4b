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
  /** bytes of the datagram that came, and how many it has once that is known */
  seen: number;
  total: number | undefined;
  readonly firstEnd: number;
}

export interface Held<T> {
  readonly item: T;
  readonly packet: Packet;
  readonly since: bigint;
}

export type FragmentAnswer =
  { readonly kind: "ready"; readonly packet: Packet } | { readonly kind: "held" } | { readonly kind: "refused" };

const keyOf = (p: Packet): string =>
  `${p.family} ${p.tuple.source.value} ${p.tuple.destination.value} ${p.fragment!.protocol} ${p.fragment!.id}`;

const payloadOf = (p: Packet): number => p.ip.length - p.transport;

export class Fragments<T> {
  /** instanceOf: datagrams of different routing instances have nothing to do with each other. */
  constructor(private readonly instanceOf: (item: T) => string) {}

  readonly #firsts = new Map<string, First>();
  #held: Held<T>[] = [];

  /** resolve: whole packets are ready as they are. */
  resolve(packet: Packet, item: T, now: bigint): FragmentAnswer {
    if (packet.fragment === undefined) return { kind: "ready", packet };
    const key = this.#key(item, packet);
    const known = this.#firsts.get(key);
    const first = known !== undefined && known.until > now ? known : undefined;
    if (!isLater(packet)) return this.#remember(key, packet, first, now);
    if (first === undefined) {
      if (this.#of(key).length >= HELD_EACH) return { kind: "refused" };
      this.#held.push({ item, packet, since: now });
      return { kind: "held" };
    }
    const { offset, more } = packet.fragment;
    const end = offset + payloadOf(packet);
    if (offset < first.firstEnd) return { kind: "refused" };
    if (first.total !== undefined && (end > first.total || (!more && end !== first.total))) return { kind: "refused" };
    if (!more) first.total = end;
    this.#count(key, first, packet);
    return { kind: "ready", packet: { ...packet, tuple: first.tuple, icmp: first.icmp } };
  }

  #remember(key: string, packet: Packet, before: First | undefined, now: bigint): FragmentAnswer {
    const { sourcePort, destinationPort } = packet.tuple;
    if (
      before !== undefined &&
      (before.tuple.sourcePort !== sourcePort || before.tuple.destinationPort !== destinationPort)
    ) {
      return { kind: "refused" };
    }
    const first: First = {
      tuple: packet.tuple,
      icmp: packet.icmp,
      until: now + FRAGMENT_LIFETIME,
      seen: 0,
      total: undefined,
      firstEnd: payloadOf(packet),
    };
    this.#firsts.set(key, first);
    this.#count(key, first, packet);
    return { kind: "ready", packet };
  }

  /** The datagram is forgotten once as many bytes came as it has. */
  #count(key: string, first: First, packet: Packet): void {
    first.seen += payloadOf(packet);
    if (first.total !== undefined && first.seen >= first.total) this.#firsts.delete(key);
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
      ...[...this.#firsts.values()].map((first) => first.until),
    ];
  }
}
