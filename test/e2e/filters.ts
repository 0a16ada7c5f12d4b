// The filters of the end-to-end tests: one term for each thing that can happen to a packet, told apart by ports, for both families.
import { configuration, permitAll, type Tree } from "./configuration.js";

export type FamilyName = "inet" | "inet6";

/** Ports that terms of the filters know. */
export const port = {
  echo: 7,
  mark: 6999, // logged and dropped where it comes in: what was logged before it has arrived when it has
  discarded: 5001,
  rejected: 5002,
  reset: 5003,
  moved: 5005, // to the routing instance blue
  stopped: 5006, // by the output filter
  measured: 5007, // by the output filter if it is long
  snmp: 161,
  telnet: 23,
} as const;

/** The name of the filter of a family: filters of both families share one name space. */
export const named = (name: string, family: FamilyName): string => (family === "inet" ? name : `${name}-6`);

interface Term {
  readonly name: string;
  readonly from?: Readonly<Record<string, unknown>>;
  readonly then: Readonly<Record<string, unknown>>;
}

export interface FilterTree {
  readonly name: string;
  readonly term: Term[];
}

const log = { log: true };

function filters(family: FamilyName): FilterTree[] {
  const protocol = family === "inet" ? "protocol" : "next-header";
  const udp = (...ports: number[]): Readonly<Record<string, unknown>> => ({
    [protocol]: ["udp"],
    "destination-port": ports,
  });
  const tcp = (...ports: number[]): Readonly<Record<string, unknown>> => ({
    [protocol]: ["tcp"],
    "destination-port": ports,
  });
  const echoRequest = { [protocol]: [family === "inet" ? "icmp" : "icmp6"], "icmp-type": ["echo-request"] };
  const users = family === "inet" ? "10.1.1.0/24" : "2001:db8:1::/64";
  return [
    {
      name: named("from-users", family),
      term: [
        { name: "mark", from: udp(port.mark), then: { discard: true, ...log } },
        { name: "echo", from: udp(port.echo), then: { accept: true, count: "echo", ...log } },
        { name: "drop", from: udp(port.discarded), then: { discard: true, count: "dropped", ...log } },
        { name: "refuse", from: udp(port.rejected), then: { reject: true, ...log } },
        { name: "reset", from: tcp(port.reset), then: { reject: "tcp-reset", ...log } },
        { name: "reset-udp", from: udp(port.reset), then: { reject: "tcp-reset", ...log } },
        { name: "by-blue", from: udp(port.moved), then: { "routing-instance": "blue", count: "moved", ...log } },
        { name: "seen", from: udp(port.stopped, port.measured), then: { count: "seen", next: "term", syslog: true } },
        { name: "rest", then: { accept: true } },
      ],
    },
    {
      name: named("to-untrust", family),
      term: [
        { name: "echo", from: udp(port.echo), then: { accept: true, count: "echo", ...log } },
        { name: "stop", from: udp(port.stopped), then: { discard: true, count: "stopped", ...log } },
        {
          name: "long",
          from: { ...udp(port.measured), "packet-length": ["200-65535"] },
          then: { discard: true, ...log },
        },
        { name: "short", from: udp(port.measured), then: { accept: true, ...log } },
        { name: "rest", then: { accept: true } },
      ],
    },
    {
      name: named("protect", family),
      term: [
        {
          name: "pings",
          from: { "source-address": [users], ...echoRequest },
          then: { accept: true, count: "pings", ...log },
        },
        { name: "no-snmp", from: udp(port.snmp), then: { reject: true, ...log } },
        { name: "no-telnet", from: tcp(port.telnet), then: { discard: true, ...log } },
        { name: "rest", then: { discard: true } },
      ],
    },
  ];
}

/** filterConfiguration gives the laboratory with these filters; `change` may alter those of each family, `more` all else. */
export function filterConfiguration(
  change: (filters: FilterTree[], family: FamilyName) => FilterTree[] = (unchanged) => unchanged,
  more: (tree: Tree) => void = () => undefined,
): Promise<string> {
  return configuration(permitAll, (tree) => {
    const interfaces = tree["interfaces"] as Record<
      string,
      { unit: Record<string, { family: Record<string, object> }> }
    >;
    const attach = (name: string, of: (family: FamilyName) => Record<string, string>): void => {
      const unit = (interfaces[name] ??= { unit: { "0": { family: {} } } }).unit["0"]!;
      for (const family of ["inet", "inet6"] as const)
        unit.family[family] = { ...unit.family[family], filter: of(family) };
    };
    attach("ge-0/0/0", (family) => ({ input: named("from-users", family) }));
    attach("ge-0/0/1", (family) => ({ output: named("to-untrust", family) }));
    attach("lo0", (family) => ({ input: named("protect", family) }));
    tree["firewall"] = {
      family: {
        inet: { filter: change(filters("inet"), "inet") },
        inet6: { filter: change(filters("inet6"), "inet6") },
      },
    };
    tree["routing-options"] = {
      static: { route: [route("203.0.113.0/24", "192.0.2.10"), route("2001:db8:ff::/48", "2001:db8:2::10")] },
    };
    tree["routing-instances"] = [
      {
        name: "blue",
        "instance-type": "forwarding",
        "routing-options": {
          static: { route: [route("203.0.113.0/24", "198.51.100.10"), route("2001:db8:ff::/48", "2001:db8:3::10")] },
        },
      },
    ];
    const zones = tree.security["zones"] as { "security-zone": Record<string, unknown>[] };
    for (const zone of zones["security-zone"])
      if (zone["name"] === "trust") zone["host-inbound-traffic"] = { "system-services": ["ping", "snmp", "telnet"] };
    const collector = { host: "10.99.0.2", category: ["filter"] };
    tree.security.log = {
      stream: [
        { name: "soc", host: "10.99.0.2" },
        { name: "kv", ...collector, format: "kv" },
        { name: "pfe", ...collector, "filter-format": "pfe", "filter-padding": "compact" },
      ],
    };
    more(tree);
  });
}

const route = (name: string, gateway: string): object => ({ name, "next-hop": [gateway] });
