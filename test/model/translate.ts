// translate.ts: a packet with other addresses and ports; its checksums follow as RFC 1624 says, so that a wrong one stays as
// wrong as it was. SPDX-License-Identifier: Apache-2.0
import { addressBytes } from "./address.js";
import { onesSum } from "./checksum.js";
import { hasPorts, ICMP6, isEcho, isIcmp, isLater, SCTP, TCP, UDP, type Packet, type Tuple } from "./packet.js";

const WORD = 0xffff;

/** mend: HC' = ~(~HC + ~m + m') (RFC 1624, equation 3). A sum that stays leaves minus zero, too. */
export function mend(checksum: number, before: Buffer, after: Buffer): number {
  const sum = (bytes: Buffer): number => onesSum(bytes) % WORD;
  if (sum(before) === sum(after)) return checksum;
  const even = Buffer.concat([before, Buffer.alloc(before.length % 2)]);
  const words = Buffer.from(even.map((byte) => ~byte & 0xff));
  const old = Buffer.alloc(2);
  old.writeUInt16BE(~checksum & WORD);
  return ~onesSum(old, words, after) & WORD;
}

/** mendUdp: zero says that there is none, and so stands for none that was made (RFC 768). */
export function mendUdp(checksum: number, before: Buffer, after: Buffer): number {
  return checksum === 0 ? 0 : mend(checksum, before, after) || WORD;
}

/** crc32c of RFC 9260 appendix A, bit by bit; without its final complement, it is linear. */
function crc32c(bytes: Buffer): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return crc >>> 0;
}

const at = (bytes: Buffer, offset: number, to: (checksum: number) => number): void => {
  bytes.writeUInt16BE(to(bytes.readUInt16BE(offset)), offset);
};

/** header writes the addresses into the IP header that `ip` begins with; its own checksum follows. */
function header(ip: Buffer, to: Tuple): { readonly before: Buffer; readonly after: Buffer } {
  const inet = ip[0]! >> 4 === 4;
  const [from, size] = inet ? [12, 8] : [8, 32];
  const before = Buffer.from(ip.subarray(from, from + size));
  const after = Buffer.concat([addressBytes(to.source), addressBytes(to.destination)]);
  after.copy(ip, from);
  if (inet) at(ip, 10, (checksum) => mend(checksum, before, after));
  return { before, after };
}

const both = (tuple: Tuple): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16BE(tuple.sourcePort, 0);
  bytes.writeUInt16BE(tuple.destinationPort, 2);
  return bytes;
};

/** transport writes ports, or an echo's identifier, into `body`, and mends its checksum as far as it is there. */
function transport(body: Buffer, to: Tuple, addresses: { readonly before: Buffer; readonly after: Buffer }): void {
  const { family } = to.source;
  const change = (offset: number, ports: Buffer): readonly [Buffer, Buffer] => {
    const before = Buffer.from(body.subarray(offset, offset + ports.length));
    ports.copy(body, offset);
    return [Buffer.concat([addresses.before, before]), Buffer.concat([addresses.after, ports])];
  };
  if (to.protocol === TCP) {
    const [before, after] = change(0, both(to));
    if (body.length >= 18) at(body, 16, (checksum) => mend(checksum, before, after));
  } else if (to.protocol === UDP) {
    const [before, after] = change(0, both(to));
    at(body, 6, (checksum) => mendUdp(checksum, before, after));
  } else if (to.protocol === SCTP) {
    const old = Buffer.from(body);
    change(0, both(to));
    /* The whole packet is needed for it; of a quote there is no more than its beginning. */
    if (body.length >= 12 && addresses.before.length > 0) {
      const zeroed = (bytes: Buffer): Buffer =>
        Buffer.concat([bytes.subarray(0, 8), Buffer.alloc(4), bytes.subarray(12)]);
      body.writeUInt32LE((body.readUInt32LE(8) ^ crc32c(zeroed(old)) ^ crc32c(zeroed(body))) >>> 0, 8);
    }
  } else if (isIcmp(family, to.protocol)) {
    const identifier = isEcho(family, body[0]!) ? both(to).subarray(0, 2) : Buffer.alloc(0);
    const [before, after] = change(4, identifier);
    const [length, own] = [addresses.before.length, to.protocol !== ICMP6];
    /* ICMP has no pseudo header. */
    at(body, 2, (checksum) => mend(checksum, before.subarray(own ? length : 0), after.subarray(own ? length : 0)));
  }
}

/** quoteAs gives an ICMP error's body with the packet it is about as `to`: addresses, ports, and the checksums of both. */
function quoteAs(body: Buffer, to: Tuple): Buffer {
  const changed = Buffer.from(body);
  const ip = changed.subarray(8);
  const addresses = header(ip, to);
  const inner = ip.subarray(to.source.family === "inet" ? (ip[0]! & 15) * 4 : 40);
  if (to.protocol === SCTP) both(to).copy(inner, 0);
  else if (hasPorts(to.protocol) || isIcmp(to.source.family, to.protocol)) transport(inner, to, addresses);
  at(changed, 2, (checksum) => mend(checksum, body.subarray(8), changed.subarray(8)));
  return changed;
}

/** translated gives the IP packet with the addresses and ports of `to`; that of an ICMP error quotes `quote` instead. */
export function translated(packet: Packet, to: Tuple, quote: Tuple | undefined): Buffer {
  const ip = Buffer.from(packet.ip);
  const addresses = header(ip, to);
  if (isLater(packet)) return ip;
  const body = ip.subarray(packet.transport);
  transport(body, to, addresses);
  if (quote !== undefined) quoteAs(Buffer.from(body), quote).copy(body);
  return ip;
}
