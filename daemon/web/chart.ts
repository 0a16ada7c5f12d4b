// chart.ts: a small line of the last values. SPDX-License-Identifier: Apache-2.0
import { element, numberText } from "./dom.js";

const SAMPLES = 60;
const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 36;

/** Card shows a rate as a number, and its last values as a line from 0 to their maximum. */
export class Card {
  readonly root: HTMLElement;
  readonly #number = element("strong", "", "–");
  readonly #line = document.createElementNS(SVG, "polyline");
  readonly #values: number[] = [];

  constructor(title: string) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 ${SAMPLES - 1} ${HEIGHT}`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    svg.append(this.#line);
    this.root = element("div", "card", title, this.#number, svg);
  }

  add(value: number): void {
    this.#values.push(value);
    if (this.#values.length > SAMPLES) this.#values.shift();
    this.#number.textContent = numberText(value);
    const most = Math.max(1, ...this.#values);
    const first = SAMPLES - this.#values.length;
    const points = this.#values.map((at, index) => `${first + index},${HEIGHT - 2 - (at / most) * (HEIGHT - 4)}`);
    this.#line.setAttribute("points", points.join(" "));
  }
}
