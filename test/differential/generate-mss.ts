// generate-mss.ts: limits of segment sizes, and options of segments that are at them, beside them, or broken.
// SPDX-License-Identifier: Apache-2.0
import type { Config } from "../../daemon/src/config/config.js";
import type { Chooser } from "./choose.js";

const LIMITS = [1380, 536, 64, 1460, 65535, undefined];
const SIZES = [1460, 1380, 1381, 1379, 536, 537, 64, 0, 65535];

const size = (bytes: number): number[] => [2, 4, bytes >> 8, bytes & 255];
const SCALE = [3, 3, 7];

/** segmentOptions: padded to four bytes. */
export function segmentOptions(c: Chooser): readonly number[] {
  const own = size(c.of(SIZES));
  switch (c.below(10)) {
    case 0:
      return [1, ...SCALE, ...own]; /* behind the scale */
    case 1:
      return [1, ...own, ...SCALE]; /* at an odd offset */
    case 2:
      return [...size(c.of(SIZES)), ...own]; /* hosts take the last */
    case 3:
      return [2, 3, 5, 1, ...own]; /* of another length, then a right one */
    case 4:
      return [...SCALE, 0, ...own]; /* behind the end */
    case 5:
      return [1, 1, 2, 4]; /* cut off */
    case 6:
      return [2, 1, 5, 180, ...own]; /* broken */
    case 7:
      return [...SCALE, ...own, 4]; /* cut off behind a whole one, at an odd offset */
    default:
      return own;
  }
}

export function withMss(config: Config, c: Chooser): Config {
  const mss = c.of(LIMITS);
  if (mss === undefined) return config;
  const { security } = config;
  return { ...config, security: { ...security, flow: { ...security.flow, "tcp-mss": { "all-tcp": { mss } } } } };
}
