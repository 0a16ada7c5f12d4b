// unreachable.ts: the end of a switch over kinds: a new kind fails the compiler wherever it is not handled. SPDX-License-Identifier: Apache-2.0

export function unreachable(value: never): never {
  throw new TypeError(`no case for ${JSON.stringify(value)}`);
}
