// collector-run.ts: one run of traffic through a firewall whose streams lead to every collector there is: first by datagrams,
// then over connections. SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";

import type { Accounting } from "../../daemon/src/http/api.js";
import { address, Lab } from "../lab/lab.js";
import type { Running } from "../lab/process.js";
import { Nfcapd } from "./nfcapd.js";
import { Recorder } from "./recorder.js";
import { RsyslogConnected } from "./rsyslog-connected.js";
import { SyslogNg } from "./syslog-ng.js";
import { sendTraffic, trafficConfiguration, type Row } from "./traffic.js";

const READ_IPFIX = "test/collectors/read-ipfix.py";
const NG_PORT = 5514;
const FLOWS_PORT = 9995;
const Connected = { tcp: 6010, tls: 6514, ipfix: 4739 } as const;
const FLOW_RECORDS = 13; // screens and filters have none
const host = address.collector;

/** RecordedPort: where each format is written down as it comes, for parsers that are no collectors. */
export const RecordedPort = { plain12: 6001, plain22: 6002, kv: 6003, json: 6004, sd26: 6005 } as const;

const streams = [
  { name: "rsyslog", host },
  { name: "syslog-ng", host, port: NG_PORT },
  { name: "plain-12", host, port: RecordedPort.plain12, format: "syslog", layout: "junos-12" },
  { name: "plain-22", host, port: RecordedPort.plain22, format: "syslog" },
  { name: "kv", host, port: RecordedPort.kv, format: "kv" },
  { name: "json", host, port: RecordedPort.json, format: "json" },
  { name: "sd-26", host, port: RecordedPort.sd26, layout: "junos-26" },
  { name: "flows", host, port: FLOWS_PORT, format: "ipfix" },
];
const connectedStreams = [
  { name: "rsyslog", host },
  { name: "rsyslog-tcp", host, port: Connected.tcp, transport: { protocol: "tcp" } },
  { name: "rsyslog-tls", host, port: Connected.tls, transport: { protocol: "tls", "tls-profile": "own" } },
  { name: "flows", host, port: Connected.ipfix, format: "ipfix", transport: { protocol: "tcp" } },
];

/** Rows of what was sent, and the collectors that have it by now. */
interface Datagrams {
  readonly sent: readonly Row[];
  readonly ng: SyslogNg;
  readonly recorder: Recorder;
  readonly nfcapd: Nfcapd;
}
interface Connections {
  readonly sent: readonly Row[];
  readonly rsyslog: RsyslogConnected;
  readonly flows: Running;
}

export class CollectorRun {
  readonly lab: Lab;
  readonly #running: { stop(): Promise<unknown> }[] = [];
  #datagrams: Datagrams | undefined;
  #connections: Connections | undefined;

  private constructor(lab: Lab) {
    this.lab = lab;
  }

  static async start(): Promise<CollectorRun> {
    const run = new CollectorRun(await Lab.create());
    try {
      await run.#sendDatagrams();
      return run;
    } catch (error) {
      await run.close();
      throw error;
    }
  }

  get datagrams(): Datagrams {
    return this.#datagrams!;
  }

  /** connections applies the streams over TCP and TLS and sends the traffic once more, when it is asked for first. */
  async connections(): Promise<Connections> {
    this.#connections ??= await this.#sendConnected();
    return this.#connections;
  }

  async close(): Promise<void> {
    for (const running of this.#running.splice(0).reverse()) await running.stop();
    await this.lab.close();
  }

  async #sendDatagrams(): Promise<void> {
    const { lab } = this;
    const { namespace } = lab.collector;
    const ng = this.#keep(await SyslogNg.start(namespace, lab.directory, host, NG_PORT));
    const ports = Object.values(RecordedPort);
    const recorder = this.#keep(await Recorder.start(namespace, host, ports));
    const nfcapd = this.#keep(await Nfcapd.start(namespace, lab.directory, host, FLOWS_PORT));
    await lab.firewall.start();
    await lab.firewall.apply(await trafficConfiguration(streams));
    for (const side of [lab.trust, lab.untrust]) await lab.host(side);
    const sent = await sendTraffic(lab, 40000);
    assert.equal(sent.length, 15);
    await lab.collector.expectCount("any kind", () => true, sent.length);
    for (const port of ports) await recorder.until(port, sent.length);
    await this.#flowsSent(FLOW_RECORDS);
    this.#datagrams = { sent, ng, recorder, nfcapd };
  }

  async #sendConnected(): Promise<Connections> {
    const { lab } = this;
    const { namespace } = lab.collector;
    const rsyslog = this.#keep(await RsyslogConnected.start(namespace, lab.directory, host, Connected));
    const command = ["/usr/bin/python3", READ_IPFIX, host, String(Connected.ipfix)];
    const flows = this.#keep(namespace.start("read-ipfix", command));
    await flows.printed(/listening/);
    const authority = RsyslogConnected.authorityFile(lab.directory);
    const profile = [{ name: "own", "trusted-ca": [authority] }];
    await lab.firewall.apply(await trafficConfiguration(connectedStreams, { ssl: { initiation: { profile } } }));
    return { sent: await sendTraffic(lab, 41000), rsyslog, flows };
  }

  /** What nfcapd has it shows only at its end; so the stream's account has to say that all went to it. */
  async #flowsSent(count: number): Promise<void> {
    for (let attempt = 0; attempt < 50; attempt++) {
      const { streams: books } = await this.lab.firewall.cliJson<Accounting>("show", "log", "accounting");
      if ((books.find(({ name }) => name === "flows")?.totals["sent"] ?? 0) >= count) return;
    }
    throw new Error(`no ${count} records were sent to nfcapd`);
  }

  #keep<T extends { stop(): Promise<unknown> }>(running: T): T {
    this.#running.push(running);
    return running;
  }
}
