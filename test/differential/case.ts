// case.ts: one run of both sides: configurations and what happens in order. SPDX-License-Identifier: Apache-2.0
import type { Config } from "../../daemon/src/config/config.js";

export type Step =
  | {
      readonly kind: "packet";
      readonly port: string;
      readonly frame: string;
      readonly gapNs: number;
      readonly note: string;
      /** it comes as it is here, not as the translation of its session makes it on the wire */
      readonly asMade?: true;
    }
  | { readonly kind: "commit"; readonly config: Config; readonly gapNs: number };

export interface Case {
  /** how long neighbours take to answer, nanoseconds; without it they answer at once */
  readonly lateNs?: number;
  readonly config: Config;
  readonly steps: readonly Step[];
}
