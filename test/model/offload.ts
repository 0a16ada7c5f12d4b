// offload.ts: checksums that a sender on the same host left to hardware which is not there (docs/decisions/0009).
// SPDX-License-Identifier: Apache-2.0
import { checksum, pseudoHeader } from "./checksum.js";
import { TCP, UDP, type Packet } from "./packet.js";

/** finished: such a sender leaves the sum of the pseudo header alone in TCP or UDP; the packet gets its checksum here. */
export function finished(packet: Packet): Packet {
  const { source, destination, protocol } = packet.tuple;
  if (packet.fragment !== undefined || (protocol !== TCP && protocol !== UDP)) return packet;
  const body = Buffer.from(packet.ip.subarray(packet.transport));
  const at = protocol === TCP ? 16 : 6;
  const pseudo = pseudoHeader(source, destination, protocol, body.length);
  if (body.readUInt16BE(at) !== (~checksum(pseudo) & 0xffff)) return packet;
  body.writeUInt16BE(0, at);
  const right = checksum(pseudo, body);
  body.writeUInt16BE(right === 0 && protocol === UDP ? 0xffff : right, at);
  return { ...packet, ip: Buffer.concat([packet.ip.subarray(0, packet.transport), body]) };
}
