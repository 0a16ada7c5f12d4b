// dom.ts: small helpers to build and find elements. Text is always set as text, never as HTML. SPDX-License-Identifier: Apache-2.0

type Child = Node | string | number;

/** element makes an element with a class (may be "") and children. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (className !== "") made.className = className;
  made.append(...children.map((child) => (typeof child === "number" ? numberText(child) : child)));
  return made;
}

/** byId finds an element that index.html has. */
export function byId<Type extends HTMLElement>(id: string, type: { new (): Type }): Type {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new TypeError(`the page has no ${type.name} "${id}"`);
  return found;
}

/** Column says how to write one field of a row. */
export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => Child;
}

/** table writes rows under a heading; numbers stand right. */
export function table<Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[]): HTMLElement {
  if (rows.length === 0) return element("p", "empty", `${caption}: none`);
  const isNumber = columns.map(({ value }) => typeof value(rows[0]!) === "number");
  const heading = columns.map(({ title }, index) => {
    const cell = element("th", isNumber[index] === true ? "number" : "", title);
    cell.scope = "col";
    return cell;
  });
  return element(
    "table",
    "",
    element("caption", "", caption),
    element("thead", "", element("tr", "", ...heading)),
    element(
      "tbody",
      "",
      ...rows.map((row) =>
        element(
          "tr",
          "",
          ...columns.map(({ value }, index) => element("td", isNumber[index] === true ? "number" : "", value(row))),
        ),
      ),
    ),
  );
}

/** numberText groups thousands, the same in every language. */
export function numberText(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 1 }).replaceAll(",", "\u202f");
}

/** endpoint writes an address with its port, IPv6 in brackets. */
export function endpoint(address: string, port: number): string {
  if (port === 0) return address;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** queryOf gives what is filled in of a form, as a query; checkboxes of one name are joined with commas. */
export function queryOf(form: HTMLFormElement): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    const text = String(value).trim();
    if (text !== "") query.set(name, query.has(name) ? `${query.get(name) ?? ""},${text}` : text);
  }
  return query;
}
