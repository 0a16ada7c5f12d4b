// What the API says when the helper's numbers are not of what is active, or do not come. Helper and daemon agree but for moments,
// so the helper's side stands in here; test/e2e/ has the rest with the real one. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";

import { pino } from "pino";

import { parseMetrics } from "../../../test/lab/prometheus.js";
import { GenerationNames } from "../event/names.js";
import type { ControlReplies, ControlSession } from "../helper/control.gen.js";
import { PoolAlarms } from "../nat/pool-alarms.js";
import { RingSet } from "../ring/ring-set.js";
import { TableAlarm } from "../session/table-alarm.js";
import { Commits } from "../state/commits.js";
import { StateStore } from "../state/state-store.js";
import { Delivery } from "../syslog/delivery.js";
import { RequiredDelivery } from "../syslog/required-delivery.js";
import { StreamWatch } from "../syslog/stream-watch.js";
import type { InterfaceView, PolicyView, Sessions, SessionsQuery } from "./api.js";
import { FirewallLog } from "./firewall-log.js";
import { createHandlers, type HelperCalls } from "./handlers.js";
import { RequestError, type Handlers } from "./server.js";
import { Talkers } from "./talkers.js";

const CONFIGURATION = `
system: { host-name: fw }
interfaces: { eth0: { unit: { "0": {} } }, eth1: { unit: { "0": {} } } }
security:
  zones: { security-zone: [{ name: in, interfaces: [eth0.0] }, { name: out, interfaces: [eth1.0] }] }
  policies:
    - from-zone: in
      to-zone: out
      policy:
        - { name: web, match: { source-address: [any], destination-address: [any], application: [junos-http] }, then: { permit: true } }
        - { name: rest, match: { source-address: [any], destination-address: [any], application: [any] }, then: { permit: true } }
`;

/** Answers stands in for the helper: it says what a test has it say. */
class Answers implements HelperCalls {
  isConnected = true;
  generation = 1;
  /** What it does not answer. */
  silent: keyof ControlReplies | undefined;
  sessions: ControlSession[] = [];
  asked = 0;

  async call<Type extends keyof ControlReplies>(type: Type, body: unknown): Promise<ControlReplies[Type]> {
    this.asked++;
    if (type === this.silent) throw new Error("no answer");
    const { generation } = this;
    const counted = { in_packets: 7, in_bytes: 70, out_packets: 8, out_bytes: 80 };
    const replies: Partial<Record<keyof ControlReplies, unknown>> = {
      status: { generation, workers: [], ports: [] },
      counters: {
        generation,
        units: [{ id: 1, ...counted }],
        policies: [0, 1, 2].map((counter) => ({ counter, hits: 5, packets: 6, bytes: 7, sessions: 5 })),
        drops: [],
        events: [],
        queues: [],
        screens: [],
      },
      sessions: this.#page(body as { after: number; limit: number }),
    };
    return replies[type] as ControlReplies[Type];
  }

  // As in helper/engine/report.c: `after` is a position in the table.
  #page({ after, limit }: { readonly after: number; readonly limit: number }): unknown {
    const end = after + limit;
    return { sessions: this.sessions.slice(after, end), next: end < this.sessions.length ? end : 0 };
  }
}

const log = pino({ level: "silent" });
let directory: string;
let helper: Answers;
let handlers: Handlers;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "ringwall-handlers-"));
  helper = new Answers();
  const store = new StateStore(join(directory, "state"));
  const commits = new Commits(store, () => undefined, log);
  commits.start();
  const apply = ({ generation, hash }: { readonly generation: number; readonly hash: string }) =>
    Promise.resolve({ generation, hash });
  await commits.connected({ apply }, { generation: 0, hash: "" });
  await commits.apply(CONFIGURATION);
  const names = new GenerationNames(store, "fw", (_generation, error) => {
    throw error;
  });
  const delivery = new Delivery(names, [], (_event, error) => {
    throw error;
  });
  const rings = new RingSet(directory);
  handlers = createHandlers({
    commits,
    store,
    helper,
    rings,
    delivery,
    streamWatch: new StreamWatch(
      () => delivery,
      () => "fw",
      log,
    ),
    required: new RequiredDelivery(rings, log),
    firewallLog: new FirewallLog(),
    talkers: new Talkers(),
    poolAlarms: new PoolAlarms(() => undefined),
    listener: { raised: [] },
    tableAlarm: new TableAlarm(() => undefined),
    names,
    hostName: "fw",
  });
});
afterEach(() => rmSync(directory, { recursive: true }));

const ask = async <Reply>(route: string, query: unknown = {}): Promise<Reply> =>
  (await (handlers[route] as (query: unknown) => unknown)(query)) as Reply;

const inPackets = async (): Promise<(number | undefined)[] | undefined> =>
  parseMetrics(await ask<string>("GET /metrics"))
    .get("ringwall_interface_packets_total")
    ?.samples.filter(({ labels }) => labels["direction"] === "in")
    .map(({ value }) => value);

test("numbers of another generation than the active one are shown under no name", async () => {
  assert.deepEqual(
    (await ask<InterfaceView[]>("GET /interfaces")).map(({ name, inPackets }) => [name, inPackets]),
    [
      ["eth0.0", 7],
      ["eth1.0", 0],
    ],
  );
  assert.equal((await ask<PolicyView[]>("GET /policies"))[0]?.hits, 5);
  assert.deepEqual(await inPackets(), [7, 0]);
  helper.generation = 2;
  for (const route of ["GET /interfaces", "GET /policies"])
    await assert.rejects(
      ask(route),
      (thrown) =>
        thrown instanceof RequestError &&
        thrown.code === "not-in-force" &&
        thrown.message === "the helper enforces generation 2, not yet 1",
      route,
    );
  assert.deepEqual(await inPackets(), []);
  // One that enforces nothing has no numbers that could be mistaken.
  helper.generation = 0;
  assert.deepEqual(
    (await ask<InterfaceView[]>("GET /interfaces")).map(({ inPackets }) => inPackets),
    [0, 0],
  );
});

test("metrics go on without what a helper that does not answer would have said", async () => {
  helper.silent = "counters";
  const families = parseMetrics(await ask<string>("GET /metrics"));
  assert.equal(families.has("ringwall_accounting_balanced"), true);
  assert.equal(families.has("ringwall_sessions"), true);
  assert.equal(families.has("ringwall_dropped_packets_total"), false);
  assert.equal(families.get("ringwall_interface_up")?.samples.length, 0);
});

/** A session of the first policy (web) or of the second one (rest), as it is numbered by decision 0005's rules. */
const session = (id: number, policies: readonly PolicyView[], name: string): ControlSession => ({
  id,
  worker: 0,
  policy_id: policies.find((policy) => policy.name === name)!.policyId,
  generation: 1,
  application: 0,
  protocol: 6,
  state: "",
  source: new Uint8Array([10, 0, 0, 1]),
  source_port: 1,
  destination: new Uint8Array([10, 0, 0, 2]),
  destination_port: 2,
  ingress_zone: 1,
  egress_zone: 2,
  ingress_unit: 1,
  egress_unit: 2,
  age_s: 0,
  timeout_s: 1,
  client_packets: 0,
  client_bytes: 0,
  server_packets: 0,
  server_bytes: 0,
});

test("a page of one policy's sessions has some where there are some, none twice, and ends somewhere", async () => {
  const policies = await ask<PolicyView[]>("GET /policies");
  helper.sessions = Array.from({ length: 5_000 }, (_, index) =>
    session(index + 1, policies, (index + 1) % 1_000 === 0 ? "rest" : "web"),
  );
  const page = (query: SessionsQuery): Promise<Sessions> => ask<Sessions>("GET /sessions", query);
  const ids = ({ sessions }: Sessions): number[] => sessions.map(({ id }) => id);
  const all = await page({ policy: "rest", limit: 200 });
  assert.deepEqual([all.next, ids(all)], [0, [1_000, 2_000, 3_000, 4_000, 5_000]]);
  // From page to page, as the command line reads them.
  const found: number[] = [];
  for (let after = 0; ;) {
    const part = await page({ policy: "web", limit: 300, after });
    assert.ok(part.sessions.length <= 300);
    found.push(...ids(part));
    if (part.next === 0) break;
    after = part.next;
  }
  assert.equal(found.length, 4_995);
  assert.equal(new Set(found).size, 4_995);
  helper.asked = 0;
  const none = await page({ policy: "nobody's", limit: 10 });
  assert.deepEqual([none.sessions, none.next, helper.asked], [[], 1_000, 100]);
});
