import { describe, expect, test } from "vitest";
import { readPcap } from "./pcap.ts";

const header = (little: boolean, magic = 0xa1b2c3d4, link = 1): Uint8Array => {
  const view = new DataView(new ArrayBuffer(24));
  view.setUint32(0, magic, little);
  view.setUint32(20, link, little);
  return new Uint8Array(view.buffer);
};

const record = (little: boolean, seconds: number, fraction: number, bytes: readonly number[]): Uint8Array => {
  const view = new DataView(new ArrayBuffer(16));
  for (const [index, value] of [seconds, fraction, bytes.length, bytes.length + 100].entries()) {
    view.setUint32(index * 4, value, little);
  }
  return Uint8Array.from([...new Uint8Array(view.buffer), ...bytes]);
};

describe("readPcap", () => {
  test.each([true, false])("reads frames in either byte order (little: %s)", (little) => {
    const file = Buffer.concat([header(little), record(little, 7, 500_000, [1, 2, 3]), record(little, 8, 0, [])]);
    expect(readPcap(file).map(({ seconds, bytes }) => [seconds, [...bytes]])).toEqual([
      [7.5, [1, 2, 3]],
      [8, []],
    ]);
  });

  test("reads nanoseconds", () => {
    const file = Buffer.concat([header(true, 0xa1b23c4d), record(true, 1, 250_000_000, [9])]);
    expect(readPcap(file)[0]?.seconds).toBe(1.25);
  });

  test.each([
    ["an empty file", new Uint8Array(), "shorter than its header"],
    ["another file", Buffer.alloc(24, 7), "unknown magic number"],
    ["another link", header(true, 0xa1b2c3d4, 113), "not a capture of Ethernet"],
    ["half a header", Buffer.concat([header(true), record(true, 1, 1, []).subarray(0, 15)]), "ends inside a frame"],
    ["half a frame", Buffer.concat([header(true), record(true, 1, 1, [1, 2]).subarray(0, 17)]), "ends inside a frame"],
  ])("refuses %s", (_, file, message) => {
    expect(() => readPcap(file)).toThrow(message);
  });
});
