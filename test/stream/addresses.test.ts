// A collector whose name has several addresses, of which not all answer. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { FrameServer } from "../../daemon/src/syslog/frame-server.js";

test("a stream whose collector's first address does not answer takes the next one", { timeout: 60_000 }, async (t) => {
  const collector = await FrameServer.listen({ host: "127.0.0.1" });
  t.after(() => collector.close());
  const directory = await mkdtemp("/dev/shm/ringwall-addresses-");
  t.after(() => rm(directory, { recursive: true }));
  const hosts = join(directory, "hosts");
  // The system gives ::1 first (RFC 6724), where nobody listens.
  await writeFile(hosts, "::1 collector.test\n127.0.0.1 collector.test\n");
  const target = JSON.stringify({
    protocol: "tcp",
    host: "collector.test",
    port: collector.port,
    sourceAddress: "",
    framing: 0,
    keepAliveSeconds: 0,
    userTimeoutSeconds: 1,
  });
  const program = fileURLToPath(new URL("./number-sender.js", import.meta.url));
  const script = 'mount --bind "$0" /etc/hosts && exec "$@"';
  const sender = spawn(
    "unshare",
    ["--mount", "sh", "-c", script, hosts, process.execPath, program, directory, target],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  t.after(() => sender.kill("SIGKILL"));
  const said: string[] = [];
  sender.stdout.on("data", (data: Buffer) => said.push(data.toString()));
  sender.stdin.write("xxx");
  assert.deepEqual(await collector.until(3), ["1", "2", "3"]);
  sender.stdin.end();
  await new Promise((resolve) => sender.on("close", resolve));
  assert.equal(said.join(""), "up \ndown \n");
});
