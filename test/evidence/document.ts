// document.ts: docs/evidence.md as text, made of a run. SPDX-License-Identifier: Apache-2.0
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { Reader, Reading } from "../collectors/readers.js";
import { root } from "../lab/firewall.js";
import type { Evidence } from "./evidence.js";
import type { Exhibit } from "./exhibit.js";
import { FAMILIES } from "./probe.js";
import type { Storm } from "./storm.js";
import { hexDump } from "./wire.js";

export const documentFile = join(root, "docs/evidence.md");

/** CollectorRow: a reader, and what it gave back in a run. */
export interface CollectorRow extends Reading {
  readonly reader: Reader;
  readonly version: string;
}

const INTRODUCTION = `# Evidence

\`make evidence\` wrote this page from a run; nothing in it was typed. It fails, and writes nothing, where a line does not say what its packet was, where a packet is not where its line says that it is, or where accounts do not balance. \`make test\` does it all again and compares.

The hosts, the firewall and the collector are network namespaces of one machine (\`test/lab/\`), everything in them is real: the hosts' stacks, helper, daemon and rsyslogd. Configuration: \`test/evidence/configuration.ts\`.
`;

const PACKETS = `Each packet was captured by tcpdump at the host in zone trust that sent it; the bytes are shown from the IP header on. Behind it stands what the hosts of the other zones captured of it, and the line that rsyslogd received from \`ringwalld\` over UDP. The table has the values that had to agree, and what decides each: bytes of the packet, or the configuration.
`;

const STORM = `A generator sends UDP datagrams that the policy denies, many times faster than the policy may log (1000 events each second, bursts of 1024). Everything counts from the start of the laboratory, so the two packets of \`Policy deny\` above are in it.
`;

const COLLECTORS = `Packets of five kinds (sessions with and without address translation, denials, a screen, a filter) go through a firewall whose streams lead to all of these; of each, every line and value was compared with the packets that were sent, and agreed (\`test/collectors/\`).
`;

/** documentText writes the whole page. */
export function documentText({ exhibits, storm }: Evidence, collectors: readonly CollectorRow[]): string {
  const packets = FAMILIES.map(([family, title]) =>
    exhibits[family].map((exhibit) => exhibitText(`${exhibit.kind}, ${title}`, exhibit)).join("\n"),
  ).join("\n");
  return [
    INTRODUCTION,
    `## Packets and lines\n\n${PACKETS}\n${packets}`,
    `## Deny storm\n\n${STORM}\n${stormText(storm)}`,
    `## Collectors\n\n${collectorsTable(collectors)}`,
  ].join("\n");
}

function exhibitText(title: string, { packet, decoded, afterwards, session, line, agreements }: Exhibit): string {
  const seen =
    afterwards === undefined
      ? "Seen by other hosts: nothing."
      : afterwards.host === "trust"
        ? `The answer, as captured by the sender: \`${afterwards.decoded}\``
        : `Captured by the host in zone ${afterwards.host}: \`${afterwards.decoded}\``;
  const whole =
    session.length === 0 ? "" : `\nThe whole session, as captured by the sender:\n${fenced(session.join("\n"))}\n`;
  return `### ${title}
${fenced(`${decoded}\n\n${hexDump(packet)}`)}
${seen}
${whole}
Received by rsyslogd:
${fenced(line)}
${table(
  ["parameter", "decided by", "in the line"],
  agreements.map(({ parameter, decidedBy, value }) => [parameter, decidedBy, `\`${value}\``]),
)}
`;
}

function stormText(storm: Storm): string {
  return `${table(
    ["count", "by", "packets or events"],
    [
      ["datagrams of the storm", "the generator", storm.sent],
      ["packets that the policy denied", "`show policies`", storm.denied],
      ["POLICY_DENY produced", "`show log accounting`", storm.produced],
      ["of these written", "`show log accounting`", storm.written],
      ["lines", "rsyslogd", storm.lines],
      ["suppressed or lost", "`show log accounting`", storm.suppressed + storm.lost],
      [`told by ${storm.summaries} RT_LOG_SUPPRESSED`, "rsyslogd", storm.summed],
      ["denied and not told", "the difference", storm.denied - storm.lines - storm.summed],
    ],
  )}

\`\`\`
$ ringwall show log accounting
${storm.accounting}
\`\`\`
`;
}

/** collectorsTable writes the section about collectors, its heading excepted. */
export function collectorsTable(rows: readonly CollectorRow[]): string {
  return `${COLLECTORS}
${table(
  ["collector", "version", "format", "over", "lines", "values", "reads"],
  rows.map(({ reader: { collector, format, transport, reads }, version, lines, values }) => [
    collector,
    version,
    format,
    transport,
    lines,
    values,
    reads,
  ]),
)}
`;
}

const fenced = (text: string): string => `\`\`\`\n${text}\n\`\`\``;

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

/** sectionOf gives a section of the page as it is checked in, its heading excepted. */
export async function sectionOf(title: string): Promise<string> {
  const text = await readFile(documentFile, "utf8");
  const [, section] = text.split(`\n## ${title}\n\n`);
  return (section ?? "").split(/^(?=## )/m)[0]!;
}
