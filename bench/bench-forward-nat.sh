#!/usr/bin/env bash
# How many packets does one core forward with source NAT to the interface's address, against nftables with masquerade?
# bench-forward.ts says how.
BENCH_NAT=1 exec node --enable-source-maps build/js/bench/bench-forward.js
