// Fragments in every order through the firewall, of requests and of replies: the real stack behind it puts them together; with one
// worker and two, with and without source translation. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import type { Counters } from "../../daemon/src/http/api.js";
import { fragmentsOf, frameOf, ipPacket, type Shape } from "../differential/build.js";
import { address, Lab } from "../lab/lab.js";
import type { Running } from "../lab/process.js";
import { configuration, permitAll } from "./configuration.js";

const FRAME = fileURLToPath(new URL("../../../release/tools/frame", import.meta.url));
const UDP = 17;
const ECHO = 7;
const ASKED = 9999;
const PIECE = 400;
const FRAGMENT = 44;
const DESTINATION_OPTIONS = 60;
const outside = { inet: address.firewall.untrust, inet6: address.firewall.untrust6 };
const HEADERS = { inet: 20 + 8, inet6: 40 + 8 };

const hide = {
  source: {
    "rule-set": [
      {
        name: "out",
        from: { zone: ["trust"] },
        to: { zone: ["untrust"] },
        rule: [{ name: "hide-users", match: {}, then: { "source-nat": { interface: true } } }],
      },
    ],
  },
};

/** permutations of a list, each once. */
const permutations = <T>(list: readonly T[]): T[][] =>
  list.length < 2
    ? [[...list]]
    : list.flatMap((one, at) => permutations(list.toSpliced(at, 1)).map((rest) => [one, ...rest]));

const ORDERS = [2, 3].flatMap((count) => permutations(Array.from({ length: count }, (_, at) => at)));

/** behindOptions cuts a packet so that a destination-options header is a part of what is cut: later fragments do not tell its protocol. */
function behindOptions(shape: Shape, size: number): Buffer[] {
  const whole = ipPacket({ ...shape, options: true });
  const [header, body] = [whole.subarray(0, 40), whole.subarray(40)];
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const part = body.subarray(at, at + size);
    const fragment = Buffer.from([DESTINATION_OPTIONS, 0, 0, 0, 0, 0, 0, 0]);
    fragment.writeUInt16BE(at | (at + size < body.length ? 1 : 0), 2);
    fragment.writeUInt32BE(shape.id!, 4);
    const own = Buffer.from(header);
    own.writeUInt16BE(fragment.length + part.length, 4);
    own[6] = FRAGMENT;
    pieces.push(Buffer.concat([own, fragment, part]));
  }
  return pieces;
}

const KINDS = [
  { what: "inet", family: "inet", cut: fragmentsOf },
  { what: "inet6", family: "inet6", cut: fragmentsOf },
  { what: "inet6 destination-options", family: "inet6", cut: behindOptions },
] as const;
type Kind = (typeof KINDS)[number];

interface Datagram {
  readonly port: number; // of the client's socket
  readonly frames: readonly string[];
  readonly sent: string; // what its receiver shall have
}

/** client sends each datagram by its frames from its own port, and ends with 0 once the server has echoed all as they were. */
const client = (family: "inet" | "inet6", datagrams: readonly Datagram[]) => [
  process.execPath,
  "-e",
  `const { createSocket } = require("dgram");
  const { execFileSync } = require("child_process");
  let left = 0;
  for (const { port, frames, sent } of JSON.parse(process.argv[1])) {
    left++;
    const s = createSocket("${family === "inet" ? "udp4" : "udp6"}");
    s.on("message", (m) => { if (m.toString("hex") !== sent) process.exit(3); s.close(); if (--left === 0) process.exit(0); });
    s.bind(port, () => execFileSync("${FRAME}", ["send", "eth0", ...frames]));
  }
  setTimeout(() => process.exit(4), 10000);`,
  JSON.stringify(datagrams),
];

/** Sockets that ask from `count` ports, and print what each was answered. */
const asking = (family: "inet" | "inet6", from: number, count: number) => [
  process.execPath,
  "-e",
  `const { createSocket } = require("dgram");
  for (let port = ${from}; port < ${from + count}; port++) {
    const s = createSocket("${family === "inet" ? "udp4" : "udp6"}");
    s.on("message", (m) => console.log("answer " + port + " " + m.toString("hex") + "."));
    s.bind(port, () => s.send(String(port), ${ASKED}, "${address.untrust[family]}"));
  }
  console.log("listening");`,
];

/** A server that says who asked, and leaves it to the test to answer. */
const asked = `require("dgram").createSocket("udp6")
  .on("message", (m, from) => console.log("asked " + m + " " + from.address.replace("::ffff:", "") + " " + from.port + "."))
  .bind(${ASKED}, "::", () => console.log("listening"));`;

/** hits: sessions that were translated. */
async function hits(lab: Lab, translated: boolean): Promise<number> {
  if (!translated) return 0;
  const view = await lab.firewall.cliJson<{ rules: { hits: number }[] }>("show", "security", "nat", "source");
  return view.rules[0]!.hits;
}

for (const workers of [1, 2])
  for (const translated of [false, true]) {
    const what = `${workers} worker(s)${translated ? ", source translation" : ""}`;
    describe(`fragments with ${what}`, { timeout: 240_000 }, () => {
      let lab: Lab;
      let server: Running;
      let mac: { readonly trust: Buffer; readonly untrust: Buffer };
      before(async () => {
        const text = await configuration(permitAll, (tree) => {
          if (translated) tree.security["nat"] = hide;
        });
        lab = await Lab.start(text, { workers, queues: workers });
        await lab.host(lab.untrust);
        server = await lab.serve(lab.untrust, "asked", [process.execPath, "-e", asked]);
        const of = async (device: string): Promise<Buffer> => {
          const { stdout } = await lab.fw.run(["cat", `/sys/class/net/${device}/address`]);
          return Buffer.from(stdout.trim().replaceAll(":", ""), "hex");
        };
        mac = { trust: await of("trust0"), untrust: await of("untrust0") };
      });
      after(async () => {
        await lab?.close();
      });

      /** datagramOf cuts a datagram, and puts its pieces into an order. */
      function datagramOf(kind: Kind, shape: Shape, order: readonly number[], to: Buffer, port: number): Datagram {
        const pieces = kind.cut(shape, PIECE);
        assert.equal(pieces.length, order.length);
        const frames = order.map((at) => {
          const frame = frameOf(pieces[at]!);
          to.copy(frame, 0);
          return frame.toString("hex");
        });
        return { port, frames, sent: ipPacket(shape).subarray(HEADERS[kind.family]).toString("hex") };
      }

      async function assertNoneDropped(): Promise<void> {
        const { drops } = await lab.firewall.cliJson<Counters>("show", "counters");
        assert.deepEqual(
          Object.keys(drops).filter((reason) => reason.startsWith("fragment-")),
          [],
        );
      }

      for (const [at, kind] of KINDS.entries()) {
        const { what: name, family } = kind;
        const from = 42_000 + 100 * at;

        test(`two and three ${name} fragments of a request arrive in whole in each of their orders`, async () => {
          const datagrams = ORDERS.map((order, number) => {
            const shape: Shape = {
              source: address.trust[family],
              destination: address.untrust[family],
              protocol: UDP,
              sourcePort: from + number,
              destinationPort: ECHO,
              payload: (order.length - 1) * PIECE + 100,
              id: from + number,
            };
            return datagramOf(kind, shape, order, mac.trust, from + number);
          });
          assert.equal(datagrams.length, 2 + 6);
          const before = await hits(lab, translated);
          const finished = await lab.trust.run(client(family, datagrams), { check: false });
          assert.equal(finished.code, 0, `exit ${finished.code}: 3 = changed, 4 = lost; ${finished.stderr}`);
          if (translated) assert.equal((await hits(lab, translated)) - before, datagrams.length);
          await assertNoneDropped();
        });

        test(`two and three ${name} fragments of a reply arrive in whole in each of their orders`, async () => {
          const first = from + 50;
          const sockets = await lab.serve(lab.trust, "asking", asking(family, first, ORDERS.length));
          for (const [number, order] of ORDERS.entries()) {
            const port = first + number;
            const [, host, outer] = await server.printed(new RegExp(`asked ${port} (\\S+) (\\d+)\\.`));
            assert.equal(host, translated ? outside[family] : address.trust[family]);
            const shape: Shape = {
              source: address.untrust[family],
              destination: host!,
              protocol: UDP,
              sourcePort: ASKED,
              destinationPort: Number(outer),
              payload: (order.length - 1) * PIECE + 100,
              id: port,
            };
            const { frames, sent } = datagramOf(kind, shape, order, mac.untrust, port);
            await lab.untrust.run([FRAME, "send", "eth0", ...frames]);
            const [, heard] = await sockets.printed(new RegExp(`answer ${port} ([0-9a-f]*)\\.`));
            assert.equal(heard, sent);
          }
          await sockets.stop();
          await assertNoneDropped();
        });
      }
    });
  }
