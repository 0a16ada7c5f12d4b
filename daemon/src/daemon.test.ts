// The real daemon and the real helper in a namespace with one wire, and the command line as an operator uses it.
// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { Firewall, root } from "../../test/lab/firewall.js";
import { Network, type Namespace } from "../../test/lab/netns.js";
import { parseMetrics } from "../../test/lab/prometheus.js";
import { run, Running } from "../../test/lab/process.js";
import { daemonSocket } from "./base/run-paths.js";
import type { Accounting, CommitView, PolicyView, Status } from "./http/api.js";
import { ApiSchema, problemOf } from "./http/api-schema.js";

const configuration = (hostName: string, policy: string): string => `
system: { host-name: ${hostName} }
interfaces:
  ge-0/0/0: { device: wire0, unit: { "0": { family: { inet: { address: [10.7.0.1/24] } } } } }
security:
  zones:
    security-zone:
      - { name: inside, interfaces: [ge-0/0/0.0], host-inbound-traffic: { system-services: [ping] } }
  policies:
    - from-zone: inside
      to-zone: inside
      policy:
        - name: ${policy}
          match: { source-address: [any], destination-address: [any], application: [junos-http, junos-https] }
          then: { deny: true, log: { session-init: true } }
  default-policy: { deny-all: true, log: { session-init: true } }
  log:
    stream:
      - { name: nobody, host: 127.0.0.1, port: 9 }
routing-options: { static: { route: [{ name: 10.9.0.0/24, next-hop: [10.7.0.99] }] } }
`;

describe("daemon and command line", { timeout: 300_000 }, () => {
  let network: Network;
  let fw: Namespace;
  let inside: Namespace;
  let firewall: Firewall;
  let directory: string;
  const file = (name: string): string => join(directory, name);

  before(async () => {
    network = new Network(`rwdc${process.pid}`);
    directory = await mkdtemp("/tmp/ringwall-daemon-");
    fw = await network.namespace("fw");
    inside = await network.namespace("inside");
    await network.wire(inside, "eth0", fw, "wire0");
    await inside.ip("address add 10.7.0.10/24 dev eth0");
    await inside.ip("route add default via 10.7.0.1");
    firewall = new Firewall(fw, directory); // which it gives to the daemon's user
    await writeFile(file("one.yaml"), configuration("fw-one", "no-web"));
    await writeFile(file("two.yaml"), configuration("fw-two", "no-net"));
    await writeFile(
      file("bad.yaml"),
      configuration("fw-bad", "no-web").replace("junos-https", "junos-htps").replace("deny-all", "deny-al"),
    );
    await firewall.start();
  });
  after(async () => {
    await firewall?.stop();
    await network?.close();
    await rm(directory, { recursive: true, force: true });
  });

  const cli = (...args: string[]) => firewall.cli(args, { check: false });

  test("before the first commit the status says that nothing is in force", async () => {
    const status = await firewall.cliJson<Status>("status");
    assert.deepEqual(
      [status.generation, status.problem, status.helper?.generation],
      [0, "no configuration has been applied yet", 0],
    );
    assert.equal((await cli("show", "configuration")).code, 1);
  });

  test("check needs no daemon, names every error with its place, and exits with 1", async () => {
    const without = (name: string) =>
      run(
        [
          process.execPath,
          join(root, "build/js/daemon/src/cli/main.js"),
          "--run-dir",
          "/nonexistent",
          "check",
          file(name),
        ],
        { check: false },
      );
    const good = await without("one.yaml");
    assert.deepEqual([good.code, good.stdout], [0, `${file("one.yaml")} is a valid configuration\n`]);
    const bad = await without("bad.yaml");
    assert.equal(bad.code, 1);
    assert.match(
      bad.stdout,
      /bad\.yaml:\d+:\d+: security\.policies\[0\]\.policy\[0\]\.match\.application\[1\]: .*did you mean 'junos-https'/,
    );
    assert.match(bad.stdout, /deny-al\b/);
    assert.match(bad.stdout, /2 errors\n$/);
  });

  test("a wrong command line exits with 2, an unreachable daemon with 3", async () => {
    for (const args of [
      ["show", "nothing"],
      ["show", "firewall", "log", "everything"],
      ["clear", "firewall"],
      ["clear", "firewall", "filter"],
      ["apply"],
      ["rollback", "x"],
      ["explain", "10.0.0.1", "10.0.0.2", "tcp"],
      ["--nothing"],
    ]) {
      assert.equal((await cli(...args)).code, 2, args.join(" "));
    }
    const explain = await cli("explain", "--from", "inside", "10.7.0.300", "10.7.0.2", "tcp");
    assert.deepEqual([explain.code, /"10\.7\.0\.300" is not an address/.test(explain.stderr)], [2, true]);
    const unreachable = await run(
      [process.execPath, join(root, "build/js/daemon/src/cli/main.js"), "--run-dir", "/nonexistent", "status"],
      { check: false },
    );
    assert.deepEqual(
      [
        unreachable.code,
        /cannot reach ringwalld on \/nonexistent\/ringwalld\.sock: there is no such socket/.test(unreachable.stderr),
      ],
      [3, true],
    );
  });

  test("apply puts a configuration in force; again it changes nothing; a bad one is refused whole", async () => {
    const first = await cli("apply", file("one.yaml"));
    assert.deepEqual([first.code, first.stdout], [0, "in force as generation 1\n"]);
    assert.match((await cli("apply", file("one.yaml"))).stdout, /^nothing to change/);
    const bad = await cli("apply", file("bad.yaml"));
    assert.equal(bad.code, 1);
    assert.match(
      bad.stderr,
      /did you mean 'junos-https'[\s\S]*2 errors\nthe configuration has errors; nothing was changed/,
    );
    const status = await firewall.cliJson<Status>("status");
    assert.deepEqual(
      [status.generation, status.helper?.generation, status.hostName, status.problem],
      [1, 1, "fw-one", ""],
    );
  });

  test("diff says what would change, statement by statement", async () => {
    const diff = (await cli("diff", file("two.yaml"))).stdout;
    assert.match(diff, /~ system\.host-name: fw-one -> fw-two/);
    assert.match(diff, /no-net/);
    assert.equal((await cli("diff", file("one.yaml"))).stdout, "no difference\n");
  });

  test("rollback brings an earlier configuration back as a new commit", async () => {
    await firewall.cli(["apply", file("two.yaml")]);
    assert.equal((await cli("rollback", "1")).stdout, "in force as generation 3\n");
    const history = await firewall.cliJson<CommitView[]>("show", "history");
    assert.deepEqual(
      history.map(({ index, generation, origin }) => [index, generation, origin]),
      [
        [0, 3, "rollback"],
        [1, 2, "apply"],
        [2, 1, "apply"],
      ],
    );
    assert.equal((await cli("show", "configuration")).stdout, configuration("fw-one", "no-web").trimEnd() + "\n");
    const none = await cli("rollback", "50");
    assert.deepEqual([none.code, /there is no configuration 50 back; 3 are kept/.test(none.stderr)], [1, true]);
  });

  test("what is shown is as the schema of the API says, on every route", async () => {
    const schema = new ApiSchema();
    const bodies: Readonly<Record<string, unknown>> = {
      "POST /check": { text: "nonsense" },
      "POST /apply": { text: configuration("fw-one", "no-web") },
      "POST /diff": { text: configuration("fw-three", "x") },
      "POST /rollback": { index: 1 },
      "POST /clear-sessions": {},
      "POST /clear-filters": {},
      "POST /test-log-stream": { name: "nobody" },
      "POST /explain": {
        from: "inside",
        source: "10.7.0.10",
        destination: "10.7.0.20",
        destinationPort: 80,
        protocol: "tcp",
      },
    };
    for (const { method, path, reply } of schema.routes) {
      if (reply === undefined) continue;
      const answer = await ask(method, path, bodies[`${method} ${path}`]);
      assert.equal(answer.status, 200, `${method} ${path}: ${answer.text}`);
      const validate = schema.validator(reply);
      assert.ok(validate(JSON.parse(answer.text)), `${method} ${path}: ${problemOf(validate, "reply")}`);
    }
  });

  test("requests that the schema does not allow are refused with a reason", async () => {
    const error = new ApiSchema().validator("error");
    for (const [method, path, body, status] of [
      ["POST", "/apply", {}, 400],
      ["POST", "/apply", { text: 7 }, 400],
      ["POST", "/rollback", { index: 1, more: true }, 400],
      ["POST", "/clear-sessions", { source: "not an address" }, 400],
      ["POST", "/explain", { from: "nowhere", source: "10.7.0.10", destination: "10.7.0.20", protocol: "tcp" }, 400],
      ["GET", "/sessions?limit=lots", undefined, 400],
      ["GET", "/status?verbose=1", undefined, 400],
      ["GET", "/log?kind=nonsense", undefined, 400],
      ["GET", "/log?address=300.1.1.1", undefined, 400],
      ["GET", "/firewall-log?limit=1001", undefined, 400],
      ["GET", "/filters?name=nothing", undefined, 404],
      ["POST", "/clear-filters", { name: "nothing" }, 404],
      ["POST", "/clear-filters", { filter: "nothing" }, 400],
      ["POST", "/rollback", { index: 900 }, 404],
      ["GET", "/nothing", undefined, 404],
      ["POST", "/apply", { text: "nonsense" }, 422],
    ] as const) {
      const answer = await ask(method, path, body);
      assert.equal(answer.status, status, `${method} ${path} ${JSON.stringify(body)}: ${answer.text}`);
      assert.ok(error(JSON.parse(answer.text)), answer.text);
    }
  });

  test("log shows denied packets as they come, readable and as JSON, filtered as asked", async () => {
    const from = (await firewall.cliJson<PolicyView[]>("show", "policies")).find(
      ({ name }) => name === "default-policy",
    )!.hits;
    const readable = new Running("log", firewall.cliCommand(["log", "--kind", "deny", "--address", "10.9.0.0/24"]));
    const json = new Running("log", firewall.cliCommand(["log", "--json", "--zone", "inside"]));
    const other = new Running("log", firewall.cliCommand(["log", "--json", "--kind", "open,close"]));
    try {
      for (
        let attempt = 0;
        attempt < 50 && !(readable.stdout.includes("\n") && json.stdout.includes("\n"));
        attempt++
      ) {
        await inside.run(["bash", "-c", "echo x > /dev/udp/10.9.0.20/4000"]); // until both look on
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      assert.match(
        readable.stdout,
        /^\d\d:\d\d:\d\d\.\d{3}  deny    udp 10\.7\.0\.10:\d+ -> 10\.9\.0\.20:4000  inside -> inside  policy (default-policy|no-net)/,
      );
      const event = JSON.parse(json.stdout.split("\n")[0]!) as Record<string, unknown>;
      const validate = new ApiSchema().validator("event");
      assert.ok(validate(event), problemOf(validate, "event"));
      assert.deepEqual([event["kind"], event["destination"], event["from"]], ["POLICY_DENY", "10.9.0.20", "inside"]);
      assert.equal(other.stdout, "");
      const hits = (await firewall.cliJson<PolicyView[]>("show", "policies")).find(
        ({ name }) => name === "default-policy",
      )!.hits;
      assert.ok(hits > from);
    } finally {
      for (const one of [readable, json, other])
        assert.equal((await one.stop()).code, 0, "an interrupted log is no failure");
    }
  });

  test("every event that the helper wrote is accounted for in the stream", async () => {
    const status = await firewall.cliJson<Status>("status");
    const counters = await firewall.cliJson<{ events: Record<string, { written: number }> }>("show", "counters");
    const deny = status.streams[0]!.accounts.find(({ kind }) => kind === "POLICY_DENY")!;
    assert.ok(deny.sent > 0);
    assert.deepEqual(
      [deny.queued, deny.queued],
      [counters.events["POLICY_DENY"]!.written, deny.sent + status.streams[0]!.waiting],
    );
    assert.deepEqual([status.invalidFrames, status.unnamed], [0, 0]);
  });

  test("the socket is for its owner and group only, and a second daemon keeps off", async () => {
    assert.equal(statSync(daemonSocket(firewall.runDirectory)).mode & 0o777, 0o660);
    const second = await fw.run(
      [
        process.execPath,
        join(root, "build/js/daemon/src/main.js"),
        "--run-dir",
        firewall.runDirectory,
        "--state-dir",
        firewall.stateDirectory,
      ],
      { check: false },
    );
    assert.deepEqual([second.code, /another ringwalld answers on/.test(second.stderr)], [1, true]);
    assert.equal((await cli("status")).code, 0);
  });

  test("the daemon ends in good order, and its successor finds the configuration in force and the accounts kept", async () => {
    const before = await firewall.cliJson<Status>("status");
    assert.equal((await firewall.daemon!.stop()).code, 0);
    assert.equal((await cli("status")).code, 3);
    await firewall.startDaemon();
    const now = await firewall.cliJson<Status>("status");
    assert.deepEqual(
      [now.generation, now.problem, now.helper?.startId],
      [before.generation, "", before.helper?.startId],
    );
    assert.deepEqual(now.streams[0]?.accounts, before.streams[0]?.accounts);
    assert.match(firewall.daemon!.stdout, /configuration is in force already/);
  });

  test("with web-management the page, accounts and metrics are read over TCP with the token, and nothing is written", async () => {
    const token = "a-token-of-26-characters-x";
    const tokenFile = file("token");
    await writeFile(tokenFile, `${token}\n`, { mode: 0o640 });
    const { gid } = statSync(firewall.runDirectory);
    await chown(tokenFile, 0, gid);
    const web = `system: { services: { web-management: { http: { port: 8080, token-file: ${tokenFile} } } }, `;
    await writeFile(file("web.yaml"), configuration("fw-web", "no-web").replace("system: { ", web));
    assert.equal((await cli("apply", file("web.yaml"))).code, 0);
    await inside.run(["nc", "-n", "-w", "1", "10.9.0.1", "80"], { check: false });

    const curl = async (path: string, ...more: string[]): Promise<{ status: number; text: string }> => {
      const asked = await fw.run(["curl", "-sS", "-w", "\n%{http_code}", ...more, `http://127.0.0.1:8080${path}`]);
      const end = asked.stdout.lastIndexOf("\n");
      return { status: Number(asked.stdout.slice(end + 1)), text: asked.stdout.slice(0, end) };
    };
    const withToken = ["-H", `Authorization: Bearer ${token}`];
    for (const path of ["/", "/accounting", "/metrics", "/events", "/config"])
      assert.equal((await curl(path)).status, 401);
    assert.equal((await curl("/metrics", "-H", "Authorization: Bearer another")).status, 401);
    assert.equal((await curl("/apply", ...withToken, "-d", "{}")).status, 405);
    assert.match((await curl("/", ...withToken)).text, /<title>Ringwall/);
    assert.equal((await curl("/web/main.js", ...withToken)).status, 200);

    const accounts = JSON.parse((await curl("/accounting", ...withToken)).text) as Accounting;
    const families = parseMetrics((await curl("/metrics", ...withToken)).text);
    const samples = (family: string): Record<string, number> =>
      Object.fromEntries(
        families
          .get(`ringwall_${family}`)!
          .samples.map(({ labels, value }) => [Object.values(labels).join(" "), value]),
      );
    const outcomes = ["suppressed", "lostBudget", "lostFull"] as const;
    const ends = ["sent", "filtered", "full", "unsendable", "limited", "inDoubt"] as const;
    assert.deepEqual([accounts.balanced, accounts.differences], [true, []]);
    assert.ok(accounts.rules.length > 0);
    assert.deepEqual(
      samples("events_total"),
      Object.fromEntries(accounts.kinds.map(({ kind, produced }) => [kind, produced])),
    );
    assert.deepEqual(
      samples("events_unwritten_total"),
      Object.fromEntries(accounts.kinds.flatMap((row) => outcomes.map((what) => [`${row.kind} ${what}`, row[what]]))),
    );
    assert.deepEqual(
      samples("rule_events_total"),
      Object.fromEntries(accounts.rules.map((row) => [`${row.class} ${row.rule} ${row.kind}`, row.produced])),
    );
    assert.deepEqual(
      samples("stream_lines_total"),
      Object.fromEntries(
        accounts.streams.flatMap(({ name, totals }) => ends.map((what) => [`${name} ${what}`, totals[what]])),
      ),
    );
    assert.equal(samples("sessions")[""], 0);
    assert.equal(samples("interface_up")["ge-0/0/0.0 inside"], 1);

    // A token that was changed in its file is taken by applying what is active.
    const another = "another-token-of-33-characters-xx";
    await writeFile(tokenFile, `${another}\n`);
    assert.equal((await curl("/accounting", ...withToken)).status, 200);
    const again = await cli("apply", file("web.yaml"));
    assert.deepEqual([again.code, /^nothing to change/.test(again.stdout)], [0, true]);
    // It listens anew when the command is done or a moment later; until then there may be nobody.
    const withAnother = ["-H", `Authorization: Bearer ${another}`, "--retry", "20", "--retry-connrefused"];
    for (let asked = 0; asked < 100 && (await curl("/accounting", ...withAnother)).status !== 200; asked++);
    assert.equal((await curl("/accounting", ...withAnother)).status, 200);
    assert.equal((await curl("/accounting", ...withToken)).status, 401);

    // Without the statement it ends with the commit.
    assert.equal((await cli("apply", file("one.yaml"))).code, 0);
    assert.equal((await fw.run(["curl", "-sS", "http://127.0.0.1:8080/"], { check: false })).code, 7);
  });

  test("a daemon given a bad configuration at its start says every error and ends with 1", async () => {
    const started = await fw.run(
      [
        process.execPath,
        join(root, "build/js/daemon/src/main.js"),
        "--run-dir",
        file("elsewhere"),
        "--state-dir",
        file("elsewhere"),
        "--config",
        file("bad.yaml"),
      ],
      { check: false },
    );
    assert.deepEqual([started.code, /2 errors/.test(started.stderr)], [1, true]);
  });

  test("completion knows commands, their options, and files", async () => {
    writeFileSync(file("complete.bash"), (await cli("completion", "bash")).stdout);
    const complete = async (...words: string[]): Promise<string[]> => {
      const script = `source ${file("complete.bash")}; COMP_WORDS=(${words.map((word) => `"${word}"`).join(" ")}); COMP_CWORD=${words.length - 1}; _ringwall; printf '%s\\n' "\${COMPREPLY[@]}"`;
      return (await run(["bash", "-c", script])).stdout.trim().split("\n");
    };
    assert.deepEqual(await complete("ringwall", "ro"), ["rollback"]);
    assert.deepEqual(await complete("ringwall", "--run-dir", "/x", "show", "se"), ["security", "sessions"]);
    assert.deepEqual(await complete("ringwall", "log", "--po"), ["--policy"]);
    assert.deepEqual(await complete("ringwall", "apply", file("on")), [file("one.yaml")]);
  });

  test("every command has help with an example or says what it shows", async () => {
    for (const args of [
      ["--help"],
      ["check", "--help"],
      ["apply", "--help"],
      ["explain", "--help"],
      ["log", "--help"],
      ["show", "--help"],
      ["clear", "sessions", "--help"],
      ["clear", "firewall", "--help"],
      ["show", "firewall", "--help"],
      ["show", "security", "screen", "statistics", "--help"],
    ]) {
      const help = await cli(...args);
      assert.equal(help.code, 0);
      assert.match(help.stdout, /Examples?:\n/, args.join(" "));
    }
  });

  function ask(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          socketPath: daemonSocket(firewall.runDirectory),
          method,
          path,
          headers: body === undefined ? {} : { "content-type": "application/json" },
        },
        (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => (text += chunk));
          response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
        },
      );
      asked.on("error", reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
});
