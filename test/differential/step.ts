// step.ts: the steps of cases written by hand. SPDX-License-Identifier: Apache-2.0
import type { Config } from "../../daemon/src/config/config.js";
import { frameOf, ipPacket, type Shape } from "./build.js";
import type { Step } from "./case.js";

/** step: an IP packet comes in by a port. */
export const step = (port: string, ip: Buffer, gapNs = 1000): Step => ({
  kind: "packet",
  port,
  frame: frameOf(ip).toString("hex"),
  gapNs,
  note: "",
});
/** from is step for a packet of that shape. */
export const from = (port: string, shape: Shape, gapNs = 1000): Step => step(port, ipPacket(shape), gapNs);
export const commit = (config: Config): Step => ({ kind: "commit", config, gapNs: 1000 });
