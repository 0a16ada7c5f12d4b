// format-pfe.ts: filter logs as the forwarding plane of Junos writes them. SPDX-License-Identifier: Apache-2.0
//
// In RFC 5424 form Junos leaves all header fields but time and host empty; process and tag stand in the text. The IPv4 form is
// that of real lines; of the IPv6 form only the tags are certain, its text is ours.
import { Action, AddressFamily, FilterLogSource } from "../../../shared/gen/wire.gen.js";
import { ICMP, ICMP6, TCP, UDP } from "../config/protocol.js";
import type { FilterLog } from "../event/event.js";
import type { EventNames } from "../event/names.js";
import { constant, type LineBuffer } from "./line-buffer.js";
import { headerText, memo, perNames, sdEscape, timestampWriter, type PfeOptions } from "./line.js";
import { priorityOf, Severity } from "./priority.js";
import { protocolName } from "./protocol.js";

/** PfeFormat writes the whole line of a filter log. */
export type PfeFormat = (line: LineBuffer, event: FilterLog, names: EventNames) => void;

/** The interface of a log by the lo0 filter: where that filter is attached, as Junos shows it. */
const LOOPBACK = "lo0.0";
const PROCESS = constant("fpc0 ");
/** Widths of the padded form. */
const UNIT_WIDTH = 12;
const PROTOCOL_WIDTH = 4;
const PORT_WIDTH = 5;

/** pfeFormat makes the format for one set of options, in RFC 5424 form. */
export function pfeFormat(options: PfeOptions): PfeFormat {
  const timestamp = timestampWriter();
  const priority = constant(`<${priorityOf(options.facility, Severity.info)}>1 `);
  const hostOf = perNames((names) => constant(` ${headerText(names.hostName)} - - - - `));
  const text = pfeText(options);
  return (line, event, names) => {
    line.constant(priority);
    timestamp(line, event.time);
    line.constant(hostOf(names));
    text(line, event, names);
  };
}

/** pfeText makes what writes the text behind the header. */
export function pfeText({ isPadded }: PfeOptions): PfeFormat {
  const padEnd = (text: string, width: number): string => (isPadded ? text.padEnd(width) : text);
  const padStart = (text: string, width: number): string => (isPadded ? text.padStart(width) : text);
  const port = (value: number): string => padStart(String(value), PORT_WIDTH);
  const protocol = memo((number) => padStart(protocolName(number), PROTOCOL_WIDTH));
  const piecesOf = perNames((names) => ({
    unit: memo((id) => padEnd(sdEscape(names.unit(id)), UNIT_WIDTH)),
  }));
  const loopback = padEnd(LOOPBACK, UNIT_WIDTH);

  return (line, event, names) => {
    const pieces = piecesOf(names);
    const unit = event.filterLogSource === FilterLogSource.LO0 ? loopback : pieces.unit(attachedUnit(event));
    line
      .constant(PROCESS)
      .text(
        `${tagOf(event)}: FW: ${unit} ${letterOf(event)} ${protocol(event.protocol)} ${endsOf(event, port)} (1 packets)`,
      );
  };
}

/** attachedUnit gives the interface at whose filter the packet was logged. */
function attachedUnit(event: FilterLog): number {
  const isOutput =
    event.filterLogSource === FilterLogSource.OUTPUT || event.filterLogSource === FilterLogSource.CACHED_OUTPUT;
  return isOutput ? event.egressInterface : event.ingressInterface;
}

function letterOf({ action }: FilterLog): string {
  return action === Action.PERMIT ? "A" : action === Action.REJECT ? "R" : "D";
}

const isIcmp = ({ protocol }: FilterLog): boolean => protocol === ICMP || protocol === ICMP6;

function tagOf(event: FilterLog): string {
  if (event.addressFamily === AddressFamily.INET) return "PFE_FW_SYSLOG_IP";
  if (isIcmp(event)) return "PFE_FW_SYSLOG_IP6_ICMP";
  return event.protocol === TCP || event.protocol === UDP ? "PFE_FW_SYSLOG_IP6_TCP_UDP" : "PFE_FW_SYSLOG_IP6_GEN";
}

/** endsOf writes both addresses and what stands for ports: type and code of ICMP, 0 where there is neither. */
function endsOf(event: FilterLog, port: (value: number) => string): string {
  const { sourceAddress: source, destinationAddress: destination } = event;
  const first = port(isIcmp(event) ? event.icmpType : event.sourcePort);
  const second = port(isIcmp(event) ? event.icmpCode : event.destinationPort);
  if (event.addressFamily === AddressFamily.INET) return `${source} ${destination} ${first} ${second}`;
  const addresses = `SA ${source} DA ${destination}`;
  if (isIcmp(event)) return `${addresses} type ${first} code ${second}`;
  const hasPorts = event.protocol === TCP || event.protocol === UDP;
  return hasPorts ? `${addresses} sport ${first} dport ${second}` : addresses;
}
