// state-store.ts: what outlives the daemon: commits, the active one, the generation counter, name tables. SPDX-License-Identifier: Apache-2.0
//
//   STATE/active.yaml           -> commits/12.yaml   a symbolic link: the active configuration, replaced by one rename
//   STATE/generation            the highest generation ever used; written before it is used
//   STATE/commits/12.yaml       the configuration text as it was given (YAML or JSON)
//   STATE/commits/12.json       what belongs to it: hash of the snapshot, time, who
//   STATE/names/12.json         id-to-name tables, for log lines of frames made under generation 12
//
// A commit is on the disk before the helper sees it, and becomes active after the helper took it. A crash in between leaves
// a commit that is newer than the active one; which of the two is in force is the helper's word (see reconcile in commit.ts).
import { mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";

import { readIfThere, renameDurably, writeFileAtomic } from "../base/atomic-file.js";
import { CodedError, hasCode } from "../base/coded-error.js";

/** Commit: one configuration that was sent to the helper, or is about to be. */
export interface Commit {
  readonly generation: number;
  /** sha-256 of the snapshot it compiled to, lower-case hex. */
  readonly hash: string;
  /** When it was made, ISO 8601 in UTC. */
  readonly time: string;
  /** What made it: "apply", "rollback", "start". */
  readonly origin: string;
  readonly text: string;
}

/** StateDamagedError: a file of the state directory is not what this program wrote. Nothing is guessed from it. */
export class StateDamagedError extends CodedError {
  constructor(path: string, problem: string, options?: ErrorOptions) {
    super("state-damaged", `${path}: ${problem}`, options);
  }
}

export interface StateLimits {
  /** Configurations kept for rollback, the active one among them. */
  readonly commits: number;
  /** Name tables kept for old frames. */
  readonly names: number;
}

const DEFAULT_LIMITS: StateLimits = { commits: 50, names: 200 };

export class StateStore {
  readonly #dir: string;
  readonly #limits: StateLimits;

  constructor(dir: string, limits: StateLimits = DEFAULT_LIMITS) {
    this.#dir = dir;
    this.#limits = limits;
    mkdirSync(join(dir, "commits"), { recursive: true, mode: 0o750 });
    mkdirSync(join(dir, "names"), { recursive: true, mode: 0o750 });
  }

  /** takeGeneration gives the next generation, above every one used before and above `beyond`; it is on the disk when it
   * returns. */
  takeGeneration(beyond = 0): number {
    const next = Math.max(this.#lastGeneration(), beyond) + 1;
    writeFileAtomic(join(this.#dir, "generation"), `${next}\n`);
    return next;
  }

  /** prepare writes a commit and its names, without making it the active one. */
  prepare(commit: Commit, names: unknown): void {
    const { text, ...about } = commit;
    writeFileAtomic(this.#namesPath(commit.generation), `${JSON.stringify(names)}\n`);
    writeFileAtomic(this.#commitPath(commit.generation, "json"), `${JSON.stringify(about)}\n`);
    writeFileAtomic(this.#commitPath(commit.generation, "yaml"), text);
  }

  /** activate makes a prepared commit the active one, in one step, and forgets what is beyond the limits. */
  activate(generation: number): void {
    const beside = join(this.#dir, "active.yaml.new");
    rmSync(beside, { force: true });
    symlinkSync(join("commits", `${generation}.yaml`), beside);
    renameDurably(beside, join(this.#dir, "active.yaml"));
    this.#prune();
  }

  /** discard forgets a commit that was prepared and refused. Its generation is not used again. */
  discard(generation: number): void {
    for (const kind of ["yaml", "json"] as const) rmSync(this.#commitPath(generation, kind), { force: true });
    rmSync(this.#namesPath(generation), { force: true });
  }

  /** active gives the active commit, or undefined before the first one. */
  active(): Commit | undefined {
    const generation = this.#activeGeneration();
    return generation === undefined ? undefined : this.commit(generation);
  }

  /** pending gives a commit that was prepared after the active one and neither activated nor discarded: a crash. */
  pending(): Commit | undefined {
    const active = this.#activeGeneration() ?? 0;
    const newest = this.#commitGenerations()[0];
    return newest === undefined || newest <= active ? undefined : this.commit(newest);
  }

  /** commit reads one commit; a missing or damaged one is an error. */
  commit(generation: number): Commit {
    const text = readIfThere(this.#commitPath(generation, "yaml"));
    if (text === undefined) throw new StateDamagedError(this.#commitPath(generation, "yaml"), "is missing");
    const about = this.#readJson(this.#commitPath(generation, "json"));
    if (!isCommitRecord(about) || about.generation !== generation)
      throw new StateDamagedError(this.#commitPath(generation, "json"), "is not the record of this commit");
    return { ...about, text };
  }

  /** history gives the commits up to the active one, the newest first: index 0 is the active one, 1 the one before. */
  history(): Commit[] {
    const active = this.#activeGeneration();
    if (active === undefined) return [];
    return this.#commitGenerations()
      .filter((generation) => generation <= active)
      .map((generation) => this.commit(generation));
  }

  /** names gives the name tables written with a generation, or undefined where they are not kept (any more). */
  names(generation: number): unknown {
    const path = this.#namesPath(generation);
    return readIfThere(path) === undefined ? undefined : this.#readJson(path);
  }

  #lastGeneration(): number {
    const path = join(this.#dir, "generation");
    const text = readIfThere(path);
    // The counter alone is not trusted: a state directory restored in part must not give out a number twice.
    const seen = Math.max(0, ...this.#commitGenerations(), ...this.#nameGenerations());
    if (text === undefined) return seen;
    if (!/^[0-9]{1,10}\n?$/.test(text))
      throw new StateDamagedError(path, `expected a number, got ${JSON.stringify(text)}`);
    return Math.max(seen, Number(text));
  }

  #activeGeneration(): number | undefined {
    const path = join(this.#dir, "active.yaml");
    try {
      const target = readlinkSync(path);
      const generation = Number(basename(target, ".yaml"));
      if (!Number.isSafeInteger(generation) || generation < 1) throw new StateDamagedError(path, `points to ${target}`);
      return generation;
    } catch (thrown) {
      if (hasCode(thrown, "ENOENT")) return undefined;
      if (hasCode(thrown, "EINVAL"))
        throw new StateDamagedError(path, "expected a link to a commit, got a file; use `ringwall apply` to change it");
      throw thrown;
    }
  }

  #prune(): void {
    const active = this.#activeGeneration();
    const old = this.#commitGenerations().filter((generation) => active !== undefined && generation < active);
    for (const generation of old.slice(this.#limits.commits - 1)) {
      for (const kind of ["yaml", "json"] as const) rmSync(this.#commitPath(generation, kind), { force: true });
    }
    for (const generation of this.#nameGenerations().slice(this.#limits.names)) {
      if (generation !== active) rmSync(this.#namesPath(generation), { force: true });
    }
  }

  #commitPath(generation: number, kind: "yaml" | "json"): string {
    return join(this.#dir, "commits", `${generation}.${kind}`);
  }

  #namesPath(generation: number): string {
    return join(this.#dir, "names", `${generation}.json`);
  }

  #commitGenerations(): number[] {
    return generationsIn(join(this.#dir, "commits"), ".yaml");
  }

  #nameGenerations(): number[] {
    return generationsIn(join(this.#dir, "names"), ".json");
  }

  #readJson(path: string): unknown {
    const text = readIfThere(path);
    if (text === undefined) throw new StateDamagedError(path, "is missing");
    try {
      return JSON.parse(text) as unknown;
    } catch (cause) {
      throw new StateDamagedError(path, "is not JSON", { cause });
    }
  }
}

function generationsIn(dir: string, ending: string): number[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith(ending))
    .map((name) => Number(basename(name, ending)))
    .filter((generation) => Number.isSafeInteger(generation) && generation > 0)
    .sort((a, b) => b - a);
}

function isCommitRecord(value: unknown): value is Omit<Commit, "text"> {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Record<string, unknown>;
  return (
    typeof record["generation"] === "number" &&
    typeof record["hash"] === "string" &&
    typeof record["time"] === "string" &&
    typeof record["origin"] === "string"
  );
}
