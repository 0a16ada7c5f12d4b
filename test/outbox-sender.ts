// outbox-sender.ts: the daemon's delivery with everything but its ring left out, to be killed again and again by
// outbox-kill.test.ts: numbered lines through an outbox file, which a successor takes over. SPDX-License-Identifier: Apache-2.0
import { loadNative, type Native } from "../daemon/src/syslog/native.js";
import { DEFAULT_BOUNDS, Framing } from "../daemon/src/syslog/outbox.js";
import { OutboxFiles } from "../daemon/src/syslog/outbox-file.js";
import { settleFormer } from "../daemon/src/syslog/connection-fate.js";
import { ConnectedSender } from "../daemon/src/syslog/connected.js";
import { DatagramSender } from "../daemon/src/syslog/datagram.js";
import type { Sender } from "../daemon/src/syslog/sender.js";
import { mapForWriting } from "../daemon/src/ring/mapping.js";

const [directory = "", port = "", deadlyPoint = "", deadlyPass = "0", protocol = "udp", overflow = ""] =
  process.argv.slice(2);
const dropsOldest = overflow === "drop-oldest";
let passes = Number(deadlyPass);

/** Ends this process as SIGKILL from outside would, when the point it is to die at has been passed often enough. */
function pass(point: string): void {
  if (point === deadlyPoint && --passes === 0) process.kill(process.pid, "SIGKILL");
}

const loaded = loadNative();
const native: Native = {
  ...loaded,
  sendLines(...args) {
    pass("before-send");
    const sent = loaded.sendLines(...args);
    pass("after-send");
    return sent;
  },
  sendFrames(...args) {
    pass("before-send");
    const sent = loaded.sendFrames(...args);
    pass("after-send");
    return sent;
  },
};
const outbox = new OutboxFiles(native, directory, (_path, error) => {
  throw error;
}).open("kill", dropsOldest ? { records: 128, bytes: 1 << 20, isChecked: false } : DEFAULT_BOUNDS);
await settleFormer(outbox, new AbortController().signal);
const hooks = { changed: () => undefined };
const to = { host: "127.0.0.1", port: Number(port), sourceAddress: "" };
const sender: Sender =
  protocol === "udp"
    ? new DatagramSender(native, { protocol: "udp", ...to }, outbox, hooks)
    : new ConnectedSender(
        native,
        { protocol: "tcp", ...to, framing: Framing.OCTET_COUNTING, keepAliveSeconds: 0, userTimeoutSeconds: 20 },
        outbox,
        hooks,
      );
// The ring's cursor: it too is memory that outlives the process, and may lag behind what the outbox has decided.
const cursor = mapForWriting(`${directory}/cursor`, 8);
// Where lines give way, a batch is more than the queue holds, and the next one finds it full.
const BATCH = dropsOldest ? 256 : 16;

sender.send();
let sequence = cursor.readDoubleLE(0) + 1;

// One batch for each token on standard input: the receiver's buffer is small, and a datagram lost there is not our question.
process.stdin.on("data", (tokens: Buffer) => {
  for (let token = 0; token < tokens.length; token++) batch();
});
process.stdin.on("end", () => {
  sender.send();
  process.exit(0);
});

function batch(): void {
  const last = sequence + BATCH - 1;
  for (; sequence <= last; sequence++) {
    if (outbox.hasDecided(0, 1, sequence)) continue;
    const line = Buffer.from(String(sequence));
    const before = sequence - 1;
    if (dropsOldest) outbox.makeRoom(line.length, () => outbox.decided(0, 1, before));
    outbox.append(1, line, line.length);
    pass("appended");
  }
  if (!outbox.hasDecided(0, 1, last)) outbox.decided(0, 1, last);
  pass("decided");
  cursor.writeDoubleLE(last, 0);
  pass("cursor");
  if (!dropsOldest || last % (2 * BATCH) === 0) sender.send();
}
