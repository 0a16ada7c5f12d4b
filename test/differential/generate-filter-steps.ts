// generate-filter-steps.ts: packets that have what filters mention, or just not: ports, lengths, DSCPs, TTLs, flags, options,
// SPIs, fragments; from and to every interface, and replies to them. SPDX-License-Identifier: Apache-2.0
import { checksum } from "../model/checksum.js";
import { ACK, ICMP, ICMP6, PSH, SCTP, SYN, TCP, UDP } from "../model/packet.js";
import { fragmentsOf, ipPacket, type Shape } from "./build.js";
import type { Chooser } from "./choose.js";
import { MENTIONED } from "./generate-filter.js";
import { A, B, C, D, reversed, Traffic, type Place, type Sending, type Source } from "./generate-steps.js";

const E: Place = { port: "ge-0/0/3", vlan: 0 };

type Hosts = readonly (readonly [Place, readonly string[]])[];
const hosts: Hosts = [
  [A, ["10.0.1.10", "10.0.1.11", "10.0.1.8", "10.0.1.7", "10.0.1.127"]],
  [B, ["10.0.2.10", "10.0.2.9", "10.0.2.16", "192.0.2.100", "192.0.2.10"]],
  [C, ["10.0.3.10", "192.0.2.129", "192.0.2.201"]],
  [D, ["10.0.4.0"]],
  [E, ["10.0.5.10", "192.0.2.10", "192.0.2.64"]],
];
const hosts6: Hosts = [
  [A, ["2001:db8:1::10", "2001:db8:1::11", "2001:db8:1::12", "2001:db8:1::100"]],
  [B, ["2001:db8:2::10", "2001:db8:ff::1", "2001:db8:ff:1::1"]],
  [E, ["2001:db8:5::10", "2001:db8:ff::1"]],
];
const OWN = ["10.0.1.1", "10.0.2.1", "10.0.5.1"];
const OWN6 = ["2001:db8:1::1", "2001:db8:5::1"];

/** edge: what is mentioned, or one beside it. */
const edge = (c: Chooser, values: readonly number[], highest: number): number =>
  Math.min(highest, Math.max(0, c.of(values) + c.of([0, 0, 1, -1])));

interface Flow {
  readonly shape: Shape;
  readonly from: Place;
  /** where its answers come from: not always where it went */
  readonly to: Place;
  stage: number;
}

export class FilterTraffic implements Source {
  readonly #plain: Traffic;
  readonly #flows: Flow[] = [];
  constructor(private c: Chooser) {
    this.#plain = new Traffic(c, false);
  }

  use(c: Chooser): void {
    this.c = c;
    this.#plain.use(c);
  }

  step(): Sending[] {
    const { c } = this;
    switch (c.below(12)) {
      case 0:
      case 1:
        return this.#plain.step().map((sending) => touch(c, sending));
      case 2:
        return this.#fragments();
      case 3:
        return [touch(c, this.#loose())];
      case 4:
      case 5:
      case 6: {
        /* Several alike: the first is judged, and what the flow remembers is used for the others. */
        const sending = touch(c, this.#next());
        const alike = new Array<Sending>(2 + c.below(5)).fill(sending);
        return c.oneIn(12) ? alike.with(-1, { ...sending, committed: true }) : alike;
      }
      default:
        return [touch(c, this.#next())];
    }
  }

  #fresh(toHost: boolean): Flow {
    const { c } = this;
    const inet6 = c.oneIn(3);
    const all = inet6 ? hosts6 : hosts;
    const [from, sources] = c.of(all);
    const [to, destinations] = c.of(all);
    const destination = toHost ? c.of(inet6 ? OWN6 : OWN) : c.of(destinations);
    const flow: Flow = { shape: this.#shape(c.of(sources), destination, inet6), from, to, stage: 0 };
    this.#flows.push(flow);
    return flow;
  }

  #shape(source: string, destination: string, inet6: boolean): Shape {
    const { c } = this;
    const base = { source, destination };
    const ports = {
      sourcePort: c.oneIn(3) ? edge(c, MENTIONED.ports, 65535) : 40000,
      destinationPort: edge(c, MENTIONED.ports, 65535),
    };
    switch (c.below(6)) {
      case 0:
      case 1:
        return { ...base, ...ports, protocol: TCP };
      case 2: {
        /* Three of 500 bytes or two of 750 are just the smallest burst of a policer. */
        const length = c.of([48, 500, 750, 1500, 501]);
        return { ...base, ...ports, protocol: UDP, payload: length - (inet6 ? 48 : 28) };
      }
      case 3:
        return {
          ...base,
          protocol: inet6 ? ICMP6 : ICMP,
          icmpType: c.oneIn(2) ? (inet6 ? 128 : 8) : edge(c, MENTIONED.icmp[inet6 ? "inet6" : "inet"], 255),
          icmpCode: c.oneIn(2) ? 0 : edge(c, MENTIONED.icmpCodes, 255),
          identifier: c.below(3),
          icmpSequence: c.below(9),
          payload: 32,
        };
      case 4:
        return { ...base, ...ports, protocol: c.of([SCTP, 47, 50, 103]), payload: 8 };
      default: {
        const length = edge(c, MENTIONED.lengths, 1500);
        return { ...base, ...ports, protocol: UDP, payload: Math.max(0, length - (inet6 ? 48 : 28)) };
      }
    }
  }

  #next(): Sending {
    const { c } = this;
    const flow = this.#flows.length > 0 && !c.oneIn(5) ? c.of(this.#flows.slice(-4)) : this.#fresh(c.oneIn(4));
    const { shape } = flow;
    if (shape.protocol === TCP) return this.#segment(flow);
    const back = flow.stage++ > 0 && c.oneIn(3);
    const reply = { 8: 0, 128: 129 }[shape.icmpType ?? -1];
    const answer = reversed(shape);
    const sent = back ? { ...answer, ...(reply === undefined ? {} : { icmpType: reply }) } : shape;
    return {
      place: back ? flow.to : flow.from,
      ip: ipPacket(sent),
      note: `protocol ${shape.protocol}${back ? " back" : ""}`,
    };
  }

  #segment(flow: Flow): Sending {
    const { c } = this;
    const [client, server] = [flow.shape, reversed(flow.shape)];
    const stage = flow.stage++;
    const send = (back: boolean, shape: Partial<Shape>): Sending => ({
      place: back ? flow.to : flow.from,
      ip: ipPacket({ ...(back ? server : client), ...shape }),
      note: `tcp${back ? " back" : ""} stage ${stage}`,
    });
    const later = { sequence: 1001, acknowledgment: 9001, flags: ACK };
    switch (stage) {
      case 0:
        return send(false, { sequence: 1000, flags: SYN });
      case 1:
        return send(true, { sequence: 9000, acknowledgment: 1001, flags: SYN | ACK });
      case 2:
        return send(false, later);
      default:
        if (c.oneIn(4)) return send(false, { ...later, flags: edge(c, [2, 16, 4, 18, 1, 32, 24, 17], 255) });
        return c.oneIn(2)
          ? send(false, { ...later, flags: ACK | PSH, payload: c.of([0, 1, 60, 500]) })
          : send(true, { sequence: 9001, acknowledgment: 1001, flags: ACK, payload: c.of([0, 20, 536]) });
    }
  }

  /** loose: packets of no flow: an SPI, a fragment from nowhere. */
  #loose(): Sending {
    const { c } = this;
    const { shape, from } = this.#fresh(false);
    const inet = !shape.source.includes(":");
    if (c.oneIn(2)) {
      const ip = ipPacket({ ...shape, protocol: 50, payload: 8 });
      ip.writeUInt32BE(edge(c, MENTIONED.spis, 0xffffffff), inet ? 20 : 40);
      return { place: from, ip, note: "esp" };
    }
    const pieces = fragmentsOf({ ...shape, protocol: UDP, payload: 32, id: c.below(65536) }, 8);
    const piece = pieces[2]!;
    if (inet) {
      piece.writeUInt16BE((c.oneIn(2) ? 0x2000 : 0) | Math.max(1, edge(c, MENTIONED.offsets, 8000)), 6);
      refresh(piece);
    }
    return { place: from, ip: piece, note: "lone fragment" };
  }

  #fragments(): Sending[] {
    const { c } = this;
    const flow = this.#fresh(c.oneIn(6));
    const start: Partial<Shape> = flow.shape.protocol === TCP ? { flags: SYN, sequence: 1000 } : {};
    const shape = { ...flow.shape, ...start, payload: 64 + c.below(30), id: c.below(65536) };
    const pieces = fragmentsOf(shape, c.of([40, 48]));
    const backwards = c.oneIn(3);
    if (backwards) pieces.reverse();
    /* What waits for its first fragment may find other filters in force when that comes. */
    const committed = backwards && c.oneIn(2);
    return pieces.map((ip, i) => {
      const sending = {
        place: flow.from,
        ip,
        note: `fragment ${i}`,
        ...(committed && i === pieces.length - 1 ? { committed: true as const } : {}),
      };
      return c.oneIn(3) ? touch(c, sending) : sending;
    });
  }
}

/** refresh makes the header's checksum right again. */
function refresh(ip: Buffer): void {
  ip.writeUInt16BE(0, 10);
  ip.writeUInt16BE(checksum(ip.subarray(0, (ip[0]! & 15) * 4)), 10);
}

const OPTIONS: readonly (readonly number[])[] = [
  [148, 4, 0, 0],
  [7, 3, 4, 0],
  [68, 4, 5, 0],
  [1, 1, 1, 1],
  [1, 148, 4, 0, 0, 0, 0, 0],
  [7, 7, 4, 0, 0, 0, 0, 0],
  [130, 3, 0, 149, 2, 0, 0, 0],
];

/** touch changes fields of the IP header that nothing else depends on. */
function touch(c: Chooser, sending: Sending): Sending {
  if (["cut", "version", "bit"].includes(sending.note) || !c.oneIn(2)) return sending;
  let ip = Buffer.from(sending.ip);
  const inet = ip[0]! >> 4 === 4;
  const kind = c.below(5);
  if (kind <= 1) {
    const codePoint = edge(c, MENTIONED.codePoints, 63);
    if (inet) ip[1] = (codePoint << 2) | (ip[1]! & 3);
    else ip.writeUInt32BE(((ip.readUInt32BE(0) & 0xf03fffff) | (codePoint << 22)) >>> 0, 0);
  } else if (kind === 2) {
    ip[inet ? 8 : 7] = edge(c, MENTIONED.ttls, 255);
  } else if (inet && kind === 3) {
    ip[6]! ^= c.of([0x40, 0x80]);
  } else if (inet && (ip[0]! & 15) === 5 && ip.length < 1400) {
    ip = Buffer.concat([ip.subarray(0, 20), Buffer.from(c.of(OPTIONS)), ip.subarray(20)]);
    ip[0] = 0x40 | ((20 + ip.length - sending.ip.length) / 4);
    ip.writeUInt16BE(ip.length, 2);
  }
  if (inet) refresh(ip);
  return { ...sending, ip, note: `${sending.note}, touched ${kind}` };
}

/** Policers of 1000 packets and of 8000 bits in a second, of 3 and of 1 packet: at the moment of the next, and beside it. */
export const FILTER_GAPS = [
  1_000, 1_000, 999_993, 999_992, 999_994, 1_000_000, 333_333_326, 333_333_327, 999_999_993, 3_000_000_000,
  30_000_000_000,
];
