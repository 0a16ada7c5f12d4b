// parsed.ts: what each parser makes of a line, by Junos' names of parameters. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { createRequire } from "node:module";

import { run } from "../lab/process.js";
import type { Grok } from "./grok.js";
import type { Napalm } from "./napalm.js";
import type { Kind, Row } from "./traffic.js";

type Fields = Readonly<Record<string, string>>;

const KIND: Readonly<Record<string, Kind>> = {
  RT_FLOW_SESSION_CREATE: "open",
  RT_FLOW_SESSION_CLOSE: "close",
  RT_FLOW_SESSION_DENY: "deny",
  RT_SCREEN_TCP: "screen",
  RT_FLOW_FILTER_LOG: "filter",
};

export const rowOf = (tag: string, host: string, fields: Fields): Row => ({
  kind: KIND[tag]!,
  fields: { ...fields, tag, host },
});

export const same = (row: Row): Row => row;

const mapped = (row: Row, change: (name: string, value: string) => string): Row => ({
  kind: row.kind,
  fields: Object.fromEntries(Object.entries(row.fields).map(([name, value]) => [name, change(name, value)])),
});

/** asIn12: the same row in the words of the old layout. */
export const asIn12 = (row: Row): Row =>
  mapped(row, (name, value) => {
    if (name.endsWith("-nat-rule-name") && value === "N/A") return "None";
    return name === "reason" && value === "Denied by policy" ? "policy deny" : value;
  });

/** withSums adds both directions of a session together. */
export const withSums = ({ kind, fields }: Row): Row => {
  const sum = (what: string): string =>
    String(Number(fields[`${what}-from-client`] ?? 0) + Number(fields[`${what}-from-server`] ?? 0));
  return { kind, fields: { ...fields, packets: sum("packets"), bytes: sum("bytes") } };
};

// ---- RFC 5424 -------------------------------------------------------------------------------------------------------------
export interface Parsed {
  readonly priority: number;
  readonly host: string;
  readonly tag: string;
  readonly fields: Fields;
}

const nsyslogParser = createRequire(import.meta.url)("nsyslog-parser") as (line: string) => {
  readonly prival: number;
  readonly type: string;
  readonly host: string;
  readonly messageid: string;
  readonly structuredData: readonly Fields[];
};

export function parse5424(line: string): Parsed {
  const { prival, type, host, messageid, structuredData } = nsyslogParser(line);
  assert.equal(type, "RFC5424");
  assert.equal(structuredData.length, 1);
  const { $id: id, ...fields } = structuredData[0]!;
  assert.equal(id, "junos@2636.1.1.1.2.129");
  return { priority: prival, host, tag: messageid, fields };
}

// ---- liblognorm -------------------------------------------------------------------------------------------------------------
/** normalize runs lognormalizer with the rulebase that Ringwall brings; every line must be one that it knows whole. */
export async function normalize(lines: readonly string[]): Promise<Row[]> {
  const { stdout } = await run(["lognormalizer", "-r", "packaging/liblognorm/ringwall.rulebase", "-e", "json", "-T"], {
    input: lines.map((line) => `${line}\n`).join(""),
  });
  return stdout
    .trim()
    .split("\n")
    .map((text) => {
      const { "event.tags": tags, ...fields } = JSON.parse(text) as Record<string, unknown>;
      assert.ok(!("unparsed-data" in fields), text);
      const [tag] = tags as string[];
      return { kind: (tag === "create" ? "open" : tag) as Kind, fields: fields as Fields };
    });
}

// ---- Logstash ---------------------------------------------------------------------------------------------------------------
export interface GrokNames {
  /** Names of parameters that the patterns give. */
  readonly fields: readonly string[];
  /** What the patterns give of a row. */
  seen(row: Row): Row;
  readonly names: Fields;
}

const LEGACY_NAMES = {
  event: "tag",
  "close-reason": "reason",
  "src-ip": "source-address",
  "src-port": "source-port",
  "dst-ip": "destination-address",
  "dst-port": "destination-port",
  service: "service-name",
  "nat-src-ip": "nat-source-address",
  "nat-src-port": "nat-source-port",
  "nat-dst-ip": "nat-destination-address",
  "nat-dst-port": "nat-destination-port",
  "src-nat-rule-name": "src-nat-rule-name",
  "dst-nat-rule-name": "dst-nat-rule-name",
  "protocol-id": "protocol-id",
  "policy-name": "policy-name",
  "from-zone": "source-zone-name",
  "to-zone": "destination-zone-name",
  sent: "bytes-from-client",
  received: "bytes-from-server",
} as const;

const ECS_NAMES = {
  "[juniper][srx][tag]": "tag",
  "[juniper][srx][reason]": "reason",
  "[source][ip]": "source-address",
  "[source][port]": "source-port",
  "[destination][ip]": "destination-address",
  "[destination][port]": "destination-port",
  "[juniper][srx][service_name]": "service-name",
  "[source][nat][ip]": "nat-source-address",
  "[source][nat][port]": "nat-source-port",
  "[destination][nat][ip]": "nat-destination-address",
  "[destination][nat][port]": "nat-destination-port",
  "[juniper][srx][src_nat_rule_name]": "src-nat-rule-name",
  "[juniper][srx][dst_nat_rule_name]": "dst-nat-rule-name",
  "[network][iana_number]": "protocol-id",
  "[rule][name]": "policy-name",
  "[observer][ingress][zone]": "source-zone-name",
  "[observer][egress][zone]": "destination-zone-name",
  "[source][bytes]": "bytes-from-client",
  "[destination][bytes]": "bytes-from-server",
} as const;

export const LEGACY: GrokNames = { names: LEGACY_NAMES, fields: Object.values(LEGACY_NAMES), seen: same };
export const ECS: GrokNames = {
  names: ECS_NAMES,
  fields: Object.values(ECS_NAMES),
  // They take `None` for no name.
  seen: (row) => mapped(row, (name, value) => (name.endsWith("-nat-rule-name") && value === "None" ? "" : value)),
};

/** grokRow gives the row of the first pattern that matches, as a pipeline with all three would. */
export function grokRow(grok: Grok, line: string, { names }: GrokNames): Row[] {
  for (const pattern of ["RT_FLOW1", "RT_FLOW2", "RT_FLOW3"]) {
    const found = grok.match(pattern, line);
    if (found === undefined) continue;
    const fields = Object.fromEntries(Object.entries(names).map(([name, field]) => [field, found[name] ?? ""]));
    // Their reason is the text up to the colon.
    const reason = fields["reason"]?.replace(/^session closed /, "") ?? "";
    return [{ kind: KIND[fields["tag"] ?? ""]!, fields: { ...fields, reason } }];
  }
  return [];
}

// ---- napalm-logs --------------------------------------------------------------------------------------------------------------
const NAPALM = {
  sourceAddress: "source-address",
  sourcePort: "source-port",
  destinationAddress: "destination-address",
  destinationPort: "destination-port",
  serviceName: "service-name",
  natSourceAddress: "nat-source-address",
  natSourcePort: "nat-source-port",
  natDestinationAddress: "nat-destination-address",
  natDestinationPort: "nat-destination-port",
  srcNatRuleName: "src-nat-rule-name",
  protocolId: "protocol-id",
  host: "host",
} as const;
export const NAPALM_FIELDS: readonly string[] = Object.values(NAPALM);

export function napalmRow(napalm: Napalm, line: string): Row[] {
  const values = napalm.identify(line);
  if (values === undefined) return [];
  const fields = Object.fromEntries(Object.entries(NAPALM).map(([name, field]) => [field, values[name] ?? ""]));
  return [{ kind: KIND[values["tag"]!]!, fields: { ...fields, reason: values["reason"] ?? "" } }];
}

// ---- our own formats --------------------------------------------------------------------------------------------------------------
const ACTIONS: Readonly<Record<string, Kind>> = {
  "session-open": "open",
  "session-close": "close",
  "policy-deny": "deny",
  "screen-drop": "screen",
  "filter-log": "filter",
};

interface EcsEnd {
  readonly ip: string;
  readonly port?: number;
  readonly bytes?: number;
  readonly packets?: number;
  readonly nat?: { readonly ip: string; readonly port?: number };
}
interface EcsObject {
  readonly event: { readonly action: string; readonly type: readonly string[]; readonly reason?: string };
  readonly source: EcsEnd;
  readonly destination: EcsEnd;
  readonly network: { readonly iana_number: string };
  readonly observer: {
    readonly hostname: string;
    readonly ingress: { readonly zone: string; readonly interface: { readonly name: string } };
    readonly egress?: { readonly zone: string };
  };
  readonly rule: { readonly name: string; readonly ruleset?: string };
  readonly ringwall: {
    readonly action?: string;
    readonly service?: string;
    readonly packet_length?: number;
    readonly source_nat_rule?: string;
    readonly destination_nat_rule?: string;
    readonly icmp?: { readonly identifier: number; readonly sequence: number; readonly nat_identifier?: number };
  };
}

export function ecsRow(line: string): Row {
  const { event, source, destination, network, observer, rule, ringwall } = JSON.parse(line) as EcsObject;
  const kind = ACTIONS[event.action]!;
  const { icmp } = ringwall;
  const zone = observer.ingress.zone;
  const unit = observer.ingress.interface.name;
  const ports = [source.port ?? icmp?.identifier, destination.port ?? icmp?.sequence].map(String);
  const natPort = (end: EcsEnd, own: string): string =>
    String(end.nat === undefined ? own : (end.nat.port ?? icmp?.nat_identifier));
  return {
    kind,
    fields: {
      "source-address": source.ip,
      "source-port": ports[0]!,
      "destination-address": destination.ip,
      "destination-port": ports[1]!,
      "nat-source-address": source.nat?.ip ?? source.ip,
      "nat-source-port": natPort(source, ports[0]!),
      "nat-destination-address": destination.nat?.ip ?? destination.ip,
      "nat-destination-port": natPort(destination, ports[1]!),
      "src-nat-rule-name": ringwall.source_nat_rule ?? "N/A",
      "dst-nat-rule-name": ringwall.destination_nat_rule ?? "N/A",
      "protocol-id": network.iana_number,
      "service-name": ringwall.service ?? "None",
      "policy-name": rule.name,
      "filter-name": rule.ruleset ?? "",
      "term-name": rule.name,
      "source-zone-name": zone,
      "destination-zone-name": observer.egress?.zone ?? "N/A",
      "packet-incoming-interface": unit,
      "interface-name": unit,
      "packets-from-client": String(source.packets),
      "bytes-from-client": String(source.bytes),
      "packets-from-server": String(destination.packets),
      "bytes-from-server": String(destination.bytes),
      "packet-length": String(ringwall.packet_length),
      reason: event.reason ?? "",
      "attack-name": event.reason ?? "",
      action: kind === "screen" && event.type.includes("denied") ? "drop" : (ringwall.action ?? ""),
      host: observer.hostname,
    },
  };
}

export function kvRow(line: string): Row {
  const [, host, name, text] = /^<\d+>1 \S+ (\S+) RT_FLOW - \S+ - RT_FLOW (\w+) (.*)$/.exec(line)!;
  const pairs = Object.fromEntries(text!.split(" ").map((pair) => pair.split("=") as [string, string]));
  const end = (value: string): [string, string] => {
    const [, inet6, inet, port] = /^(?:\[(.*)\]|(.*)):(\d+)$/.exec(value)!;
    return [inet6 ?? inet!, port!];
  };
  const [source, sourcePort] = end(pairs["src"]!);
  const [destination, destinationPort] = end(pairs["dst"]!);
  const [natSource, natSourcePort] = end(pairs["nat-src"] ?? pairs["src"]!);
  const [natDestination, natDestinationPort] = end(pairs["nat-dst"] ?? pairs["dst"]!);
  const [from, to] = pairs["zone"]!.split("->");
  return {
    kind: ACTIONS[name!.toLowerCase().replace("_", "-")]!,
    fields: {
      host: host!,
      "source-address": source,
      "source-port": sourcePort,
      "destination-address": destination,
      "destination-port": destinationPort,
      "nat-source-address": natSource,
      "nat-source-port": natSourcePort,
      "nat-destination-address": natDestination,
      "nat-destination-port": natDestinationPort,
      "policy-name": pairs["policy"] ?? "",
      "source-zone-name": from!,
      "destination-zone-name": to ?? "",
      packets: pairs["pkts"] ?? "",
      bytes: pairs["bytes"] ?? "",
      "filter-name": pairs["filter"] ?? "",
      "term-name": pairs["term"] ?? "",
      "filter-log-source": pairs["source"] ?? "",
      "packet-length": pairs["len"] ?? "",
      action: pairs["action"] ?? "",
    },
  };
}

// ---- IPFIX ----------------------------------------------------------------------------------------------------------------
/** asRecord: the same row as a record has it: of ICMP the identifier alone is a port. */
export const asRecord = (row: Row): Row =>
  row.fields["protocol-id"] !== "1" && row.fields["protocol-id"] !== "58"
    ? row
    : mapped(row, (name, value) => (name === "destination-port" || name === "nat-destination-port" ? "0" : value));

/** END: flowEndReason of what ends sessions here (RFC 5102 5.11.3): 3 it was over, 4 it was ended. */
const END: Readonly<Record<string, string>> = { "TCP FIN": "3", "response received": "3", CLI: "4" };

/** asReason: why a session ended, as the number of flowEndReason. */
export const asReason = (row: Row): Row =>
  mapped(row, (name, value) => (name === "reason" && row.kind === "close" ? END[value]! : value));

/** ipfixRow reads a record that an IPFIX library decoded, by the names of IANA's registry. */
export function ipfixRow(record: Fields): Row {
  const kind = ({ "1": "open", "2": "close", "3": "deny" } as const)[record["firewallEvent"] as "1" | "2" | "3"];
  const either = (inet: string, inet6: string): string | undefined => record[inet] ?? record[inet6];
  const source = either("sourceIPv4Address", "sourceIPv6Address")!;
  const destination = either("destinationIPv4Address", "destinationIPv6Address")!;
  return {
    kind,
    fields: {
      "source-address": source,
      "source-port": record["sourceTransportPort"]!,
      "destination-address": destination,
      "destination-port": record["destinationTransportPort"]!,
      "protocol-id": record["protocolIdentifier"]!,
      "nat-source-address": either("postNATSourceIPv4Address", "postNATSourceIPv6Address") ?? source,
      "nat-source-port": record["postNAPTSourceTransportPort"] ?? record["sourceTransportPort"]!,
      "nat-destination-address":
        either("postNATDestinationIPv4Address", "postNATDestinationIPv6Address") ?? destination,
      "nat-destination-port": record["postNAPTDestinationTransportPort"] ?? record["destinationTransportPort"]!,
      "packets-from-client": record["packetTotalCount"] ?? "",
      "bytes-from-client": record["octetTotalCount"] ?? "",
      "packets-from-server": record["reversePacketTotalCount"] ?? "",
      "bytes-from-server": record["reverseOctetTotalCount"] ?? "",
      reason: record["flowEndReason"] ?? "",
      "session-id": record["flowId"] ?? "",
    },
  };
}

const NO_TIME = "1970-01-01T00:00:00.000";

/** flowRow reads a record as nfdump writes it. It shows no firewallEvent; what has an end was closed. */
export function flowRow(record: Readonly<Record<string, string | number>>): Row {
  const text = (...names: string[]): string =>
    String(names.map((name) => record[name]).find((value) => value !== undefined) ?? "");
  const isClose = record["last"] !== NO_TIME;
  const kind = isClose ? "close" : record["first"] === NO_TIME ? "deny" : "open";
  return {
    kind,
    fields: {
      "source-address": text("src4_addr", "src6_addr"),
      "source-port": text("src_port"),
      "destination-address": text("dst4_addr", "dst6_addr"),
      "destination-port": text("dst_port"),
      "protocol-id": text("proto"),
      "nat-source-address": text("src4_xlt_ip", "src6_xlt_ip", "src4_addr", "src6_addr"),
      "nat-source-port": text("src_xlt_port", "src_port"),
      "nat-destination-address": text("dst4_xlt_ip", "dst6_xlt_ip", "dst4_addr", "dst6_addr"),
      "nat-destination-port": text("dst_xlt_port", "dst_port"),
      "packets-from-client": text("in_packets"),
      "bytes-from-client": text("in_bytes"),
      "packets-from-server": text("out_packets"),
      "bytes-from-server": text("out_bytes"),
      nat: text("nat_event"),
    },
  };
}
