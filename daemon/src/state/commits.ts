// commits.ts: how a configuration comes in force: checked, compiled, on disk, taken by the helper, active. In this order, so
// that whatever dies in between, the next start finds out from the helper what is in force. SPDX-License-Identifier: Apache-2.0
import type { Logger } from "pino";

import { CodedError, errorText } from "../base/coded-error.js";
import type { Compiled } from "../config/compile.js";
import type { Config } from "../config/config.js";
import type { ConfigError } from "../config/error.js";
import { HelperRefused, HelperUnavailable } from "../helper/error.js";
import type { Snapshot } from "../snapshot/snapshot.gen.js";
import { compileCandidate, readCandidate, type Candidate } from "./candidate.js";
import type { Commit, StateStore } from "./state-store.js";

/** InForce: what the helper says it enforces; generation 0 is nothing. */
export interface InForce {
  readonly generation: number;
  readonly hash: string;
}

/** SnapshotSink is the helper, as far as commits need it. apply resolves when the snapshot is in force; rejects with
 * HelperRefused when the helper refused it and keeps what it had, and with HelperUnavailable when it did not answer. */
export interface SnapshotSink {
  apply(snapshot: Snapshot): Promise<InForce>;
}

/** ConfigRefusedError: a text is not a configuration. */
export class ConfigRefusedError extends CodedError {
  readonly errors: readonly ConfigError[];

  constructor(errors: readonly ConfigError[], message = "the configuration has errors; nothing was changed") {
    super("config-refused", message);
    this.errors = errors;
  }
}

/** HelperAbsentError: nobody there to enforce a configuration. */
export class HelperAbsentError extends CodedError {
  constructor(cause?: unknown) {
    super("helper-absent", "the helper is not connected; nothing was changed", { cause });
  }
}

/** OutcomeUnknownError: the connection broke before the helper answered. */
export class OutcomeUnknownError extends CodedError {
  constructor(generation: number, cause: unknown) {
    const message = `the connection to the helper broke while it was given generation ${generation}; whether it took it is found out when it is back (see ringwall status)`;
    super("outcome-unknown", message, { cause });
  }
}

/** NotFollowedError: a configuration is in force, but not everything in the daemon could follow it. */
export class NotFollowedError extends CodedError {
  constructor(generation: number, cause: unknown) {
    const message = `generation ${generation} is in force, but its log streams could not be made, so those before it go on; apply it again when the cause is gone`;
    super("not-followed", message, { cause });
  }
}

/** NoSuchCommitError: rollback to what is not kept. */
export class NoSuchCommitError extends CodedError {
  constructor(index: number, count: number) {
    super("no-such-commit", `there is no configuration ${index} back; ${count} are kept, the active one among them`);
  }
}

/** Active: the active configuration, understood. */
export interface Active {
  readonly commit: Commit;
  readonly config: Config;
  readonly compiled: Compiled;
}

export interface Applied extends InForce {
  readonly unchanged: boolean;
}

export class Commits {
  readonly #store: StateStore;
  readonly #log: Logger;
  readonly #onActive: (active: Active) => void;
  readonly #now: () => Date;
  #active: Active | undefined;
  #inForce: InForce = { generation: 0, hash: "" };
  #helper: SnapshotSink | undefined;
  #problem = "";
  /** Commits and reconciliations run one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(store: StateStore, onActive: (active: Active) => void, log: Logger, now: () => Date = () => new Date()) {
    this.#store = store;
    this.#onActive = onActive;
    this.#log = log;
    this.#now = now;
  }

  get active(): Active | undefined {
    return this.#active;
  }

  get inForce(): InForce {
    return this.#inForce;
  }

  /** problem says what keeps the active configuration from being in force; "" is nothing. */
  get problem(): string {
    return this.#problem;
  }

  /** start reads the active configuration. One that this version does not understand any more is not pushed, and nothing else
   * is guessed in its place. */
  start(): void {
    const commit = this.#store.active();
    if (commit === undefined) {
      this.#problem = "no configuration has been applied yet";
      return;
    }
    const read = readCandidate(commit.text);
    if (!read.ok) {
      this.#problem = `the active configuration (generation ${commit.generation}) is not understood by this version: ${read.errors[0]?.message ?? "?"}`;
      this.#log.error({ errors: read.errors, generation: commit.generation }, "active configuration is not understood");
      return;
    }
    this.#setActive(activeOf(commit, read.candidate));
    this.#problem = "the helper is not connected";
  }

  /** connected is called for each new connection to the helper, with what its hello said. When it resolves the helper and the
   * state directory agree, or `problem` says why not. */
  connected(helper: SnapshotSink, hello: InForce): Promise<void> {
    return this.#inTurn(async () => {
      this.#helper = helper;
      this.#inForce = hello;
      await this.#tryReconcile(helper);
    });
  }

  /** isSettled tells whether there is nothing to try again: what is active is in force, or there is nobody or nothing to ask. */
  get isSettled(): boolean {
    return this.#helper === undefined || this.#active === undefined || this.#isInForce(this.#active);
  }

  /** retry asks the helper once more to take the active configuration, e.g. because a device may be there by now. */
  retry(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#helper !== undefined && !this.isSettled) await this.#tryReconcile(this.#helper);
    });
  }

  async #tryReconcile(helper: SnapshotSink): Promise<void> {
    const before = this.#problem;
    try {
      await this.#reconcile(helper, this.#inForce);
    } catch (thrown) {
      this.#problem = `the helper did not take the active configuration: ${errorText(thrown)}`;
      // Said once for each reason, not for each attempt.
      if (this.#problem !== before)
        this.#log.error({ reason: errorText(thrown) }, "the helper did not take the active configuration");
    }
  }

  /** disconnected is called when the connection is gone. */
  disconnected(): void {
    this.#helper = undefined;
    this.#inForce = { generation: 0, hash: "" };
    if (this.#active !== undefined) this.#problem = "the helper is not connected";
  }

  /** apply puts a text in force, or changes nothing and throws. `file` is the name that errors give as its place. A text that is in
   * force is no new commit, but what follows it looks again at the files that it names. */
  apply(text: string, origin = "apply", file?: string): Promise<Applied> {
    return this.#inTurn(() => this.#apply(text, origin, file));
  }

  /** rollback puts the configuration `index` commits back in force again, as a new commit. */
  rollback(index: number): Promise<Applied> {
    return this.#inTurn(() => {
      const history = this.#store.history();
      const commit = history[index];
      if (commit === undefined) throw new NoSuchCommitError(index, history.length);
      return this.#apply(commit.text, "rollback");
    });
  }

  async #apply(text: string, origin: string, file?: string): Promise<Applied> {
    const read = readCandidate(text, file);
    if (!read.ok) throw new ConfigRefusedError(read.errors);
    if (this.#helper === undefined) throw new HelperAbsentError();
    const active = this.#active;
    if (active?.commit.text === text && this.#isInForce(active) && this.#problem === "") {
      this.#follow(active);
      return { ...this.#inForce, unchanged: true };
    }
    const applied = await this.#commit(this.#helper, read.candidate, origin, this.#inForce.generation);
    return { ...applied, unchanged: false };
  }

  async #commit(helper: SnapshotSink, candidate: Candidate, origin: string, beyond: number): Promise<InForce> {
    const generation = this.#store.takeGeneration(beyond);
    const compiled = compileCandidate(candidate, generation);
    const { hash } = compiled.snapshot;
    const commit: Commit = { generation, hash, time: this.#now().toISOString(), origin, text: candidate.text };
    this.#store.prepare(commit, compiled.names);
    try {
      this.#inForce = await helper.apply(compiled.snapshot);
    } catch (thrown) {
      const isUntouched = thrown instanceof HelperRefused || (thrown instanceof HelperUnavailable && !thrown.sent);
      if (!isUntouched) throw new OutcomeUnknownError(generation, thrown);
      this.#store.discard(generation);
      throw thrown instanceof HelperUnavailable ? new HelperAbsentError(thrown) : thrown;
    }
    this.#store.activate(generation);
    this.#problem = "";
    this.#log.info({ generation, hash, origin }, "configuration in force");
    this.#follow({ commit, config: candidate.config, compiled });
    return { generation, hash };
  }

  // What is in force stays so, whoever cannot follow.
  #follow(active: Active): void {
    try {
      this.#setActive(active);
    } catch (thrown) {
      const { generation } = active.commit;
      const error = new NotFollowedError(generation, thrown);
      this.#problem = errorText(error);
      this.#log.error({ err: thrown, generation }, "the log streams of the configuration could not be made");
      throw error;
    }
  }

  async #reconcile(helper: SnapshotSink, hello: InForce): Promise<void> {
    this.#settlePending(hello);
    const active = this.#active;
    if (active === undefined) {
      if (hello.generation > 0) {
        this.#problem = `the helper enforces generation ${hello.generation}, which this state directory does not know`;
        this.#log.warn(
          { generation: hello.generation },
          "the helper enforces a configuration that this state directory does not know",
        );
      }
      return;
    }
    if (this.#isInForce(active)) {
      this.#problem = "";
      this.#log.info({ generation: hello.generation }, "configuration is in force already");
      return;
    }
    const { commit, config, compiled } = active;
    // The same number must never name two configurations: not when another version compiles the text to something else, and
    // not when the helper has seen higher numbers from somebody else.
    if (compiled.snapshot.hash !== commit.hash || hello.generation >= commit.generation) {
      await this.#commit(helper, { text: commit.text, config }, "start", hello.generation);
      return;
    }
    this.#inForce = await helper.apply(compiled.snapshot);
    this.#problem = "";
    this.#log.info({ generation: commit.generation }, "configuration brought back");
  }

  // A commit that was prepared and neither activated nor discarded: we died, or lost the helper, in between. In force is what
  // the helper says; what nobody enforces was never confirmed to anybody and is forgotten.
  #settlePending(hello: InForce): void {
    for (let pending = this.#store.pending(); pending !== undefined; pending = this.#store.pending()) {
      const read = readCandidate(pending.text);
      if (read.ok && hello.generation === pending.generation && hello.hash === pending.hash) {
        this.#store.activate(pending.generation);
        this.#setActive(activeOf(pending, read.candidate));
        this.#log.warn({ generation: pending.generation }, "a commit was interrupted; the helper had taken it");
        return;
      }
      this.#store.discard(pending.generation);
      this.#log.warn({ generation: pending.generation }, "a commit was interrupted; the helper had not taken it");
    }
  }

  #isInForce(active: Active): boolean {
    const { generation, hash } = this.#inForce;
    return (
      generation === active.commit.generation && hash === active.compiled.snapshot.hash && hash === active.commit.hash
    );
  }

  #setActive(active: Active): void {
    this.#active = active;
    this.#onActive(active);
  }

  #inTurn<Result>(action: () => Result | Promise<Result>): Promise<Result> {
    const result = this.#turn.then(action);
    // Whoever asked hears of a failure; the next in turn goes on either way.
    const settled = (): void => undefined;
    this.#turn = result.then(settled, settled);
    return result;
  }
}

function activeOf(commit: Commit, candidate: Candidate): Active {
  return { commit, config: candidate.config, compiled: compileCandidate(candidate, commit.generation) };
}
