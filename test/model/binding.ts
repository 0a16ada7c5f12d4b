// binding.ts: persistent NAT: a client's transport address keeps the outer one of its first session, so that others may reach it
// there. SPDX-License-Identifier: Apache-2.0
import { sameAddress, type Address } from "./address.js";
import { TCP, UDP, type Tuple } from "./packet.js";

/** Who may come in by a binding. */
export type Permit = "any-remote-host" | "target-host" | "target-host-port";

/** Persistence: what a source rule says of its bindings. */
export interface Persistence {
  readonly permit: Permit;
  readonly timeout: number;
  readonly sessions: number;
}

/** Side: a transport address in a routing instance. */
export interface Side {
  readonly instance: string;
  readonly address: Address;
  readonly port: number;
}

export interface Binding {
  /** the rule that made it; undefined: none allows it any more, and it goes with its last session */
  rule: string | undefined;
  readonly protocol: number;
  readonly inner: Side;
  readonly outer: Side;
  /** whom its client has opened sessions to, the last of them */
  targets: readonly { readonly address: Address; readonly port: number }[];
  sessions: number;
  /** seconds that it stays without a session */
  timeout: number;
  /** since when it has had none */
  sinceNs: bigint;
}

const TARGETS = 16;
const SECOND = 1_000_000_000n;
/** The program finds out so much later at most that one is over, by when its session was, and by when it looks at each. */
export const BINDING_SLACK_NS = 8_000_000_000n;

const at = (side: Side, instance: string, address: Address, port: number): boolean =>
  side.instance === instance && side.port === port && sameAddress(side.address, address);

/** canBind: an echo identifier is nobody's address. */
export const canBind = (tuple: Tuple): boolean => tuple.protocol === TCP || tuple.protocol === UDP;

const endOf = (one: Binding): bigint => one.sinceNs + BigInt(one.timeout) * SECOND;

export class Bindings {
  #all: readonly Binding[] = [];

  get all(): readonly Binding[] {
    return this.#all;
  }

  /** live leaves out those that nobody has used for long enough. */
  #live(now: bigint): readonly Binding[] {
    this.#all = this.#all.filter((one) => one.sessions > 0 || now < endOf(one));
    return this.#all;
  }

  /** ends: when those without a session are over. */
  ends(): bigint[] {
    return this.#all.filter((one) => one.sessions === 0).map(endOf);
  }

  /** ofClient: what a rule has bound the source of a packet to. */
  ofClient(rule: string, instance: string, { source, sourcePort, protocol }: Tuple, now: bigint): Binding | undefined {
    return this.#live(now).find(
      (one) => one.rule === rule && one.protocol === protocol && at(one.inner, instance, source, sourcePort),
    );
  }

  /** ofTarget: the one whose outer address is a packet's destination. */
  ofTarget(instance: string, { destination, destinationPort, protocol }: Tuple, now: bigint): Binding | undefined {
    return this.#live(now).find(
      (one) =>
        one.rule !== undefined && one.protocol === protocol && at(one.outer, instance, destination, destinationPort),
    );
  }

  add(rule: string, protocol: number, inner: Side, outer: Side, timeout: number): Binding {
    const one = { rule, protocol, inner, outer, targets: [], sessions: 0, timeout, sinceNs: 0n };
    this.#all = [...this.#all, one];
    return one;
  }

  /** give: a session that used it is over; one that no rule allows any more goes with its last session. */
  give(one: Binding, now: bigint): void {
    one.sessions--;
    one.sinceNs = now;
    if (one.sessions === 0 && one.rule === undefined) this.#all = this.#all.filter((other) => other !== one);
  }

  /** commit: `allowed` gives what the rule of a binding says now, if it could give out the outer address today. */
  commit(allowed: (one: Binding) => Persistence | undefined): void {
    for (const one of this.#all) {
      const persistence = one.rule === undefined ? undefined : allowed(one);
      if (persistence === undefined) one.rule = undefined;
      else if (one.sessions > 0) one.timeout = persistence.timeout;
    }
    this.#all = this.#all.filter((one) => one.rule !== undefined || one.sessions > 0);
  }
}

/** note remembers whom a client has opened a session to. */
export function note(one: Binding, address: Address, port: number): void {
  if (one.targets.some((target) => sameAddress(target.address, address) && target.port === port)) return;
  one.targets = [...one.targets, { address, port }].slice(-TARGETS);
}

/** permits: may this packet reach the client? */
export function permits(permit: Permit, one: Binding, { source, sourcePort }: Tuple): boolean {
  if (permit === "any-remote-host") return true;
  return one.targets.some(
    ({ address, port }) => sameAddress(address, source) && (permit === "target-host" || port === sourcePort),
  );
}
