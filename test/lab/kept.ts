// The laboratory that make lab leaves running: what it is called, and where those who use and end it find it.
import { join } from "node:path";
import { root } from "./firewall.js";

export const prefix = process.env["RINGWALL_LAB"] ?? "rwlab";

const directory = join(root, "build", prefix);
export const kept = {
  directory,
  record: join(directory, "record.json"),
  log: join(directory, "keeper.log"), // what the keeper has to say after its starter is gone
  launcher: join(directory, "ringwall"),
};

export interface Kept {
  readonly pid: number;
  readonly runDirectory: string;
  readonly received: string;
}
