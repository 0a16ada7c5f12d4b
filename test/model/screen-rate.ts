// screen-rate.ts: the screens of zones that count: how much comes, how many different, how many at a time. Each address has
// a count of its own here; the program shares places among addresses, which says the same as long as they are few.
// SPDX-License-Identifier: Apache-2.0
import { ScreenId } from "../../shared/gen/wire.gen.js";
import type { Screen, SynFlood } from "../../daemon/src/config/config.js";
import { inRange, readPrefix, writeAddress, type Address } from "./address.js";
import { ACK, ICMP, ICMP6, isLater, SYN, TCP, UDP, type Packet, type Tuple } from "./packet.js";
import type { Screens } from "./screen.js";

const TICKS = 8n; /* a nanosecond */
const SECOND = 1_000_000_000n * TICKS;
/** So many different targets within the threshold are too many. */
const TARGETS = 10;
const MICROSECOND = 1000n;

/** Rate: GCRA (ITU-T I.371): `threshold` at once, and `threshold` a second from then on. */
class Rate {
  readonly #empty = new Map<string, bigint>();

  /** beyond counts one more of `key`, unless that is one too many. */
  beyond(key: string, threshold: number, now: bigint): boolean {
    const time = now * TICKS;
    const step = SECOND / BigInt(threshold);
    const before = this.#empty.get(key) ?? 0n;
    const after = (before > time ? before : time) + step;
    if (after > time + step * BigInt(threshold)) return true;
    this.#empty.set(key, after);
    return false;
  }
}

/** Spread: which targets each key went to lately, by the time at which it met them first. */
class Spread {
  readonly #met = new Map<string, Map<string, bigint>>();

  /** beyond notes the target, unless nine others were met within `threshold` microseconds. */
  beyond(key: string, target: string, threshold: number, now: bigint): boolean {
    const time = now / MICROSECOND;
    const met = [...(this.#met.get(key) ?? [])].filter(([, since]) => time - since < BigInt(threshold));
    if (met.some(([known]) => known === target)) return false;
    if (met.length >= TARGETS - 1) return true;
    this.#met.set(key, new Map([...met, [target, time]]));
    return false;
  }
}

/** Limit: how many sessions each address has. */
class Limit {
  readonly #open = new Map<string, number>();
  count(key: string): number {
    return this.#open.get(key) ?? 0;
  }
  add(key: string, by: 1 | -1): void {
    this.#open.set(key, this.count(key) + by);
  }
}

/** Taken: a session that one of the limits counts. */
export interface Taken {
  readonly limit: Limit;
  readonly key: string;
}

interface Trackers {
  readonly rates: ReadonlyMap<number, Rate>;
  readonly spreads: ReadonlyMap<number, Spread>;
  readonly limits: ReadonlyMap<number, Limit>;
}

const FLOOD = 1000;
const SEARCH = 5000;

const synFlood = (of: (flood: SynFlood) => number | undefined, otherwise: number) => (screen: Screen) => {
  const flood = screen.tcp?.["syn-flood"];
  return flood && (of(flood) ?? otherwise);
};

type Thresholds = Readonly<Record<number, (screen: Screen) => number | undefined>>;
const RATES: Thresholds = {
  [ScreenId.SYN_FLOOD]: synFlood((flood) => flood["attack-threshold"], 200),
  [ScreenId.SYN_FLOOD_SOURCE]: synFlood((flood) => flood["source-threshold"], 4000),
  [ScreenId.SYN_FLOOD_DESTINATION]: synFlood((flood) => flood["destination-threshold"], 4000),
  [ScreenId.SYN_COOKIE]: synFlood((flood) => flood["alarm-threshold"], 512),
  [ScreenId.ICMP_FLOOD]: ({ icmp }) => icmp?.flood && (icmp.flood.threshold ?? FLOOD),
  [ScreenId.UDP_FLOOD]: ({ udp }) => udp?.flood && (udp.flood.threshold ?? FLOOD),
};
const SPREADS: Thresholds = {
  [ScreenId.IP_SWEEP]: ({ icmp }) => icmp?.["ip-sweep"] && (icmp["ip-sweep"].threshold ?? SEARCH),
  [ScreenId.PORT_SCAN]: ({ tcp }) => tcp?.["port-scan"] && (tcp["port-scan"].threshold ?? SEARCH),
  [ScreenId.TCP_SWEEP]: ({ tcp }) => tcp?.["tcp-sweep"] && (tcp["tcp-sweep"].threshold ?? SEARCH),
  [ScreenId.UDP_PORT_SCAN]: ({ udp }) => udp?.["port-scan"] && (udp["port-scan"].threshold ?? SEARCH),
  [ScreenId.UDP_SWEEP]: ({ udp }) => udp?.["udp-sweep"] && (udp["udp-sweep"].threshold ?? SEARCH),
};
const LIMITS: Thresholds = {
  [ScreenId.SESSION_LIMIT_SOURCE]: (screen) => screen["limit-session"]?.["source-ip-based"],
  [ScreenId.SESSION_LIMIT_DESTINATION]: (screen) => screen["limit-session"]?.["destination-ip-based"],
};

/** carried makes one for each screen that counts; those that were there before go on. cookies: SYN floods are answered. */
function carried<T>(
  of: Thresholds,
  screen: Screen,
  cookies: boolean,
  before: ReadonlyMap<number, T> | undefined,
  fresh: () => T,
) {
  const ids = Object.keys(of)
    .map(Number)
    .filter((id) => of[id]!(screen) !== undefined && (cookies || id !== ScreenId.SYN_COOKIE));
  return new Map(ids.map((id) => [id, before?.get(id) ?? fresh()]));
}

const isListed = (prefixes: readonly string[] | undefined, address: Address): boolean =>
  prefixes === undefined || prefixes.some((text) => inRange(readPrefix(text).range, address));

/** isTrusted: a SYN on a white list is part of no SYN flood. */
const isTrusted = (screen: Screen, { source, destination }: Tuple): boolean =>
  (screen.tcp?.["syn-flood"]?.["white-list"] ?? []).some(
    (list) => isListed(list["source-address"], source) && isListed(list["destination-address"], destination),
  );

export class Counted {
  #zones: ReadonlyMap<string, { readonly screen: Screen; readonly trackers: Trackers }> = new Map();

  /** commit: a zone that keeps its name goes on counting what it counted. */
  commit(screens: Screens, cookies: boolean): void {
    this.#zones = new Map(
      [...screens].map(([zone, screen]) => {
        const before = this.#zones.get(zone)?.trackers;
        const trackers = {
          rates: carried(RATES, screen, cookies, before?.rates, () => new Rate()),
          spreads: carried(SPREADS, screen, cookies, before?.spreads, () => new Spread()),
          limits: carried(LIMITS, screen, cookies, before?.limits, () => new Limit()),
        };
        return [zone, { screen, trackers }];
      }),
    );
  }

  /** met counts a packet, and gives the ids of the screens that it goes beyond. hasSession: it is no search. */
  met(zone: string, packet: Packet, now: bigint, hasSession: () => boolean): number[] {
    const found = this.#zones.get(zone);
    if (found === undefined) return [];
    const { screen, trackers } = found;
    const { tuple, family } = packet;
    const [from, to, port] = [
      writeAddress(tuple.source),
      writeAddress(tuple.destination),
      String(tuple.destinationPort),
    ];
    const rate = (id: number, key: string): number[] => {
      const tracker = trackers.rates.get(id);
      return tracker?.beyond(key, RATES[id]!(screen)!, now) === true ? [id] : [];
    };
    const spread = (id: number, key: string, target: string): number[] => {
      const tracker = trackers.spreads.get(id);
      return tracker?.beyond(key, target, SPREADS[id]!(screen)!, now) === true ? [id] : [];
    };
    switch (tuple.protocol) {
      case TCP: {
        if (packet.segment === undefined || (packet.segment.flags & (SYN | ACK)) !== SYN) return [];
        const floods = isTrusted(screen, tuple)
          ? []
          : [
              ...rate(ScreenId.SYN_FLOOD, `${to} ${port}`),
              ...rate(ScreenId.SYN_FLOOD_SOURCE, from),
              ...rate(ScreenId.SYN_FLOOD_DESTINATION, to),
            ];
        return [
          ...floods,
          ...spread(ScreenId.PORT_SCAN, `${from} ${to}`, port),
          ...spread(ScreenId.TCP_SWEEP, from, to),
        ];
      }
      case UDP: {
        const flood = rate(ScreenId.UDP_FLOOD, to);
        if (isLater(packet) || hasSession()) return flood;
        return [
          ...flood,
          ...spread(ScreenId.UDP_PORT_SCAN, `${from} ${to}`, port),
          ...spread(ScreenId.UDP_SWEEP, from, to),
        ];
      }
      case family === "inet" ? ICMP : ICMP6: {
        const flood = rate(ScreenId.ICMP_FLOOD, to);
        const isRequest = packet.icmp?.type === (family === "inet" ? 8 : 128);
        return isRequest ? [...flood, ...spread(ScreenId.IP_SWEEP, from, to)] : flood;
      }
      default:
        return [];
    }
  }

  /** alarms counts a SYN that was answered with a cookie: is it one too many to be silent about? */
  alarms(zone: string, { destination, destinationPort }: Tuple, now: bigint): boolean {
    const { screen, trackers } = this.#zones.get(zone)!;
    const key = `${writeAddress(destination)} ${destinationPort}`;
    return trackers.rates.get(ScreenId.SYN_COOKIE)!.beyond(key, RATES[ScreenId.SYN_COOKIE]!(screen)!, now);
  }

  /** full: the first limit that one session more would go beyond. Where screens only alarm, none. */
  full(zone: string, instance: string, tuple: Tuple): number | undefined {
    const found = this.#zones.get(zone);
    if (found === undefined || found.screen["alarm-without-drop"] === true) return undefined;
    return this.#limits(zone, instance, tuple).find(({ limit, key, most }) => limit.count(key) >= most)?.id;
  }

  /** take counts a session. `beyond` are the limits that it goes beyond; where screens do not only alarm, it is then not counted. */
  take(zone: string, instance: string, tuple: Tuple): { readonly taken: readonly Taken[]; readonly beyond: number[] } {
    const all = this.#limits(zone, instance, tuple);
    const beyond = all.filter(({ limit, key, most }) => limit.count(key) >= most).map(({ id }) => id);
    const isAlarm = this.#zones.get(zone)?.screen["alarm-without-drop"] === true;
    if (beyond.length > 0 && !isAlarm) return { taken: [], beyond: beyond.slice(0, 1) };
    for (const { limit, key } of all) limit.add(key, 1);
    return { taken: all, beyond };
  }

  /** give: the session is over; the limits that counted it may have gone out of force. */
  give(taken: readonly Taken[]): void {
    for (const { limit, key } of taken) limit.add(key, -1);
  }

  #limits(zone: string, instance: string, { source, destination }: Tuple) {
    const { screen, trackers } = this.#zones.get(zone) ?? {};
    return [...(trackers?.limits ?? [])].map(([id, limit]) => ({
      id,
      limit,
      key: `${instance} ${writeAddress(id === ScreenId.SESSION_LIMIT_SOURCE ? source : destination)}`,
      most: LIMITS[id]!(screen!)!,
    }));
  }
}
