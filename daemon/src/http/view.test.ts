// view.test.ts: the helper's numbers under the API's names. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { classOfService } from "../../../test/config/class-of-service-tree.js";
import { configOf } from "../../../test/config/tree.js";
import { compileConfig } from "../config/compile.js";
import type { ControlPortStatus, ControlRoute, CountersReply } from "../helper/control.gen.js";
import {
  attachedAs,
  countersView,
  filterViews,
  interfaceViews,
  portCounters,
  queueViews,
  routeView,
  slotsOf,
} from "./view.js";

const port: ControlPortStatus = {
  id: 0,
  name: "ge-0/0/0",
  device: "eth0",
  up: true,
  mtu: 1500,
  mac: new Uint8Array(6),
  xdp_mode: "native",
  xdp_reason: "",
  queues: 1,
  rx_dropped: 1,
  rx_ring_full: 2,
  rx_fill_ring_empty: 3,
  rx_invalid: 4,
  tx_invalid: 5,
  to_socket: 6,
  no_socket: 7,
  kernel_arp: 8,
  kernel_neighbor_discovery: 9,
  kernel_multicast: 10,
  kernel_link_local: 11,
  kernel_other: 12,
};

const counters: CountersReply = {
  generation: 1,
  received_packets: 1,
  received_bytes: 2,
  forwarded_packets: 3,
  forwarded_bytes: 4,
  host_packets: 5,
  host_bytes: 6,
  sessions_opened: 7,
  sessions_closed: 8,
  sessions_aged_early: 16,
  sessions_abandoned: 9,
  icmp_errors_sent: 10,
  icmp_errors_limited: 11,
  resets_sent: 12,
  resets_limited: 13,
  handed_off: 14,
  output_lost: 15,
  drops: [],
  events: [],
  units: [],
  policies: [],
  queues: [],
  screens: [],
};

test("a device's counters say what was lost before the helper and what the kernel kept", () => {
  assert.deepEqual(portCounters(port), {
    "rx-dropped": 1,
    "rx-ring-full": 2,
    "rx-fill-ring-empty": 3,
    "rx-invalid": 4,
    "tx-invalid": 5,
    "to-socket": 6,
    "no-socket": 7,
    "kernel-arp": 8,
    "kernel-neighbor-discovery": 9,
    "kernel-multicast": 10,
    "kernel-link-local": 11,
    "kernel-other": 12,
  });
});

test("a device that the helper does not know has counted nothing", () => {
  assert.deepEqual(new Set(Object.values(portCounters(undefined))), new Set([0]));
});

test("sessions that never opened are among the totals", () => {
  assert.equal(countersView(counters).totals["sessions-abandoned"], 9);
});

test("a route shows its instance, and the one that decides instead", () => {
  const { snapshot } = compileConfig(configOf(), 1);
  const route = {
    instance: 1,
    prefix: new Uint8Array([10, 9, 0, 0]),
    length: 16,
    preference: 5,
    active: true,
    origin: "static",
    hops: [],
  };
  const view = (more: Pick<ControlRoute, "kind"> & Partial<ControlRoute>): unknown[] => {
    const { instance, prefix, kind, origin } = routeView({ ...route, ...more }, snapshot);
    return [instance, prefix, kind, origin];
  };
  assert.deepEqual(view({ kind: "next-table", table: 0 }), ["blue", "10.9.0.0/16", "next-table inet.0", "static"]);
  assert.deepEqual(view({ kind: "discard", instance: 0 }), ["inet.0", "10.9.0.0/16", "discard", "static"]);
});

test("a route shows which next hops are dead, and whether it is in force", () => {
  const { snapshot } = compileConfig(configOf(), 1);
  const hop = (last: number, state: string) => ({ gateway: new Uint8Array([192, 0, 2, last]), unit: 2, state });
  const { preference, active, nextHops } = routeView(
    {
      ...{ instance: 0, prefix: new Uint8Array(4), length: 0, kind: "next-hop", origin: "static" },
      ...{ preference: 7, active: false, hops: [hop(1, "silent"), hop(2, "down")] },
    },
    snapshot,
  );
  assert.deepEqual(
    [preference, active, nextHops],
    [
      7,
      false,
      [
        { gateway: "192.0.2.1", interface: "ge-0/0/1.10", state: "silent" },
        { gateway: "192.0.2.2", interface: "ge-0/0/1.10", state: "down" },
      ],
    ],
  );
});

describe("firewall filters", () => {
  const term = (name: string, then: object): object => ({ name, then });
  const config = configOf([
    ["firewall.policer[0]", { name: "1m", "if-exceeding": { "bandwidth-limit": "1m", "burst-size-limit": "15k" } }],
    [
      "firewall.family.inet.filter",
      [
        { name: "inner", term: [term("pings", { count: "pings", policer: "1m", next: "term" })] },
        {
          name: "shared",
          term: [
            { name: "first", filter: "inner" },
            term("again", { count: "pings", next: "term" }),
            term("rest", { count: "rest" }),
          ],
        },
        { name: "own", "interface-specific": true, term: [term("all", { count: "all" })] },
        { name: "idle", term: [term("all", { count: "all" })] },
      ],
    ],
    ["firewall.family.inet6.filter", [{ name: "six", term: [term("all", { discard: true })] }]],
    ["interfaces.ge-0/0/0.unit.0.family.inet.filter", { input: "shared", output: "own" }],
    ["interfaces.ge-0/0/0.unit.0.family.inet6.filter", { output: "six" }],
    ["interfaces.ge-0/0/1.unit.10.family.inet.filter", { input: "own", output: "shared" }],
    ["interfaces.lo0.unit.0.family.inet.filter", { input: "shared" }],
  ]);
  const compiled = compileConfig(config, 5);
  const { snapshot } = compiled;
  const reply = { generation: 5, counters: [{ index: 0, packets: 3, bytes: 252 }], policers: [] };

  test("are listed as they are attached, with what each counted there", () => {
    assert.deepEqual(
      filterViews(attachedAs(undefined, snapshot), snapshot, {
        ...reply,
        policers: [{ index: 0, packets: 1, bytes: 84 }],
      }),
      [
        {
          name: "shared",
          family: "inet",
          attached: [
            { direction: "input", at: "ge-0/0/0.0" },
            { direction: "output", at: "ge-0/0/1.10" },
            { direction: "lo0", at: "inet.0" },
            { direction: "lo0", at: "blue" },
          ],
          terms: 3,
          counters: [
            { name: "pings", packets: 3, bytes: 252 },
            { name: "rest", packets: 0, bytes: 0 },
          ],
          policers: [{ name: "1m/shared/inner:pings", packets: 1, bytes: 84 }],
        },
        {
          name: "own-ge-0/0/0.0-o",
          family: "inet",
          attached: [{ direction: "output", at: "ge-0/0/0.0" }],
          terms: 1,
          counters: [{ name: "all", packets: 0, bytes: 0 }],
          policers: [],
        },
        {
          name: "six",
          family: "inet6",
          attached: [{ direction: "output", at: "ge-0/0/0.0" }],
          terms: 1,
          counters: [],
          policers: [],
        },
        {
          name: "own-ge-0/0/1.10-i",
          family: "inet",
          attached: [{ direction: "input", at: "ge-0/0/1.10" }],
          terms: 1,
          counters: [{ name: "all", packets: 0, bytes: 0 }],
          policers: [],
        },
      ],
    );
  });

  test("are found by the name of the attachment, or of a filter whose terms stand in it", () => {
    const found = (name: string): string[] => attachedAs(name, snapshot).map((filter) => filter.name);
    assert.deepEqual(found("shared"), ["shared"]);
    assert.deepEqual(found("inner"), ["shared"]);
    assert.deepEqual(found("own"), ["own-ge-0/0/0.0-o", "own-ge-0/0/1.10-i"]);
    assert.deepEqual(found("own-ge-0/0/1.10-i"), ["own-ge-0/0/1.10-i"]);
    assert.deepEqual(found("idle"), [], "it is not attached");
    assert.deepEqual(slotsOf(attachedAs("own", snapshot), "counter").length, 2);
    assert.deepEqual(slotsOf(attachedAs("inner", snapshot), "policer"), [0]);
  });

  test("stand with the interfaces that have them", () => {
    const active = {
      config,
      compiled,
      commit: { generation: 5, hash: "", time: "", origin: "apply", text: "" },
    } as const;
    assert.deepEqual(
      interfaceViews(active, undefined, undefined).map(({ name, instance, filters }) => [name, instance, filters]),
      [
        [
          "ge-0/0/0.0",
          "inet.0",
          [
            { family: "inet", direction: "input", filter: "shared" },
            { family: "inet", direction: "output", filter: "own-ge-0/0/0.0-o" },
            { family: "inet6", direction: "output", filter: "six" },
          ],
        ],
        [
          "ge-0/0/1.10",
          "inet.0",
          [
            { family: "inet", direction: "input", filter: "own-ge-0/0/1.10-i" },
            { family: "inet", direction: "output", filter: "shared" },
          ],
        ],
      ],
    );
  });
});

test("queues are told with their classes and counters, of interfaces that have queues", () => {
  const config = configOf([["class-of-service", classOfService]]);
  const active = {
    config,
    compiled: compileConfig(config, 1),
    commit: { generation: 1, hash: "", time: "", origin: "apply", text: "" },
  } as const;
  const queues = [{ port: 1, queue: 1, packets: 2, bytes: 3, dropped_packets: 4, dropped_bytes: 5 }];
  const views = queueViews(active, { ...counters, queues });
  assert.deepEqual(
    views.map((view) => [view.interface, view.queue, view.forwardingClasses]),
    [["best-effort"], ["expedited-forwarding"], ["assured-forwarding"], ["network-control"], [], ["bulk"], [], []].map(
      (classes, queue) => ["ge-0/0/1", queue, classes],
    ),
  );
  assert.deepEqual(views[1], {
    interface: "ge-0/0/1",
    queue: 1,
    forwardingClasses: ["expedited-forwarding"],
    priority: "strict-high",
    rate: 1_000_000,
    exact: true,
    packets: 2,
    bytes: 3,
    droppedPackets: 4,
    droppedBytes: 5,
  });
  assert.equal(views[2]?.packets, 0);
  // The helper enforces another configuration still.
  assert.equal(queueViews(active, { ...counters, generation: 2, queues })[1]?.packets, 0);
});
