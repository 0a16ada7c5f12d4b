// traffic-class.ts: the names for what an IP header says about a packet's treatment: DSCPs and precedences.
// SPDX-License-Identifier: Apache-2.0

/** RFC 2474, 2597, 3246; nc1 and nc2 are Junos' names for cs6 and cs7. */
export const dscpNumbers: ReadonlyMap<string, number> = new Map([
  ["be", 0],
  ["cs1", 8],
  ["af11", 10],
  ["af12", 12],
  ["af13", 14],
  ["cs2", 16],
  ["af21", 18],
  ["af22", 20],
  ["af23", 22],
  ["cs3", 24],
  ["af31", 26],
  ["af32", 28],
  ["af33", 30],
  ["cs4", 32],
  ["af41", 34],
  ["af42", 36],
  ["af43", 38],
  ["cs5", 40],
  ["ef", 46],
  ["cs6", 48],
  ["nc1", 48],
  ["cs7", 56],
  ["nc2", 56],
]);

/** RFC 791 3.1: the upper three bits of what is now the DSCP. */
export const precedenceNumbers: ReadonlyMap<string, number> = new Map([
  ["routine", 0],
  ["priority", 1],
  ["immediate", 2],
  ["flash", 3],
  ["flash-override", 4],
  ["critical-ecp", 5],
  ["internet-control", 6],
  ["net-control", 7],
]);

export const HIGHEST_DSCP = 63;

/** parseDscp understands a name, a number from 0 to 63, or six binary digits. */
export function parseDscp(value: string | number): number | undefined {
  if (typeof value === "number")
    return Number.isInteger(value) && value >= 0 && value <= HIGHEST_DSCP ? value : undefined;
  if (/^[01]{6}$/.test(value)) return Number.parseInt(value, 2);
  return dscpNumbers.get(value) ?? (/^(0|[1-9][0-9]?)$/.test(value) ? parseDscp(Number(value)) : undefined);
}
