// generate-screen.ts: screens for the zones of a configuration, and packets that meet them or just not.
// SPDX-License-Identifier: Apache-2.0
import type { Config, Screen } from "../../daemon/src/config/config.js";
import { checksum } from "../model/checksum.js";
import { ICMP, ICMP6, TCP, UDP } from "../model/packet.js";
import { fragmentsOf, ipPacket, type Shape } from "./build.js";
import type { Chooser } from "./choose.js";
import { A, B, C, Traffic, type Place, type Sending, type Source } from "./generate-steps.js";

/** What malformed packets meet is left out: the model does not tell in which way a packet is malformed. */
const CHECKS = {
  icmp: ["fragment", "large"],
  ip: [
    "record-route-option",
    "timestamp-option",
    "security-option",
    "stream-option",
    "loose-source-route-option",
    "strict-source-route-option",
    "source-route-option",
    "unknown-protocol",
    "block-frag",
    "spoofing",
  ],
  tcp: ["syn-fin", "fin-no-ack", "tcp-no-flag", "syn-frag", "land", "winnuke"],
} as const;

function screenOf(c: Chooser, name: string): Screen {
  const some = (words: readonly string[]): Record<string, true> =>
    Object.fromEntries(words.filter(() => c.oneIn(2)).map((word) => [word, true]));
  const header = c.of(["fragment-header", "ESP-header", "routing-header", "no-next-header"]);
  return {
    name,
    ...(c.oneIn(3) ? { "alarm-without-drop": true as const } : {}),
    icmp: some(CHECKS.icmp),
    tcp: some(CHECKS.tcp),
    ip: {
      ...some(CHECKS.ip),
      ...(c.oneIn(3) ? { "ipv6-extension-header": { [header]: true as const, "destination-header": {} } } : {}),
      ...(c.oneIn(3) ? { "ipv6-extension-header-limit": c.below(2) } : {}),
    },
  };
}

/** withScreens gives some zones screens. */
export function withScreens(config: Config, c: Chooser): Config {
  const screens = ["one", "two"].map((name) => screenOf(c, name));
  const zones = config.security.zones["security-zone"].map((zone) =>
    c.oneIn(4) ? zone : { ...zone, screen: c.of(screens).name },
  );
  return {
    ...config,
    security: { ...config.security, zones: { "security-zone": zones }, screen: { "ids-option": screens } },
  };
}

const hosts: readonly (readonly [Place, readonly string[], readonly string[]])[] = [
  [A, ["10.0.1.10", "10.0.1.8", "10.0.2.10"], ["2001:db8:1::10", "2001:db8:2::10"]],
  [B, ["10.0.2.10", "192.0.2.10", "10.0.3.10", "198.51.100.1"], ["2001:db8:2::10", "2001:db8:ff::1"]],
  [C, ["10.0.3.10", "10.0.1.10"], ["2001:db8:1::10"]],
];
const FLAGS = [0, 1, 2, 3, 16, 17, 18, 32, 48, 0xc0, 0x28, 41];
const OPTIONS: readonly (readonly number[])[] = [
  [7, 7, 4, 0, 0, 0, 0, 0],
  [68, 8, 5, 0, 0, 0, 0, 0],
  [130, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  [136, 4, 0, 1],
  [131, 7, 4, 0, 0, 0, 0, 0],
  [1, 137, 7, 4, 0, 0, 0, 0],
  [0, 131, 7, 4],
  [148, 4, 0, 0],
];

export class ScreenTraffic implements Source {
  readonly #plain: Traffic;
  constructor(private c: Chooser) {
    this.#plain = new Traffic(c, false);
  }

  use(c: Chooser): void {
    this.c = c;
    this.#plain.use(c);
  }

  step(): Sending[] {
    const { c } = this;
    if (c.oneIn(3)) return this.#plain.step();
    const [place, inet, inet6] = c.of(hosts);
    const six = c.oneIn(3);
    const others = c.of(hosts);
    const shape = this.#shape(c.of(six ? inet6 : inet), c.of(six ? others[2] : others[1]), six);
    const send = (ip: Buffer, note: string): Sending => ({ place, ip, note });
    if (c.oneIn(4)) return fragmentsOf({ ...shape, id: c.below(65536) }, 400).map((ip) => send(ip, "piece"));
    const ip = ipPacket(shape);
    if (!six && c.oneIn(3)) return [send(withOption(ip, c.of(OPTIONS)), "option")];
    /* The second finds the flow of the first. */
    return new Array<Sending>(1 + c.below(3)).fill(send(ip, `protocol ${shape.protocol}`));
  }

  #shape(source: string, destination: string, six: boolean): Shape {
    const { c } = this;
    const base = { source, destination, sourcePort: 40000, options: six && c.oneIn(3) };
    switch (c.below(4)) {
      case 0:
        return {
          ...base,
          protocol: TCP,
          destinationPort: c.of([80, 138, 139]),
          flags: c.of(FLAGS),
          sequence: 1000,
          payload: c.of([0, 0, 500]),
        };
      case 1:
        return { ...base, protocol: UDP, destinationPort: c.of([53, 139]), payload: c.of([20, 997]) };
      case 2:
        return {
          ...base,
          protocol: six ? ICMP6 : ICMP,
          icmpType: six ? 128 : 8,
          identifier: c.below(3),
          payload: (six ? 976 : 996) + c.below(2) - (c.oneIn(2) ? 900 : 0),
        };
      default:
        return { ...base, protocol: c.of([136, 137, 138, 141, 253, 50]), payload: 8 };
    }
  }
}

function withOption(ip: Buffer, option: readonly number[]): Buffer {
  const whole = Buffer.concat([ip.subarray(0, 20), Buffer.from(option), ip.subarray(20)]);
  whole[0] = 0x40 | ((20 + option.length) / 4);
  whole.writeUInt16BE(whole.length, 2);
  whole.writeUInt16BE(0, 10);
  whole.writeUInt16BE(checksum(whole.subarray(0, 20 + option.length)), 10);
  return whole;
}
