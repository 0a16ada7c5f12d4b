// validate.ts: checks values against the schemas of snapshot and control protocol, with the helper's own codes and paths.
// SPDX-License-Identifier: Apache-2.0
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";

import { CodedError } from "../base/coded-error.js";
import { snapshotSchema, type Snapshot } from "./snapshot.gen.js";

/** SchemaMismatch: a value is not what its schema says. `code` and `path` are those that the helper would give. */
export class SchemaMismatch extends CodedError {
  readonly path: string;

  constructor(code: string, path: string, message: string) {
    super(code, `${path === "" ? "the value" : path}: ${message}`);
    this.path = path;
  }
}

const codes: Readonly<Record<string, string>> = {
  required: "missing",
  additionalProperties: "unknown",
  type: "type",
  pattern: "format",
  byteType: "type",
};

/** createAjv gives a validator that knows byteLengths: a Uint8Array of one of these lengths. */
export function createAjv(): Ajv2020 {
  const ajv = new Ajv2020({ strictTypes: false, validateFormats: false });
  ajv.addKeyword({
    keyword: "byteLengths",
    schemaType: "array",
    validate: (lengths: readonly number[], data: unknown): boolean =>
      data instanceof Uint8Array && lengths.includes(data.length),
  });
  ajv.addKeyword("requests");
  ajv.addSchema(snapshotSchema);
  return ajv;
}

/** pathOf turns a JSON pointer into the path that people read: "/policy_sets/0/rules" is "policy_sets[0].rules". */
export function pathOf(pointer: string, field = ""): string {
  const parts = pointer.split("/").slice(1);
  if (field !== "") parts.push(field);
  return parts.reduce(
    (path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === "" ? part : `${path}.${part}`),
    "",
  );
}

/** assertValid throws SchemaMismatch for the first thing that does not fit. */
export function assertValid(validate: ValidateFunction, value: unknown): void {
  if (validate(value)) return;
  /* of anyOf, the last error is the one of the whole */
  const error = validate.errors!.at(-1) as ErrorObject<string, Record<string, unknown>>;
  const field = error.params.missingProperty ?? error.params.additionalProperty ?? "";
  throw new SchemaMismatch(
    codes[error.keyword] ?? "bound",
    pathOf(error.instancePath, String(field)),
    error.message ?? error.keyword,
  );
}

let snapshotValidator: ValidateFunction | undefined;

/** assertSnapshot throws SchemaMismatch unless every field of `value` is within the bounds of the schema. What connects the fields
 * (references, order, uniqueness) is for the helper to check. */
export function assertSnapshot(value: unknown): asserts value is Snapshot {
  snapshotValidator ??= createAjv().getSchema(snapshotSchema.$id)!;
  assertValid(snapshotValidator, value);
}
