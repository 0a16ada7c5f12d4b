// message.ts: requests to the helper as msgpack, and what comes from it, checked against its schema. SPDX-License-Identifier: Apache-2.0
import type { ValidateFunction } from "ajv/dist/2020.js";
import { Packr, Unpackr } from "msgpackr";

import { orderSnapshot } from "../snapshot/encode.js";
import type { Snapshot } from "../snapshot/snapshot.gen.js";
import { assertValid, createAjv } from "../snapshot/validate.js";
import { controlSchema, type ControlReplies, type ControlRequests } from "./control.gen.js";
import { HelperProtocolError } from "./error.js";

export type RequestType = keyof ControlRequests;

/** Incoming is one message of the helper. */
export type Incoming =
  | { readonly kind: "doorbell" }
  | { readonly kind: "reply"; readonly id: number; readonly body: Readonly<Record<string, unknown>> }
  | {
      readonly kind: "refusal";
      readonly id: number;
      readonly code: string;
      readonly path: string;
      readonly message: string;
    };

const packr = new Packr({ useRecords: false, variableMapSize: true });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: "number" });
const U32_MAX = 0xffffffff;

/** wide: msgpackr writes integers above 32 bits as floats unless they are bigints; the helper takes no floats. */
function wide(value: unknown): unknown {
  if (typeof value === "number") return Number.isInteger(value) && Math.abs(value) > U32_MAX ? BigInt(value) : value;
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(wide);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([field, inner]) => [field, wide(inner)]),
  );
}

/** encodeRequest gives {id, type, ...body}. */
export function encodeRequest<Type extends RequestType>(
  id: number,
  type: Type,
  body: ControlRequests[Type],
): Uint8Array {
  const fields = "snapshot" in body ? { snapshot: orderSnapshot(body.snapshot as Snapshot) } : (wide(body) as object);
  return packr.pack({ id, type, ...fields });
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

/** decodeMessage throws HelperProtocolError for anything that is neither reply nor doorbell. */
export function decodeMessage(message: Uint8Array): Incoming {
  let value: unknown;
  try {
    value = unpackr.unpack(message);
  } catch (cause) {
    throw new HelperProtocolError("a message that is no msgpack", { cause });
  }
  if (!isRecord(value)) throw new HelperProtocolError("a message that is no map");
  if (value.type === "doorbell") return { kind: "doorbell" };
  const { id, ok, ...body } = value;
  if (typeof id !== "number" || typeof ok !== "boolean") throw new HelperProtocolError("a message without id and ok");
  if (ok) return { kind: "reply", id, body };
  const { code, path, message: text } = body;
  if (typeof code !== "string" || typeof path !== "string" || typeof text !== "string") {
    throw new HelperProtocolError("a refusal without code, path and message");
  }
  return { kind: "refusal", id, code, path, message: text };
}

const validators = new Map<RequestType, ValidateFunction>();
const ajv = createAjv();
ajv.addSchema(controlSchema);

/** replyOf checks the body of a reply; throws HelperProtocolError if it lacks a field or has one of a wrong type. */
export function replyOf<Type extends RequestType>(
  type: Type,
  body: Readonly<Record<string, unknown>>,
): ControlReplies[Type] {
  let validator = validators.get(type);
  if (validator === undefined) {
    validator = ajv.getSchema(`${controlSchema.$id}#/$defs/${type}_reply`)!;
    validators.set(type, validator);
  }
  try {
    assertValid(validator, body);
  } catch (cause) {
    throw new HelperProtocolError(`a reply to ${type} that is not as its schema says`, { cause });
  }
  return body as unknown as ControlReplies[Type];
}
