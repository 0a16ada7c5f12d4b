// number-range.ts: sets of whole numbers as sorted, disjoint ranges. SPDX-License-Identifier: Apache-2.0

/** NumberRange: both ends included. */
export interface NumberRange {
  readonly low: number;
  readonly high: number;
}

/** mergeNumbers gives the same numbers as sorted, disjoint ranges that do not touch. */
export function mergeNumbers(ranges: readonly NumberRange[]): NumberRange[] {
  const merged: { low: number; high: number }[] = [];
  for (const { low, high } of ranges.toSorted((a, b) => a.low - b.low)) {
    const last = merged.at(-1);
    if (last === undefined || low > last.high + 1) merged.push({ low, high });
    else if (high > last.high) last.high = high;
  }
  return merged;
}

/** complementNumbers gives the numbers from 0 to the highest that are not in the ranges, which are merged. */
export function complementNumbers(ranges: readonly NumberRange[], highest: number): NumberRange[] {
  const gaps: NumberRange[] = [];
  let next = 0;
  for (const { low, high } of ranges) {
    if (low > next) gaps.push({ low: next, high: low - 1 });
    next = high + 1;
  }
  if (next <= highest) gaps.push({ low: next, high: highest });
  return gaps;
}

/** intersectNumbers gives the numbers that are in both; the ranges of each are merged. */
export function intersectNumbers(a: readonly NumberRange[], b: readonly NumberRange[]): NumberRange[] {
  const both: NumberRange[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [left, right] = [a[i]!, b[j]!];
    const [low, high] = [Math.max(left.low, right.low), Math.min(left.high, right.high)];
    if (low <= high) both.push({ low, high });
    if (left.high < right.high) i++;
    else j++;
  }
  return both;
}

export const holdsNumber = (ranges: readonly NumberRange[], value: number): boolean =>
  ranges.some(({ low, high }) => low <= value && value <= high);
