// path.ts: the place of a statement in the tree, and how it is written in messages. SPDX-License-Identifier: Apache-2.0

/** Path: keys of mappings and positions in lists, from the root. */
export type Path = readonly (string | number)[];

/** formatPath writes security.policies[0].policy[2].match; a key with a dot, a bracket or a control character is quoted. */
export function formatPath(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/[.[\]"\s\p{Cc}]/u.test(step) || step === "") text += `[${JSON.stringify(step)}]`;
    else text += text === "" ? step : `.${step}`;
  }
  return text;
}
