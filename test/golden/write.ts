// write.ts: writes the golden lines anew (make golden). Read the difference before you commit it. SPDX-License-Identifier: Apache-2.0
import { writeFile } from "node:fs/promises";

import { goldenFiles, goldenText } from "./files.js";

for (const file of goldenFiles) await writeFile(`test/golden/lines/${file.name}.txt`, goldenText(file));
