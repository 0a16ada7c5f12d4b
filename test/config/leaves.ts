// The leaves of schemas/config.schema.json. SPDX-License-Identifier: Apache-2.0
import { configSchema } from "../../daemon/src/config/schema.js";

interface SchemaNode {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly then?: SchemaNode;
  readonly else?: SchemaNode;
}

/** leavesOf gives the paths of all scalars below a node; "*" is any key, "[]" any position. */
function leavesOf(node: SchemaNode, path = ""): string[] {
  const definitions = configSchema["$defs"] as Readonly<Record<string, SchemaNode>>;
  if (node.$ref !== undefined) return leavesOf(definitions[node.$ref.replace("#/$defs/", "")]!, path);
  const branches = [node, node.then ?? {}, node.else ?? {}];
  const inner = branches.flatMap((branch) => [
    ...Object.entries(branch.properties ?? {}).flatMap(([key, value]) =>
      leavesOf(value, path === "" ? key : `${path}.${key}`),
    ),
    ...(typeof branch.additionalProperties === "object" ? leavesOf(branch.additionalProperties, `${path}.*`) : []),
    ...(branch.items === undefined ? [] : leavesOf(branch.items, `${path}[]`)),
  ]);
  const takesText = inner.length === 0 || node.then !== undefined;
  return takesText ? [path, ...inner] : inner;
}

/** leavesOfSchema gives the paths of all statements that have a value of their own. */
export const leavesOfSchema = (): string[] => leavesOf(configSchema as SchemaNode);
