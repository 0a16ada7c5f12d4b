// A server with one large file, and what a client does to know that it arrives whole in both directions.
// iperf3 counts what was written, and ends with some of it on its way. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { createHash } from "node:crypto";

import type { Lab } from "./lab.js";
import type { Namespace } from "./netns.js";

const PORT = 8064;
const PATTERN = "ringwall ";

const program = (bytes: number): string => `
  const { createHash } = require("node:crypto");
  const block = Buffer.alloc(${PATTERN.length} * 100_000, "${PATTERN}");
  function* body() { for (let left = ${bytes}; left > 0; left -= block.length) yield block.subarray(0, left); }
  require("node:http").createServer(async (request, response) => {
    response.setHeader("connection", "close");
    if (request.method === "GET") return require("node:stream").Readable.from(body()).pipe(response);
    const hash = createHash("sha256");
    for await (const data of request) hash.update(data);
    response.end(hash.digest("hex"));
  }).listen(${PORT}, "::", () => console.log("listening"));`;

/** serveLarge starts a server of `bytes` bytes on a host; it ends with the lab. */
export async function serveLarge(lab: Lab, host: Namespace, bytes: number): Promise<void> {
  await lab.serve(host, "large", [process.execPath, "-e", program(bytes)]);
}

/** assertWhole fetches the file of `server` (an address) and sends as much to it; each end must have read every byte. */
export async function assertWhole(client: Namespace, server: string, bytes: number): Promise<void> {
  const url = `http://${server.includes(":") ? `[${server}]` : server}:${PORT}/`;
  const curl = `curl -sS -g --max-time 110`;
  const hash = createHash("sha256");
  const block = Buffer.alloc(PATTERN.length * 100_000, PATTERN);
  for (let left = bytes; left > 0; left -= block.length) hash.update(block.subarray(0, left));
  const expected = hash.digest("hex");
  for (const [what, command] of [
    ["from the server", `${curl} ${url} | sha256sum`],
    ["to the server", `yes "${PATTERN}" | tr -d '\\n' | head -c ${bytes} | ${curl} -T - ${url}`],
  ] as const) {
    const { stdout, stderr } = await client.run(["sh", "-c", command], { seconds: 120 });
    assert.equal(stdout.split(" ")[0], expected, `${what}: ${stderr}`);
  }
}
