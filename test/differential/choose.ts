// choose.ts: decisions taken from a list of numbers: 0 is the plainest, and what
// the list does not hold any more is 0. SPDX-License-Identifier: Apache-2.0

export class Chooser {
  #at = 0;
  constructor(private readonly numbers: readonly number[]) {}

  next(): number {
    return this.numbers[this.#at++] ?? 0;
  }

  /** below gives a number from 0 to limit - 1. */
  below(limit: number): number {
    return this.next() % limit;
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** oneIn is true once in `n` times, and never for 0. */
  oneIn(n: number): boolean {
    return this.below(n) === n - 1;
  }

  some<T>(items: readonly T[], most: number): T[] {
    const first = this.of(items);
    const picked = new Set([first]);
    for (let i = this.below(most); i > 0; i--) picked.add(this.of(items));
    return [...picked];
  }
}
