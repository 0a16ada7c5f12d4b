// attachment.ts: a place where filters are attached, and what the attached filter is called. SPDX-License-Identifier: Apache-2.0
import type { Family } from "../address.js";

export type Direction = "input" | "output";

/** FilterPlace: one direction and family of a unit; units of lo0 have input only. */
export interface FilterPlace {
  readonly unit: string;
  readonly family: Family;
  readonly direction: Direction;
}

/** Sharing: what the attachments of one filter have in common. */
export type Sharing =
  /** everything */
  | "all"
  /** counters and policers, but not the policers of logical interfaces */
  | "counters"
  /** nothing: the filter is interface-specific, or stands in a list */
  | "none";

/** AttachedName: `filter` is unique per family; `counters` begins the names of counters and policers. */
export interface AttachedName {
  readonly filter: string;
  readonly counters: string;
}

/** attachedName names a single filter. */
export function attachedName(filter: string, sharing: Sharing, { unit, direction }: FilterPlace): AttachedName {
  const own = `${filter}-${unit}-${direction[0]!}`;
  switch (sharing) {
    case "all":
      return { filter, counters: filter };
    case "counters":
      return { filter: `${filter}-${unit}`, counters: filter };
    case "none":
      return { filter: own, counters: own };
  }
}

/** attachedListName names what an input-list or output-list joins: ge-0/0/0.0-i, ge-0/0/0.0-inet6-i. */
export function attachedListName({ unit, family, direction }: FilterPlace): AttachedName {
  const name = `${unit}-${family === "inet" ? "" : "inet6-"}${direction[0]!}`;
  return { filter: name, counters: name };
}
