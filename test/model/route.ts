// route.ts: where packets go: own addresses, connected networks, static routes, by routing instance; the longest prefix
// wins. SPDX-License-Identifier: Apache-2.0
import type { Config } from "../../daemon/src/config/config.js";
import { bitsOf, inRange, isLinkLocal, readPrefix, sameAddress, type Address, type Prefix } from "./address.js";
import { readInstances, type Instance } from "./instance.js";
import type { Unit } from "./zone.js";

export type Route =
  | { readonly kind: "broadcast" | "discard" | "reject" }
  /** instance: the one in which the address is the host's own */
  | { readonly kind: "local"; readonly instance: string }
  /** gateway undefined: the neighbour is the destination */
  | { readonly kind: "forward"; readonly unit: Unit; readonly gateway: Address | undefined };

type Leads = Route | { readonly kind: "table"; readonly instance: string };

interface Entry {
  readonly prefix: Prefix;
  /** of the same prefix the lower counts: direct 0, static 5 unless it says otherwise */
  readonly preference: number;
  /** more than one: equal cost, any of them */
  readonly routes: readonly Leads[];
}

function direct(units: readonly Unit[], instance: string): Entry[] {
  const host = (address: Address): Prefix => ({
    address,
    length: bitsOf(address.family),
    range: { family: address.family, low: address.value, high: address.value },
  });
  return units.flatMap((unit) =>
    unit.addresses.flatMap((prefix): Entry[] => {
      const { range, address, length } = prefix;
      const entries: Entry[] = [
        { prefix, preference: 0, routes: [{ kind: "forward", unit, gateway: undefined }] },
        { prefix: host(address), preference: -1, routes: [{ kind: "local", instance }] },
      ];
      /* RFC 3021: networks of two addresses have no broadcast address; IPv6 has none at all. */
      if (address.family === "inet" && length <= 30) {
        entries.push({
          prefix: host({ family: "inet", value: range.high }),
          preference: 0,
          routes: [{ kind: "broadcast" }],
        });
      }
      return entries;
    }),
  );
}

/** Next hops are always alive here, so of a prefix those of the lowest preference count. */
function fixed(instance: Instance, own: readonly Unit[], all: readonly Unit[]): Entry[] {
  return instance.routes.flatMap((route): Entry[] => {
    const prefix = readPrefix(route.name);
    const entry = (...routes: readonly Leads[]): Entry => ({ prefix, preference: route.preference, routes });
    if (route.discard) return [entry({ kind: "discard" })];
    if (route.reject) return [entry({ kind: "reject" })];
    if (route.table !== undefined) return [entry({ kind: "table", instance: route.table })];
    const on = (units: readonly Unit[], gateway: Address): Unit | undefined =>
      units.find((one) => one.addresses.some((p) => inRange(p.range, gateway)));
    const hops = [
      ...route.gateways.map((gateway) => ({
        preference: route.preference,
        leads: { kind: "forward" as const, unit: (on(own, gateway) ?? on(all, gateway))!, gateway },
      })),
      ...route.qualified.map(({ gateway, unit, preference }) => ({
        preference,
        leads: { kind: "forward" as const, unit: all.find((one) => one.name === unit)!, gateway },
      })),
    ];
    return [...new Set(hops.map(({ preference }) => preference))].map((preference) => ({
      prefix,
      preference,
      routes: hops.filter((hop) => hop.preference === preference).map(({ leads }) => leads),
    }));
  });
}

export class Routes {
  readonly #tables: ReadonlyMap<string, readonly Entry[]>;

  constructor(config: Config, units: readonly Unit[]) {
    this.#tables = new Map(
      readInstances(config).map((instance) => {
        const own = units.filter((unit) => unit.instance === instance.name);
        return [instance.name, [...direct(own, instance.name), ...fixed(instance, own, units)]];
      }),
    );
  }

  /** find gives the equal routes of the longest prefix that holds the destination; none: no route. */
  find(instance: string, destination: Address, asked: readonly string[] = []): readonly Route[] {
    if (asked.includes(instance)) return [];
    const holding = this.#tables
      .get(instance)!
      .filter((entry) => inRange(entry.prefix.range, destination))
      .toSorted((a, b) => b.prefix.length - a.prefix.length || a.preference - b.preference);
    return (holding[0]?.routes ?? []).flatMap((one): readonly Route[] =>
      one.kind === "table" ? this.find(one.instance, destination, [...asked, instance]) : [one],
    );
  }
}

/** ownAddress: what a unit answers with: its first address of the family, one of the world's before a link's. */
export function ownAddress(unit: Unit, about: Address): Address | undefined {
  const own = unit.addresses.map((prefix) => prefix.address).filter((address) => address.family === about.family);
  return own.find((address) => !isLinkLocal(address)) ?? own[0];
}

export const isOwn = (units: readonly Unit[], address: Address): boolean =>
  units.some((unit) => unit.addresses.some((prefix) => sameAddress(prefix.address, address)));
