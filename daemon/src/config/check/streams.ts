// streams.ts: the collectors that log lines go to. SPDX-License-Identifier: Apache-2.0
import { isLinkLocal, notOneHost, parseAddress, type IpAddress } from "../address.js";
import type { Statement } from "../statement.js";
import { declare, reportDuplicates, type Report } from "./report.js";

export function checkStreams(report: Report, streams: Statement): void {
  declare(report, "stream", streams.items());
  for (const stream of streams.items()) {
    reportDuplicates(report, "category", stream.get("category").items());
    const host = parseAddress(stream.get("host").text ?? "");
    const source = parseAddress(stream.get("source-address").text ?? "");
    const [form, padding] = [stream.get("filter-format"), stream.get("filter-padding")];
    if (padding.present && (!form.present || form.text === "rt-flow")) {
      report.add("conflict", padding, "without filter-format pfe there is nothing to pad");
    }
    checkFormat(report, stream);
    if (host !== undefined) checkHost(report, stream.get("host"), host);
    if (host !== undefined && source !== undefined && host.family !== source.family) {
      report.add("conflict", stream.get("source-address"), "the source address is not of the same family as the host");
    }
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
  const layout = stream.get("layout");
  if (format === "syslog" && layout.present && layout.text !== "junos-12" && layout.text !== "junos-22")
    report.add("conflict", layout, "format syslog has the layouts junos-12 and junos-22");
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
