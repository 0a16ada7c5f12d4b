// generate-persistent.ts: persistent NAT for a configuration, and packets that come for clients by their bindings, or do not.
// SPDX-License-Identifier: Apache-2.0
import type { Config, NatSourceRule, NatSourceRuleSet, PersistentNat } from "../../daemon/src/config/config.js";
import { SYN, TCP, UDP } from "../model/packet.js";
import { ipPacket, type Shape } from "./build.js";
import { Chooser } from "./choose.js";
import { NatTraffic } from "./generate-nat.js";
import { A, B, GAPS, type Making, type Sending, type Source } from "./generate-steps.js";

const PERMITS: readonly PersistentNat["permit"][] = [
  { "any-remote-host": true },
  { "target-host": true },
  { "target-host-port": true },
];

function persistent(c: Chooser, rule: NatSourceRule): NatSourceRule {
  const { pool, off } = rule.then["source-nat"];
  const permit = c.of(PERMITS);
  if (off === true || pool === "plain" || pool === "six-plain" || c.oneIn(5)) return rule;
  const persistence = {
    permit,
    ...(c.oneIn(3) ? {} : { "inactivity-timeout": 60 }),
    ...(c.oneIn(2) ? { "max-session-number": 8 } : {}),
  };
  return { ...rule, then: { "source-nat": { ...rule.then["source-nat"], "persistent-nat": persistence } } };
}

/** plain: nothing else is in the way: most clients are bound. */
const plain = (c: Chooser): NatSourceRuleSet => ({
  name: "s0",
  from: { zone: ["trust"] },
  to: { zone: ["untrust"] },
  rule: [
    ...(c.oneIn(3)
      ? [{ name: "r1", match: { protocol: ["tcp"] }, then: { "source-nat": { pool: c.of(["few", "wide"]) } } }]
      : []),
    {
      name: "r0",
      match: c.oneIn(4) ? { "destination-address": ["10.0.2.0/24"] } : {},
      then: { "source-nat": c.of([{ pool: "few" }, { pool: "wide" }, { interface: true as const }, { pool: "one" }]) },
    },
  ],
});

export function withPersistent(config: Config, c: Chooser): Config {
  const { nat } = config.security;
  if (nat === undefined) return config;
  const sets = c.oneIn(4) ? (nat.source?.["rule-set"] ?? [plain(c)]) : [plain(c)];
  const bound = sets.map((set) => ({ ...set, rule: set.rule.map((rule) => persistent(c, rule)) }));
  return { ...config, security: { ...config.security, nat: { ...nat, source: { ...nat.source, "rule-set": bound } } } };
}

const CLIENTS = ["10.0.1.10", "10.0.1.9", "10.0.1.8"];
const CLIENTS6 = ["2001:db8:1::10"];
const OTHERS = ["10.0.2.10", "10.0.2.9", "192.0.2.10"];
const OTHERS6 = ["2001:db8:2::9", "2001:db8:ff::1"];
const PORTS = [40000, 39999, 40001];

/** PersistentTraffic: besides what translation meets anyway, few clients that talk to many, and many that come for them. */
class PersistentTraffic implements Source {
  readonly #others: NatTraffic;
  /** who has sent something, the last of them */
  #bound: readonly { readonly client: string; readonly port: number; readonly tcp: boolean }[] = [];
  constructor(
    private c: Chooser,
    calm: boolean,
    options: (c: Chooser) => readonly number[],
  ) {
    this.#others = new NatTraffic(c, calm, options);
  }

  use(c: Chooser): void {
    this.c = c;
    this.#others.use(c);
  }

  #shape(sourcePort: number, destinationPort: number, tcp: boolean, source: string, destination: string): Shape {
    const ends = { source, destination, sourcePort, destinationPort };
    return tcp ? { ...ends, protocol: TCP, flags: SYN, sequence: 1000 } : { ...ends, protocol: UDP, payload: 8 };
  }

  /** out: a client opens sessions to one or several, from one port. */
  #out(count: number): Sending[] {
    const { c } = this;
    const inet6 = c.oneIn(8);
    const [client, other] = [c.of(inet6 ? CLIENTS6 : CLIENTS), c.of(inet6 ? OTHERS6 : OTHERS)];
    const [port, target, tcp] = [c.of(PORTS), c.of([53, 80, 5000]), c.oneIn(3)];
    this.#bound = [...this.#bound.slice(-3), { client, port, tcp }];
    return Array.from({ length: count }, (_, i) => ({
      place: A,
      ip: ipPacket(this.#shape(port, target + i, tcp, client, other)),
      note: "out",
    }));
  }

  /** in: somebody comes for a client, as he knows it from its binding; from outside, or from beside it. */
  #in(count: number): Sending[] {
    const { c } = this;
    const known = this.#bound.length > 0 && !c.oneIn(6) ? c.of(this.#bound) : undefined;
    const { client, port, tcp } = known ?? { client: c.of(CLIENTS), port: c.of(PORTS), tcp: c.oneIn(3) };
    const beside = !client.includes(":") && c.oneIn(6);
    const source = beside ? "10.0.1.12" : c.of(client.includes(":") ? OTHERS6 : OTHERS);
    const from = c.of([53, 80, 5000, 54]);
    return Array.from({ length: count }, (_, i) => ({
      place: beside ? A : B,
      ip: ipPacket(this.#shape(from + i, port, tcp, source, client)),
      note: "in",
    }));
  }

  step(): Sending[] {
    const { c } = this;
    const kind = c.below(12);
    if (kind < 4) return this.#others.step();
    if (kind < 7) return this.#out(1);
    if (kind < 10) return this.#in(1);
    return kind === 10 ? this.#out(c.of([9, 18])) : this.#in(9);
  }
}

export const persistentTraffic = (calm: boolean, options: (c: Chooser) => readonly number[]): Making => ({
  source: new PersistentTraffic(new Chooser([]), calm, options),
  gaps: GAPS,
  jumps: calm ? 10 : 4,
  commits: 30,
});
