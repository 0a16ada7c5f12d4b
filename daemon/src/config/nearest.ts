// nearest.ts: the word that was probably meant. SPDX-License-Identifier: Apache-2.0

/**
 * editDistance counts insertions, deletions, replacements and swaps of neighbours that turn one word into the other
 * (Damerau-Levenshtein, optimal string alignment). Gives limit + 1 as soon as it cannot be limit or less.
 */
export function editDistance(a: string, b: string, limit = Math.max(a.length, b.length)): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
      if (cost < least) least = cost;
    }
    if (least > limit) return limit + 1;
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/**
 * nearest gives the closest candidate within a quarter of the word's length (at least one edit); of equally close ones the
 * one with the longer common beginning, then the first.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestPrefix = 0;
  let limit = Math.max(1, Math.floor(word.length / 4));
  const lower = word.toLowerCase();
  for (const candidate of candidates) {
    if (candidate === word) continue;
    const distance = candidate.toLowerCase() === lower ? 0 : editDistance(word, candidate, limit);
    const prefix = commonPrefix(word, candidate);
    if (distance > limit || (best !== undefined && distance === limit && prefix <= bestPrefix)) continue;
    best = candidate;
    bestPrefix = prefix;
    limit = distance;
  }
  return best;
}

function commonPrefix(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

/** didYouMean gives "; did you mean 'X'?" or nothing, to stand behind a message. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const likely = nearest(word, candidates);
  return likely === undefined ? "" : `; did you mean '${likely}'?`;
}
