// log-rates.ts: how many events rules and zones log, with the defaults. SPDX-License-Identifier: Apache-2.0
import type { Config, LogRate } from "./config.js";

const RULE = { limit: 1000, burst: 1024 } as const;
const ZONE = { limit: 5000, burst: 5120 } as const;
const UNLIMITED = 0;

/** SnapshotRate: as the helper reads it; rate 0 is unlimited. */
export interface SnapshotRate {
  readonly log_rate: number;
  readonly log_burst: number;
}

/** RuleRates answers for rules of one configuration. */
export class RuleRates {
  readonly general: SnapshotRate;
  readonly zone: SnapshotRate;

  constructor(config: Pick<Config, "security">) {
    const rates = config.security.log?.rate;
    this.general = complete(rates?.rule, snapshotRate(RULE));
    this.zone = complete(rates?.zone, snapshotRate(ZONE));
  }

  /** of gives what a rule says itself; what it leaves out is as for all rules. */
  of(own: LogRate | undefined): SnapshotRate {
    return complete(own, this.general);
  }
}

function snapshotRate({ limit, burst }: { readonly limit: number; readonly burst: number }): SnapshotRate {
  return { log_rate: limit, log_burst: burst };
}

function complete(own: LogRate | undefined, general: SnapshotRate): SnapshotRate {
  const limit = own?.limit ?? general.log_rate;
  return { log_rate: limit === "unlimited" ? UNLIMITED : limit, log_burst: own?.burst ?? general.log_burst };
}
