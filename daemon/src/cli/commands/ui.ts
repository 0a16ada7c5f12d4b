// ui.ts: `ringwall ui`: the web page, in this machine's browser. SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Command } from "commander";

import { errorText } from "../../base/coded-error.js";
import { Gateway } from "../../http/gateway.js";
import { contextOf } from "../context.js";
import { CliError, Exit } from "../exit.js";
import { wholeNumber } from "../session-filter.js";

export function registerUi(program: Command): void {
  program
    .command("ui")
    .summary("the web page: live events, rates, sessions, accounts")
    .description(
      "Serves the web page on this machine until interrupted, and opens it in a browser where there is one. Only reading is possible, only with the token in the printed address, and only while this command runs.",
    )
    .option("--address <address>", "address to listen on", "127.0.0.1")
    .option("--port <number>", "port to listen on (default: any that is free)", wholeNumber)
    .option("--no-open", "print the address only")
    .addHelpText(
      "after",
      "\nExamples:\n  ringwall ui\n  ringwall ui --port 8080 --no-open\n  ssh -L 8080:127.0.0.1:8080 firewall ringwall ui --port 8080 --no-open",
    )
    .action(
      async (
        { address, port = 0, open }: { readonly address: string; readonly port?: number; readonly open: boolean },
        command: Command,
      ) => {
        const context = contextOf(command);
        // A page that could show nothing is not opened.
        await context.client.get("/status");
        const token = randomBytes(24).toString("base64url");
        const gateway = new Gateway({ socketPath: context.client.socketPath, address, port, token });
        let url: string;
        try {
          url = await gateway.start();
        } catch (cause) {
          throw new CliError(Exit.REFUSED, "cannot-listen", `cannot listen on ${address}: ${errorText(cause)}`, {
            cause,
          });
        }
        context.print(url);
        const end = new AbortController();
        process.once("SIGINT", () => end.abort());
        process.once("SIGTERM", () => end.abort());
        const folder = open && hasDesktop() ? openBrowser(url) : undefined;
        await once(end.signal, "abort");
        if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
        await gateway.close();
      },
    );
}

const hasDesktop = (): boolean => ["DISPLAY", "WAYLAND_DISPLAY"].some((name) => (process.env[name] ?? "") !== "");

/** openBrowser has the desktop open a file that leads to the address, and gives the folder that it made for it. Everybody can read the
 * arguments of a process, and the address has the token; the file is for this user only. Where there is no browser, the printed
 * address is all there is to do. */
function openBrowser(url: string): string {
  const folder = mkdtempSync(join(process.env["XDG_RUNTIME_DIR"] ?? tmpdir(), "ringwall-ui-")); // 0700
  const file = join(folder, "ringwall.html");
  const page = `<!doctype html><meta charset="utf-8" /><title>Ringwall</title><meta http-equiv="refresh" content="0; url=${url}" />\n`;
  writeFileSync(file, page, { mode: 0o600 });
  const opener = spawn("xdg-open", [file], { detached: true, stdio: "ignore" });
  opener.on("error", () => undefined);
  opener.unref();
  return folder;
}
