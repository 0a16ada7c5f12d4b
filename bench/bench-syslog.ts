// How many log lines does one core make and send? From frames' bytes to lines, and on to datagrams and connections; the peer is the same line
// sent with node:dgram. CPU time is measured, so that other work on the machine matters less.
import { execFileSync, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import {
  Action,
  AddressFamily,
  CloseReason,
  DenyReason,
  EventType,
  FRAME_SIZE,
  LAYOUT_VERSION,
  offset,
  view as viewOf,
} from "../shared/gen/wire.gen.js";
import { decodeEvent } from "../daemon/src/event/decode.js";
import type { EventNames } from "../daemon/src/event/names.js";
import { GenerationNames } from "../daemon/src/event/names.js";
import { Delivery } from "../daemon/src/syslog/delivery.js";
import { kvFormat } from "../daemon/src/syslog/format-kv.js";
import { sdSyslogFormat } from "../daemon/src/syslog/format-sd-syslog.js";
import { LineBuffer } from "../daemon/src/syslog/line-buffer.js";
import { DEFAULT_SD_ID, LINE_BYTES, type LineFormat } from "../daemon/src/syslog/line.js";
import { loadNative } from "../daemon/src/syslog/native.js";
import { DEFAULT_BOUNDS, Outbox } from "../daemon/src/syslog/outbox.js";
import { sampleNames, sampleTable } from "../daemon/src/syslog/sample-events.js";
import { Stream, streamSettings } from "../daemon/src/syslog/stream.js";

const FRAMES = 8192;
const LINES = 400_000;
const ROUNDS = 7;
const options = { facility: 1, sdId: DEFAULT_SD_ID };
const ring = { worker: 0, startId: 1 };
const results: string[] = [];

/** Frames as a busy firewall writes them: two sessions opened and closed for each packet denied, 64 clients. */
function frames(): DataView {
  const bytes = Buffer.alloc(FRAMES * FRAME_SIZE);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { header, record, extension } = offset;
  const kinds = [
    EventType.SESSION_OPEN,
    EventType.SESSION_CLOSE,
    EventType.SESSION_OPEN,
    EventType.SESSION_CLOSE,
    EventType.POLICY_DENY,
  ] as const;
  for (let i = 0; i < FRAMES; i++) {
    const at = i * FRAME_SIZE;
    const kind = kinds[i % kinds.length]!;
    view.setUint16(at + header.length, FRAME_SIZE, true);
    view.setUint8(at + header.layout_version, LAYOUT_VERSION);
    view.setUint8(at + header.event_type, kind);
    view.setUint32(at + header.generation, 7, true);
    view.setBigUint64(at + record.timestamp_ns, 1_788_668_666_000_000_000n + BigInt(i) * 1_700_000n, true);
    bytes.set([10, 1, i & 15, (i >> 4) & 3], at + record.source_address);
    bytes.set([192, 0, 2, i & 31], at + record.destination_address);
    view.setUint16(at + record.source_port, 1024 + i);
    view.setUint16(at + record.destination_port, 443);
    view.setUint32(at + viewOf.SESSION_OPEN.policy_id, 65536, true);
    view.setUint16(at + record.ingress_zone, 1, true);
    view.setUint16(at + record.egress_zone, 2, true);
    view.setUint8(at + record.event_type, kind);
    view.setUint8(at + record.protocol, 6);
    view.setUint8(at + record.action, kind === EventType.POLICY_DENY ? Action.DENY : Action.PERMIT);
    view.setUint8(at + record.address_family, AddressFamily.INET);
    view.setUint32(at + record.session_created_s, 1_788_668_600, true);
    view.setUint32(at + record.ingress_interface, 1, true);
    view.setUint16(at + record.application_id, 1, true);
    view.setBigUint64(at + extension.session_id, BigInt(1_001_664_655_917_088 + i), true);
    if (kind === EventType.SESSION_CLOSE) {
      view.setUint8(at + viewOf.SESSION_CLOSE.close_reason, CloseReason.TCP_FIN);
      view.setUint32(at + viewOf.SESSION_CLOSE.client_packets, 60 + i, true);
      view.setUint32(at + viewOf.SESSION_CLOSE.client_bytes, 3307 + i, true);
      view.setUint32(at + record.server_packets, 46 + i, true);
      view.setUint32(at + record.server_bytes, 27_840 + i, true);
    }
    if (kind === EventType.POLICY_DENY) view.setUint8(at + viewOf.POLICY_DENY.deny_reason, DenyReason.POLICY);
  }
  return view;
}

/** perSecond runs `work` (on so many lines) in rounds and gives the median of lines per second of CPU time. */
function perSecond(work: () => void): number {
  work();
  const rates = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (LINES / (user + system)) * 1e6;
  });
  return rates.sort((a, b) => a - b)[ROUNDS >> 1]!;
}

function report(metric: string, value: number, conditions: string, peer?: { name: string; value: number }): void {
  const round = (n: number): number => Number(n.toPrecision(4));
  results.push(
    JSON.stringify({
      bench: "bench-syslog",
      metric,
      value: round(value),
      unit: "lines per CPU second",
      peer: peer?.name ?? null,
      peer_value: peer ? round(peer.value) : null,
      ratio: peer ? round(value / peer.value) : null,
      conditions: `${conditions}; ${cpus().length} x ${cpus()[0]?.model ?? "unknown cpu"}, Node ${process.versions.node}`,
    }),
  );
}

const view = frames();
const at = (line: number): number => (line % FRAMES) * FRAME_SIZE;
const buffer = new LineBuffer(LINE_BYTES);

function formatAll(format: LineFormat, names: EventNames): () => void {
  return () => {
    let length = 0;
    for (let line = 0; line < LINES; line++) {
      format(buffer.clear(), decodeEvent(view, at(line))!, names);
      length += buffer.length;
    }
    if (length === 0) throw new Error("no line was made");
  };
}

const mix = "2 opens, 2 closes, 1 deny of 5; IPv4, 64 clients";
for (const [name, format] of [
  ["sd-syslog", sdSyslogFormat(options)],
  ["kv", kvFormat(options)],
] as const) {
  report(`${name}: frame to line`, perSecond(formatAll(format, sampleNames)), mix);
}

const receiver = createSocket("udp4");
receiver.bind(0, "127.0.0.1");
await once(receiver, "listening");
const port = receiver.address().port;

const dgram = createSocket("udp4");
dgram.connect(port, "127.0.0.1");
await once(dgram, "connect");
const sd = sdSyslogFormat(options);
const peer = perSecond(() => {
  for (let line = 0; line < LINES; line++) {
    sd(buffer.clear(), decodeEvent(view, at(line))!, sampleNames);
    dgram.send(buffer.bytes, 0, buffer.length);
  }
});
dgram.close();

const native = loadNative();
function deliverAll(streamCount: number): () => void {
  const streams = Array.from({ length: streamCount }, (_, index) => {
    const settings = streamSettings({ name: `s${index}`, host: "127.0.0.1", port });
    return new Stream(native, settings, new Outbox(native, Buffer.alloc(Outbox.bytes(native, DEFAULT_BOUNDS))));
  });
  const delivery = new Delivery(
    new GenerationNames({ names: () => sampleTable }, "x"),
    [{ isWatched: false, publish: () => undefined }],
    (_event, thrown) => {
      throw thrown;
    },
  );
  for (const stream of streams) stream.begin();
  delivery.setStreams(streams);
  let sequence = 0;
  return () => {
    for (let line = 0; line < LINES; line++) {
      delivery.event(decodeEvent(view, at(line))!, ring, ++sequence);
      if (sequence % 128 === 0) {
        delivery.decided(ring, sequence);
        delivery.send();
      }
    }
  };
}
const sent = "to a socket on loopback, in batches of 128 frames";
report("sd-syslog: frame to datagram, 1 stream", perSecond(deliverAll(1)), `${mix}; ${sent}`, {
  name: "node:dgram, one send for each line",
  value: peer,
});
report("sd-syslog: frame to datagram, 2 streams (2 datagrams a line)", perSecond(deliverAll(2)), `${mix}; ${sent}`);
receiver.close();

// Over connections the other side is another process, and takes whatever comes.
const directory = mkdtempSync(join(tmpdir(), "bench-syslog-"));
const [certificate, key] = [join(directory, "cert.pem"), join(directory, "key.pem")];
execFileSync(
  "openssl",
  ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj"].concat(
    ["/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
  ),
  { stdio: "ignore" },
);

/** What is sent in one round, by one stream. */
const CONNECTED_LINES = 200_000;
/** Lines that may wait before the next are made: no line is dropped. */
const MOST_WAITING = 6_000;

async function connected(protocol: "tcp" | "tls", format: "sd-syslog" | "kv", count: number): Promise<void> {
  const args = protocol === "tls" ? [certificate, key] : [];
  const sink = spawn(process.execPath, [fileURLToPath(new URL("./syslog-sink.js", import.meta.url)), ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [text] = (await once(sink.stdout, "data")) as [Buffer];
  const profile = { name: "p", "trusted-ca": [certificate] };
  const streams = Array.from({ length: count }, (_, index) => {
    const settings = streamSettings(
      {
        name: `s${index}`,
        host: "127.0.0.1",
        port: Number(text.toString()),
        format,
        transport: { protocol, ...(protocol === "tls" ? { "tls-profile": "p" } : {}) },
      },
      [profile],
    );
    const region = Buffer.alloc(Outbox.bytes(native, settings.bounds));
    const stream = new Stream(native, settings, new Outbox(native, region, settings.bounds));
    stream.begin();
    return stream;
  });
  const delivery = new Delivery(new GenerationNames({ names: () => sampleTable }, "x"), [], (_event, thrown) => {
    throw thrown;
  });
  delivery.setStreams(streams);
  let sequence = 0;
  const round = async (): Promise<void> => {
    for (let line = 0; line < CONNECTED_LINES;) {
      while (streams.some((stream) => stream.outbox.waiting > MOST_WAITING)) await nextTurn();
      for (let i = 0; i < 128; i++, line++) delivery.event(decodeEvent(view, at(line))!, ring, ++sequence);
      delivery.decided(ring, sequence);
      delivery.send();
    }
    while (streams.some((stream) => stream.outbox.waiting > 0)) {
      delivery.send();
      await nextTurn();
    }
  };
  await round();
  const rates: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const before = process.cpuUsage();
    await round();
    const { user, system } = process.cpuUsage(before);
    rates.push(((CONNECTED_LINES * count) / (user + system)) * 1e6);
  }
  const accounts = streams.flatMap((stream) => stream.outbox.accounts());
  if (accounts.some(({ full, inDoubt, unsendable }) => full + inDoubt + unsendable > 0))
    throw new Error("a line was lost");
  await Promise.all(streams.map((stream) => stream.close()));
  sink.stdin.end();
  const bytes = buffer.length;
  report(
    `${format}: frame to acknowledged line over ${protocol.toUpperCase()}, ${count} stream(s)`,
    rates.sort((a, b) => a - b)[ROUNDS >> 1]!,
    `${mix}; loopback, the collector on another core; a line has about ${bytes} bytes`,
  );
}

for (const [protocol, format, count] of [
  ["tcp", "sd-syslog", 1],
  ["tcp", "kv", 1],
  ["tcp", "sd-syslog", 4],
  ["tcp", "kv", 4],
  ["tls", "sd-syslog", 1],
  ["tls", "kv", 1],
] as const) {
  (format === "kv" ? kvFormat(options) : sdSyslogFormat(options))(
    buffer.clear(),
    decodeEvent(view, at(1))!,
    sampleNames,
  );
  await connected(protocol, format, count);
}
rmSync(directory, { recursive: true });
for (const line of results) console.log(line);
process.exit(0);
