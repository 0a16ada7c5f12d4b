// All rings of a folder read by a process, to be killed. Argument: the folder.
import { RingSet } from "../../daemon/src/ring/ring-set.js";

const set = new RingSet(process.argv[2]!);
process.stdout.write("+");
await set.run(() => undefined, new AbortController().signal);
