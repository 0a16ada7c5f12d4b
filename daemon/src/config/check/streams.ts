// streams.ts: the collectors that log lines go to. SPDX-License-Identifier: Apache-2.0
import { isLinkLocal, notOneHost, parseAddress } from "../address.js";
import type { Statement } from "../statement.js";
import { declare, reportDuplicates, type Report } from "./report.js";

export function checkStreams(report: Report, streams: Statement): void {
  declare(report, "stream", streams.items());
  for (const stream of streams.items()) {
    reportDuplicates(report, "category", stream.get("category").items());
    const host = parseAddress(stream.get("host").text ?? "");
    const source = parseAddress(stream.get("source-address").text ?? "");
    const kind = host === undefined || host.family === "inet6" && host.value === 1n ? undefined : notOneHost(host);
    if (kind !== undefined && kind !== "a loopback address") report.add("value", stream.get("host"), `'${stream.get("host").text!}' is ${kind}, not one of a collector`);
    if (host !== undefined && isLinkLocal(host)) {
      report.add("value", stream.get("host"), `'${stream.get("host").text!}' is a link-local address, which needs an interface; use another address of the collector`);
    }
    if (host !== undefined && source !== undefined && host.family !== source.family) {
      report.add("conflict", stream.get("source-address"), "the source address is not of the same family as the host");
    }
  }
}
