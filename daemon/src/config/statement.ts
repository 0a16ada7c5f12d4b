// statement.ts: a place in a configuration tree that need not be valid: whatever is asked for that is not there, or is not of
// the kind asked for, reads as absent, so that checks can go on behind an error. SPDX-License-Identifier: Apache-2.0
import type { Path } from "./path.js";

export class Statement {
  readonly value: unknown;
  readonly #parent: Statement | undefined;
  readonly #step: string | number;

  constructor(value: unknown, parent?: Statement, step: string | number = "") {
    this.value = value;
    this.#parent = parent;
    this.#step = step;
  }

  /** path is where the statement stands, from the root. */
  get path(): Path {
    return this.#parent === undefined ? [] : [...this.#parent.path, this.#step];
  }

  get present(): boolean {
    return this.value !== undefined;
  }

  get isTrue(): boolean {
    return this.value === true;
  }

  get text(): string | undefined {
    return typeof this.value === "string" ? this.value : undefined;
  }

  get number(): number | undefined {
    return typeof this.value === "number" ? this.value : undefined;
  }

  /** scalar: a text or a number, as ports and protocols may be given. */
  get scalar(): string | number | undefined {
    return this.text ?? this.number;
  }

  get isMapping(): boolean {
    return isRecord(this.value);
  }

  get isList(): boolean {
    return Array.isArray(this.value);
  }

  get(...steps: readonly string[]): Statement {
    return steps.reduce<Statement>((at, step) => at.#inside(step), this);
  }

  #inside(step: string): Statement {
    const held = isRecord(this.value) && Object.hasOwn(this.value, step) ? this.value[step] : undefined;
    return new Statement(held, this, step);
  }

  /** items of a list; none for anything else. */
  items(): Statement[] {
    return Array.isArray(this.value) ? this.value.map((item: unknown, index) => new Statement(item, this, index)) : [];
  }

  /** entries of a mapping, in the order of the text; none for anything else. */
  entries(): [name: string, statement: Statement][] {
    return isRecord(this.value)
      ? Object.entries(this.value).map(([name, value]) => [name, new Statement(value, this, name)])
      : [];
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
