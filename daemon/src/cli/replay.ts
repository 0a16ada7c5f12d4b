#!/usr/bin/env node
// replay.ts: `ringwall-replay`: the same as `ringwall replay`. SPDX-License-Identifier: Apache-2.0
process.argv.splice(2, 0, "replay");
await import("./main.js");
