// tabs.ts: one view at a time, chosen by mouse, arrow keys or address (WAI-ARIA tabs). SPDX-License-Identifier: Apache-2.0
import { byId } from "./dom.js";

/** View is shown and hidden; a hidden one asks for nothing. */
export interface View {
  show(): void;
  hide(): void;
}

/** setUpTabs shows the view that the address names, or the first. */
export function setUpTabs(views: Readonly<Record<string, View>>): void {
  const names = Object.keys(views);
  const tabs = names.map((name) => byId(`tab-${name}`, HTMLButtonElement));
  let shown = "";
  const choose = (name: string): void => {
    if (name === shown) return;
    views[shown]?.hide();
    shown = name;
    names.forEach((other, index) => {
      const isChosen = other === name;
      const tab = tabs[index]!;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      byId(other, HTMLElement).hidden = !isChosen;
    });
    views[name]?.show();
  };
  const fromAddress = (): void => {
    const name = location.hash.slice(1);
    choose(names.includes(name) ? name : names[0]!);
  };
  tabs.forEach((tab, index) => {
    tab.addEventListener("click", () => {
      location.hash = names[index]!;
    });
    tab.addEventListener("keydown", (event) => {
      const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
      if (step === 0) return;
      const next = (index + step + tabs.length) % tabs.length;
      choose(names[next]!);
      location.hash = names[next]!;
      tabs[next]!.focus();
    });
  });
  addEventListener("hashchange", fromAddress);
  fromAddress();
}
