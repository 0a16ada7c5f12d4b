// mss-cases.ts: tcp-mss, by name: what model and program agree on, whatever is generated. SPDX-License-Identifier: Apache-2.0
import type { Config } from "../../daemon/src/config/config.js";
import { ACK, SYN, TCP } from "../model/packet.js";
import { fragmentsOf, ipPacket, type Shape } from "./build.js";
import type { Case, Step } from "./case.js";
import { configOf } from "./generate-config.js";
import { step } from "./step.js";

const limited = (mss: number): Config => {
  const plain = configOf([]);
  const security = { ...plain.security, policies: [], "default-policy": { "permit-all": true as const } };
  return { ...plain, security: { ...security, flow: { ...security.flow, "tcp-mss": { "all-tcp": { mss } } } } };
};

const size = (bytes: number): number[] => [2, 4, bytes >> 8, bytes & 255];
const syn = (tcpOptions: readonly number[], family: "inet" | "inet6" = "inet"): Shape => ({
  source: family === "inet" ? "10.0.1.10" : "2001:db8:1::10",
  destination: family === "inet" ? "10.0.2.10" : "2001:db8:2::9",
  protocol: TCP,
  sourcePort: 40000,
  destinationPort: 80,
  flags: SYN,
  sequence: 1000,
  tcpOptions,
});
const answer = (shape: Shape, flags: number): Shape => ({
  ...shape,
  source: shape.destination,
  destination: shape.source,
  sourcePort: shape.destinationPort!,
  destinationPort: shape.sourcePort!,
  flags,
  sequence: 900_000,
  acknowledgment: 1001,
});

export const mssCases: readonly { readonly name: string; readonly case: Case }[] = [
  {
    name: "a SYN and its answer ask for no more than tcp-mss, over both families, and a commit changes that",
    case: {
      config: limited(1300),
      steps: (["inet", "inet6"] as const).flatMap((family): Step[] => {
        const [small, large] = [syn(size(1300), family), syn(size(1301), family)];
        return [
          step("ge-0/0/0", ipPacket(large)),
          step("ge-0/0/1", ipPacket(answer(large, SYN | ACK))),
          step("ge-0/0/0", ipPacket({ ...small, sourcePort: 40001 })),
          { kind: "commit", config: limited(536), gapNs: 1000 },
          step("ge-0/0/0", ipPacket({ ...small, sourcePort: 40002 })),
        ];
      }),
    },
  },
  {
    name: "segments without SYN keep their options",
    case: {
      config: limited(536),
      steps: [
        step("ge-0/0/0", ipPacket(syn(size(1460)))),
        step("ge-0/0/1", ipPacket(answer(syn(size(1460)), SYN | ACK))),
        step("ge-0/0/0", ipPacket({ ...syn(size(1460)), flags: ACK, sequence: 1001, acknowledgment: 900_001 })),
      ],
    },
  },
  {
    name: "of several sizes that a SYN asks for none stays larger than tcp-mss: hosts take the last",
    case: {
      config: limited(1300),
      steps: [
        step("ge-0/0/0", ipPacket(syn([...size(536), ...size(1460)]))),
        step("ge-0/0/0", ipPacket({ ...syn([1, ...size(1400), 1, 1, ...size(9000), 0]), sourcePort: 40001 })),
      ],
    },
  },
  {
    name: "a SYN in fragments asks for no more than tcp-mss",
    case: {
      config: limited(1300),
      steps: fragmentsOf({ ...syn(size(1460)), payload: 600 }, 400).map((ip) => step("ge-0/0/0", ip)),
    },
  },
];
