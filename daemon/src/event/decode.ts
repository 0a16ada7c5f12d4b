// From a frame's bytes to a typed event. SPDX-License-Identifier: Apache-2.0
import {
  actionName,
  AddressFamily,
  closeReasonName,
  denyReasonName,
  eventOutcomeName,
  eventTypeName,
  EventType,
  filterAnswerName,
  filterLogSourceName,
  FRAME_SIZE,
  LAYOUT_VERSION,
  offset,
  screenIdName,
  view as viewOf,
} from "../../../shared/gen/wire.gen.js";
import type {
  Action,
  CloseReason,
  DenyReason,
  EventOutcome,
  FilterAnswer,
  FilterLogSource,
  ScreenId,
} from "../../../shared/gen/wire.gen.js";
import { AddressText } from "./address.js";
import type {
  EventTime,
  FilterLog,
  LogSuppressed,
  PolicyDeny,
  RingwallEvent,
  ScreenDrop,
  SessionClose,
  SessionOpen,
} from "./event.js";

const { header, record, extension } = offset;
const addressText = new AddressText();
const TWO_32 = 0x1_0000_0000;
const BILLION = 1_000_000_000;

/** decodeEvent reads the frame at `at`, or returns undefined for one that is no event of this layout: wrong length or
 * version, or a value that the wire contract does not declare. Depends on nothing but the bytes. */
export function decodeEvent(view: DataView, at: number): RingwallEvent | undefined {
  if (view.getUint16(at + header.length, true) !== FRAME_SIZE) return undefined;
  if (view.getUint8(at + header.layout_version) !== LAYOUT_VERSION) return undefined;
  const type = view.getUint8(at + header.event_type);
  if (view.getUint8(at + record.event_type) !== type) return undefined;
  if (actionName[view.getUint8(at + record.action)] === undefined) return undefined;
  const family = view.getUint8(at + record.address_family);
  if (family !== AddressFamily.INET && family !== AddressFamily.INET6) return undefined;

  switch (type) {
    case EventType.SESSION_OPEN:
      return decodeSessionOpen(view, at, family);
    case EventType.SESSION_CLOSE:
      return decodeSessionClose(view, at, family);
    case EventType.POLICY_DENY:
      return decodePolicyDeny(view, at, family);
    case EventType.SCREEN_DROP:
      return decodeScreenDrop(view, at, family);
    case EventType.FILTER_LOG:
      return decodeFilterLog(view, at, family);
    case EventType.LOG_SUPPRESSED:
      return decodeLogSuppressed(view, at, family);
    default:
      return undefined;
  }
}

// Each kind is one literal, the common fields written out again: joining literals by spreading takes ten times as long as
// everything else here together, building by subclass constructors a third longer.

function decodeSessionOpen(view: DataView, at: number, family: AddressFamily): SessionOpen | undefined {
  const natFamily = natFamilyOf(view, at, family);
  if (natFamily === undefined) return undefined;
  return {
    kind: "SESSION_OPEN",
    time: readTime(view, at + record.timestamp_ns),
    generation: view.getUint32(at + header.generation, true),
    worker: view.getUint8(at + extension.worker),
    action: view.getUint8(at + record.action) as Action,
    addressFamily: family,
    sourceAddress: readAddress(view, at + record.source_address, family),
    destinationAddress: readAddress(view, at + record.destination_address, family),
    sourcePort: view.getUint16(at + record.source_port),
    destinationPort: view.getUint16(at + record.destination_port),
    protocol: view.getUint8(at + record.protocol),
    ingressZone: view.getUint16(at + record.ingress_zone, true),
    egressZone: view.getUint16(at + record.egress_zone, true),
    ingressInterface: view.getUint32(at + record.ingress_interface, true),
    egressInterface: view.getUint32(at + extension.egress_interface, true),
    applicationId: view.getUint16(at + record.application_id, true),
    sessionId: readCount(view, at + extension.session_id),
    packetLength: view.getUint16(at + extension.packet_length, true),
    dscp: view.getUint8(at + extension.dscp),
    tcpFlags: view.getUint8(at + extension.tcp_flags),
    icmpType: view.getUint8(at + extension.icmp_type),
    icmpCode: view.getUint8(at + extension.icmp_code),
    natSourceAddress: readTranslated(view, at + record.nat_source_address, natFamily),
    natDestinationAddress: readTranslated(view, at + record.nat_destination_address, natFamily),
    natSourcePort: view.getUint16(at + record.nat_source_port),
    natDestinationPort: view.getUint16(at + record.nat_destination_port),
    sourceNatRuleId: view.getUint32(at + extension.source_nat_rule_id, true),
    destinationNatRuleId: view.getUint32(at + extension.destination_nat_rule_id, true),
    policyId: view.getUint32(at + viewOf.SESSION_OPEN.policy_id, true),
    sessionCreated: view.getUint32(at + record.session_created_s, true),
  };
}

function decodeSessionClose(view: DataView, at: number, family: AddressFamily): SessionClose | undefined {
  const closeReason = view.getUint8(at + viewOf.SESSION_CLOSE.close_reason);
  const natFamily = natFamilyOf(view, at, family);
  if (closeReasonName[closeReason] === undefined || natFamily === undefined) return undefined;
  return {
    kind: "SESSION_CLOSE",
    time: readTime(view, at + record.timestamp_ns),
    generation: view.getUint32(at + header.generation, true),
    worker: view.getUint8(at + extension.worker),
    action: view.getUint8(at + record.action) as Action,
    addressFamily: family,
    sourceAddress: readAddress(view, at + record.source_address, family),
    destinationAddress: readAddress(view, at + record.destination_address, family),
    sourcePort: view.getUint16(at + record.source_port),
    destinationPort: view.getUint16(at + record.destination_port),
    protocol: view.getUint8(at + record.protocol),
    ingressZone: view.getUint16(at + record.ingress_zone, true),
    egressZone: view.getUint16(at + record.egress_zone, true),
    ingressInterface: view.getUint32(at + record.ingress_interface, true),
    egressInterface: view.getUint32(at + extension.egress_interface, true),
    applicationId: view.getUint16(at + record.application_id, true),
    sessionId: readCount(view, at + extension.session_id),
    packetLength: view.getUint16(at + extension.packet_length, true),
    dscp: view.getUint8(at + extension.dscp),
    tcpFlags: view.getUint8(at + extension.tcp_flags),
    icmpType: view.getUint8(at + extension.icmp_type),
    icmpCode: view.getUint8(at + extension.icmp_code),
    natSourceAddress: readTranslated(view, at + record.nat_source_address, natFamily),
    natDestinationAddress: readTranslated(view, at + record.nat_destination_address, natFamily),
    natSourcePort: view.getUint16(at + record.nat_source_port),
    natDestinationPort: view.getUint16(at + record.nat_destination_port),
    sourceNatRuleId: view.getUint32(at + extension.source_nat_rule_id, true),
    destinationNatRuleId: view.getUint32(at + extension.destination_nat_rule_id, true),
    policyId: view.getUint32(at + viewOf.SESSION_CLOSE.policy_id, true),
    sessionCreated: view.getUint32(at + record.session_created_s, true),
    closeReason: closeReason as CloseReason,
    clientPackets: readCount(view, at + viewOf.SESSION_CLOSE.client_packets),
    clientBytes: readCount(view, at + viewOf.SESSION_CLOSE.client_bytes),
    serverPackets: readCount(view, at + record.server_packets),
    serverBytes: readCount(view, at + record.server_bytes),
  };
}

function decodePolicyDeny(view: DataView, at: number, family: AddressFamily): PolicyDeny | undefined {
  const denyReason = view.getUint8(at + viewOf.POLICY_DENY.deny_reason);
  const natFamily = natFamilyOf(view, at, family);
  if (denyReasonName[denyReason] === undefined || natFamily === undefined) return undefined;
  return {
    kind: "POLICY_DENY",
    time: readTime(view, at + record.timestamp_ns),
    generation: view.getUint32(at + header.generation, true),
    worker: view.getUint8(at + extension.worker),
    action: view.getUint8(at + record.action) as Action,
    addressFamily: family,
    sourceAddress: readAddress(view, at + record.source_address, family),
    destinationAddress: readAddress(view, at + record.destination_address, family),
    sourcePort: view.getUint16(at + record.source_port),
    destinationPort: view.getUint16(at + record.destination_port),
    protocol: view.getUint8(at + record.protocol),
    ingressZone: view.getUint16(at + record.ingress_zone, true),
    egressZone: view.getUint16(at + record.egress_zone, true),
    ingressInterface: view.getUint32(at + record.ingress_interface, true),
    egressInterface: view.getUint32(at + extension.egress_interface, true),
    applicationId: view.getUint16(at + record.application_id, true),
    sessionId: readCount(view, at + extension.session_id),
    packetLength: view.getUint16(at + extension.packet_length, true),
    dscp: view.getUint8(at + extension.dscp),
    tcpFlags: view.getUint8(at + extension.tcp_flags),
    icmpType: view.getUint8(at + extension.icmp_type),
    icmpCode: view.getUint8(at + extension.icmp_code),
    natSourceAddress: readTranslated(view, at + record.nat_source_address, natFamily),
    natDestinationAddress: readTranslated(view, at + record.nat_destination_address, natFamily),
    natSourcePort: view.getUint16(at + record.nat_source_port),
    natDestinationPort: view.getUint16(at + record.nat_destination_port),
    sourceNatRuleId: view.getUint32(at + extension.source_nat_rule_id, true),
    destinationNatRuleId: view.getUint32(at + extension.destination_nat_rule_id, true),
    policyId: view.getUint32(at + viewOf.POLICY_DENY.policy_id, true),
    denyReason: denyReason as DenyReason,
  };
}

function decodeScreenDrop(view: DataView, at: number, family: AddressFamily): ScreenDrop | undefined {
  const screenId = view.getUint32(at + viewOf.SCREEN_DROP.screen_id, true);
  if (screenIdName[screenId] === undefined) return undefined;
  return {
    kind: "SCREEN_DROP",
    time: readTime(view, at + record.timestamp_ns),
    generation: view.getUint32(at + header.generation, true),
    worker: view.getUint8(at + extension.worker),
    action: view.getUint8(at + record.action) as Action,
    addressFamily: family,
    sourceAddress: readAddress(view, at + record.source_address, family),
    destinationAddress: readAddress(view, at + record.destination_address, family),
    sourcePort: view.getUint16(at + record.source_port),
    destinationPort: view.getUint16(at + record.destination_port),
    protocol: view.getUint8(at + record.protocol),
    ingressZone: view.getUint16(at + record.ingress_zone, true),
    egressZone: view.getUint16(at + record.egress_zone, true),
    ingressInterface: view.getUint32(at + record.ingress_interface, true),
    egressInterface: view.getUint32(at + extension.egress_interface, true),
    applicationId: view.getUint16(at + record.application_id, true),
    sessionId: readCount(view, at + extension.session_id),
    packetLength: view.getUint16(at + extension.packet_length, true),
    dscp: view.getUint8(at + extension.dscp),
    tcpFlags: view.getUint8(at + extension.tcp_flags),
    icmpType: view.getUint8(at + extension.icmp_type),
    icmpCode: view.getUint8(at + extension.icmp_code),
    screenId: screenId as ScreenId,
  };
}

function decodeFilterLog(view: DataView, at: number, family: AddressFamily): FilterLog | undefined {
  const filterLogSource = view.getUint8(at + viewOf.FILTER_LOG.filter_log_source);
  if (filterLogSourceName[filterLogSource] === undefined) return undefined;
  const filterAnswer = view.getUint8(at + extension.filter_answer);
  if (filterAnswerName[filterAnswer] === undefined) return undefined;
  // The term's id stands twice; a frame that contradicts itself names no term.
  const filterId = view.getUint32(at + viewOf.FILTER_LOG.filter_id, true);
  const termId = view.getUint32(at + viewOf.FILTER_LOG.term_id, true);
  if (view.getUint32(at + extension.term_id, true) !== termId) return undefined;
  return {
    kind: "FILTER_LOG",
    time: readTime(view, at + record.timestamp_ns),
    generation: view.getUint32(at + header.generation, true),
    worker: view.getUint8(at + extension.worker),
    action: view.getUint8(at + record.action) as Action,
    addressFamily: family,
    sourceAddress: readAddress(view, at + record.source_address, family),
    destinationAddress: readAddress(view, at + record.destination_address, family),
    sourcePort: view.getUint16(at + record.source_port),
    destinationPort: view.getUint16(at + record.destination_port),
    protocol: view.getUint8(at + record.protocol),
    ingressZone: view.getUint16(at + record.ingress_zone, true),
    egressZone: view.getUint16(at + record.egress_zone, true),
    ingressInterface: view.getUint32(at + record.ingress_interface, true),
    egressInterface: view.getUint32(at + extension.egress_interface, true),
    applicationId: view.getUint16(at + record.application_id, true),
    sessionId: readCount(view, at + extension.session_id),
    packetLength: view.getUint16(at + extension.packet_length, true),
    dscp: view.getUint8(at + extension.dscp),
    tcpFlags: view.getUint8(at + extension.tcp_flags),
    icmpType: view.getUint8(at + extension.icmp_type),
    icmpCode: view.getUint8(at + extension.icmp_code),
    filterId,
    termId,
    filterLogSource: filterLogSource as FilterLogSource,
    filterAnswer: filterAnswer as FilterAnswer,
  };
}

function decodeLogSuppressed(view: DataView, at: number, family: AddressFamily): LogSuppressed | undefined {
  const suppressedKind = view.getUint8(at + viewOf.LOG_SUPPRESSED.suppressed_kind);
  if (eventTypeName[suppressedKind] === undefined) return undefined;
  const suppressedOutcome = view.getUint32(at + viewOf.LOG_SUPPRESSED.suppressed_outcome, true);
  if (eventOutcomeName[suppressedOutcome] === undefined) return undefined;
  return {
    kind: "LOG_SUPPRESSED",
    time: readTime(view, at + record.timestamp_ns),
    generation: view.getUint32(at + header.generation, true),
    worker: view.getUint8(at + extension.worker),
    action: view.getUint8(at + record.action) as Action,
    addressFamily: family,
    sourceAddress: readAddress(view, at + record.source_address, family),
    destinationAddress: readAddress(view, at + record.destination_address, family),
    sourcePort: view.getUint16(at + record.source_port),
    destinationPort: view.getUint16(at + record.destination_port),
    protocol: view.getUint8(at + record.protocol),
    ingressZone: view.getUint16(at + record.ingress_zone, true),
    egressZone: view.getUint16(at + record.egress_zone, true),
    ingressInterface: view.getUint32(at + record.ingress_interface, true),
    egressInterface: view.getUint32(at + extension.egress_interface, true),
    applicationId: view.getUint16(at + record.application_id, true),
    sessionId: readCount(view, at + extension.session_id),
    packetLength: view.getUint16(at + extension.packet_length, true),
    dscp: view.getUint8(at + extension.dscp),
    tcpFlags: view.getUint8(at + extension.tcp_flags),
    icmpType: view.getUint8(at + extension.icmp_type),
    icmpCode: view.getUint8(at + extension.icmp_code),
    suppressedKind: suppressedKind as EventType,
    suppressedRule: view.getUint32(at + viewOf.LOG_SUPPRESSED.suppressed_rule, true),
    termId: view.getUint32(at + extension.term_id, true),
    suppressedCount: view.getUint32(at + extension.suppressed_count, true),
    suppressedOutcome: suppressedOutcome as EventOutcome,
    firstSourceAddress: readAddress(view, at + record.nat_source_address, family),
    firstDestinationAddress: readAddress(view, at + record.nat_destination_address, family),
    firstSourcePort: view.getUint16(at + record.nat_source_port),
    firstDestinationPort: view.getUint16(at + record.nat_destination_port),
    firstProtocol: view.getUint32(at + viewOf.LOG_SUPPRESSED.first_protocol, true),
  };
}

/** natFamilyOf gives the family of translated addresses; undefined for one that is not declared. */
function natFamilyOf(view: DataView, at: number, family: AddressFamily): AddressFamily | undefined {
  const own = view.getUint8(at + record.nat_address_family);
  if (own === 0) return family;
  return own === AddressFamily.INET || own === AddressFamily.INET6 ? own : undefined;
}

function readAddress(view: DataView, at: number, family: AddressFamily): string {
  return family === AddressFamily.INET ? addressText.inet(view, at) : addressText.inet6(view, at);
}

function readTranslated(view: DataView, at: number, family: AddressFamily): string | null {
  const none =
    view.getInt32(at) === 0 &&
    view.getInt32(at + 4) === 0 &&
    view.getInt32(at + 8) === 0 &&
    view.getInt32(at + 12) === 0;
  return none ? null : readAddress(view, at, family);
}

/** readCount reads a u64le as a number: exact below 2^53, which packet, byte and sequence counts stay under. */
export function readCount(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * TWO_32 + view.getUint32(at, true);
}

// Frames of one burst carry the same time, so they share the object.
let lastTime: EventTime = { seconds: 0, nanoseconds: 0 };
let lastLow = 0;
let lastHigh = 0;

/** readTime splits a u64le of nanoseconds exactly. A double holds 53 bits of it, so this is a long division of 32-bit
 * halves in 16-bit steps: each dividend stays below 2^46, each quotient is exact. */
export function readTime(view: DataView, at: number): EventTime {
  const low = view.getUint32(at, true);
  const high = view.getUint32(at + 4, true);
  if (low === lastLow && high === lastHigh) return lastTime;
  const first = Math.floor(high / BILLION);
  const upper = (high - first * BILLION) * 0x10000 + (low >>> 16);
  const second = Math.floor(upper / BILLION);
  const lower = (upper - second * BILLION) * 0x10000 + (low & 0xffff);
  const third = Math.floor(lower / BILLION);
  lastLow = low;
  lastHigh = high;
  lastTime = { seconds: first * TWO_32 + second * 0x10000 + third, nanoseconds: lower - third * BILLION };
  return lastTime;
}
