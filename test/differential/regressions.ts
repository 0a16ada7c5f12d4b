// regressions.ts: disagreements of model and program that were found, by name; each stays agreed on.
// SPDX-License-Identifier: Apache-2.0
import { ICMP, TCP, UDP } from "../model/packet.js";
import { fragmentsOf, frameOf, ipPacket, type Shape } from "./build.js";
import type { Case, Step } from "./case.js";
import { configOf } from "./generate-config.js";

export interface Regression {
  readonly name: string;
  /** who was wrong */
  readonly wrong: "program" | "model";
  readonly case: Case;
}

const client = { source: "10.0.1.10", destination: "10.0.2.10", sourcePort: 40000 };
const step = (port: string, ip: Buffer, gapNs = 1000): Step => ({
  kind: "packet",
  port,
  frame: frameOf(ip).toString("hex"),
  gapNs,
  note: "",
});
const from = (port: string, shape: Shape): Step => step(port, ipPacket(shape));
const plain = configOf([]);
const denying = { ...plain, security: { ...plain.security, policies: [] } };
const logging = {
  ...denying,
  security: {
    ...denying.security,
    "default-policy": { "deny-all": true as const, log: { "session-init": true as const } },
  },
};

export const regressions: readonly Regression[] = [
  {
    name: "a denied later fragment of an echo request is logged with the sequence of its datagram",
    wrong: "program",
    case: {
      config: logging,
      steps: fragmentsOf({ ...client, protocol: ICMP, identifier: 2, icmpSequence: 5, payload: 600 }, 400).map((ip) =>
        step("ge-0/0/0", ip),
      ),
    },
  },
  {
    name: "what host-inbound-traffic denies is logged with its application",
    wrong: "program",
    case: {
      config: logging,
      steps: [from("ge-0/0/0", { ...client, destination: "10.0.1.1", protocol: TCP, destinationPort: 22 })],
    },
  },
  {
    name: "traffic to port 0 carries no application's name",
    wrong: "program",
    case: {
      config: logging,
      steps: [
        from("ge-0/0/0", { ...client, protocol: TCP, destinationPort: 0 }),
        from("ge-0/0/0", { ...client, protocol: UDP, destinationPort: 0 }),
      ],
    },
  },
  {
    name: "a reset without acknowledgment does not end a handshake",
    wrong: "model",
    case: {
      config: plain,
      steps: [
        from("ge-0/0/0", { ...client, protocol: TCP, destinationPort: 80, sequence: 1000 }),
        from("ge-0/0/1", {
          source: client.destination,
          destination: client.source,
          sourcePort: 80,
          destinationPort: 40000,
          protocol: TCP,
          flags: 4,
          sequence: 5,
        }),
      ],
    },
  },
  {
    name: "a segment without any flag belongs to no connection",
    wrong: "model",
    case: {
      config: plain,
      steps: [
        from("ge-0/0/0", { ...client, protocol: TCP, destinationPort: 80, sequence: 1000 }),
        from("ge-0/0/0", { ...client, protocol: TCP, destinationPort: 80, sequence: 1001, flags: 0 }),
      ],
    },
  },
  {
    name: "a SYN sent in fragments establishes nothing without the server's answer",
    wrong: "program",
    case: {
      config: plain,
      steps: [
        ...fragmentsOf({ ...client, protocol: TCP, destinationPort: 80, sequence: 1000, payload: 600 }, 400).map((ip) =>
          step("ge-0/0/0", ip),
        ),
        from("ge-0/0/0", {
          ...client,
          protocol: TCP,
          destinationPort: 80,
          sequence: 1601,
          acknowledgment: 900_001,
          flags: 16,
        }),
      ],
    },
  },
];
