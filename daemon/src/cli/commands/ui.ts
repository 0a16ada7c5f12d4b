// ui.ts: `ringwall ui`: the web page, in this machine's browser. SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";

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
        if (open) openBrowser(url);
        const end = new AbortController();
        process.once("SIGINT", () => end.abort());
        process.once("SIGTERM", () => end.abort());
        await once(end.signal, "abort");
        await gateway.close();
      },
    );
}

/** Where there is no desktop or no browser, the printed address is all there is to do. */
function openBrowser(url: string): void {
  if ((process.env["DISPLAY"] ?? "") === "" && (process.env["WAYLAND_DISPLAY"] ?? "") === "") return;
  const opener = spawn("xdg-open", [url], { detached: true, stdio: "ignore" });
  opener.on("error", () => undefined);
  opener.unref();
}
