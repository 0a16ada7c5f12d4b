// web-management.ts: where the web page may be served. SPDX-License-Identifier: Apache-2.0
import { isLinkLocal, notOneHost, parseAddress } from "../address.js";
import type { Statement } from "../statement.js";
import type { Report } from "./report.js";

const EVERYWHERE = ["0.0.0.0", "::"];

/** checkWebManagement reports on `system services web-management`. */
export function checkWebManagement(report: Report, web: Statement): void {
  const http = web.get("http");
  if (!http.present) return;
  const statement = http.get("address");
  const address = parseAddress(statement.text ?? "127.0.0.1");
  if (address === undefined) return; // the schema has said so
  const kind = notOneHost(address);
  const isLoopback = kind?.endsWith("loopback address") === true;
  const text = statement.text ?? "";
  if (kind !== undefined && !isLoopback && !EVERYWHERE.includes(text))
    report.add("value", statement, `'${text}' is ${kind}, not one to listen on`);
  else if (isLinkLocal(address))
    report.add("value", statement, `'${text}' is a link-local address, which needs an interface; use another address`);
  const remote = http.get("allow-remote");
  if (!isLoopback && !remote.isTrue)
    report.add(
      "conflict",
      statement,
      `other hosts reach '${text}', and token and log would cross the network unencrypted; use 127.0.0.1 or ::1, or say 'allow-remote: true'`,
    );
  if (isLoopback && remote.isTrue)
    report.add("conflict", remote, "no other host reaches a loopback address; name the address that they shall reach");
}
