// colour.ts: colours where a person looks at a terminal, and only there. SPDX-License-Identifier: Apache-2.0

export interface Palette {
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly blue: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

const plain = (text: string): string => text;
const sgr =
  (code: number) =>
  (text: string): string =>
    `\u001b[${code}m${text}\u001b[0m`;

const PLAIN: Palette = { red: plain, green: plain, yellow: plain, blue: plain, dim: plain, bold: plain };
const COLOURED: Palette = { red: sgr(31), green: sgr(32), yellow: sgr(33), blue: sgr(34), dim: sgr(2), bold: sgr(1) };

/** paletteFor gives colours for a terminal, unless NO_COLOR is set to anything (no-color.org). */
export function paletteFor(isTerminal: boolean, env: NodeJS.ProcessEnv): Palette {
  return isTerminal && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb" ? COLOURED : PLAIN;
}
