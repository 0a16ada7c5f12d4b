// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, test, type TestContext } from "node:test";

import { pino } from "pino";

import { EventType } from "../../../shared/gen/wire.gen.js";
import { FrameServer } from "./frame-server.js";
import { loadNative } from "./native.js";
import { Outbox } from "./outbox.js";
import { RequiredDelivery } from "./required-delivery.js";
import { Stream, streamSettings } from "./stream.js";

// Senders keep no process alive.
const alive = setInterval(() => undefined, 60_000);
after(() => clearInterval(alive));
const native = loadNative();

function stage(t: TestContext, port: number, mustDeliver = true) {
  const settings = streamSettings({
    name: "soc",
    host: "127.0.0.1",
    port,
    transport: { protocol: "tcp" },
    ...(mustDeliver ? { "require-delivery": true } : {}),
  });
  const told: bigint[] = [];
  let wake: () => void = () => undefined;
  const required = new RequiredDelivery(
    { deliversUntil: (until) => told.push(until) },
    pino({ level: "silent" }),
    () => 1_000n,
  );
  const outbox = new Outbox(native, Buffer.alloc(Outbox.bytes(native, settings.bounds)));
  const stream = new Stream(native, settings, outbox, () => {
    required.renew();
    wake();
  });
  t.after(() => {
    required.close();
    return stream.close();
  });
  const until = async (wanted: () => boolean): Promise<void> => {
    while (!wanted()) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { stream, required, told, outbox, until };
}

const OPEN = 5_000_001_000n;

test("delivery is stated for five seconds while the stream is up, and taken back at once when it is lost", async (t) => {
  const collector = await FrameServer.listen();
  const { stream, required, told, until } = stage(t, collector.port);
  required.setStreams([stream]);
  assert.deepEqual(told, [0n]);
  assert.match(required.problem, /^log stream soc, which must deliver, is connecting: no new session is let through$/);
  stream.begin();
  await until(() => told.at(-1) === OPEN);
  assert.equal(required.problem, "");
  await collector.close();
  await until(() => told.at(-1) === 0n);
  assert.match(required.problem, /^log stream soc, which must deliver, is down \(.+\): no new session is let through$/);
});

test("a queue that is half full is as bad as no collector", async (t) => {
  const collector = await FrameServer.listen();
  t.after(() => collector.close());
  const { stream, required, told, outbox, until } = stage(t, collector.port);
  stream.begin();
  await until(() => stream.state.status === "up");
  const line = Buffer.from("x");
  for (let i = 0; i < 4096; i++) outbox.append(EventType.SESSION_OPEN, line, 1);
  required.setStreams([stream]);
  assert.equal(told.at(-1), OPEN);
  outbox.append(EventType.SESSION_OPEN, line, 1);
  required.renew();
  assert.equal(told.at(-1), 0n);
  assert.match(required.problem, /has more than half of its queue waiting/);
});

test("streams that need not deliver state nothing", async (t) => {
  const { stream, required, told } = stage(t, 9, false);
  required.setStreams([stream]);
  required.renew();
  assert.deepEqual([told, required.problem], [[], ""]);
  await stream.close();
});
