// What test/tools/ring-producer.c puts into its events, told back.
import type { RingwallEvent } from "../../daemon/src/event/event.js";

/** frameNumber returns the number of the attempt that an event comes from, if everything else in it follows from that. */
export function frameNumber(event: RingwallEvent): number {
  const id = event.sessionId;
  const wrong =
    event.sourcePort !== 1024 + (id % 60000) ||
    event.destinationPort !== 443 ||
    event.destinationAddress !== `198.51.100.${id & 0xff}` ||
    event.generation !== 7 ||
    (event.kind === "SESSION_CLOSE" && (event.clientPackets !== id || event.clientBytes !== id * 60));
  if (wrong) throw new Error(`not what was written: ${JSON.stringify(event)}`);
  return id;
}
