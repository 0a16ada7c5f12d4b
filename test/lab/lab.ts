// The laboratory of demo and end-to-end tests: three hosts in three zones around one firewall, and a collector.
//
//      trust  10.1.1.10        192.0.2.10  untrust
//             2001:db8:1::10   2001:db8:2::10
//                  \               /
//             ge-0/0/0.0      ge-0/0/1.0
//                    [ fw: helper, daemon ] ---- 10.99.0.2 collector: rsyslogd
//                        ge-0/0/2.0
//                            |
//                    dmz  198.51.100.10, 2001:db8:3::10
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { Collector } from "./collector.js";
import { Firewall, root, type FirewallOptions } from "./firewall.js";
import { Network, type Namespace } from "./netns.js";
import type { Running } from "./process.js";

export interface LabOptions extends FirewallOptions {
  readonly prefix?: string;
  readonly queues?: number; // per veth
  readonly mtu?: number;
  readonly offload?: boolean; // hosts leave checksums to hardware
}

export const address = {
  trust: { inet: "10.1.1.10", inet6: "2001:db8:1::10" },
  untrust: { inet: "192.0.2.10", inet6: "2001:db8:2::10" },
  dmz: { inet: "198.51.100.10", inet6: "2001:db8:3::10" },
  firewall: {
    trust: "10.1.1.1",
    untrust: "192.0.2.1",
    dmz: "198.51.100.1",
    trust6: "2001:db8:1::1",
    untrust6: "2001:db8:2::1",
    dmz6: "2001:db8:3::1",
  },
  collector: "10.99.0.2",
} as const;

const networks = [
  { host: "trust", inet: "10.1.1", inet6: "2001:db8:1:" },
  { host: "untrust", inet: "192.0.2", inet6: "2001:db8:2:" },
  { host: "dmz", inet: "198.51.100", inet6: "2001:db8:3:" },
] as const;

export class Lab {
  readonly network: Network;
  readonly trust: Namespace;
  readonly untrust: Namespace;
  readonly dmz: Namespace;
  readonly fw: Namespace;
  readonly firewall: Firewall;
  readonly collector: Collector;
  readonly directory: string;
  readonly #servers: Running[] = [];

  private constructor(
    network: Network,
    hosts: { trust: Namespace; untrust: Namespace; dmz: Namespace; fw: Namespace },
    firewall: Firewall,
    collector: Collector,
    directory: string,
  ) {
    this.network = network;
    this.trust = hosts.trust;
    this.untrust = hosts.untrust;
    this.dmz = hosts.dmz;
    this.fw = hosts.fw;
    this.firewall = firewall;
    this.collector = collector;
    this.directory = directory;
  }

  // create makes namespaces, wires and the collector; the firewall is not started yet.
  static async create(options: LabOptions = {}): Promise<Lab> {
    const network = new Network(options.prefix ?? `rw${process.pid}`);
    const directory = await mkdtemp("/tmp/ringwall-lab-");
    try {
      const fw = await network.namespace("fw");
      const hosts: Namespace[] = [];
      for (const { host, inet, inet6 } of networks) {
        const namespace = await network.namespace(host);
        hosts.push(namespace);
        await network.wire(namespace, "eth0", fw, `${host}0`, {
          ...(options.queues ? { queues: options.queues } : {}),
          ...(options.mtu ? { mtu: options.mtu } : {}),
          ...(options.offload ? { offload: true } : {}),
        });
        await namespace.ip(`address add ${inet}.10/24 dev eth0`);
        await namespace.ip(`address add ${inet6}:10/64 dev eth0 nodad`);
        await namespace.ip(`route add default via ${inet}.1`);
        await namespace.ip(`route add default via ${inet6}:1 dev eth0`);
      }
      const collectorHost = await network.namespace("collector");
      await network.wire(collectorHost, "eth0", fw, "mgmt0");
      await collectorHost.ip("address add 10.99.0.2/30 dev eth0");
      await fw.ip("address add 10.99.0.1/30 dev mgmt0");
      const collector = new Collector(collectorHost, join(directory, "collector"), address.collector);
      const [trust, untrust, dmz] = hosts as [Namespace, Namespace, Namespace];
      const lab = new Lab(
        network,
        { trust, untrust, dmz, fw },
        new Firewall(fw, directory, options),
        collector,
        directory,
      );
      await collector.start();
      return lab;
    } catch (error) {
      await network.close();
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  // start also brings up helper and daemon, applies the demo configuration (or the one given) and a server on each host.
  static async start(configuration?: string, options: LabOptions = {}): Promise<Lab> {
    const lab = await Lab.create(options);
    try {
      await lab.firewall.start();
      await lab.firewall.apply(configuration ?? (await demoConfiguration()));
      return lab;
    } catch (error) {
      await lab.close();
      throw error;
    }
  }

  // serve starts a program that stays, on a host, and waits until it says that it listens.
  async serve(
    host: Namespace,
    name: string,
    command: readonly string[],
    listening: RegExp = /listening/,
  ): Promise<Running> {
    const server = host.start(name, command);
    this.#servers.push(server);
    await server.printed(listening);
    return server;
  }

  // host starts test/lab/host.ts on a host: HTTP on 80, TCP and UDP echo on 7, a TCP sink on 9, both families.
  async host(host: Namespace): Promise<Running> {
    return await this.serve(host, "host", [process.execPath, join(root, "build/js/test/lab/host.js")]);
  }

  async close(): Promise<void> {
    for (const server of this.#servers.splice(0)) await server.stop();
    await this.firewall.stop();
    await this.collector.stop();
    await this.network.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}

export async function demoConfiguration(): Promise<string> {
  return await readFile(join(root, "examples/demo.yaml"), "utf8");
}
