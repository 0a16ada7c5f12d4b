// regressions.ts: disagreements of model and program that were found, by name; each stays agreed on.
// SPDX-License-Identifier: Apache-2.0
import type { Config } from "../../daemon/src/config/config.js";
import { ACK, FIN, ICMP, RST, SYN, TCP, UDP } from "../model/packet.js";
import { fragmentsOf, frameOf, ipPacket } from "./build.js";
import type { Case, Step } from "./case.js";
import { configOf } from "./generate-config.js";
import { from, step } from "./step.js";

export interface Regression {
  readonly name: string;
  /** who was wrong */
  readonly wrong: "program" | "model";
  readonly case: Case;
}

const client = { source: "10.0.1.10", destination: "10.0.2.10", sourcePort: 40000 };
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

/** segments of one connection, by who sends them */
const client0 = (flags: number, sequence: number, acknowledgment = 0): Step =>
  from("ge-0/0/0", { ...toServer, flags, sequence, acknowledgment });
const server0 = (flags: number, sequence: number, acknowledgment = 0): Step =>
  from("ge-0/0/1", { ...toClient, flags, sequence, acknowledgment });
const handshake = [client0(SYN, 1000), server0(SYN | ACK, 5000, 1001), client0(ACK, 1001, 5001)];
/** later: a packet of something else, so that it is seen what has ended by then */
const later = (seconds: number): Step[] => [
  step("ge-0/0/0", ipPacket({ ...client, protocol: UDP, destinationPort: 53 }), seconds * 1_000_000_000),
];
/** flowing: everything is permitted, and the end of each session logged */
const flowing = (tcp: object): Config => ({
  ...plain,
  security: {
    ...plain.security,
    policies: [],
    "default-policy": permitting,
    flow: { "tcp-session": tcp },
  },
});
const unit0 = plain.interfaces["ge-0/0/0"]!.unit["0"]!;
const withoutInet: Config = {
  ...plain,
  interfaces: {
    ...plain.interfaces,
    "ge-0/0/0": {
      ...plain.interfaces["ge-0/0/0"]!,
      unit: { "0": { ...unit0, family: { inet6: unit0.family!.inet6! } } },
    },
  },
};
const through = (route: { readonly name: string; readonly "next-hop": string[] }): Config => ({
  ...flowing({}),
  "routing-options": { static: { route: [route] } },
});
const elsewhere = through({ name: "10.0.2.10/32", "next-hop": ["10.0.3.254"] });

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
  {
    name: "of a server's SYN that comes in fragments nobody knows the length",
    wrong: "program",
    case: {
      config: plain,
      steps: [
        client0(SYN, 1000),
        ...fragmentsOf({ ...toClient, flags: SYN | ACK, sequence: 5000, acknowledgment: 1001, payload: 600 }, 400).map(
          (ip) => step("ge-0/0/1", ip),
        ),
        client0(ACK, 1001, 5601),
      ],
    },
  },
  {
    name: "a SYN inside a connection picked up in mid-stream is answered by a server that had not spoken yet",
    wrong: "program",
    case: {
      config: flowing({ "no-syn-check": true }),
      steps: [
        client0(ACK, 1001, 900_001),
        client0(SYN, 5_000_000),
        server0(SYN | ACK, 900_000, 5_000_001),
        ...later(30),
      ],
    },
  },
  {
    name: "a server that has forgotten the connection answers the client's new SYN, and tracking starts over",
    wrong: "model",
    case: {
      config: plain,
      steps: [
        ...handshake,
        client0(SYN, 9_000_000),
        server0(SYN | ACK, 700_000_000, 9_000_001),
        client0(ACK, 9_000_001, 700_000_001),
      ],
    },
  },
  {
    name: "both sides may open at once, and both acknowledge",
    wrong: "model",
    case: {
      config: plain,
      steps: [
        client0(SYN, 1000),
        server0(SYN, 5000),
        client0(SYN | ACK, 1000, 5001),
        server0(SYN | ACK, 5000, 1001),
        client0(ACK, 1001, 5001),
      ],
    },
  },
  {
    name: "what is acknowledged to a connection picked up in mid-stream was sent, whether it was seen or not",
    wrong: "model",
    case: {
      config: flowing({ "no-syn-check": true }),
      steps: [client0(ACK, 1001, 900_001), server0(ACK, 1000, 900_001), client0(RST, 1001), ...later(10)],
    },
  },
  {
    name: "a side that sends FIN again, further on, ends there",
    wrong: "model",
    case: {
      config: flowing({}),
      steps: [
        ...handshake,
        client0(FIN | ACK, 1001, 5001),
        client0(FIN | ACK, 1011, 5001),
        server0(FIN | ACK, 5001, 1002),
        client0(ACK, 1012, 5002),
        ...later(10),
      ],
    },
  },
  {
    name: "the second FIN alone ends nothing, even if its number was acknowledged before",
    wrong: "model",
    case: {
      config: flowing({ "rst-invalidate-session": true }),
      steps: [
        ...handshake,
        from("ge-0/0/0", { ...toServer, flags: ACK, sequence: 1001, acknowledgment: 5001, payload: 84 }),
        server0(FIN | ACK, 5001, 1085),
        client0(FIN | ACK, 1013, 5002),
        server0(RST, 5002),
      ],
    },
  },
  {
    name: "rst-invalidate-session ends sessions by their resets, not those that were reset before it was set",
    wrong: "model",
    case: {
      config: flowing({}),
      steps: [
        client0(SYN, 1000),
        client0(RST, 1001),
        { kind: "commit", config: flowing({ "rst-invalidate-session": true }), gapNs: 1000 },
        client0(ACK, 1001, 5001),
      ],
    },
  },
  {
    name: "what passes after a reset says nothing of windows",
    wrong: "program",
    case: {
      config: flowing({}),
      steps: [
        client0(SYN, 1000),
        client0(RST, 1001),
        client0(ACK, 1001, 900_001),
        server0(ACK, 0xffffe796, 1001),
        server0(RST, 1077),
      ],
    },
  },
  {
    name: "the first segment of a side says nothing of what the other one acknowledged",
    wrong: "model",
    case: {
      config: flowing({ "no-syn-check": true }),
      steps: [client0(SYN | ACK, 1000, 5001), server0(ACK, 5011, 1001), server0(RST, 5001), ...later(10)],
    },
  },
  {
    name: "a later TCP fragment that policy permits without a session is tcp-no-session",
    wrong: "model",
    case: {
      config: plain,
      steps: fragmentsOf({ ...toServer, flags: ACK, sequence: 1001, payload: 600 }, 400).map((ip) =>
        step("ge-0/0/0", ip),
      ),
    },
  },
  {
    name: "a fragment whose interface has lost its family while it waited is dropped for that",
    wrong: "model",
    case: {
      config: plain,
      steps: [
        ...fragmentsOf({ ...client, protocol: UDP, destinationPort: 53, payload: 600 }, 400)
          .slice(1)
          .map((ip) => step("ge-0/0/0", ip)),
        { kind: "commit", config: withoutInet, gapNs: 1000 },
      ],
    },
  },
  {
    name: "what a SYN carries lies in no window",
    wrong: "model",
    case: {
      config: flowing({}),
      steps: [
        from("ge-0/0/0", { ...toServer, flags: SYN, sequence: 1000, window: 0 }),
        from("ge-0/0/1", { ...toClient, flags: SYN, sequence: 1000, payload: 600 }),
        server0(RST, 1033),
      ],
    },
  },
  {
    name: "the server's first acknowledgment counts, whatever SYN came before the connection was picked up",
    wrong: "model",
    case: {
      config: flowing({ "no-syn-check": true, "rst-invalidate-session": true }),
      steps: [
        client0(SYN, 70_000_000),
        client0(ACK, 1001, 900_001),
        server0(FIN | ACK, 900_001, 1001),
        client0(RST, 1001),
      ],
    },
  },
  {
    name: "a window scale that only the client's SYN offered is not in force in a connection picked up after it",
    wrong: "program",
    case: {
      config: flowing({ "no-syn-check": true }),
      steps: [
        from("ge-0/0/0", { ...toServer, flags: SYN, sequence: 1000, scale: 9 }),
        client0(ACK, 1001, 900_001),
        client0(SYN, 1022),
        server0(ACK, 900_001, 1023),
        server0(SYN | ACK, 1, 1023),
        ...later(30),
      ],
    },
  },
  {
    name: "what the client's SYN carries lies in no window either",
    wrong: "model",
    case: {
      config: flowing({}),
      steps: [
        from("ge-0/0/0", { ...toServer, flags: SYN, sequence: 1000, payload: 600 }),
        server0(SYN, 1000),
        client0(RST, 1060),
      ],
    },
  },
  {
    name: "the last acknowledgment is one that acknowledges the FIN, whatever came before",
    wrong: "model",
    case: {
      config: flowing({ "no-syn-check": true }),
      steps: [
        client0(FIN | ACK, 1019, 900_022),
        server0(SYN | ACK, 1, 1020),
        server0(FIN | ACK, 1019, 2),
        client0(ACK, 1020, 2),
        client0(SYN, 9_000_000),
      ],
    },
  },
  {
    name: "a SYN that has the number of the segment by which a connection was picked up is no copy of its SYN",
    wrong: "model",
    case: {
      config: flowing({ "no-syn-check": true }),
      steps: [client0(ACK, 1001, 900_001), client0(SYN, 1001), server0(SYN | ACK, 900_000, 1002), ...later(30)],
    },
  },
  {
    name: "what is told of packets and of events is compared apart: a packet may wait after its old session has ended",
    wrong: "model",
    case: {
      config: flowing({}),
      steps: [
        ...handshake,
        client0(RST, 1001),
        { kind: "commit", config: elsewhere, gapNs: 1000 },
        client0(SYN, 5_000_000),
      ],
    },
  },
  {
    name: "a SYN that a commit sends on another way, while it waits, still goes before the RST of its connection",
    wrong: "program",
    case: {
      lateNs: 1_500_000,
      config: flowing({ "rst-invalidate-session": true }),
      steps: [
        client0(SYN, 1000),
        { kind: "commit", config: elsewhere, gapNs: 1000 },
        client0(RST, 1001),
        from("ge-0/0/0", { ...toServer, flags: SYN, sequence: 1000, sourcePort: 40001 }),
      ],
    },
  },
  {
    name: "what a commit sends to a known neighbour does not overtake the SYN of its connection, which waits for another one",
    wrong: "program",
    case: {
      lateNs: 1_500_000,
      config: through({ name: "192.0.2.1/32", "next-hop": ["10.0.3.254"] }),
      steps: [
        from("ge-0/0/0", { ...toServer, destination: "192.0.2.1", flags: SYN, sequence: 1000 }),
        from("ge-0/0/0", { ...client, destination: "10.0.1.1", protocol: UDP, destinationPort: 9 }, 2_000_000),
        client0(SYN, 1000),
        { kind: "commit", config: elsewhere, gapNs: 1000 },
        client0(RST, 1001),
      ],
    },
  },
  {
    name: "a connection that is over ends as such, also where the firewall stops before its time",
    wrong: "program",
    case: {
      config: flowing({ "time-wait-state": { "session-timeout": 5 } }),
      steps: [
        ...handshake,
        client0(FIN | ACK, 1001, 900_001),
        server0(FIN | ACK, 900_001, 1002),
        client0(ACK, 1002, 900_002),
      ],
    },
  },
];
