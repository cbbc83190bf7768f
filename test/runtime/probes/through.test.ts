import { describe, expect, test } from "vitest";
import { judgeHandshakes } from "../../../src/runtime/probes/handshake.ts";
import { isAnswer } from "../../../src/runtime/probes/heartbeat.ts";

describe("an answer to a heartbeat", () => {
  test.each([
    ["64 bytes from 10.64.0.1: icmp_seq=3 ttl=64 time=0.5 ms", "10.64.0.1", true],
    ["64 bytes from fd64::1: icmp_seq=3 ttl=64 time=0.5 ms", "fd64::1", true],
    ["64 bytes from 10.64.0.1: icmp_seq=3 ttl=64 time=0.5 ms (DUP!)", "10.64.0.1", true],
    ["64 bytes from 10.64.0.11: icmp_seq=3 ttl=64 time=0.5 ms", "10.64.0.1", false],
    ["no answer yet for icmp_seq=3", "10.64.0.1", false],
    ["From 10.64.0.1 icmp_seq=1 Destination Host Unreachable", "10.64.0.1", false],
    ["PING 10.64.0.1 (10.64.0.1) from 10.64.0.2 wg0: 56(84) bytes of data.", "10.64.0.1", false],
  ])("%s", (line, target, is) => expect(isAnswer(line, target)).toBe(is));
});

describe("a handshake", () => {
  const now = 1_700_000_200_000;
  const judge = (text: string) => judgeHandshakes(text, now, 180_000);
  test.each([
    ["a\t1700000100\n", true, "the last handshake is 100 s old"],
    ["a\t1700000019\n", false, "the last handshake is 181 s old"],
    ["a\t1700000000\nb\t1700000190\n", true, "the last handshake is 10 s old"],
    ["a\t0\n", false, "no handshake yet"],
    ["", false, "no handshake yet"],
    ["Unable to access interface\n", false, "no handshake yet"],
    ["a\t1700000300\n", false, "the last handshake lies in the future"],
  ])("%j", (text, good, why) => expect(judge(text)).toEqual({ good, why }));
});
