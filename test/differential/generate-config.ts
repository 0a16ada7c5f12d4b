// generate-config.ts: small configurations, rich in overlaps. SPDX-License-Identifier: Apache-2.0
import type { Config, PolicyContext, Policy, PolicyLog, Zone } from "../../daemon/src/config/config.js";
import { Chooser } from "./choose.js";

export const ZONES = ["trust", "untrust", "dmz"] as const;

const addresses = [
  { name: "a-net", "ip-prefix": "10.0.1.0/24" },
  { name: "a-half", "ip-prefix": "10.0.1.128/25" },
  { name: "a-host", "ip-prefix": "10.0.1.10/32" },
  { name: "a-range", "range-address": { low: "10.0.1.9", high: "10.0.1.12" } },
  { name: "b-net", "ip-prefix": "10.0.2.0/24" },
  { name: "b-host", "ip-prefix": "10.0.2.10/32" },
  { name: "far", "ip-prefix": "192.0.2.0/24" },
  { name: "far-range", "range-address": { low: "192.0.2.100", high: "192.0.2.199" } },
  { name: "a6-net", "ip-prefix": "2001:db8:1::/64" },
  { name: "a6-host", "ip-prefix": "2001:db8:1::10/128" },
  { name: "b6-range", "range-address": { low: "2001:db8:2::9", high: "2001:db8:2::ffff" } },
  { name: "far6", "ip-prefix": "2001:db8:ff::/48" },
];
const sets = [
  { name: "mixed", address: ["a-host", "b-host", "far-range", "a6-host"] },
  { name: "nested", address: ["far6"], "address-set": ["mixed"] },
];
const GLOBAL_NAMES = ["any", ...addresses.map((a) => a.name), "any-ipv4", "any-ipv6", "mixed", "nested"];

const ownApplications = [
  { name: "web", protocol: "tcp", "destination-port": "80-81" },
  { name: "web-slow", protocol: "tcp", "destination-port": 80, "source-port": "40000-40001", "inactivity-timeout": 8 },
  { name: "short", protocol: "udp", "destination-port": "5000-5010", "inactivity-timeout": 5 },
  { name: "for-ever", protocol: 17, "destination-port": 5005, "inactivity-timeout": "never" as const },
  { name: "stamp", protocol: "icmp", "icmp-type": "timestamp" },
  { name: "unreachable", protocol: "icmp", "icmp-type": 8, "icmp-code": 0 },
  { name: "ping6", protocol: "icmp6", "icmp6-type": 128, "icmp6-code": 0 },
  { name: "tunnel", protocol: "gre" },
  { name: "sctp-app", protocol: "sctp", "destination-port": 80 },
  {
    name: "terms",
    term: [
      { name: "one", protocol: "tcp", "destination-port": "ssh" },
      { name: "two", protocol: "udp", "destination-port": "53" },
      { name: "three", protocol: "icmp" },
    ],
  },
];
const APPLICATIONS = [
  "any",
  "web",
  "web-slow",
  "short",
  "for-ever",
  "stamp",
  "unreachable",
  "ping6",
  "tunnel",
  "sctp-app",
  "terms",
  "bundle",
  "junos-http",
  "junos-ssh",
  "junos-dns-udp",
  "junos-icmp-all",
  "junos-ping",
  "junos-pingv6",
  "junos-tcp-any",
];

const SERVICES = ["ping", "ssh", "all", "any-service", "dns", "traceroute", "ntp"];
const PROTOCOLS = ["ospf", "bgp", "all", "ndp", "rip"];

const flag = (on: boolean, name: string): Record<string, true> => (on ? { [name]: true } : {});

function logOf(c: Chooser, mayClose: boolean): { log?: PolicyLog } {
  switch (c.below(4)) {
    case 0:
      return mayClose ? { log: { "session-init": true, "session-close": true } } : { log: { "session-init": true } };
    case 1:
      return {};
    case 2:
      return { log: { "session-init": true } };
    default:
      return mayClose ? { log: { "session-close": true } } : {};
  }
}

function policyOf(c: Chooser, index: number, isGlobal: boolean): Policy {
  const action = c.of(["permit", "permit", "permit", "deny", "reject"] as const);
  const side = (name: "source" | "destination") => {
    const names = c.oneIn(2) ? c.some(GLOBAL_NAMES, 3) : ["any"];
    const excluded = !names.includes("any") && c.oneIn(5);
    return { [`${name}-address`]: names, ...flag(excluded, `${name}-address-excluded`) };
  };
  const zones = (): string[] => (c.oneIn(3) ? ["any"] : c.some(ZONES, 2));
  return {
    name: `p${index}`,
    match: {
      ...(isGlobal && c.oneIn(2) ? { "from-zone": zones() } : {}),
      ...(isGlobal && c.oneIn(2) ? { "to-zone": zones() } : {}),
      ...(side("source") as { "source-address": string[] }),
      ...(side("destination") as { "destination-address": string[] }),
      application: c.oneIn(2) ? c.some(APPLICATIONS, 3) : ["any"],
    },
    then: { [action]: true, ...logOf(c, action === "permit"), ...flag(c.oneIn(2), "count") },
  };
}

function contextsOf(c: Chooser): PolicyContext[] {
  const contexts: PolicyContext[] = [];
  const pairs = [
    ["trust", "untrust"],
    ["untrust", "trust"],
    ["trust", "dmz"],
    ["dmz", "untrust"],
    ["trust", "trust"],
  ] as const;
  for (const [from, to] of pairs) {
    const count = [1, 0, 2, 3][c.below(4)]!;
    if (count === 0) continue;
    const policies = Array.from({ length: count }, (_, i) => policyOf(c, i, false));
    contexts.push({ "from-zone": from, "to-zone": to, policy: policies });
  }
  if (c.oneIn(2)) {
    const globals = Array.from({ length: 1 + c.below(3) }, (_, i) => policyOf(c, i, true));
    contexts.splice(c.below(contexts.length + 1), 0, { global: true, policy: globals });
  }
  return contexts;
}

function inboundOf(c: Chooser) {
  const item = (name: string) => (c.oneIn(4) ? { name, except: true as const } : name);
  const services = c.oneIn(3)
    ? ["all", item(c.of(SERVICES.filter((s) => s !== "all" && s !== "any-service")))]
    : c.oneIn(2)
      ? [c.of(SERVICES)]
      : [];
  const unique = services.filter(
    (one, i) =>
      services.findIndex((o) => (typeof o === "string" ? o : o.name) === (typeof one === "string" ? one : one.name)) ===
      i,
  );
  return {
    ...(unique.length > 0 ? { "system-services": unique } : {}),
    ...(c.oneIn(4) ? { protocols: [c.of(PROTOCOLS)] } : {}),
  };
}

/** configOf makes a valid configuration of three interfaces and four units. */
export function configOf(numbers: readonly number[]): Config {
  const c = new Chooser(numbers);
  const inet = (address: string, extra: object = {}) => ({ inet: { address: [address], ...extra } });
  const smallMtu = c.oneIn(4) ? { mtu: [576, 1000, 68 + 60][c.below(3)]! } : {};
  const small6 = c.oneIn(4) ? { mtu: 1280 } : {};
  /* Families that a unit does not carry; its addresses of them, and routes through it, are gone with them. */
  const inet6Of1 = !c.oneIn(10);
  const first = {
    ...(c.oneIn(20) ? {} : inet("10.0.1.1/24")),
    ...(c.oneIn(10) ? {} : { inet6: { address: ["2001:db8:1::1/64"], ...small6 } }),
  };
  const zones: Zone[] = [
    {
      name: "trust",
      interfaces: [
        "ge-0/0/0.0",
        c.oneIn(3) ? { name: "ge-0/0/2.40", "host-inbound-traffic": inboundOf(c) } : "ge-0/0/2.40",
      ],
      "host-inbound-traffic": inboundOf(c),
      ...flag(c.oneIn(3), "tcp-rst"),
    },
    {
      name: "untrust",
      interfaces: ["ge-0/0/1.0"],
      "host-inbound-traffic": inboundOf(c),
      ...flag(c.oneIn(4), "tcp-rst"),
    },
    { name: "dmz", interfaces: ["ge-0/0/2.30"], "host-inbound-traffic": inboundOf(c) },
  ];
  const tcp = {
    ...(c.oneIn(8) ? { "no-syn-check": true as const } : flag(c.oneIn(6), "strict-syn-check")),
    ...flag(c.oneIn(8), "no-sequence-check"),
    ...flag(c.oneIn(3), "rst-invalidate-session"),
    ...flag(c.oneIn(6), "fin-invalidate-session"),
    ...(c.oneIn(4) ? { "time-wait-state": { "session-timeout": 5 } } : {}),
    ...(c.oneIn(4) ? { "tcp-initial-timeout": 4 } : {}),
  };
  const by30 = (preference: number) => ({ name: "10.0.3.254", interface: "ge-0/0/2.30", preference });
  const route = [
    { name: "192.0.2.0/24", "next-hop": ["10.0.2.254"], "qualified-next-hop": [by30(7)] },
    ...(inet6Of1 ? [{ name: "2001:db8:ff::/48", "next-hop": ["2001:db8:2::fe"] }] : []),
    ...(c.oneIn(2) ? [{ name: "192.0.2.128/25", "next-hop": ["10.0.2.254"], "qualified-next-hop": [by30(3)] }] : []),
    ...(c.oneIn(2) ? [{ name: "192.0.2.200/32", discard: true as const }] : []),
    ...(c.oneIn(2) ? [{ name: "192.0.2.201/32", reject: true as const }] : []),
    ...(c.oneIn(3) ? [{ name: "2001:db8:ff::dead/128", reject: true as const }] : []),
    ...(c.oneIn(4) ? [{ name: "0.0.0.0/0", "next-hop": ["10.0.2.253"] }] : []),
  ];
  const defaults = c.of([undefined, { "deny-all": true }, { "permit-all": true }, { "reject-all": true }] as const);
  return {
    system: {
      "host-name": "model",
      dataplane: { "session-maximum": 1024, ...(c.oneIn(5) ? { "icmp-error-rate": 10, "icmp-error-burst": 2 } : {}) },
    },
    interfaces: {
      "ge-0/0/0": {
        device: "eth0",
        unit: { "0": { family: first } },
      },
      "ge-0/0/1": {
        device: "eth1",
        ...(c.oneIn(4) ? { mtu: 1400 } : {}),
        unit: {
          "0": {
            family: {
              ...inet("10.0.2.1/24", smallMtu),
              ...(inet6Of1 ? { inet6: { address: ["2001:db8:2::1/64"] } } : {}),
            },
          },
        },
      },
      "ge-0/0/2": {
        device: "eth2",
        "vlan-tagging": true,
        unit: {
          "30": { "vlan-id": 30, family: { ...inet("10.0.3.1/24"), ...(c.oneIn(4) ? { inet6: {} } : {}) } },
          "40": { "vlan-id": 40, family: inet("10.0.4.1/31") },
        },
      },
    },
    security: {
      zones: { "security-zone": zones },
      "address-book": [{ name: "global", address: addresses, "address-set": sets }],
      policies: contextsOf(c),
      ...(defaults === undefined ? {} : { "default-policy": { ...defaults, ...logOf(c, "permit-all" in defaults) } }),
      flow: { "tcp-session": tcp },
    },
    applications: {
      application: ownApplications,
      "application-set": [{ name: "bundle", application: ["web", "junos-dns-udp", "junos-telnet"] }],
    },
    "routing-options": { static: { route } },
  } as Config;
}
