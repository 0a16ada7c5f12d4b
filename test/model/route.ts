// route.ts: where packets go: own addresses, connected networks, static routes; the longest prefix wins.
// SPDX-License-Identifier: Apache-2.0
import type { Config } from "../../daemon/src/config/config.js";
import {
  bitsOf,
  inRange,
  isLinkLocal,
  readAddress,
  readPrefix,
  sameAddress,
  type Address,
  type Prefix,
} from "./address.js";
import type { Unit } from "./zone.js";

export type Route =
  | { readonly kind: "local" | "broadcast" | "discard" | "reject" }
  /** gateway undefined: the neighbour is the destination */
  | { readonly kind: "forward"; readonly unit: Unit; readonly gateway: Address | undefined };

interface Entry {
  readonly prefix: Prefix;
  /** of the same prefix the lower counts: direct 0, static 5 */
  readonly preference: number;
  /** more than one: equal cost, any of them */
  readonly routes: readonly Route[];
}

export class Routes {
  readonly #entries: readonly Entry[];

  constructor(config: Config, units: readonly Unit[]) {
    const host = (address: Address): Prefix => ({
      address,
      length: bitsOf(address.family),
      range: { family: address.family, low: address.value, high: address.value },
    });
    const direct = units.flatMap((unit) =>
      unit.addresses.flatMap((prefix): Entry[] => {
        const { range, address, length } = prefix;
        const entries: Entry[] = [
          { prefix, preference: 0, routes: [{ kind: "forward", unit, gateway: undefined }] },
          { prefix: host(address), preference: -1, routes: [{ kind: "local" }] },
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
    const fixed = (config["routing-options"]?.static?.route ?? []).map((route): Entry => {
      const prefix = readPrefix(route.name);
      if (route.discard || route.reject) {
        return { prefix, preference: 5, routes: [{ kind: route.discard ? "discard" : "reject" }] };
      }
      const plain = (route["next-hop"] ?? []).map((text) => {
        const gateway = readAddress(text);
        const unit = units.find((one) => one.addresses.some((p) => inRange(p.range, gateway)))!;
        return { kind: "forward" as const, unit, gateway };
      });
      const qualified = (route["qualified-next-hop"] ?? []).map((hop) => ({
        kind: "forward" as const,
        unit: units.find((one) => one.name === hop.interface)!,
        gateway: readAddress(hop.name),
      }));
      return { prefix, preference: 5, routes: [...plain, ...qualified] };
    });
    this.#entries = [...direct, ...fixed];
  }

  /** find gives the equal routes of the longest prefix that holds the destination; none: no route. */
  find(destination: Address): readonly Route[] {
    const holding = this.#entries
      .filter((entry) => inRange(entry.prefix.range, destination))
      .toSorted((a, b) => b.prefix.length - a.prefix.length || a.preference - b.preference);
    return holding[0]?.routes ?? [];
  }
}

/** ownAddress: what a unit answers with: its first address of the family, one of the world's before a link's. */
export function ownAddress(unit: Unit, about: Address): Address | undefined {
  const own = unit.addresses.map((prefix) => prefix.address).filter((address) => address.family === about.family);
  return own.find((address) => !isLinkLocal(address)) ?? own[0];
}

export const isOwn = (units: readonly Unit[], address: Address): boolean =>
  units.some((unit) => unit.addresses.some((prefix) => sameAddress(prefix.address, address)));
