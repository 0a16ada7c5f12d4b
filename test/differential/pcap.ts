// pcap.ts: capture files with nanoseconds. SPDX-License-Identifier: Apache-2.0

export function pcapOf(frames: readonly { readonly time: bigint; readonly frame: Buffer }[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b23c4d, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262144, 16);
  header.writeUInt32LE(1, 20);
  return Buffer.concat([
    header,
    ...frames.flatMap(({ time, frame }) => {
      const record = Buffer.alloc(16);
      record.writeUInt32LE(Number(time / 1_000_000_000n), 0);
      record.writeUInt32LE(Number(time % 1_000_000_000n), 4);
      record.writeUInt32LE(frame.length, 8);
      record.writeUInt32LE(frame.length, 12);
      return [record, frame];
    }),
  ]);
}
