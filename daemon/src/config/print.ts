// print.ts: a configuration as YAML that loads as the same configuration. SPDX-License-Identifier: Apache-2.0
import { Document, isScalar, visit } from "yaml";

import type { Config } from "./config.js";

/** printConfig writes YAML; short lists of words stand in one line. */
export function printConfig(config: Config): string {
  const document = new Document(config, { version: "1.2", aliasDuplicateObjects: false });
  visit(document, {
    Seq: (_key, list) => {
      if (list.items.every((item) => isScalar(item)) && JSON.stringify(list.toJSON()).length <= 100) list.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
