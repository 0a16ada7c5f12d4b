// icmp.ts: the names Junos filters have for ICMP and ICMPv6 types and codes. A name of a code belongs to one type.
// SPDX-License-Identifier: Apache-2.0
import { icmpTypes } from "./protocol.js";

/** IcmpNames: types by name; codes by name, each with the type that it belongs to. */
export interface IcmpNames {
  readonly types: ReadonlyMap<string, number>;
  readonly codes: ReadonlyMap<string, IcmpCode>;
}

export interface IcmpCode {
  readonly type: number;
  readonly code: number;
}

const icmp6Types: ReadonlyMap<string, number> = new Map([
  ["destination-unreachable", 1],
  ["packet-too-big", 2],
  ["time-exceeded", 3],
  ["parameter-problem", 4],
  ["private-experimentation-100", 100],
  ["private-experimentation-101", 101],
  ["echo-request", 128],
  ["echo-reply", 129],
  ["membership-query", 130],
  ["membership-report", 131],
  ["membership-termination", 132],
  ["router-solicit", 133],
  ["router-advertisement", 134],
  ["neighbor-solicit", 135],
  ["neighbor-advertisement", 136],
  ["redirect", 137],
  ["router-renumbering", 138],
  ["node-information-request", 139],
  ["node-information-reply", 140],
  ["inverse-neighbor-discovery-solicitation", 141],
  ["inverse-neighbor-discovery-advertisement", 142],
  ["home-agent-address-discovery-request", 144],
  ["home-agent-address-discovery-reply", 145],
  ["mobile-prefix-solicitation", 146],
  ["mobile-prefix-advertisement-reply", 147],
  ["certificate-path-solicitation", 148],
  ["certificate-path-advertisement", 149],
  ["private-experimentation-200", 200],
  ["private-experimentation-201", 201],
]);

const icmpCodes: readonly IcmpCodeNames[] = [
  [
    3,
    [
      "network-unreachable",
      "host-unreachable",
      "protocol-unreachable",
      "port-unreachable",
      "fragmentation-needed",
      "source-route-failed",
      "destination-network-unknown",
      "destination-host-unknown",
      "source-host-isolated",
      "destination-network-prohibited",
      "destination-host-prohibited",
      "network-unreachable-for-TOS",
      "host-unreachable-for-TOS",
      "communication-prohibited-by-filtering",
      "host-precedence-violation",
      "precedence-cutoff-in-effect",
    ],
  ],
  [5, ["redirect-for-network", "redirect-for-host", "redirect-for-tos-and-net", "redirect-for-tos-and-host"]],
  [11, ["ttl-eq-zero-during-transit", "ttl-eq-zero-during-reassembly"]],
  [12, ["ip-header-bad", "required-option-missing"]],
];

const icmp6Codes: readonly IcmpCodeNames[] = [
  [1, ["no-route-to-destination", "administratively-prohibited", undefined, "address-unreachable", "port-unreachable"]],
  [3, ["ttl-eq-zero-during-transit", "ttl-eq-zero-during-reassembly"]],
  [4, ["ip6-header-bad", "unrecognized-next-header", "unrecognized-option"]],
];

/** A type and the names of its codes from 0 on. */
type IcmpCodeNames = readonly [type: number, names: readonly (string | undefined)[]];

function byName(table: readonly IcmpCodeNames[]): ReadonlyMap<string, IcmpCode> {
  return new Map(
    table.flatMap(([type, names]) =>
      names.flatMap((name, code) => (name === undefined ? [] : [[name, { type, code }] as const])),
    ),
  );
}

export const icmpNames: IcmpNames = { types: icmpTypes, codes: byName(icmpCodes) };
export const icmp6Names: IcmpNames = { types: icmp6Types, codes: byName(icmp6Codes) };
