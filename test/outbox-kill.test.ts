// A sender killed at any instant loses no line and sends none twice. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("./outbox-sender.js", import.meta.url));
const KILLS = 20;
const TOTAL = 1_000_000; // more than the kills leave time for
const WINDOW = 12; // batches under way: few enough for the receiver's buffer

test(
  `${KILLS} kills by SIGKILL under load: every line arrives, each once, in order`,
  { timeout: 120_000 },
  async (t) => {
    const directory = await mkdtemp("/dev/shm/ringwall-outbox-");
    t.after(() => rm(directory, { recursive: true }));
    await writeFile(join(directory, "cursor"), Buffer.alloc(8));
    const socket = createSocket({ type: "udp4", recvBufferSize: 1 << 20 });
    t.after(() => socket.close());
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");

    let child: ChildProcess | undefined;
    let expected = 1;
    let sinceToken = 0;
    const wrong: string[] = [];
    const give = (tokens: number): void => void child?.stdin?.write("+".repeat(tokens));
    socket.on("message", (message) => {
      if (message.toString() !== String(expected) && wrong.length < 10)
        wrong.push(`${message.toString()} instead of ${expected}`);
      expected = Number(message.toString()) + 1;
      if (++sinceToken >= 16) {
        sinceToken = 0;
        give(1);
      }
    });
    const start = (): ChildProcess => {
      const started = spawn(process.execPath, [program, directory, String(socket.address().port), String(TOTAL)], {
        stdio: ["pipe", "inherit", "inherit"],
      });
      started.stdin.on("error", () => undefined); // it is killed while we write
      return started;
    };

    for (let kill = 0; kill < KILLS; kill++) {
      child = start();
      sinceToken = 0;
      const from = expected;
      give(WINDOW);
      while (expected < from + 200 + kill * 37) await once(socket, "message"); // under way, each time somewhere else
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    child = start();
    give(1);
    const from = expected;
    while (expected < from + 16) await once(socket, "message");
    child.stdin?.end();
    await once(child, "exit");
    assert.deepEqual(wrong, []);
    assert.ok(expected > KILLS * 200);
  },
);
