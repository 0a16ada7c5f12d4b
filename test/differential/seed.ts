// seed.ts: a number stands for a case and for how it is run. SPDX-License-Identifier: Apache-2.0
import { availableParallelism } from "node:os";

import type { Config } from "../../daemon/src/config/config.js";
import type { Case } from "./case.js";
import { Chooser } from "./choose.js";
import { configOf } from "./generate-config.js";
import { withFilters, withFirewallOf } from "./generate-filter.js";
import { FILTER_GAPS, FilterTraffic } from "./generate-filter-steps.js";
import { CountTraffic, withCounts } from "./generate-count.js";
import { nat64Traffic, withNat64, withNat64Of } from "./generate-nat64.js";
import { segmentOptions, withMss } from "./generate-mss.js";
import { natTraffic, withNat, withNatOf } from "./generate-nat.js";
import { persistentTraffic, withPersistent } from "./generate-persistent.js";
import { ScreenTraffic, withScreens } from "./generate-screen.js";
import { plainTraffic, stepsOf, type Source } from "./generate-steps.js";

const STEPS = 100;
const FILTER_STEPS = 70;
const COUNT_STEPS = 50;

/** numbers: mulberry32. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
}

const PLAIN = 200; /* numbers that make a configuration without filters */
const FILTERS = 4000;
const NAT = 200;

/** LATE: neighbours answer at once, or after so many nanoseconds: while two more packets come, or a commit. */
const LATE = [undefined, undefined, 2_500, undefined, 1_500_000, undefined, 300_000_000];

/** caseOf: two of four have filters; one in eight has screens instead, every other one of which counts, and one in eight
 * translates addresses. */
export function caseOf(seed: number): Case {
  const random = numbers(seed);
  const list = (length: number): number[] => Array.from({ length }, () => random() >>> 8);
  const lateNs = LATE[seed % LATE.length];
  if (seed % 8 === 5) return natKind(list, (seed >> 3) % 4, (seed >> 5) % 8);
  const c = caseOfKind(seed, list);
  return lateNs === undefined ? c : { ...c, lateNs };
}

type Lists = (length: number) => number[];

function caseOfKind(seed: number, list: Lists): Case {
  if (seed % 16 === 4) return countCase(list, (seed >> 4) % 4 === 0);
  if (seed % 8 === 4) return screenCase(list, (seed >> 4) % 2 === 0);
  return seed % 4 < 2 ? plainCase(list, (seed >> 1) % 3 === 0) : filterCase(list);
}

function plainCase(list: Lists, calm: boolean): Case {
  const config = (): Config => (calm ? permitting(configOf(list(PLAIN))) : configOf(list(PLAIN)));
  const later = [config(), config(), config()];
  const steps = Array.from({ length: STEPS }, () => list(24));
  return { config: config(), steps: stepsOf(steps, later, plainTraffic(calm)) };
}

function filterCase(list: Lists): Case {
  const config = (): Config => withFilters(configOf(list(PLAIN)), new Chooser(list(FILTERS)));
  const first = config();
  const again = withFirewallOf(first, first);
  const [moved, other, last] = [withFirewallOf(config(), first), config(), config()];
  const later = list(1)[0]! % 2 === 0 ? [again, moved, other, last] : [moved, again, other, last];
  const steps = Array.from({ length: FILTER_STEPS }, () => list(32));
  const traffic = { source: new FilterTraffic(new Chooser([])), gaps: FILTER_GAPS, jumps: 1, commits: 30 };
  return { config: first, steps: stepsOf(steps, later, traffic) };
}

/** screenCase: half of them with filters too. */
function screenCase(list: Lists, filtered: boolean): Case {
  const config = (): Config => withScreens(baseOf(list, filtered), new Chooser(list(PLAIN)));
  return screened(list, config, new ScreenTraffic(new Chooser([])), STEPS);
}

/** countCase: screens that count, a quarter of them with filters too. */
function countCase(list: Lists, filtered: boolean): Case {
  const config = (): Config => withCounts(baseOf(list, filtered), new Chooser(list(PLAIN)));
  return screened(list, config, new CountTraffic(new Chooser([])), COUNT_STEPS);
}

function baseOf(list: Lists, filtered: boolean): Config {
  const plain = permitting(configOf(list(PLAIN)));
  return filtered ? withFilters(plain, new Chooser(list(FILTERS))) : plain;
}

function screened(list: Lists, config: () => Config, source: Source, steps: number): Case {
  const later = [config(), config(), config()];
  const numbers = Array.from({ length: steps }, () => list(48));
  return { config: config(), steps: stepsOf(numbers, later, { ...plainTraffic(false), source }) };
}

/** natKind: a quarter with limits of segment sizes, half of those with persistent NAT too, and a quarter of NAT64. */
function natKind(list: Lists, kind: number, share: number): Case {
  if (share % 4 === 3) return nat64Case(list, kind);
  return natCase(list, kind, share % 4 === 2, share === 6);
}

/** natBase: half of them with nothing else that stops packets, one in four with filters. */
function natBase(list: Lists, kind: number): Config {
  if (kind < 2) return configOf([]);
  const plain = permitting(configOf(list(PLAIN)));
  return kind === 2 ? plain : withFilters(plain, new Chooser(list(FILTERS)));
}

/** nat64Case: every other one calm; the others have segment sizes too. */
function nat64Case(list: Lists, kind: number): Case {
  const sized = kind % 2 === 1;
  const limited = (config: Config): Config => (sized ? withMss(config, new Chooser(list(1))) : config);
  const first = withNat64(natBase(list, kind), new Chooser(list(NAT)));
  const again = (): Config => limited(withNat64Of(natBase(list, kind), first, new Chooser(list(NAT))));
  const later = [again(), again(), limited(withNat64(natBase(list, kind), new Chooser(list(NAT)))), again()];
  const steps = Array.from({ length: STEPS }, () => list(32));
  const traffic = nat64Traffic(!sized, sized ? segmentOptions : undefined);
  return { config: limited(first), steps: stepsOf(steps, later, traffic) };
}

/**
 * natCase: every other one calm. `sized`: segments ask for sizes, and the configuration limits them; `bound`: source rules bind
 * their clients.
 */
function natCase(list: Lists, kind: number, sized: boolean, bound: boolean): Case {
  const base = (): Config => natBase(list, kind);
  const more = (config: Config): Config => {
    const limited = sized ? withMss(config, new Chooser(list(1))) : config;
    return bound ? withPersistent(limited, new Chooser(list(NAT))) : limited;
  };
  const first = withNat(base(), new Chooser(list(NAT)));
  const again = (): Config => more(withNatOf(base(), first, new Chooser(list(NAT))));
  const later = [again(), again(), more(withNat(base(), new Chooser(list(NAT)))), again()];
  const steps = Array.from({ length: STEPS }, () => list(32));
  const calm = kind % 2 === 0;
  const traffic = bound
    ? persistentTraffic(calm, segmentOptions)
    : natTraffic(calm, sized ? segmentOptions : undefined);
  return { config: more(first), steps: stepsOf(steps, later, traffic) };
}

/** permitting: in a third of the cases flows live long enough to reach the later states. */
function permitting(config: Config): Config {
  const { policies } = configOf([]).security;
  return { ...config, security: { ...config.security, policies: policies! } };
}

/** optionsOf: every other case without memos, every fifth with senders that leave checksums to hardware. */
export const optionsOf = (seed: number): readonly string[] => [
  ...(seed % 2 === 1 ? ["--memo-off"] : []),
  ...(seed % 5 === 0 ? ["--unfinished"] : []),
];

/** eachSeed runs `body` for each of them, or for each `step`-th, some at the same time: the model here, programs on the other processors. */
export async function eachSeed(
  first: number,
  count: number,
  body: (seed: number) => Promise<void>,
  step = 1,
): Promise<void> {
  let done = 0;
  const lane = async (): Promise<void> => {
    while (done < count) {
      const seed = first + step * done++;
      try {
        await body(seed);
      } catch (error) {
        done = count; /* the other lanes need not go on */
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, lane));
}
