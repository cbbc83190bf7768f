import { describe, expect, test } from "vitest";
import { check } from "../src/check.ts";
import { diff } from "../src/diff.ts";
import { good } from "./commands/ksp.ts";

const lines = (...statements: readonly string[]) => `${good}${statements.map((line) => `${line}\n`).join("")}`;
/** What is told to be superfluous, and by what; each is removed, and then the same packets must pass. */
function told(...statements: readonly string[]): readonly string[] {
  const text = lines(...statements);
  const file = { file: "home.ksp", text };
  const { policy, diagnostics } = check(file);
  expect(policy, diagnostics.map(({ message }) => message).join()).toBeDefined();
  const found = diagnostics.filter(({ code, primary }) => code === "KSP2043" && primary?.text.endsWith("all of it"));
  const texts = found.map(({ primary }) => text.slice(primary?.span.start, primary?.span.end));
  const without = lines(...statements.filter((line) => !texts.includes(line)));
  expect(diff(file, { file: "less.ksp", text: without }).diff).toMatchObject({ opened: [], closed: [] });
  return texts;
}

describe("an exemption", () => {
  const halves: readonly [string, string] = [
    "allow out to 203.0.113.0/25 tcp 443",
    "allow out to 203.0.113.128/25 tcp 400-500",
  ];
  const both = "allow out to 203.0.113.0/24 tcp 443";

  test("that two others cover together adds nothing, wherever it stands", () => {
    expect(told(...halves, both)).toEqual([both]);
    expect(told(both, ...halves)).toEqual([both]);
  });

  test.each([
    ["one address more", [...halves, "allow out to 203.0.112.255-203.0.113.255 tcp 443"]],
    ["one port more", [...halves, "allow out to 203.0.113.0/24 tcp 443-444"]],
    ["another protocol", [...halves, "allow out to 203.0.113.0/24 udp 443"]],
    ["a state more", [halves[0], `${halves[1]} while up`, both]],
    ["a coverer with another owner", [halves[0], "allow out user 7 to 203.0.113.128/25 tcp 443", both]],
    ["a coverer that is to go earlier", [halves[0], `${halves[1]} until 2099-01-01`, both]],
    [
      "a coverer whose table is filled later",
      [halves[0], 'allow host "a.example" at 203.0.113.200 within 203.0.113.128/25 tcp 443', both],
    ],
  ] as const)("with %s stays", (_, statements) => {
    expect(told(...statements)).toEqual([]);
  });

  test("of which the rest is denied adds nothing", () => {
    expect(told("allow out to 203.0.113.0/25 tcp 443", "deny out to 203.0.113.128/25", both)).toEqual([both]);
  });

  test("that goes earlier than its coverers adds nothing", () => {
    const early = `${both} until 2099-01-01`;
    expect(told(...halves, early)).toEqual([early]);
  });

  test("is told once where one other covers it", () => {
    const codes = check({
      file: "home.ksp",
      text: lines(both, ...halves.slice(0, 1), "allow out to 198.51.100.9 udp 1"),
    });
    expect(codes.diagnostics.map(({ code }) => code)).toEqual(["KSP2043"]);
  });

  test("of several that cover each other leaves enough: what is told can all be removed", () => {
    const ring = [
      "allow out to 203.0.113.0-203.0.113.99 tcp 443",
      "allow out to 203.0.113.50-203.0.113.149 tcp 443",
      "allow out to 203.0.113.100-203.0.113.199 tcp 443",
      "allow out to 203.0.113.150-203.0.113.199, 203.0.113.0-203.0.113.49 tcp 443",
    ];
    expect(told(...ring).length).toBeGreaterThan(0);
  });
});

test("a deny that two others cover together adds nothing; one that closes something does", () => {
  const denies = ["deny out to 192.168.7.0/25", "deny out to 192.168.7.128/25 tcp 1-65535"];
  const whole = "deny out to 192.168.7.0/24 tcp 25";
  expect(told(...denies, whole)).toEqual([whole]);
  expect(told(...denies, "deny out to 192.168.7.0/24 udp 25")).toEqual([]);
  expect(told(...denies, "deny out to 198.51.100.0/24 tcp 25")).toEqual([]);
});
