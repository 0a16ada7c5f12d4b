// Fragments in every order through the firewall: the real stack behind it puts them together and answers the whole datagram;
// with one worker and two, with and without source translation. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { fragmentsOf, frameOf, ipPacket, type Shape } from "../differential/build.js";
import { address, Lab } from "../lab/lab.js";
import { configuration, permitAll } from "./configuration.js";

const FRAME = fileURLToPath(new URL("../../../release/tools/frame", import.meta.url));
const UDP = 17;
const ECHO = 7;
const PIECE = 400;
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

/** client sends each datagram by its frames from its own port, and ends with 0 once the server has echoed all as they were. */
const client = (family: "inet" | "inet6", datagrams: readonly { port: number; frames: string[]; sent: string }[]) => [
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
      let mac: Buffer;
      before(async () => {
        const text = await configuration(permitAll, (tree) => {
          if (translated) tree.security["nat"] = hide;
        });
        lab = await Lab.start(text, { workers, queues: workers });
        await lab.host(lab.untrust);
        const { stdout } = await lab.fw.run(["cat", "/sys/class/net/trust0/address"]);
        mac = Buffer.from(stdout.trim().replaceAll(":", ""), "hex");
      });
      after(async () => {
        await lab?.close();
      });

      for (const family of ["inet", "inet6"] as const)
        test(`two and three ${family} fragments arrive in whole in each of their orders`, async () => {
          const orders = [2, 3].flatMap((count) => permutations(Array.from({ length: count }, (_, at) => at)));
          const datagrams = orders.map((order, number) => {
            const shape: Shape = {
              source: address.trust[family],
              destination: address.untrust[family],
              protocol: UDP,
              sourcePort: 42_000 + number,
              destinationPort: ECHO,
              payload: (order.length - 1) * PIECE + 100,
              id: 700 + number,
            };
            const pieces = fragmentsOf(shape, PIECE);
            assert.equal(pieces.length, order.length);
            const frames = order.map((at) => {
              const frame = frameOf(pieces[at]!);
              mac.copy(frame, 0);
              return frame.toString("hex");
            });
            const sent = ipPacket(shape).subarray(HEADERS[family]).toString("hex");
            return { port: shape.sourcePort!, frames, sent };
          });
          assert.equal(datagrams.length, 2 + 6);
          const before = await hits(lab, translated);
          const finished = await lab.trust.run(client(family, datagrams), { check: false });
          assert.equal(finished.code, 0, `exit ${finished.code}: 3 = changed, 4 = lost; ${finished.stderr}`);
          if (translated) assert.equal((await hits(lab, translated)) - before, datagrams.length);
          const { drops } = await lab.firewall.cliJson<{ drops: Record<string, number> }>("show", "counters");
          assert.deepEqual(
            Object.keys(drops).filter((reason) => reason.startsWith("fragment-")),
            [],
          );
        });
    });
  }
