// One of everything in address translation, between the interfaces of the base configuration. SPDX-License-Identifier: Apache-2.0

export const nat = {
  source: {
    "address-persistent": true,
    "pool-utilization-alarm": { "raise-threshold": 90, "clear-threshold": 60 },
    pool: [
      {
        name: "outside",
        description: "for users",
        address: ["192.0.2.32/30", { name: "192.0.2.40", to: "192.0.2.43" }],
        port: { range: { low: 2000, high: 2999 } },
        "pool-utilization-alarm": { "raise-threshold": 80 },
        "overflow-pool": "spare",
      },
      { name: "spare", address: ["192.0.2.48"] },
      {
        name: "same-ports",
        address: ["192.0.2.50/31"],
        port: { "no-translation": true },
        "overflow-pool": "interface",
      },
    ],
    "rule-set": [
      {
        name: "by-instance",
        description: "what says least stands last",
        from: { "routing-instance": ["default"] },
        to: { "routing-instance": ["default"] },
        rule: [{ name: "rest", match: {}, then: { "source-nat": { interface: true } } }],
      },
      {
        name: "out",
        from: { zone: ["trust"] },
        to: { zone: ["untrust"] },
        rule: [
          {
            name: "printers",
            description: "are not translated",
            match: { "source-address": ["10.1.1.128/25"], "destination-address-name": ["web"] },
            then: { "source-nat": { off: true } },
          },
          {
            name: "users",
            match: {
              "source-address-name": ["everything"],
              "source-port": ["1024-65535"],
              "destination-address": ["198.51.100.0/24", "203.0.113.0/24"],
              "destination-port": ["http", 8000, "8002-8009"],
              protocol: ["tcp", "udp"],
            },
            then: {
              "source-nat": {
                pool: "outside",
                "persistent-nat": {
                  permit: { "target-host-port": true },
                  "inactivity-timeout": 600,
                  "max-session-number": 100,
                },
              },
            },
          },
        ],
      },
      {
        name: "by-interface",
        from: { interface: ["ge-0/0/0.0"] },
        to: { interface: ["ge-0/0/1.10"] },
        rule: [{ name: "all", match: {}, then: { "source-nat": { pool: "same-ports" } } }],
      },
    ],
  },
  destination: {
    pool: [
      { name: "web", description: "inside", address: { name: "10.1.1.80", to: "10.1.1.81", port: 8080 } },
      { name: "mail", address: { name: "2001:db8:1::25/128" } },
    ],
    "rule-set": [
      {
        name: "in",
        description: "from the internet",
        from: { interface: ["ge-0/0/1.10"] },
        rule: [
          {
            name: "web",
            description: "web servers",
            match: {
              "source-address": ["198.51.100.0/24"],
              "destination-address": "192.0.2.1/32",
              "destination-port": ["http"],
              protocol: ["tcp"],
            },
            then: { "destination-nat": { pool: "web" } },
          },
          {
            name: "mail",
            match: { "source-address-name": ["any"], "destination-address": "2001:db8:2::25/128" },
            then: { "destination-nat": { pool: "mail" } },
          },
          { name: "rest", match: { "destination-address-name": "pool" }, then: { "destination-nat": { off: true } } },
        ],
      },
    ],
  },
  "proxy-arp": {
    interface: [
      { name: "ge-0/0/1.10", address: ["192.0.2.32/30", { name: "192.0.2.40", to: "192.0.2.43" }, "192.0.2.36"] },
    ],
  },
  "proxy-ndp": {
    interface: [{ name: "ge-0/0/1.10", address: [{ name: "2001:db8:2::70", to: "2001:db8:2::7f" }] }],
  },
  static: {
    "rule-set": [
      {
        name: "hosts",
        description: "one to one",
        from: { zone: ["untrust"] },
        rule: [
          {
            name: "ssh",
            description: "to the jump host",
            match: {
              "source-address": ["198.51.100.0/24"],
              "source-address-name": ["web"],
              "destination-address": "192.0.2.60/32",
              "destination-port": "2200-2201",
            },
            then: { "static-nat": { prefix: { name: "10.1.1.60/32", "mapped-port": "22-23" } } },
          },
          {
            name: "servers",
            match: { "destination-address": "192.0.2.64/28" },
            then: { "static-nat": { prefix: { name: "10.1.1.64/28" } } },
          },
          {
            name: "site",
            match: { "destination-address": "2001:db8:a::/48" },
            then: { "static-nat": { "nptv6-prefix": { name: "fd01:203:405::/48" } } },
          },
        ],
      },
    ],
  },
};
