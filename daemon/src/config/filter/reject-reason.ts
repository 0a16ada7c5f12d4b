// reject-reason.ts: the reasons of `reject` and the codes of the ICMP messages that tell them. SPDX-License-Identifier: Apache-2.0
import type { Family } from "../address.js";

/** TCP_RESET stands for a TCP reset in place of an ICMP code. */
export const TCP_RESET = -1;
export const DEFAULT_REASON = "administratively-prohibited";

/** rejectCodes: codes of ICMP destination unreachable (type 3) and of ICMPv6 destination unreachable (type 1). */
export const rejectCodes: Readonly<Record<Family, ReadonlyMap<string, number>>> = {
  inet: new Map([
    ["network-unreachable", 0],
    ["host-unreachable", 1],
    ["protocol-unreachable", 2],
    ["port-unreachable", 3],
    ["fragmentation-needed", 4],
    ["source-route-failed", 5],
    ["network-unknown", 6],
    ["host-unknown", 7],
    ["source-host-isolated", 8],
    ["network-prohibited", 9],
    ["host-prohibited", 10],
    ["bad-network-tos", 11],
    ["bad-host-tos", 12],
    [DEFAULT_REASON, 13],
    ["precedence-violation", 14],
    ["precedence-cutoff", 15],
    ["tcp-reset", TCP_RESET],
  ]),
  inet6: new Map([
    ["no-route", 0],
    [DEFAULT_REASON, 1],
    ["beyond-scope", 2],
    ["address-unreachable", 3],
    ["port-unreachable", 4],
    ["policy-failed", 5],
    ["reject-route", 6],
    ["tcp-reset", TCP_RESET],
  ]),
};
