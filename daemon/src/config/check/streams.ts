// streams.ts: the collectors and files that log lines go to, and how they are reached. SPDX-License-Identifier: Apache-2.0
import { isLinkLocal, notOneHost, parseAddress, type IpAddress } from "../address.js";
import type { Statement } from "../statement.js";
import { declare, reportDuplicates, type Report } from "./report.js";
import type { Zones } from "./zones.js";

/** What streams refer to. */
interface Names {
  readonly zones: Zones;
  readonly profiles: ReadonlyMap<string, Statement>;
}

/** Transports that a statement of `transport` belongs to. */
const OF_PROTOCOL: ReadonlyMap<string, readonly string[]> = new Map([
  ["framing", ["tcp"]],
  ["tls-profile", ["tls"]],
  ["keep-alive", ["tcp", "tls"]],
  ["user-timeout", ["tcp", "tls"]],
  ["path", ["unix"]],
]);
/** Statements that say how a network is used. */
const OF_NETWORK = ["host", "port", "source-address"];

/** checkTlsProfiles reports on `services ssl initiation profile` and gives the profiles. */
export function checkTlsProfiles(report: Report, profiles: Statement): ReadonlyMap<string, Statement> {
  for (const profile of profiles.items()) reportDuplicates(report, "path", profile.get("trusted-ca").items());
  return declare(report, "profile", profiles.items());
}

export function checkStreams(report: Report, streams: Statement, names: Names): void {
  declare(report, "stream", streams.items());
  const files = new Map<string, Statement>();
  for (const stream of streams.items()) {
    reportDuplicates(report, "category", stream.get("category").items());
    const [form, padding] = [stream.get("filter-format"), stream.get("filter-padding")];
    if (padding.present && (!form.present || form.text === "rt-flow")) {
      report.add("conflict", padding, "without filter-format pfe there is nothing to pad");
    }
    checkFormat(report, stream);
    checkTarget(report, stream, names.profiles);
    checkQueue(report, stream);
    checkZones(report, stream.get("zone"), names.zones);
    checkFile(report, stream.get("file", "path"), files);
  }
}

function checkTarget(report: Report, stream: Statement, profiles: ReadonlyMap<string, Statement>): void {
  const transport = stream.get("transport");
  if (stream.get("file").present) {
    for (const name of [...OF_NETWORK, "transport"])
      if (stream.get(name).present) report.add("conflict", stream.get(name), `a stream with 'file' has no ${name}`);
    return;
  }
  const protocol = transport.get("protocol").text ?? "udp";
  for (const [name, protocols] of OF_PROTOCOL) {
    const statement = transport.get(name);
    if (statement.present && !protocols.includes(protocol))
      report.add("conflict", statement, `${name} goes with protocol ${protocols.join(" or ")}, not with ${protocol}`);
  }
  const profile = transport.get("tls-profile");
  if (profile.text !== undefined && !profiles.has(profile.text))
    report.dangling(profile, "profile of services ssl initiation", profile.text, () => profiles.keys());
  if (protocol === "unix") {
    for (const name of OF_NETWORK)
      if (stream.get(name).present) report.add("conflict", stream.get(name), `protocol unix has no ${name}`);
  } else {
    checkAddresses(report, stream);
  }
}

function checkAddresses(report: Report, stream: Statement): void {
  const statement = stream.get("host");
  if (!statement.present) report.missing(stream, "host", "a stream goes to a host, a Unix socket or a file");
  const host = parseAddress(statement.text ?? "");
  const source = parseAddress(stream.get("source-address").text ?? "");
  if (host !== undefined) checkHost(report, statement, host);
  if (host !== undefined && source !== undefined && host.family !== source.family) {
    report.add("conflict", stream.get("source-address"), "the source address is not of the same family as the host");
  }
}

/** What a format does not show must not be set for it. */
function checkFormat(report: Report, stream: Statement): void {
  const format = stream.get("format").text ?? "sd-syslog";
  const only = (name: string, formats: readonly string[]): void => {
    const statement = stream.get(name);
    if (statement.present && !formats.includes(format))
      report.add("conflict", statement, `format ${format} has none; it is of format ${formats.join(" and ")}`);
  };
  only("layout", ["sd-syslog", "syslog"]);
  only("structured-data-id", ["sd-syslog"]);
  only("session-limit-message", ["sd-syslog", "syslog"]);
  only("filter-format", ["sd-syslog", "syslog", "kv"]);
  only("line-limit", ["sd-syslog", "syslog", "kv", "json"]);
  only("facility-override", ["sd-syslog", "syslog", "kv"]);
  only("template-refresh", ["ipfix"]);
  if (format === "ipfix") checkIpfix(report, stream);
  const layout = stream.get("layout");
  if (format === "syslog" && layout.present && layout.text !== "junos-12" && layout.text !== "junos-22")
    report.add("conflict", layout, "format syslog has the layouts junos-12 and junos-22");
}

/** IPFIX is messages over UDP or TCP, of sessions and denials. */
function checkIpfix(report: Report, stream: Statement): void {
  const protocol = stream.get("transport", "protocol");
  const name = protocol.text ?? "udp";
  if (stream.get("file").present) report.add("conflict", stream.get("file"), "format ipfix goes to a host");
  if (name !== "udp" && name !== "tcp")
    report.add("conflict", protocol, `format ipfix goes over udp or tcp, not over ${name}`);
  const framing = stream.get("transport", "framing");
  if (framing.present) report.add("conflict", framing, "messages of format ipfix need no framing");
  const refresh = stream.get("template-refresh");
  if (refresh.present && name === "tcp")
    report.add("conflict", refresh, "over tcp templates are sent once in each connection");
  for (const category of stream.get("category").items())
    if (category.text === "screen" || category.text === "filter")
      report.add("conflict", category, `format ipfix has no records of category ${category.text}`);
}

/** A collector may run on this host, so loopback addresses are fine. */
function checkHost(report: Report, statement: Statement, host: IpAddress): void {
  const text = statement.text!;
  const kind = notOneHost(host);
  if (kind !== undefined && !kind.endsWith("loopback address")) {
    report.add("value", statement, `'${text}' is ${kind}, not one of a collector`);
  } else if (isLinkLocal(host)) {
    const hint = "use another address of the collector";
    report.add("value", statement, `'${text}' is a link-local address, which needs an interface; ${hint}`);
  }
}

function checkQueue(report: Report, stream: Statement): void {
  const queue = stream.get("queue");
  if (!stream.get("spool").present) return;
  for (const name of ["records", "size"])
    if (queue.get(name).present)
      report.add("conflict", queue.get(name), `the spool is the queue, and its size says how much of it there is`);
}

function checkZones(report: Report, list: Statement, zones: Zones): void {
  reportDuplicates(report, "zone", list.items());
  for (const item of list.items()) {
    const name = item.text;
    if (name !== undefined && name !== "junos-host" && zones !== undefined && !zones.has(name))
      report.dangling(item, "security-zone", name, () => [...zones.keys(), "junos-host"]);
  }
}

function checkFile(report: Report, path: Statement, files: Map<string, Statement>): void {
  if (path.text === undefined) return;
  const other = files.get(path.text);
  if (other !== undefined) report.add("duplicate", path, `another stream writes '${path.text}' already`);
  files.set(path.text, path);
}
