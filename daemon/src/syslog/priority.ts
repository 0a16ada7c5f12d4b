// priority.ts: facilities and severities of syslog (RFC 5424 6.2.1) and the PRI they make. SPDX-License-Identifier: Apache-2.0

/** Facility by its Junos name. */
export const Facility = {
  kernel: 0,
  user: 1,
  daemon: 3,
  authorization: 4,
  ftp: 11,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
} as const;
export type FacilityName = keyof typeof Facility;

/** Severity by its Junos name; the smaller the number, the graver. */
export const Severity = {
  emergency: 0,
  alert: 1,
  critical: 2,
  error: 3,
  warning: 4,
  notice: 5,
  info: 6,
  debug: 7,
} as const;
export type SeverityName = keyof typeof Severity;

/** priorityOf gives the number between the angle brackets. */
export function priorityOf(facility: number, severity: number): number {
  return facility * 8 + severity;
}
