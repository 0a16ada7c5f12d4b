// web-page.ts: the files of the web page (daemon/web/), as the API's server gives them out. SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import type { FastifyInstance } from "fastify";

/** By path: the file beside the sources, or what the compiler made of one. Read once: a page is of one version. */
const SOURCES = "../../../../../daemon/web/";
const COMPILED = "../../web/";
const FILES: Readonly<Record<string, { readonly from: string; readonly type: string }>> = {
  "/": { from: `${SOURCES}index.html`, type: "text/html; charset=utf-8" },
  "/web/style.css": { from: `${SOURCES}style.css`, type: "text/css; charset=utf-8" },
  "/web/icon.svg": { from: `${SOURCES}icon.svg`, type: "image/svg+xml" },
  ...Object.fromEntries(
    ["accounting", "api", "chart", "dom", "events", "main", "sessions", "streams", "tabs", "traffic"].map((name) => [
      `/web/${name}.js`,
      { from: `${COMPILED}${name}.js`, type: "text/javascript; charset=utf-8" },
    ]),
  ),
};

/** Nothing from elsewhere, nothing inline, no form, no frame. */
const SECURITY = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
} as const;

/** addWebPage adds a route for each file. It throws if one is missing. */
export function addWebPage(app: FastifyInstance): void {
  for (const [path, { from, type }] of Object.entries(FILES)) {
    const bytes = readFileSync(new URL(from, import.meta.url));
    const tag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
    app.get(path, (request, reply) => {
      void reply.headers({ ...SECURITY, etag: tag, "cache-control": "no-cache" });
      return request.headers["if-none-match"] === tag ? reply.code(304).send() : reply.type(type).send(bytes);
    });
  }
}
