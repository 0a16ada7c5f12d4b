// A reader as a process, to be killed: checks every event, and says what it read before it lets go of it.
// Arguments: ring file, most milliseconds of a pause. One line per batch: from, to, first id, last id, sum of ids.
import { writeSync } from "node:fs";

import { RingReader } from "../../daemon/src/ring/reader.js";
import { frameNumber } from "./frame-number.js";

const BATCH = 1024;
const [path, pause] = [process.argv[2]!, Number(process.argv[3])];
const reader = RingReader.open(path);
const nobody = new Int32Array(new SharedArrayBuffer(4));
let last = -1;

for (;;) {
  const from = reader.position;
  let first = -1;
  let sum = 0;
  const count = reader.read(BATCH, (event) => {
    const id = frameNumber(event);
    if (id <= last) throw new Error(`event ${id} after ${last}`);
    if (first < 0) first = id;
    last = id;
    sum += id;
  });
  if (reader.faults.malformed + reader.faults.torn + reader.faults.skipped > 0) {
    throw new Error(JSON.stringify(reader.faults));
  }
  if (count === 0) {
    Atomics.wait(nobody, 0, 0, 0.2);
    continue;
  }
  writeSync(1, `${from} ${reader.position} ${first} ${last} ${sum}\n`);
  reader.publish();
  if (pause > 0 && Math.random() < 0.002) Atomics.wait(nobody, 0, 0, Math.random() * pause);
}
