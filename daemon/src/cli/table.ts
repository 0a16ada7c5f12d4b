// table.ts: rows for people: columns as wide as their content, numbers to the right. SPDX-License-Identifier: Apache-2.0

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number;
  readonly right?: boolean;
}

/** tableText lays rows out under their titles. A column of numbers stands to the right; the last column is not padded. */
export function tableText<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = rows.map((row) => columns.map((column) => column.value(row)));
  const width = columns.map((column, at) =>
    Math.max(column.title.length, ...cells.map((line) => String(line[at]).length)),
  );
  const isRight = columns.map(
    (column, at) => column.right ?? (cells.length > 0 && cells.every((line) => typeof line[at] === "number")),
  );
  const line = (texts: readonly (string | number)[]): string =>
    texts
      .map((text, at) =>
        isRight[at] === true ? String(text).padStart(width[at] ?? 0) : String(text).padEnd(width[at] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return [line(columns.map((column) => column.title)), ...cells.map(line)].join("\n");
}

/** fieldsText lays out one thing's fields, one to a line. */
export function fieldsText(fields: readonly (readonly [name: string, value: string | number])[]): string {
  const width = Math.max(...fields.map(([name]) => name.length));
  return fields.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}
