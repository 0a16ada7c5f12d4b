// policer.ts: token buckets in exact arithmetic: one rate and two colours, RFC 2697, RFC 2698. SPDX-License-Identifier: Apache-2.0
import type { Firewall, Policer, Quantity, ThreeColorPolicer } from "../../daemon/src/config/config.js";

export type Colour = "green" | "yellow" | "red";

/** Rate: bits per second and bytes at once, or packets per second and packets at once. */
export interface Rate {
  readonly unit: "bits" | "packets";
  readonly perSecond: bigint;
  readonly burst: bigint;
}

const SECOND_NS = 1_000_000_000n;

/** What one token of the burst is in units of 1 bit-nanosecond, or 1 packet-nanosecond: then credit is a whole number. */
const scale = (unit: Rate["unit"]): bigint => (unit === "bits" ? 8n * SECOND_NS : SECOND_NS);

/** Bucket: full when made; credit comes continuously, `perSecond` in a second, up to the burst. */
class Bucket {
  level: bigint;
  readonly full: bigint;
  constructor(private readonly rate: Rate) {
    this.full = rate.burst * scale(rate.unit);
    this.level = this.full;
  }

  cost(length: number): bigint {
    return (this.rate.unit === "bits" ? BigInt(length) : 1n) * scale(this.rate.unit);
  }

  /** earned: the credit of so many nanoseconds. */
  earned(ns: bigint): bigint {
    return this.rate.perSecond * ns;
  }

  /** add gives credit; what does not fit is returned. */
  add(credit: bigint): bigint {
    const room = this.full - this.level;
    const taken = credit < room ? credit : room;
    this.level += taken;
    return credit - taken;
  }

  holds(length: number): boolean {
    return this.level >= this.cost(length);
  }

  take(length: number): void {
    this.level -= this.cost(length);
  }
}

/** Meter: says the colour of each packet, by the time at which it comes and the colour it has already. */
export interface Meter {
  colour(length: number, now: bigint, before: Colour): Colour;
}

/** since: how long ago the last call was. */
class Clock {
  #last: bigint | undefined;
  since(now: bigint): bigint {
    const passed = this.#last === undefined ? 0n : now - this.#last;
    this.#last = now;
    return passed;
  }
}

/** TwoColour: within the rate green, beyond it red. */
export class TwoColour implements Meter {
  readonly #clock = new Clock();
  readonly #bucket: Bucket;
  constructor(rate: Rate) {
    this.#bucket = new Bucket(rate);
  }

  colour(length: number, now: bigint): Colour {
    this.#bucket.add(this.#bucket.earned(this.#clock.since(now)));
    if (!this.#bucket.holds(length)) return "red";
    this.#bucket.take(length);
    return "green";
  }
}

/** SingleRate: RFC 2697: what the committed bucket cannot hold flows into the excess bucket. */
export class SingleRate implements Meter {
  readonly #clock = new Clock();
  readonly #committed: Bucket;
  readonly #excess: Bucket;
  constructor(
    committed: Rate,
    excessBurst: bigint,
    private readonly aware: boolean,
  ) {
    this.#committed = new Bucket(committed);
    this.#excess = new Bucket({ ...committed, burst: excessBurst });
  }

  colour(length: number, now: bigint, before: Colour): Colour {
    this.#excess.add(this.#committed.add(this.#committed.earned(this.#clock.since(now))));
    const given = this.aware ? before : "green";
    if (given === "green" && this.#committed.holds(length)) {
      this.#committed.take(length);
      return "green";
    }
    if (given !== "red" && this.#excess.holds(length)) {
      this.#excess.take(length);
      return "yellow";
    }
    return "red";
  }
}

/** TwoRate: RFC 2698: beyond the peak rate red, beyond the committed one yellow. */
export class TwoRate implements Meter {
  readonly #clock = new Clock();
  readonly #committed: Bucket;
  readonly #peak: Bucket;
  constructor(
    committed: Rate,
    peak: Rate,
    private readonly aware: boolean,
  ) {
    this.#committed = new Bucket(committed);
    this.#peak = new Bucket(peak);
  }

  colour(length: number, now: bigint, before: Colour): Colour {
    const passed = this.#clock.since(now);
    this.#committed.add(this.#committed.earned(passed));
    this.#peak.add(this.#peak.earned(passed));
    const given = this.aware ? before : "green";
    if (given === "red" || !this.#peak.holds(length)) return "red";
    this.#peak.take(length);
    if (given === "yellow" || !this.#committed.holds(length)) return "yellow";
    this.#committed.take(length);
    return "green";
  }
}

/** PolicerConfig: what `firewall policer` or `three-color-policer` says. */
export interface PolicerConfig {
  readonly kind: "two-colour" | "single-rate" | "two-rate";
  readonly committed: Rate;
  readonly excessBurst: bigint;
  readonly peak: Rate;
  readonly aware: boolean;
  /** what happens to packets beyond the budget; of three colours, to red ones */
  readonly exceeding: {
    readonly discard: boolean;
    readonly lossPriority: string | undefined;
    readonly forwardingClass: string | undefined;
  };
}

function meterOf(p: PolicerConfig): Meter {
  switch (p.kind) {
    case "two-colour":
      return new TwoColour(p.committed);
    case "single-rate":
      return new SingleRate(p.committed, p.excessBurst, p.aware);
    case "two-rate":
      return new TwoRate(p.committed, p.peak, p.aware);
  }
}

/** Budget: one token bucket or pair of them, by name; terms with the same name share it. */
export interface Budget {
  readonly name: string;
  readonly policer: PolicerConfig;
}

const textOf = (policer: PolicerConfig): string =>
  JSON.stringify(policer, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));

/** Meters: all budgets. One whose policer a commit leaves as it was goes on as it was; others begin full. */
export class Meters {
  #meters = new Map<string, { readonly text: string; readonly meter: Meter }>();

  commit(budgets: readonly Budget[]): void {
    this.#meters = new Map(
      budgets.map(({ name, policer }) => {
        const text = textOf(policer);
        const known = this.#meters.get(name);
        return [name, known?.text === text ? known : { text, meter: meterOf(policer) }];
      }),
    );
  }

  colour(budget: string, length: number, now: bigint, before: Colour): Colour {
    return this.#meters.get(budget)!.meter.colour(length, now, before);
  }
}

/** quantity: k, m and g are powers of a thousand. */
function quantity(value: Quantity): bigint {
  const [, digits = "", unit = ""] = /^([0-9]+)([kmg]?)$/.exec(String(value)) ?? [];
  return BigInt(digits) * { "": 1n, k: 1_000n, m: 1_000_000n, g: 1_000_000_000n }[unit]!;
}

function twoColour(statement: Policer): PolicerConfig {
  const { "if-exceeding": bits, "if-exceeding-pps": packets, then = { discard: true } } = statement;
  const rate = (unit: Rate["unit"], perSecond: Quantity, burst: Quantity): Rate => ({
    unit,
    perSecond: quantity(perSecond),
    burst: quantity(burst),
  });
  const committed =
    bits === undefined
      ? rate("packets", packets!["pps-limit"], packets!["packet-burst"])
      : rate("bits", bits["bandwidth-limit"], bits["burst-size-limit"]);
  return {
    kind: "two-colour",
    committed,
    excessBurst: 0n,
    peak: committed,
    aware: false,
    exceeding: {
      discard: then.discard === true,
      /* out-of-profile: the first to go where there is no room */
      lossPriority: then["out-of-profile"] === true ? "high" : then["loss-priority"],
      forwardingClass: then["forwarding-class"],
    },
  };
}

function threeColour(statement: ThreeColorPolicer): PolicerConfig {
  const { "single-rate": single, "two-rate": two } = statement;
  const rates = (single ?? two)!;
  const committed: Rate = {
    unit: "bits",
    perSecond: quantity(rates["committed-information-rate"]),
    burst: quantity(rates["committed-burst-size"]),
  };
  const peak: Rate | undefined = two && {
    unit: "bits",
    perSecond: quantity(two["peak-information-rate"]),
    burst: quantity(two["peak-burst-size"]),
  };
  return {
    kind: single === undefined ? "two-rate" : "single-rate",
    committed,
    excessBurst: single === undefined ? 0n : quantity(single["excess-burst-size"]),
    peak: peak ?? committed,
    aware: rates["color-aware"] === true,
    exceeding: { discard: statement.action !== undefined, lossPriority: undefined, forwardingClass: undefined },
  };
}

export interface NamedPolicer {
  readonly config: PolicerConfig;
  readonly filterSpecific: boolean;
  readonly logicalInterface: boolean;
}

/** readPolicers: both kinds by their names. */
export function readPolicers(firewall: Firewall | undefined): ReadonlyMap<string, NamedPolicer> {
  const read = (statement: Policer | ThreeColorPolicer, config: PolicerConfig): [string, NamedPolicer] => [
    statement.name,
    {
      config,
      filterSpecific: statement["filter-specific"] === true,
      logicalInterface: statement["logical-interface-policer"] === true,
    },
  ];
  return new Map([
    ...(firewall?.policer ?? []).map((statement) => read(statement, twoColour(statement))),
    ...(firewall?.["three-color-policer"] ?? []).map((statement) => read(statement, threeColour(statement))),
  ]);
}
