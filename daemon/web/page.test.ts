// The web page in a real browser: real packets through the firewall, seen in Chromium through `ringwall ui`.
// Screenshots are kept in build/ui/.
import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";

import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";

import { root } from "../../test/lab/firewall.js";
import { address, Lab } from "../../test/lab/lab.js";
import { Running } from "../../test/lab/process.js";

const pictures = join(root, "build/ui");
const denied = ["nc", "-nz", "-w", "1", address.untrust.inet, "23"];

describe("the web page", { timeout: 180_000 }, () => {
  let lab: Lab;
  let ui: Running;
  let url: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const problems: string[] = [];

  before(async () => {
    await mkdir(pictures, { recursive: true });
    lab = await Lab.start();
    await lab.host(lab.untrust);
    ui = new Running("ui", lab.firewall.cliCommand(["ui", "--no-open"]));
    url = (await ui.printed(/^(http:\/\/127\.0\.0\.1:\d+\/\?token=\S+)$/m))[1]!;
    browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
    context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: "light" });
    page = await context.newPage();
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("request", (asked) => {
      const { origin } = new URL(asked.url());
      if (origin !== new URL(url).origin) problems.push(`asked ${origin}`);
    });
    await page.goto(url);
    await page.waitForFunction(() => document.getElementById("state")?.textContent?.includes("generation"));
  });
  after(async () => {
    await browser?.close();
    await ui?.stop();
    await lab?.close();
  });

  const rows = () => page.locator("#event-table tbody tr");
  const texts = async (): Promise<string[]> =>
    (await rows().allInnerTexts()).map((text) => text.replaceAll(/\s+/g, " ").trim());

  test("takes the token out of the address, and keeps it where scripts cannot read it", async () => {
    assert.equal(page.url(), `${new URL(url).origin}/`);
    assert.equal(await page.evaluate(() => document.cookie), "");
  });

  test("shows an event with the names of what decided, as it happens", async () => {
    await lab.trust.run(denied, { check: false });
    await page.waitForSelector("#event-table tbody tr");
    const [first] = (await texts()).filter((text) => text.includes(`${address.untrust.inet}:23`));
    assert.match(
      first ?? "",
      /^\d\d:\d\d:\d\d\.\d{3} reject tcp 10\.1\.1\.10:\d+ 192\.0\.2\.10:23 trust → untrust no-telnet Rejected by policy$/,
    );
  });

  test("shows only what its filter asks for, and says what is wrong with one it does not understand", async () => {
    await page.fill("#event-filter [name=address]", address.trust.inet6);
    await page.waitForFunction(() => document.querySelectorAll("#event-table tbody tr").length === 0);
    await page.fill("#event-filter [name=address]", "nowhere");
    await page.waitForFunction(() =>
      document.getElementById("event-note")?.textContent?.includes('"nowhere" is neither an address nor a prefix'),
    );
    const asked = page.waitForRequest(
      (request) => new URL(request.url()).searchParams.get("policy") === "users-to-internet",
    );
    await page.fill("#event-filter [name=address]", "");
    await page.fill("#event-filter [name=policy]", "users-to-internet");
    await (await asked).response();
    await lab.trust.run(denied, { check: false });
    await lab.trust.run(["curl", "-sS", "--max-time", "5", `http://${address.untrust.inet}/`]);
    await page.waitForFunction(() => document.querySelectorAll("#event-table .what.close").length > 0);
    const shown = await texts();
    assert.equal(shown.length, 2, shown.join("\n"));
    assert.match(shown[0]!, / close tcp .* users-to-internet TCP FIN, /);
    assert.match(shown[1]!, / open tcp .* users-to-internet$/);
    await page.fill("#event-filter [name=policy]", "");
    // The browser reports the refused filter in its console too.
    assert.ok(problems.splice(0).every((problem) => problem.includes("400 (Bad Request)")));
  });

  test("is worked by keyboard alone", async () => {
    await page.focus("#tab-events");
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.locator("#tab-traffic").getAttribute("aria-selected"), "true");
    assert.equal(await page.evaluate(() => document.activeElement?.id), "tab-traffic");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("p");
    assert.equal(await page.locator("#pause").getAttribute("aria-pressed"), "true");
    await page.keyboard.press("p");
    assert.equal(await page.locator("#pause").getAttribute("aria-pressed"), "false");
    await page.focus("#event-filter [name=zone]");
    await page.keyboard.type("p");
    assert.equal(await page.locator("#pause").getAttribute("aria-pressed"), "false", "typing is not a command");
    await page.fill("#event-filter [name=zone]", "");
  });

  test("shows sessions, accounts and streams with the numbers that the command line shows", async () => {
    const client = lab.trust.start("client", [
      process.execPath,
      "-e",
      `require("net").connect(80, "${address.untrust.inet}", () => console.log("connected")).on("error", () => 0);`,
    ]);
    await client.printed(/connected/);
    await page.click("#tab-sessions");
    const session = page.locator("#session-table tbody tr", { hasText: `${address.untrust.inet}:80` });
    await session.first().waitFor();
    assert.match(await session.first().innerText(), /users-to-internet/);
    await page.screenshot({ path: join(pictures, "sessions.png") });
    await client.stop("SIGKILL");
    await page.click("#tab-accounting");
    await page.locator("#accounts table").first().waitFor();
    await page.click("#tab-streams");
    await page.locator("#stream-table thead").waitFor();
    assert.match(
      await page.locator("#stream-table thead").innerText(),
      /Sent\s+Waiting\s+In doubt\s+Limited\s+Dropped/,
    );
    assert.match(await page.locator("#stream-table tbody tr").first().innerText(), /up\s+udp 10\.99\.0\.2:514/);
  });

  test("asks one question at a time, and the next one at once where that was changed meanwhile", async () => {
    const asked = (): Promise<string[]> =>
      page.evaluate(() => (globalThis as unknown as { asked: string[] }).asked.slice());
    await page.evaluate(() => {
      const original = globalThis.fetch.bind(globalThis);
      const paths: string[] = [];
      Object.assign(globalThis, { asked: paths });
      globalThis.fetch = (input, init) => {
        const path = String(input);
        if (path.startsWith("/sessions?")) paths.push(new URLSearchParams(path.slice(10)).get("policy") ?? "");
        return original(input, init);
      };
    });
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route("**/sessions?*", async (route) => {
      await released;
      await route.continue();
    });
    const first = page.waitForRequest(/\/sessions\?/);
    await page.click("#tab-sessions");
    await first;
    await page.fill("#session-filter [name=policy]", "public-web");
    await page.evaluate(() => (document.getElementById("session-filter") as HTMLFormElement).requestSubmit());
    assert.deepEqual(await asked(), [""]);
    const second = page.waitForResponse((reply) => new URL(reply.url()).searchParams.get("policy") === "public-web");
    release();
    await second;
    assert.equal((await asked())[1], "public-web");
    await page.unroute("**/sessions?*");
    await page.fill("#session-filter [name=policy]", "");
    await page.click("#tab-events");
  });

  test("listens again after an answer that was no stream of events, and says that some may be missing", async () => {
    const note = (text: string): Promise<unknown> =>
      page.waitForFunction((wanted) => document.getElementById("event-note")?.textContent?.includes(wanted), text);
    let refused = 0;
    await page.route("**/events?*", (route) => {
      refused++;
      return route.fulfill({ status: 503, json: { code: "busy", message: "not now" } });
    });
    await page.fill("#event-filter [name=address]", address.untrust.inet);
    await note("not now");
    assert.equal(refused, 2, "what listens, and who asks why it was refused");
    await page.unroute("**/events?*");
    await note("Some events happened while this page was away");
    await lab.trust.run(denied, { check: false });
    await page.waitForSelector("#event-table tbody tr");
    await page.fill("#event-filter [name=address]", "");
    assert.ok(problems.splice(0).every((problem) => problem.includes("503 (Service Unavailable)")));
  });

  test("stays responsive and bounded in a storm, says what it leaves out, and the log loses nothing by it", async () => {
    await page.click("#tab-events");
    const before = await lab.firewall.cliJson<{ events: Record<string, { written: number; suppressed: number }> }>(
      "show",
      "counters",
    );
    const count = 30_000;
    const storm = lab.trust.start("storm", [
      process.execPath,
      "-e",
      // Many denied packets: a datagram each, to a port that policy denies from untrust to trust.
      `const s = require("dgram").createSocket("udp4"); let left = ${count};
       const more = () => { for (let i = 0; i < 300 && left > 0; i++, left--) s.send("x", 23, "${address.dmz.inet}", () => 0);
         if (left > 0) setTimeout(more, 5); else setTimeout(() => { console.log("sent"); s.close(); }, 200); }; more();`,
    ]);
    const delays = page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let worst = 0;
          let last = performance.now();
          let left = 60;
          const tick = (): void => {
            const now = performance.now();
            worst = Math.max(worst, now - last - 50);
            last = now;
            if (--left === 0) resolve(worst);
            else setTimeout(tick, 50);
          };
          setTimeout(tick, 50);
        }),
    );
    await storm.printed(/sent/);
    const worst = await delays;
    await page.screenshot({ path: join(pictures, "storm.png") });
    await page.waitForFunction(() =>
      /events left out here/.test(document.getElementById("event-note")?.textContent ?? ""),
    );
    assert.ok((await rows().count()) <= 300, `${await rows().count()} rows`);
    const heap = await page.evaluate(
      () => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize,
    );
    assert.ok(heap < 64 << 20, `${heap} bytes of heap`);
    // Reported, not asserted: a wall time says more about the machine than about the page.
    process.stdout.write(`# longest delay of the page's timers in the storm: ${Math.round(worst)} ms\n`);
    const made = await lab.firewall.cliJson<{ events: Record<string, { written: number; suppressed: number }> }>(
      "show",
      "counters",
    );
    const total = (of: typeof made): number =>
      Object.values(of.events).reduce((sum, account) => sum + Object.values(account).reduce((a, b) => a + b, 0), 0);
    assert.ok(total(made) - total(before) >= count * 0.9, `${total(made) - total(before)} events`);
    await page.click("#tab-traffic");
    await page.locator("#top-rules tbody tr").first().waitFor();
    await page.screenshot({ path: join(pictures, "traffic.png"), fullPage: true });
  });

  test("goes on by itself after the daemon was killed and started again", async () => {
    await page.click("#tab-events");
    await page.click("#clear");
    await lab.firewall.daemon!.stop("SIGKILL");
    await page.waitForFunction(() => !document.getElementById("problem")!.hidden);
    await lab.firewall.startDaemon();
    await page.waitForFunction(() => document.getElementById("problem")!.hidden);
    // The new daemon does not know the id that the page comes back with, and says so.
    await page.waitForFunction(() => /cannot be shown/.test(document.getElementById("event-note")!.textContent ?? ""));
    await lab.trust.run(denied, { check: false });
    await page.waitForFunction(() =>
      document.querySelector("#event-table tbody")?.textContent?.includes("192.0.2.10:23"),
    );
    problems.length = 0; /* the browser says that the connection was lost */
  });

  test("fits a phone's width in the dark", async () => {
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize({ width: 360, height: 740 });
    for (const view of ["events", "traffic", "sessions", "accounting", "streams"]) {
      await page.click(`#tab-${view}`);
      const { scroll, client } = await page.evaluate(() => ({
        scroll: document.documentElement.scrollWidth,
        client: document.documentElement.clientWidth,
      }));
      assert.ok(scroll <= client, `${view} is ${scroll} wide on ${client}`);
    }
    await page.click("#tab-events");
    await page.screenshot({ path: join(pictures, "phone-dark.png") });
    const colour = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(colour, "rgb(28, 25, 23)");
  });

  test("asks nobody but the daemon, and has no error to tell", () => {
    assert.deepEqual(problems, []);
  });

  test("is opened by the desktop, whose arguments everybody can read, without telling it the token", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ringwall-page-"));
    const stranger = await browser.newContext();
    const opener = join(folder, "xdg-open");
    await writeFile(opener, `#!/bin/sh\nprintf '%s\\n' "$@" > ${folder}/new && mv ${folder}/new ${folder}/arguments\n`);
    await chmod(opener, 0o755);
    const path = `${folder}:${process.env["PATH"] ?? ""}`;
    const desktop = new Running("desktop", lab.firewall.cliCommand(["ui"]), {
      env: { DISPLAY: ":7", XDG_RUNTIME_DIR: folder, PATH: path },
    });
    try {
      const address = new URL((await desktop.printed(/^(http:\/\/\S+)$/m))[1]!);
      const argument = (await awaited(() => readFile(join(folder, "arguments"), "utf8"))).trim();
      assert.match(argument, /^\/\S+\/ringwall-ui-\w{6}\/ringwall\.html$/);
      assert.equal(argument.startsWith(folder), true);
      assert.equal((await stat(argument)).mode & 0o777, 0o600);
      assert.equal((await stat(join(argument, ".."))).mode & 0o777, 0o700);
      const page = await stranger.newPage();
      await page.goto(pathToFileURL(argument).href);
      await page.waitForURL(`${address.origin}/`);
      await page.waitForFunction(() => document.getElementById("state")?.textContent?.includes("generation"));
      await desktop.stop("SIGTERM");
      await assert.rejects(stat(join(argument, "..")), /ENOENT/);
    } finally {
      await desktop.stop();
      await stranger.close();
      await rm(folder, { recursive: true });
    }
  });

  test("is refused without the token, and cannot be used to change anything", async () => {
    const { origin, searchParams } = new URL(url);
    assert.equal((await ask(`${origin}/status`)).status, 401);
    assert.equal((await ask(`${origin}/?token=${"x".repeat(32)}`)).status, 401);
    const bearer = { authorization: `Bearer ${searchParams.get("token")}` };
    assert.equal((await ask(`${origin}/status`, { headers: bearer })).status, 200);
    const write = await ask(`${origin}/clear-sessions`, { method: "POST", headers: bearer });
    assert.deepEqual(
      [write.status, JSON.parse(write.body)],
      [405, { code: "read-only", message: "only reading is possible over TCP" }],
    );
    const index = await ask(`${origin}/`, { headers: bearer });
    assert.match(String(index.headers["content-security-policy"]), /^default-src 'none'; script-src 'self';/);
  });
});

/** Asks again until there is an answer; the test's own timeout ends it. */
async function awaited<Result>(ask: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await ask();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

function ask(to: string, options: { method?: string; headers?: Record<string, string> } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(to, options, (reply) => {
      let body = "";
      reply.setEncoding("utf8").on("data", (text: string) => (body += text));
      reply.on("end", () => resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body }));
    })
      .on("error", reject)
      .end();
  });
}
