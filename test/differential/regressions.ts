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

const permitting = { "permit-all": true as const, log: { "session-close": true as const } };
/** trust may open sessions to untrust, nobody else may open any */
const oneWay = {
  ...plain,
  security: {
    ...plain.security,
    policies: plain.security.policies?.slice(0, 1) ?? [],
  },
};
const toServer = { ...client, protocol: TCP, destinationPort: 80 };
const toClient = {
  source: client.destination,
  destination: client.source,
  sourcePort: 80,
  destinationPort: 40000,
  protocol: TCP,
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
  {
    name: "fragments that are made here carry no padding, whatever came behind the packet",
    wrong: "model",
    case: {
      config: plain,
      steps: [
        {
          kind: "packet",
          port: "ge-0/0/0",
          frame: frameOf(ipPacket({ ...client, protocol: UDP, destinationPort: 53, payload: 1473 }), {
            padding: 40,
          }).toString("hex"),
          gapNs: 1000,
          note: "",
        },
      ],
    },
  },
  {
    name: "a later fragment goes on with the session that its first one shares",
    wrong: "model",
    case: {
      config: plain,
      steps: [
        from("ge-0/0/0", { ...client, protocol: ICMP, icmpType: 14 }),
        ...fragmentsOf({ ...client, protocol: ICMP, icmpType: 13, icmpCode: 1, payload: 1600 }, 800).map((ip) =>
          step("ge-0/0/0", ip),
        ),
      ],
    },
  },
  {
    name: "an echo request of identifier 0 does not go with the session of other messages",
    wrong: "model",
    case: {
      config: oneWay,
      steps: [
        from("ge-0/0/0", { ...client, protocol: ICMP, icmpType: 17 }),
        from("ge-0/0/1", { source: client.destination, destination: client.source, protocol: ICMP, icmpType: 8 }),
      ],
    },
  },
  {
    name: "a later fragment of an echo request goes with no session that its first one does not fit",
    wrong: "program",
    case: {
      config: oneWay,
      steps: [
        from("ge-0/0/0", { ...client, protocol: ICMP, icmpType: 8, identifier: 2 }),
        ...fragmentsOf(
          {
            source: client.destination,
            destination: client.source,
            protocol: ICMP,
            icmpType: 8,
            identifier: 2,
            payload: 600,
          },
          400,
        ).map((ip) => step("ge-0/0/1", ip)),
      ],
    },
  },
  {
    name: "a packet that is not its session's to move leaves it the time that it had",
    wrong: "model",
    case: {
      config: { ...plain, security: { ...plain.security, policies: [], "default-policy": permitting } },
      steps: [
        from("ge-0/0/1", { ...client, source: "192.0.2.201", destination: "10.0.1.10", protocol: TCP }),
        {
          kind: "commit",
          config: {
            ...plain,
            security: {
              ...plain.security,
              policies: [],
              "default-policy": permitting,
              flow: { "tcp-session": { "tcp-initial-timeout": 4 } },
            },
            "routing-options": { static: { route: [{ name: "192.0.2.201/32", reject: true }] } },
          },
          gapNs: 1000,
        },
        from("ge-0/0/1", { ...client, source: "192.0.2.201", destination: "10.0.1.10", protocol: TCP }),
        step("ge-0/0/0", ipPacket({ ...client, protocol: UDP, destinationPort: 53 }), 30_000_000_000),
      ],
    },
  },
  {
    name: "a side that has sent FIN may carry on one byte behind the window",
    wrong: "model",
    case: {
      config: plain,
      steps: [
        from("ge-0/0/0", { ...toServer, sequence: 1000 }),
        from("ge-0/0/1", { ...toClient, flags: 18, sequence: 5000, acknowledgment: 1001 }),
        from("ge-0/0/0", { ...toServer, flags: 16, sequence: 1001, acknowledgment: 5001 }),
        from("ge-0/0/1", { ...toClient, flags: 17, sequence: 5001, acknowledgment: 1001 }),
        from("ge-0/0/0", { ...toServer, flags: 17, sequence: 1001, acknowledgment: 5002 }),
        from("ge-0/0/1", { ...toClient, flags: 16, sequence: 5002 + 65536, acknowledgment: 1002 }),
      ],
    },
  },
];
