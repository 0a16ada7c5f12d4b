// number-sender.ts OUTBOX-DIRECTORY TARGET: queues the next number for each byte on standard input, and prints the state of its
// stream as it changes. TARGET is a stream's target in JSON. SPDX-License-Identifier: Apache-2.0
import { settleFormer } from "../../daemon/src/syslog/connection-fate.js";
import { ConnectedSender, type ConnectedTarget } from "../../daemon/src/syslog/connected.js";
import { loadNative } from "../../daemon/src/syslog/native.js";
import { OutboxFiles } from "../../daemon/src/syslog/outbox-file.js";

const [directory = "", target = "{}"] = process.argv.slice(2);
const native = loadNative();
const outbox = new OutboxFiles(native, directory, (_path, error) => {
  throw error;
}).open("numbers");
await settleFormer(outbox, new AbortController().signal);
const sender = new ConnectedSender(native, JSON.parse(target) as ConnectedTarget, outbox, {
  changed: ({ status, error }) => console.log(`${status} ${error}`),
});
let sequence = 0;

process.stdin.on("data", (tokens: Buffer) => {
  for (let token = 0; token < tokens.length; token++) {
    const line = Buffer.from(String(++sequence));
    outbox.append(1, line, line.length);
  }
  outbox.decided(0, 1, sequence);
  sender.send();
});
process.stdin.on("end", () => void sender.close().then(() => process.exit(0)));
