// Prometheus' text format, read strictly as its specification has it and independently of who writes it: every sample belongs
// to a family that was declared before it, and no sample comes twice. SPDX-License-Identifier: Apache-2.0

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

/** parseMetrics gives the samples by family; it throws on any line that is not of the format. */
export function parseMetrics(text: string): ReadonlyMap<string, { readonly type: string; readonly samples: Sample[] }> {
  const families = new Map<string, { readonly type: string; readonly samples: Sample[] }>();
  const seen = new Set<string>();
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  for (const line of text.split("\n")) {
    if (line === "" || /^# HELP /.test(line)) continue;
    const declared = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`).exec(line);
    if (declared !== null) {
      families.set(declared[1]!, { type: declared[2]!, samples: [] });
      continue;
    }
    const [, name, inner = "", number] = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`).exec(line) ?? [];
    const family = families.get(name ?? "");
    if (name === undefined || family === undefined || Number.isNaN(Number(number)))
      throw new Error(`no sample: ${line}`);
    const labels: Record<string, string> = {};
    LABEL.lastIndex = 0;
    while (LABEL.lastIndex < inner.length) {
      const [, label, value] = LABEL.exec(inner) ?? [];
      if (label === undefined || label in labels) throw new Error(`no labels: ${line}`);
      labels[label] = value!.replace(/\\(.)/g, (_, sign: string) => (sign === "n" ? "\n" : sign));
    }
    const key = `${name} ${JSON.stringify(Object.entries(labels).toSorted())}`;
    if (seen.has(key)) throw new Error(`twice: ${line}`);
    seen.add(key);
    family.samples.push({ name, labels, value: Number(number) });
  }
  return families;
}
