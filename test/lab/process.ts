// Child processes of a test: started, awaited by what they print, ended by their own id.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class CommandFailed extends Error {
  readonly code = "COMMAND_FAILED";
  constructor(
    readonly command: readonly string[],
    readonly finished: Finished,
  ) {
    super(`${command.join(" ")}: exit ${finished.code ?? finished.signal}\n${finished.stderr || finished.stdout}`);
    this.name = "CommandFailed";
  }
}

// A process that goes on beside the test. Everything it prints is kept, so that a failure can show it.
export class Running {
  readonly child: ChildProcess;
  readonly name: string;
  #stdout = "";
  #stderr = "";
  #watchers = new Set<() => void>();
  readonly ended: Promise<Finished>;

  constructor(
    name: string,
    command: readonly string[],
    options: { env?: NodeJS.ProcessEnv; stdin?: "pipe" | "ignore" } = {},
  ) {
    this.name = name;
    const [file, ...args] = command;
    this.child = spawn(file!, args, {
      stdio: [options.stdin ?? "ignore", "pipe", "pipe"],
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...options.env },
    });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      this.#wake();
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
      this.#wake();
    });
    this.ended = new Promise((resolve) => {
      this.child.on("error", (error) => {
        this.#stderr += String(error);
        resolve({ code: 127, signal: null, stdout: this.#stdout, stderr: this.#stderr });
        this.#wake();
      });
      this.child.on("close", (code, signal) => {
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr });
        this.#wake();
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }
  get stdout(): string {
    return this.#stdout;
  }
  get stderr(): string {
    return this.#stderr;
  }
  get output(): string {
    return this.#stdout + this.#stderr;
  }
  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null && this.child.pid !== undefined;
  }

  #wake(): void {
    for (const wake of [...this.#watchers]) wake();
  }

  // Waits until `pattern` has been printed, on either stream and behind `from` characters of output; fails with all output if
  // the process ends first.
  async printed(pattern: RegExp, seconds = 20, from = 0): Promise<RegExpMatchArray> {
    return await within(
      seconds,
      `${this.name} to print ${pattern}`,
      (resolve, reject) => {
        const look = (): void => {
          const match = this.output.slice(from).match(pattern);
          if (match) resolve(match);
          else if (!this.alive) reject(new Error(`${this.name} ended before it printed ${pattern}:\n${this.output}`));
        };
        this.#watchers.add(look);
        look();
        return () => this.#watchers.delete(look);
      },
      () => this.output,
    );
  }

  signal(signal: NodeJS.Signals): void {
    if (this.alive) this.child.kill(signal);
  }

  async stop(signal: NodeJS.Signals = "SIGTERM", seconds = 10): Promise<Finished> {
    if (this.alive) {
      this.child.kill(signal);
      const timer = setTimeout(() => this.child.kill("SIGKILL"), seconds * 1000);
      await this.ended;
      clearTimeout(timer);
    }
    return await this.ended;
  }
}

// within runs a watcher with a deadline; what() describes the state for the failure message.
export async function within<T>(
  seconds: number,
  what: string,
  watch: (resolve: (value: T) => void, reject: (error: Error) => void) => () => void,
  state: () => string = () => "",
): Promise<T> {
  let unwatch = (): unknown => undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`waited ${seconds} s in vain for ${what}\n${state()}`)),
        seconds * 1000,
      );
      const done = watch(resolve, reject);
      unwatch = done;
    });
  } finally {
    clearTimeout(timer);
    unwatch();
  }
}

// run executes one command to its end. A non-zero exit throws unless `check` is false.
export async function run(
  command: readonly string[],
  options: { check?: boolean; input?: string; seconds?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<Finished> {
  const running = new Running(command[0]!, command, {
    stdin: options.input === undefined ? "ignore" : "pipe",
    ...(options.env ? { env: options.env } : {}),
  });
  if (options.input !== undefined) {
    running.child.stdin?.on("error", () => undefined); // the command may end before it has read all
    running.child.stdin?.end(options.input);
  }
  const timer = setTimeout(() => running.child.kill("SIGKILL"), (options.seconds ?? 60) * 1000);
  const finished = await running.ended;
  clearTimeout(timer);
  if (options.check !== false && finished.code !== 0) throw new CommandFailed(command, finished);
  return finished;
}

export async function onceExit(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}
