// Network namespaces as hosts: made, joined by veth pairs, and taken away again, whatever happened in between.
import { run, Running, type Finished } from "./process.js";

export class Namespace {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }

  command(command: readonly string[]): string[] {
    return ["ip", "netns", "exec", this.name, ...command];
  }
  async run(command: readonly string[], options: Parameters<typeof run>[1] = {}): Promise<Finished> {
    return await run(this.command(command), options);
  }
  start(name: string, command: readonly string[], env?: NodeJS.ProcessEnv): Running {
    return new Running(`${this.name}:${name}`, this.command(command), env ? { env } : {});
  }
  // ip runs one line of iproute2 in this namespace.
  async ip(line: string): Promise<void> {
    await run(["ip", "-n", this.name, ...line.split(" ")]);
  }
}

// Namespaces made by this process; left-overs of a killed one are recognised by their prefix and its dead process id.
export class Network {
  readonly prefix: string;
  readonly #namespaces: Namespace[] = [];
  constructor(prefix: string) {
    this.prefix = prefix;
  }

  async namespace(name: string): Promise<Namespace> {
    const namespace = new Namespace(`${this.prefix}-${name}`);
    await run(["ip", "netns", "delete", namespace.name], { check: false });
    await run(["ip", "netns", "add", namespace.name]);
    this.#namespaces.push(namespace);
    await namespace.ip("link set lo up");
    return namespace;
  }

  // wire joins two namespaces by a veth pair. With `offload`, senders leave their checksums to hardware that is not there.
  async wire(
    a: Namespace,
    deviceA: string,
    b: Namespace,
    deviceB: string,
    options: { queues?: number; mtu?: number; offload?: boolean } = {},
  ): Promise<void> {
    const queues = String(options.queues ?? 1);
    await run([
      "ip",
      "link",
      "add",
      deviceA,
      "netns",
      a.name,
      "numrxqueues",
      queues,
      "numtxqueues",
      queues,
      "type",
      "veth",
      "peer",
      "name",
      deviceB,
      "netns",
      b.name,
      "numrxqueues",
      queues,
      "numtxqueues",
      queues,
    ]);
    for (const [namespace, device] of [
      [a, deviceA],
      [b, deviceB],
    ] as const) {
      if (options.mtu) await namespace.ip(`link set ${device} mtu ${options.mtu}`);
      const tx = options.offload ? "on" : "off";
      await namespace.run(["ethtool", "-K", device, "tx", tx, "tso", "off", "gso", "off", "gro", "on"]);
      await namespace.ip(`link set ${device} up`);
    }
  }

  async close(): Promise<void> {
    for (const namespace of this.#namespaces.splice(0).reverse()) {
      await run(["ip", "netns", "delete", namespace.name], { check: false });
    }
  }
}
