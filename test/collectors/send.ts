// send.ts: the traffic of one host, run inside its namespace: send.js JSON, with a list of steps done one after the other.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";

/** Step: datagrams, each answered before the next (unless nobody answers), or one TCP connection that ends with FINs. */
export type Step =
  | {
      readonly kind: "udp";
      readonly host: string;
      readonly port: number;
      readonly from: number;
      readonly bytes: number;
      readonly count: number;
      readonly isAnswered: boolean;
    }
  | {
      readonly kind: "tcp";
      readonly host: string;
      readonly port: number;
      readonly from: number;
      readonly text: string;
    };

async function datagrams({ host, port, from, bytes, count, isAnswered }: Step & { kind: "udp" }): Promise<void> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  socket.bind(from);
  await once(socket, "listening");
  for (let sent = 0; sent < count; sent++) {
    const answer = isAnswered ? once(socket, "message") : undefined;
    await new Promise<void>((resolve, reject) =>
      socket.send(Buffer.alloc(bytes), port, host, (error) => (error ? reject(error) : resolve())),
    );
    await answer;
  }
  socket.close();
}

async function connection({ host, port, from, text }: Step & { kind: "tcp" }): Promise<void> {
  const socket = connect({ host, port, localPort: from });
  await once(socket, "connect");
  socket.end(text);
  socket.resume();
  await once(socket, "close");
}

for (const step of JSON.parse(process.argv[2]!) as Step[])
  await (step.kind === "udp" ? datagrams(step) : connection(step));
console.log("sent");
