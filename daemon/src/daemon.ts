// daemon.ts: ringwalld's parts, put together: what is told to whom when something happens. SPDX-License-Identifier: Apache-2.0
import { hostname } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";

import type { Logger } from "pino";

import { CodedError, errorText } from "./base/coded-error.js";
import { daemonSocket, helperSocket } from "./base/run-paths.js";
import { GenerationNames } from "./event/names.js";
import { HelperConnection } from "./helper/connection.js";
import type { HelloReply } from "./helper/control.gen.js";
import { FirewallLog } from "./http/firewall-log.js";
import { createHandlers } from "./http/handlers.js";
import { Listener } from "./http/listener.js";
import { LiveLog } from "./http/live-log.js";
import { ApiServer } from "./http/server.js";
import { Talkers } from "./http/talkers.js";
import { PoolAlarms, type AlarmLine } from "./nat/pool-alarms.js";
import type { RingReader } from "./ring/reader.js";
import { RingSet } from "./ring/ring-set.js";
import { TableAlarm } from "./session/table-alarm.js";
import { Commits, type Active, type SnapshotSink } from "./state/commits.js";
import { StateStore } from "./state/state-store.js";
import { Backlog } from "./syslog/backlog.js";
import { Delivery } from "./syslog/delivery.js";
import { loadNative } from "./syslog/native.js";
import { OutboxFiles } from "./syslog/outbox-file.js";
import { RequiredDelivery } from "./syslog/required-delivery.js";
import { StreamWatch } from "./syslog/stream-watch.js";
import { Streams } from "./syslog/streams.js";

export interface DaemonOptions {
  readonly runDir: string;
  readonly stateDir: string;
  /** A configuration to apply once the helper is there, unless it is the active one. */
  readonly initialText?: string;
}

/** How long start waits for the helper before it goes on without. */
const FIRST_CONNECTION_MS = 3_000;
/** How long stop goes on draining events. */
const LAST_DRAIN_MS = 2_000;
/** How long until the active configuration is offered again to a helper that refused it. */
const RETRY_FIRST_MS = 1_000;
const RETRY_LAST_MS = 30_000;
/** How often what may raise an alarm is looked at. */
const ALARMS_MS = 2_000;

/** DaemonStateError: started twice, or stopped before it was started. */
export class DaemonStateError extends CodedError {
  constructor(message: string) {
    super("daemon-state", message);
  }
}

export class Daemon {
  readonly #log: Logger;
  readonly #store: StateStore;
  readonly #commits: Commits;
  readonly #streams: Streams;
  readonly #delivery: Delivery;
  readonly #backlog = new Backlog();
  readonly #liveLog = new LiveLog();
  readonly #firewallLog = new FirewallLog();
  readonly #talkers = new Talkers();
  readonly #rings: RingSet;
  readonly #required: RequiredDelivery;
  readonly #helper: HelperConnection;
  readonly #server: ApiServer;
  readonly #listener: Listener;
  readonly #stop = new AbortController();
  /** Events are read only once it is known which streams they go to; until then they wait in the rings. */
  #drained: Promise<void> | undefined;
  #connection: Promise<void> | undefined;
  #initialText: string | undefined;
  #lastFailure = "";
  #retry: NodeJS.Timeout | undefined;
  readonly #poolAlarms: PoolAlarms;
  readonly #tableAlarm: TableAlarm;
  #alarms: NodeJS.Timeout | undefined;

  constructor(options: DaemonOptions, log: Logger) {
    this.#log = log;
    this.#initialText = options.initialText;
    const native = loadNative();
    const host = hostname();
    this.#store = new StateStore(options.stateDir);
    this.#commits = new Commits(this.#store, (active) => this.#follow(active), log);
    const names = new GenerationNames(this.#store, host, (generation, err) =>
      log.error({ err, generation }, "names cannot be read; lines of this generation show numbers"),
    );
    this.#delivery = new Delivery(names, [this.#liveLog, this.#firewallLog, this.#talkers], (event, err) =>
      log.error({ err, event }, "an event's line cannot be written"),
    );
    const files = new OutboxFiles(
      native,
      join(options.runDir, "outbox"),
      (path, err) => log.error({ err, path }, "outbox set aside"),
      join(options.stateDir, "spool"),
    );
    const watch = new StreamWatch(
      () => this.#delivery,
      () => this.#commits.active?.config.system["host-name"] ?? host,
      log,
    );
    this.#streams = new Streams(native, files, log, (stream, state) => {
      watch.changed(stream, state);
      this.#required.renew();
    });
    this.#rings = new RingSet(options.runDir, {
      opened: ({ identity }) => {
        log.info({ ...identity }, "event ring opened");
        this.#required.renew();
      },
      refused: (path, reason) => log.error({ path, reason }, "event ring refused"),
      handOver: (reader) => this.#handOver(reader),
      room: () => this.#backlog.room(this.#delivery.streams, performance.now()),
      caughtUp: () => this.#backlog.end(),
    });
    this.#required = new RequiredDelivery(this.#rings, log);
    this.#helper = new HelperConnection({
      path: helperSocket(options.runDir),
      role: "writer",
      client: `ringwalld ${process.pid}`,
    });
    const alarm = (line: AlarmLine, raised: boolean): void => watch.alarm(line, raised);
    this.#poolAlarms = new PoolAlarms(alarm);
    this.#tableAlarm = new TableAlarm(alarm);
    this.#listener = new Listener({
      socketPath: daemonSocket(options.runDir),
      say: alarm,
      tell: (text) => log.info(text),
    });
    const handlers = createHandlers({
      commits: this.#commits,
      store: this.#store,
      helper: this.#helper,
      rings: this.#rings,
      delivery: this.#delivery,
      streamWatch: watch,
      required: this.#required,
      firewallLog: this.#firewallLog,
      talkers: this.#talkers,
      poolAlarms: this.#poolAlarms,
      listener: this.#listener,
      tableAlarm: this.#tableAlarm,
      names,
      hostName: host,
    });
    this.#server = new ApiServer(daemonSocket(options.runDir), handlers, this.#liveLog, log);
  }

  /** start resolves when the API answers and the helper, if it is there, has the active configuration; or when stop was called
   * meanwhile. */
  async start(): Promise<void> {
    if (this.#connection !== undefined) throw new DaemonStateError("the daemon is started once");
    // The API first: its socket is the lock that keeps a second daemon off the rings and the state.
    await this.#server.start();
    this.#commits.start();
    const first = this.#watchHelper();
    this.#connection = this.#helper.start(this.#stop.signal);
    const { signal } = this.#stop;
    const patience = delay(FIRST_CONNECTION_MS, undefined, { signal }).catch((thrown: unknown) => {
      if (!signal.aborted) throw thrown;
    });
    await Promise.race([first, patience]);
  }

  /** stop ends in good order: events that are there are read and sent, as far as streams have room and time allows; what is left waits in the ring and in
   * the outboxes for the next start. */
  async stop(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    clearTimeout(this.#retry);
    clearInterval(this.#alarms);
    await this.#drained;
    this.#drainLast();
    this.#required.close();
    await this.#streams.close();
    await this.#listener.close();
    await this.#server.close();
    await this.#connection;
    this.#log.info("stopped");
  }

  #watchHelper(): Promise<void> {
    const helper = this.#helper;
    return new Promise((resolve) => {
      helper.on("up", (hello) => {
        this.#lastFailure = "";
        this.#greet(hello).then(resolve, (err: unknown) => {
          // What could not be read now is looked at again by the event loop, and the helper by its next hello.
          this.#log.error({ err }, "the helper's greeting could not be answered");
          resolve();
        });
      });
      helper.on("down", (error) => {
        this.#commits.disconnected();
        if (!this.#stop.signal.aborted) this.#log.warn({ reason: error?.message }, "helper lost");
      });
      helper.on("failed", (error) => {
        // Said once for each reason, not for each attempt.
        if (error.message !== this.#lastFailure) this.#log.warn({ reason: error.message }, "helper not reached");
        this.#lastFailure = error.message;
      });
      helper.on("doorbell", () => this.#rings.notify());
    });
  }

  async #greet(hello: HelloReply): Promise<void> {
    this.#log.info(
      { version: hello.version, startId: hello.start_id, generation: hello.generation, workers: hello.workers },
      "helper connected",
    );
    this.#rings.refresh();
    this.#rings.notify();
    const sink: SnapshotSink = {
      apply: async (snapshot) => {
        const { generation, hash } = await this.#helper.call("apply_snapshot", { snapshot });
        return { generation, hash };
      },
    };
    await this.#commits.connected(sink, { generation: hello.generation, hash: hello.hash });
    if (!this.#commits.isSettled) this.#retryLater(RETRY_FIRST_MS);
    const text = this.#initialText;
    this.#initialText = undefined;
    if (text !== undefined && text !== this.#commits.active?.commit.text) await this.#applyInitial(text);
  }

  // A device that is missing at boot may come later; what is active comes in force then, without anybody's help.
  #retryLater(afterMs: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      void this.#commits.retry().then(() => {
        if (!this.#commits.isSettled && !this.#stop.signal.aborted)
          this.#retryLater(Math.min(afterMs * 2, RETRY_LAST_MS));
      });
    }, afterMs);
    this.#retry.unref();
  }

  async #applyInitial(text: string): Promise<void> {
    try {
      await this.#commits.apply(text, "start");
    } catch (thrown) {
      this.#log.error({ err: thrown }, `the configuration given at the start was not applied: ${errorText(thrown)}`);
    }
  }

  #follow(active: Active): void {
    const { security, services, system } = active.config;
    void this.#listener.follow(system.services?.["web-management"]?.http);
    const profiles = services?.ssl?.initiation?.profile ?? [];
    const streams = this.#streams.configure(security.log?.stream ?? [], profiles);
    this.#delivery.setStreams(streams);
    this.#required.setStreams(streams);
    this.#drained ??= this.#drain();
    clearInterval(this.#alarms);
    if (!this.#stop.signal.aborted) this.#alarms = setInterval(() => void this.#watchUse(), ALARMS_MS).unref();
  }

  async #watchUse(): Promise<void> {
    await this.#watchPools();
    if (!this.#helper.isConnected) return;
    try {
      this.#tableAlarm.observe((await this.#helper.call("status", {})).workers, Date.now());
    } catch (err) {
      this.#log.debug({ err }, "the use of the session table is not known");
    }
  }

  async #watchPools(): Promise<void> {
    const { active } = this.#commits;
    if (active === undefined || !this.#helper.isConnected) return;
    if (!PoolAlarms.isNeeded(active.config) && this.#poolAlarms.raised.length === 0) return;
    try {
      const counted = await this.#helper.call("nat", {});
      if (counted.generation === active.commit.generation)
        this.#poolAlarms.observe(active.config, active.compiled, counted, Date.now());
    } catch (err) {
      this.#log.debug({ err }, "the use of pools is not known");
    }
  }

  async #drain(): Promise<void> {
    try {
      await this.#rings.run(
        (event, reader) => this.#delivery.event(event, reader.identity, reader.position),
        this.#stop.signal,
      );
    } catch (err) {
      // Without its log the daemon is not what it promises to be; a new start may find out why.
      this.#log.fatal({ err }, "reading events failed");
      process.exitCode = 1;
      void this.stop();
    }
  }

  #handOver(reader: RingReader): void {
    this.#delivery.decided(reader.identity, reader.position);
    this.#delivery.send();
  }

  #drainLast(): void {
    if (this.#drained === undefined) return;
    const end = performance.now() + LAST_DRAIN_MS;
    const sink = (event: Parameters<Delivery["event"]>[0], reader: RingReader): void =>
      this.#delivery.event(event, reader.identity, reader.position);
    this.#backlog.again();
    while (performance.now() < end && this.#rings.drainAsRoom(sink) > 0);
  }
}
