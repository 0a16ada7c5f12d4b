// make demo: real hosts, real packets, a real collector; under each attempt the lines that rsyslogd stored for it.
import type { Received } from "./collector.js";
import { address, demoConfiguration, Lab } from "./lab.js";
import type { Namespace } from "./netns.js";

const colour = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;
const paint =
  (code: string) =>
  (text: string): string =>
    colour ? `\x1b[${code}m${text}\x1b[0m` : text;
const bold = paint("1"),
  green = paint("32"),
  red = paint("31"),
  cyan = paint("36"),
  grey = paint("90");
const say = (text = ""): void => {
  process.stdout.write(`${text}\n`);
};

interface Attempt {
  readonly title: string;
  readonly from: "trust" | "untrust" | "dmz";
  readonly command: readonly string[];
  readonly outcome: "works" | "times out" | "refused at once";
  readonly lines: readonly { tag: string; fields: Readonly<Record<string, string>> }[];
}

const curl = (url: string): string[] => ["curl", "-sS", "-g", "--max-time", "3", url];
const untrust = address.untrust,
  dmz = address.dmz;
const story: readonly Attempt[] = [
  {
    title: "a user opens a web page",
    from: "trust",
    command: curl(`http://${untrust.inet}/`),
    outcome: "works",
    lines: [
      {
        tag: "RT_FLOW_SESSION_CREATE",
        fields: { "destination-address": untrust.inet, "destination-port": "80", "policy-name": "users-to-internet" },
      },
      {
        tag: "RT_FLOW_SESSION_CLOSE",
        fields: { "destination-address": untrust.inet, "destination-port": "80", reason: "TCP FIN" },
      },
    ],
  },
  {
    title: "the same over IPv6",
    from: "trust",
    command: curl(`http://[${untrust.inet6}]/`),
    outcome: "works",
    lines: [
      { tag: "RT_FLOW_SESSION_CREATE", fields: { "destination-address": untrust.inet6, "destination-port": "80" } },
      { tag: "RT_FLOW_SESSION_CLOSE", fields: { "destination-address": untrust.inet6, reason: "TCP FIN" } },
    ],
  },
  {
    title: "a user pings the internet",
    from: "trust",
    command: ["ping", "-c", "2", "-i", "0.2", "-W", "2", untrust.inet],
    outcome: "works",
    lines: [{ tag: "RT_FLOW_SESSION_CREATE", fields: { "destination-address": untrust.inet, "protocol-id": "1" } }],
  },
  {
    title: "and over IPv6",
    from: "trust",
    command: ["ping", "-c", "2", "-i", "0.2", "-W", "2", untrust.inet6],
    outcome: "works",
    lines: [{ tag: "RT_FLOW_SESSION_CREATE", fields: { "destination-address": untrust.inet6, "protocol-id": "58" } }],
  },
  {
    title: "the internet reads the public web server",
    from: "untrust",
    command: curl(`http://${dmz.inet}/`),
    outcome: "works",
    lines: [
      {
        tag: "RT_FLOW_SESSION_CREATE",
        fields: { "source-address": untrust.inet, "destination-address": dmz.inet, "policy-name": "public-web" },
      },
    ],
  },
  {
    title: "the internet tries a user's machine",
    from: "untrust",
    command: curl(`http://${address.trust.inet}/`),
    outcome: "times out",
    lines: [
      {
        tag: "RT_FLOW_SESSION_DENY",
        fields: { "source-address": untrust.inet, "destination-address": address.trust.inet, "destination-port": "80" },
      },
    ],
  },
  {
    title: "a user tries telnet, which policy rejects",
    from: "trust",
    command: ["nc", "-v", "-n", "-w", "3", untrust.inet, "23"],
    outcome: "refused at once",
    lines: [
      {
        tag: "RT_FLOW_SESSION_DENY",
        fields: { "destination-address": untrust.inet, "destination-port": "23", "policy-name": "no-telnet" },
      },
    ],
  },
  {
    title: "a user tries FTP, which the input filter resets before any policy is asked",
    from: "trust",
    command: ["nc", "-v", "-n", "-w", "3", untrust.inet, "21"],
    outcome: "refused at once",
    lines: [
      {
        tag: "RT_FLOW_FILTER_LOG",
        fields: {
          "destination-address": untrust.inet,
          "destination-port": "21",
          "filter-name": "from-users",
          "term-name": "no-ftp",
          action: "reject",
        },
      },
    ],
  },
  {
    title: "a user pings the firewall itself: its lo0 filter lets that in",
    from: "trust",
    command: ["ping", "-c", "1", "-W", "2", "10.1.1.1"],
    outcome: "works",
    lines: [
      {
        tag: "RT_FLOW_FILTER_LOG",
        fields: {
          "destination-address": "10.1.1.1",
          "filter-name": "protect-host",
          "term-name": "pings-from-users",
          action: "permit",
        },
      },
    ],
  },
  {
    title: "a user's syslog over IPv6, rejected by ICMP",
    from: "trust",
    command: ["bash", "-c", `exec 3<>/dev/udp/${untrust.inet6}/514; echo one >&3; read -t 3 -r line <&3; [ $? = 1 ]`],
    outcome: "works",
    lines: [
      {
        tag: "RT_FLOW_SESSION_DENY",
        fields: { "destination-address": untrust.inet6, "destination-port": "514", "policy-name": "no-syslog" },
      },
    ],
  },
];

const matches =
  (tag: string, fields: Readonly<Record<string, string>>) =>
  (line: Received): boolean =>
    line.tag === tag && Object.entries(fields).every(([name, value]) => line.fields[name] === value);

async function attempt(lab: Lab, one: Attempt): Promise<boolean> {
  const from = lab.collector.received.length;
  const host: Namespace = lab[one.from];
  const icmp = one.title.includes("ICMP");
  say();
  say(bold(`• ${one.title}`));
  say(
    grey(
      `  ${one.from}$ ${icmp ? "send one UDP datagram to port 514 and wait for the answer" : one.command.join(" ")}`,
    ),
  );
  const began = performance.now();
  const finished = await host.run(one.command, { check: false });
  const seconds = (performance.now() - began) / 1000;
  const went = finished.code === 0;
  const text = icmp
    ? went
      ? "refused at once (ICMP port unreachable)"
      : "no answer"
    : went
      ? "works"
      : seconds < 1
        ? "refused at once"
        : "times out";
  const expected = icmp ? "refused at once (ICMP port unreachable)" : one.outcome;
  const ok = text === expected;
  say(
    `  ${(went && !icmp ? green : red)(text)} ${grey(`after ${seconds.toFixed(2)} s`)}${ok ? "" : red(` — expected: ${expected}\n${finished.stdout}${finished.stderr}`)}`,
  );
  for (const line of one.lines) {
    const received = await lab.collector.expect(line.tag, matches(line.tag, line.fields), from);
    say(`  ${cyan("rsyslog:")} ${received.raw}`);
  }
  return ok;
}

async function show(lab: Lab, ...command: string[]): Promise<void> {
  say();
  say(bold(`$ ringwall ${command.join(" ")}`));
  say((await lab.firewall.cli(command, { env: colour ? { FORCE_COLOR: "1" } : {} })).stdout.trimEnd());
}

const began = performance.now();
say(bold("Ringwall: three hosts, one firewall, one collector — all in network namespaces of this machine."));
say(grey("configuration: examples/demo.yaml"));
const lab = await Lab.create({ prefix: `rwd${process.pid}` });
let failures = 0;
const interrupted = (): void => {
  void lab.close().finally(() => process.exit(130));
};
process.once("SIGINT", interrupted);
process.once("SIGTERM", interrupted);
try {
  await lab.firewall.start();
  await lab.firewall.apply(await demoConfiguration());
  for (const host of [lab.trust, lab.untrust, lab.dmz]) await lab.host(host);
  await show(lab, "status");
  for (const one of story) if (!(await attempt(lab, one))) failures++;
  await show(lab, "show", "sessions");
  await show(lab, "show", "policies");
  await show(lab, "show", "firewall", "filter");
  await show(lab, "explain", "--from", "untrust", `${untrust.inet}:40000`, `${address.trust.inet}:443`, "tcp");
} catch (error) {
  failures++;
  say(red(error instanceof Error ? error.message : String(error)));
} finally {
  await lab.close();
}
say();
say(
  failures === 0
    ? green(
        `Every attempt went as the configuration says, and every line above was stored by rsyslogd. ${((performance.now() - began) / 1000).toFixed(0)} s.`,
      )
    : red(`${failures} attempt(s) did not go as expected.`),
);
process.exit(failures === 0 ? 0 : 1);
