// api-schema.ts: schemas/api.schema.json, loaded: which routes there are and how to check their bodies. SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

/** ApiRoute: the names of the definitions that a route's query, body and reply follow. */
export interface ApiRoute {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly query?: string;
  readonly body?: string;
  readonly reply?: string;
  /** Of each event, for a route that answers with a stream of them. */
  readonly stream?: string;
  /** The media type of a stream, where it is not JSON lines. */
  readonly type?: "text/event-stream";
  /** The media type of a route that answers with text. */
  readonly text?: string;
}

interface SchemaFile {
  readonly routes: Readonly<Record<string, Omit<ApiRoute, "method" | "path">>>;
}

export class ApiSchema {
  readonly routes: readonly ApiRoute[];
  readonly #strict = new Ajv2020({ allErrors: false });
  /** A query arrives as text; numbers in it are read as numbers. */
  readonly #reading = new Ajv2020({ allErrors: false, coerceTypes: true });

  constructor() {
    const file = JSON.parse(
      readFileSync(new URL("../../../../../schemas/api.schema.json", import.meta.url), "utf8"),
    ) as SchemaFile;
    for (const ajv of [this.#strict, this.#reading]) {
      ajv.addKeyword({ keyword: "routes", schemaType: "object" });
      ajv.addSchema(file);
    }
    this.routes = Object.entries(file.routes).map(([name, about]) => {
      const [method = "", path = ""] = name.split(" ");
      return { method: method as ApiRoute["method"], path, ...about };
    });
  }

  /** validator checks a body against a definition. */
  validator(name: string): ValidateFunction {
    return this.#find(this.#strict, name);
  }

  /** queryValidator checks a query, and makes numbers of its numbers. */
  queryValidator(name: string): ValidateFunction {
    return this.#find(this.#reading, name);
  }

  #find(ajv: Ajv2020, name: string): ValidateFunction {
    const validate = ajv.getSchema(`api.schema.json#/$defs/${name}`);
    if (validate === undefined) throw new TypeError(`schemas/api.schema.json has no definition "${name}"`);
    return validate;
  }
}

/** problemOf says in one sentence why a value was refused. */
export function problemOf(validate: ValidateFunction, what: string): string {
  const error = validate.errors?.[0];
  if (error === undefined) return `${what} is not as expected`;
  const place = error.instancePath === "" ? what : `${what}${error.instancePath.replaceAll("/", ".")}`;
  const extra =
    typeof error.params["additionalProperty"] === "string" ? ` ("${error.params["additionalProperty"]}")` : "";
  return `${place} ${error.message ?? "is not as expected"}${extra}`;
}
