// forwarding-class.ts: the forwarding classes and their numbers: those Junos has without being told, then own ones.
// SPDX-License-Identifier: Apache-2.0
import type { ClassOfService, LossPriority } from "./config.js";

/** ForwardingClass: `id` is the position in the list. */
export interface ForwardingClass {
  readonly id: number;
  readonly name: string;
  readonly queue: number;
}

export const MAX_FORWARDING_CLASSES = 16;

/** defaultForwardingClasses: the queue of each is its position. A configured class of the same name changes its queue. */
export const defaultForwardingClasses: readonly string[] = [
  "best-effort",
  "expedited-forwarding",
  "assured-forwarding",
  "network-control",
];

/** forwardingClasses gives all classes by id: the default ones, then the configured ones in the order of the text. */
export function forwardingClasses(classOfService: ClassOfService | undefined): ForwardingClass[] {
  const queues = new Map(defaultForwardingClasses.map((name, queue) => [name, queue]));
  for (const { name, "queue-num": queue } of classOfService?.["forwarding-classes"]?.class ?? [])
    queues.set(name, queue);
  return Array.from(queues, ([name, queue], id) => ({ id, name, queue }));
}

/** lossPriorities by number. */
export const lossPriorities: readonly LossPriority[] = ["low", "medium-low", "medium-high", "high"];
