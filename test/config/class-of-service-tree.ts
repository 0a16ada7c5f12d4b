// One of everything in class of service, on both interfaces of the base configuration. SPDX-License-Identifier: Apache-2.0

export const classified = (name: string, points: readonly (string | number)[], loss = "low"): unknown => ({
  name,
  "loss-priority": [{ name: loss, "code-points": points }],
});
const marked = (name: string, point: string | number, loss = "low"): unknown => ({
  name,
  "loss-priority": [{ name: loss, "code-point": point }],
});

export const classOfService = {
  "forwarding-classes": { class: [{ name: "bulk", "queue-num": 5 }] },
  "code-point-aliases": {
    dscp: [{ name: "mine", bits: "000001" }],
    "dscp-ipv6": [{ name: "six", bits: "000110" }],
  },
  classifiers: {
    dscp: [
      {
        name: "office",
        import: "default",
        "forwarding-class": [classified("bulk", ["mine", 8, "001011"], "high")],
      },
      { name: "again", import: "office", "forwarding-class": [classified("best-effort", ["ef", "mine"])] },
    ],
    "dscp-ipv6": [{ name: "office", "forwarding-class": [classified("bulk", ["six"])] }],
  },
  "rewrite-rules": {
    dscp: [
      {
        name: "out",
        import: "default",
        "forwarding-class": [marked("bulk", "mine", "high"), marked("best-effort", "cs1")],
      },
    ],
    "dscp-ipv6": [{ name: "out", "forwarding-class": [marked("bulk", "six")] }],
  },
  schedulers: [
    { name: "voice", "transmit-rate": { rate: "1m", exact: true }, priority: "strict-high" },
    { name: "work", "transmit-rate": { percent: 50 }, priority: "medium-high" },
    { name: "rest" },
  ],
  "scheduler-maps": [
    {
      name: "wan",
      "forwarding-class": [
        { name: "expedited-forwarding", scheduler: "voice" },
        { name: "assured-forwarding", scheduler: "work" },
        { name: "bulk", scheduler: "rest" },
      ],
    },
  ],
  interfaces: {
    "ge-0/0/0": { unit: { "0": { classifiers: { dscp: "again", "dscp-ipv6": "office" } } } },
    "ge-0/0/1": {
      "scheduler-map": "wan",
      "shaping-rate": { rate: "10m" },
      unit: { "10": { classifiers: { dscp: "default" }, "rewrite-rules": { dscp: "out", "dscp-ipv6": "out" } } },
    },
  },
};
