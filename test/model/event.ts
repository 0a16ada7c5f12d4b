// event.ts: events as a reader of the ring sees them. SPDX-License-Identifier: Apache-2.0

/** Event: the fields of the frame by their names in docs/wire.md; names stand for numbers where one exists. */
export interface Event {
  readonly event: "SESSION_OPEN" | "SESSION_CLOSE" | "POLICY_DENY" | "SCREEN_DROP" | "FILTER_LOG";
  /** earliest and latest time at which it may happen, nanoseconds */
  readonly from_ns: bigint;
  readonly until_ns: bigint;
  readonly generation: number;
  readonly action: "permit" | "deny" | "reject";
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly source_port: number;
  readonly destination_port: number;
  readonly policy_id?: number;
  readonly policy?: string;
  readonly screen_id?: number;
  readonly ingress_zone: string | undefined;
  readonly egress_zone: string | undefined;
  readonly ingress_interface: string | undefined;
  readonly egress_interface: string | undefined;
  readonly application?: string;
  readonly reason?: string;
  readonly filter_id?: number;
  readonly term_id?: number;
  readonly filter?: string;
  readonly term?: string;
  /** output stands for cached-output as well, where cached says that the program may have remembered it */
  readonly filter_source?: "pbr" | "input" | "output" | "lo0";
  readonly cached?: boolean;
  readonly answer?: "none" | "sent" | "rate-limited" | "not-allowed";
  readonly client_packets?: number;
  readonly client_bytes?: number;
  readonly server_packets?: number;
  readonly server_bytes?: number;
  /** session: the model's own number; the same in OPEN and CLOSE */
  readonly session?: number;
  readonly session_created_s?: number;
  readonly length?: number;
  readonly dscp?: number;
  readonly tcp_flags?: number;
  readonly nat_source?: string;
  readonly nat_source_port?: number;
  readonly nat_destination?: string;
  readonly nat_destination_port?: number;
  /** kind/SET/RULE */
  readonly source_nat_rule?: string | undefined;
  readonly destination_nat_rule?: string | undefined;
  readonly icmp_type?: number;
  readonly icmp_code?: number;
}

export interface Sent {
  /** interface, or "host" */
  readonly out: string;
  readonly bytes: Buffer;
  /** where a number in it is the program's to choose: what the frame is, by the frames that the program sent for the packet */
  readonly numbered?: (sent: readonly Buffer[]) => Buffer;
}

/** Outcome: what became of one packet. */
export interface Outcome {
  readonly packet: number;
  readonly from_ns: bigint;
  readonly until_ns: bigint;
  readonly in: string | undefined;
  readonly zone: string | undefined;
  readonly verdict: "forward" | "host" | "drop";
  readonly reason: string | undefined;
  readonly deny_reason: string | undefined;
  readonly egress: string | undefined;
  readonly egress_zone: string | undefined;
  readonly policy_id: number | undefined;
  readonly frames: readonly Sent[];
  readonly session: number | undefined;
  readonly direction: number | undefined;
}
