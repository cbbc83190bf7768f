import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Heard, hear, judgeHeard, Lines, nothingHeard } from "../../../src/runtime/probes/management-lines.ts";

/** What OpenVPN 2.6.14 said in the laboratory. */
const greeting = ">INFO:OpenVPN Management Interface Version 5 -- type 'help' for more info";
const said = [
  greeting,
  "SUCCESS: real-time state notification set to ON",
  "SUCCESS: bytecount interval changed",
  "1796062163,CONNECTED,SUCCESS,10.8.0.2,198.51.100.1,443,192.168.1.2,57808",
  "END",
  ">BYTECOUNT:1854,1544",
  ">STATE:1796062172,RECONNECTING,SIGUSR1,,,,,",
  ">STATE:1796062173,TCP_CONNECT,,,,,,",
  ">STATE:1796062173,CONNECTED,SUCCESS,10.8.0.2,198.51.100.1,443,192.168.1.2,54752",
];

const text = fc.string({ maxLength: 40, unit: "binary" });
/** A text cut at any places. */
const pieces = (whole: string) =>
  fc
    .array(fc.nat(whole.length), { maxLength: 12 })
    .map((cuts) => [0, ...cuts.toSorted((a, b) => a - b), whole.length])
    .map((at) => at.slice(1).map((end, i) => whole.slice(at[i], end)));

/** All lines, or the first fault. */
function cutAll(parts: readonly string[], now = 1): readonly string[] | string {
  const lines = new Lines();
  const found: string[] = [];
  for (const part of parts) {
    const cut = lines.cut(part, now);
    if ("fault" in cut) return cut.fault;
    found.push(...cut);
  }
  return found;
}

describe("lines", () => {
  test("are the same wherever they are cut", () => {
    const whole = said.map((line) => `${line}\r\n`).join("");
    fc.assert(
      fc.property(pieces(whole), (parts) => {
        expect(cutAll(parts)).toEqual(said);
      }),
    );
  });

  test("are kept until they end, and not longer than OpenVPN's are", () => {
    expect(cutAll(["x".repeat(8_192), "\n"])).toEqual(["x".repeat(8_192)]);
    expect(cutAll(["x".repeat(8_192), "x"])).toBe("it says a line longer than OpenVPN would");
  });

  test("are no more in a second than OpenVPN has to say, however they come", () => {
    const lines = new Lines();
    const page = "y\n".repeat(16_384);
    expect(lines.cut(page, 0)).toHaveLength(16_384);
    expect(lines.cut(page, 999)).toHaveLength(16_384);
    expect(lines.cut(page, 1_000)).toHaveLength(16_384);
    expect(lines.cut(page, 1_999)).toHaveLength(16_384);
    expect(lines.cut("\n", 1_999)).toEqual({ fault: "it says more than OpenVPN would" });
  });

  test("a wish for a password stands without an end", () => {
    expect(cutAll(["ENTER PASS", "WORD:"])).toBe("OpenVPN wants a password for its management channel");
  });

  test("of any bytes keep no more than one", () => {
    fc.assert(
      fc.property(fc.array(text), (parts) => {
        const found = cutAll(parts);
        if (typeof found === "string") return;
        const whole = parts.join("").replaceAll("\r\n", "\n").split("\n").slice(0, -1);
        expect(found.map((line) => line.replace(/\r$/, ""))).toEqual(whole.map((line) => line.replace(/\r$/, "")));
      }),
    );
  });
});

/** What is heard after these lines, or the fault of the first that is not understood. */
function heardOf(lines: readonly string[]): Heard | string {
  let heard = nothingHeard;
  for (const line of lines) {
    const next = hear(heard, line);
    if ("fault" in next) return next.fault;
    heard = next;
  }
  return heard;
}
function verdict(...lines: readonly string[]): string {
  const heard = heardOf([greeting, ...lines]);
  if (typeof heard === "string") return heard;
  const { good, why } = judgeHeard(heard);
  return `${good ? "good" : "bad"}: ${why}`;
}

describe("what OpenVPN says", () => {
  const connected = ">STATE:1796062173,CONNECTED,SUCCESS,10.8.0.2,198.51.100.1,443,192.168.1.2,54752";
  test.each([
    [[], "bad: the OpenVPN client has not told its state yet"],
    [[connected], "good: the OpenVPN client says: CONNECTED"],
    [["1796062163,CONNECTED,SUCCESS,10.8.0.2,,,,", "END"], "good: the OpenVPN client says: CONNECTED"],
    [[">STATE:1,CONNECTED,ROUTE_ERROR,10.8.0.2"], "good: the OpenVPN client says: CONNECTED (ROUTE_ERROR)"],
    [[connected, ">BYTECOUNT:1,2", ">INFO:x", ">LOG:1,W,x", ">ECHO:1,x"], "good: the OpenVPN client says: CONNECTED"],
    [
      [connected, ">STATE:1796062172,RECONNECTING,ping-restart,,,,,"],
      "bad: the OpenVPN client says: RECONNECTING (ping-restart)",
    ],
    [[connected, ">STATE:1,EXITING,SIGTERM,,,,,"], "bad: the OpenVPN client says: EXITING (SIGTERM)"],
    [[connected, ">STATE:1,A_NEW_STATE"], "bad: the OpenVPN client says: A_NEW_STATE"],
    [
      [connected, ">HOLD:Waiting for hold release:10"],
      "bad: the OpenVPN client waits to be released from its hold, and ksp does not do that",
    ],
    // The answer to `state` tells nothing new, a message does.
    [
      [connected, ">PASSWORD:Need 'Auth' username/password", "1,CONNECTED,SUCCESS"],
      "bad: the OpenVPN client waits for a password, and ksp gives none",
    ],
    [[">PASSWORD:Need 'Auth' username/password", connected], "good: the OpenVPN client says: CONNECTED"],
    [[connected, ">PASSWORD:Verification Failed: 'Auth'"], "bad: the OpenVPN client says that a password was refused"],
    [[connected, ">PASSWORD:Auth-Token:secret"], "good: the OpenVPN client says: CONNECTED"],
    [
      [connected, ">NEED-OK:Need 'token-insertion-request' confirmation MSG:x"],
      "bad: the OpenVPN client waits for an answer (NEED-OK), and ksp gives none",
    ],
    [[connected, ">FATAL:Cannot open TUN/TAP dev"], "bad: the OpenVPN client ends: Cannot open TUN/TAP dev"],
    [[connected, ">FATAL:\u001b[2J"], "bad: the OpenVPN client ends: ?[2J"],
    [[connected, ">STATE:connected"], "it is not understood: >STATE:connected"],
    [[connected, ">WHATEVER:1"], "it is not understood: >WHATEVER:1"],
    [[connected, "ERROR: unknown command"], "it is not understood: ERROR: unknown command"],
    [[connected, ""], "it is not understood: "],
    [[connected, "x".repeat(100)], `it is not understood: ${"x".repeat(80)}…`],
  ])("%j", (lines, expected) => expect(verdict(...lines)).toBe(expected));

  test("begins with a greeting", () => {
    expect(heardOf([connected])).toMatch(/^it does not greet as OpenVPN does: >STATE/);
    expect(heardOf(["SSH-2.0-OpenSSH_9.2"])).toMatch(/^it does not greet/);
  });

  test("of any words is never good without its own CONNECTED", () => {
    const line = fc.oneof(text, fc.constantFrom(...said.slice(1), ">HOLD:", ">FATAL:", "END"));
    const ownWord = /^(>STATE:)?\d+,CONNECTED(,|$)/;
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const isGood = verdict(...lines).startsWith("good");
        expect(isGood && !lines.some((each) => ownWord.test(each))).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});

/** All states that management-notes.txt lists. */
const states =
  "CONNECTING WAIT AUTH GET_CONFIG ASSIGN_IP ADD_ROUTES CONNECTED RECONNECTING EXITING RESOLVE TCP_CONNECT AUTH_PENDING".split(
    " ",
  );
type Judge = typeof judgeHeard;
/** Those that a judge takes for something else than they are. */
const misjudged = (judge: Judge): readonly string[] =>
  states.filter((name) => judge({ greeted: true, state: { name, reason: "x" } }).good !== (name === "CONNECTED"));

test("one state alone is good; a judge with a fault is noticed", () => {
  const also =
    (name: string): Judge =>
    (heard) => ({ ...judgeHeard(heard), good: judgeHeard(heard).good || heard.state?.name === name });
  expect(misjudged(judgeHeard)).toEqual([]);
  expect(misjudged(also("RECONNECTING"))).toEqual(["RECONNECTING"]);
  expect(misjudged(also("EXITING"))).toEqual(["EXITING"]);
  expect(misjudged((heard) => ({ ...judgeHeard(heard), good: false }))).toEqual(["CONNECTED"]);
});
