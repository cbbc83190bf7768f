import { expect, test } from "vitest";
import { badOnce } from "../../../src/runtime/probes/bad-once.ts";

test("what is good is told each time, and what is bad once, until it is another fault or was good between", () => {
  const told: string[] = [];
  const tell = badOnce((good, why) => told.push(`${good ? "good" : "bad"}: ${why}`));
  for (const [good, why] of [
    [false, "nobody listens"],
    [false, "nobody listens"],
    [true, "CONNECTED"],
    [true, "CONNECTED"],
    [false, "the last handshake is 181 s old"],
    [false, "the last handshake is 182 s old"],
    [false, "nobody listens"],
    [true, "CONNECTED"],
    [false, "nobody listens"],
  ] as const)
    tell(good, why);
  expect(told).toEqual([
    "bad: nobody listens",
    "good: CONNECTED",
    "good: CONNECTED",
    "bad: the last handshake is 181 s old",
    "bad: nobody listens",
    "good: CONNECTED",
    "bad: nobody listens",
  ]);
});
