// view.test.ts: the helper's numbers under the API's names. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import type { ControlPortStatus, CountersReply } from "../helper/control.gen.js";
import { countersView, portCounters } from "./view.js";

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
