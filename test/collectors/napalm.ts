// napalm.ts: the templates of napalm-logs: a line with values in braces, each with its own expression.
// SPDX-License-Identifier: Apache-2.0
import { readFile } from "node:fs/promises";
import { parse } from "yaml";

interface Template {
  readonly values: Readonly<Record<string, string>>;
  readonly line: string;
}
interface Message extends Template {
  readonly tag: string;
}

export class Napalm {
  readonly #prefixes: readonly Template[];
  readonly #messages: readonly Message[];

  private constructor(prefixes: readonly Template[], messages: readonly Message[]) {
    this.#prefixes = prefixes;
    this.#messages = messages;
  }

  static async load(directory: string, ...files: readonly string[]): Promise<Napalm> {
    const read = async (file: string): Promise<unknown> => parse(await readFile(`${directory}/${file}`, "utf8"));
    const { prefixes } = (await read("init.yml")) as { prefixes: Template[] };
    const messages: Message[] = [];
    for (const file of files) messages.push(...((await read(file)) as { messages: Message[] }).messages);
    return new Napalm(prefixes, messages);
  }

  /** identify gives what the first prefix and then the first message of its tag find in a line (behind its priority). */
  identify(line: string): Record<string, string> | undefined {
    const text = line.replace(/^<\d+>/, "");
    for (const prefix of this.#prefixes) {
      const head = match(prefix, text);
      if (head === undefined) continue;
      for (const message of this.#messages) {
        if (message.tag !== head.values["tag"]) continue;
        const body = match(message, head.rest);
        if (body !== undefined) return { ...head.values, ...body.values };
      }
    }
    return undefined;
  }
}

function match({ line, values }: Template, text: string): { values: Record<string, string>; rest: string } | undefined {
  const names: string[] = [];
  const source = line
    .split(/\{(\w+)\}/)
    .map((part, place) => {
      if (place % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&").replace(/ +/g, "\\s+");
      names.push(part);
      // A value's own groups: the first is the value, or else the whole is.
      const value = values[part]!;
      return /\((?!\?)/.test(value) ? value : `(${value})`;
    })
    .join("");
  const found = new RegExp(source).exec(text);
  if (found === null) return undefined;
  return {
    values: Object.fromEntries(names.map((name, at) => [name, found[at + 1] ?? ""])),
    rest: text.slice(found.index + found[0].length),
  };
}
