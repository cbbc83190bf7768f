import { describe, expect, test } from "vitest";
import { check } from "../src/check.ts";
import { evaluate } from "../src/ir/evaluate.ts";
import { inEveryState } from "../src/ir/plan.ts";
import { beyond } from "../src/proof/beyond.ts";
import { filled } from "../src/proof/filled.ts";
import { baselineOf, within } from "../src/within.ts";
import { good } from "./commands/ksp.ts";
import { policies, policyNamed } from "./proof/policies.ts";

const found = (text: string, baseline: string) => {
  const [own, other] = [check({ file: "own.ksp", text }), check({ file: "company.ksp", text: baseline })];
  const company = baselineOf("company.ksp", other);
  if (!own.policy || !company) throw new Error([...own.diagnostics, ...other.diagnostics].map((d) => d.message).join());
  return within(own, company).map(({ code, message, primary, secondary, notes }) => ({
    code,
    message,
    at: primary && text.slice(primary.span.start, primary.span.end).split("\n")[0],
    drops: secondary.map(({ span }) => baseline.slice(span.start, span.end)),
    notes,
  }));
};

test.each(["home-wireguard", "gateway", "travel-captive-portal", "three-hops-mixed"].map(policyNamed))(
  "$name stays inside itself",
  (planned) => {
    expect(beyond(planned, planned)).toEqual([]);
  },
);

test("narrower is inside: fewer openings, more denials, any order", () => {
  const wide = `${good}allow out to 203.0.113.0/24 tcp 443\nallow out to 203.0.113.0/25 udp 123 while down\n`;
  expect(found(good, wide)).toEqual([]);
  expect(found(`${good}allow out to 203.0.113.128/25 tcp 443 while up\ndeny out to 192.168.7.0/24\n`, wide)).toEqual(
    [],
  );
});

test("each statement that goes beyond is told once, with a packet, and who drops it there", () => {
  const own = `${good}allow out to 203.0.113.0/24 tcp 443\n`;
  const company = `${good}deny out to 192.168.7.0/24 tcp 1-1023\n`;
  expect(found(own, company)).toEqual([
    {
      code: "KSP3091",
      message: "in state `down` something passes that `company.ksp` does not allow",
      at: "allow lan",
      drops: ["deny out to 192.168.7.0/24 tcp 1-1023"],
      notes: [
        "state `down`: out on eth0 from 192.168.1.2 40000 to 192.168.7.0 tcp 443 user 1000 new: accepted by this line",
        "`company.ksp` in state `down`: dropped by its line",
      ],
    },
    expect.objectContaining({ at: "allow out to 203.0.113.0/24 tcp 443", drops: [] }),
    expect.objectContaining({ at: "tunnel wg0 {", message: expect.stringContaining("state `up`") }),
  ]);
});

test("of many statements each is told, whatever the others say of the other direction", () => {
  const many = Array.from({ length: 50 }, (_, i) => `allow out to 203.0.${i}.0/24 tcp ${1000 + i}\n`).join("");
  const hosts = many.replaceAll(".0/24", ".1");
  expect(new Set(found(good + many, good + hosts).map(({ at }) => at))).toEqual(new Set(many.trim().split("\n")));
});

describe("which state is held against which", () => {
  test("the one of as many hops: what is open in `up` there is not open in `down` here", () => {
    const up = `${good}allow out to 203.0.113.0/24 tcp 443 while up\n`;
    expect(found(up, `${good}allow out to 203.0.113.0/24 tcp 443\n`)).toEqual([]);
    expect(found(`${good}allow out to 203.0.113.0/24 tcp 443\n`, up)).toEqual([
      expect.objectContaining({ message: expect.stringContaining("state `down`") }),
    ]);
  });

  test("a tunnel that the baseline does not know opens nothing", () => {
    const other = good.replaceAll("wg0", "wg1");
    const beyondIt = found(other, good);
    expect(beyondIt.map(({ at }) => at)).toContain("tunnel wg1 {");
    expect(beyondIt.every(({ code }) => code === "KSP3091")).toBe(true);
  });

  test("a tunnel that only the baseline has is down", () => {
    const [home, both] = ["home-wireguard", "work-and-private"].map(policyNamed);
    if (!home || !both) throw new Error("no such example");
    const against = new Set(beyond(home, both).map(({ baseline }) => baseline.state));
    expect(against.has("private:up+work:up")).toBe(false);
    expect(against.has("private:down+work:down")).toBe(true);
  });

  test("a portal without one there is held against everything down", () => {
    const portal = `${good}portal for 5m tcp 80 accept-risk KSP3001 reason "hotels"\n`;
    expect(found(portal, good)).toEqual([expect.objectContaining({ at: expect.stringContaining("portal for 5m") })]);
    expect(found(good, portal)).toEqual([]);
    expect(found(portal, portal)).toEqual([]);
    expect(found(portal.replace("5m", "6m"), portal)).toEqual([
      expect.objectContaining({ message: expect.stringContaining("state `portal`"), notes: [] }),
    ]);
  });
});

test("who may not be disabled there may not be here, nor for longer", () => {
  const control = (disable: string) => `${good}control {\n  disable ${disable}\n}\n`;
  const [never, short, long] = [control("never"), control("for 15m"), control("for 1h")];
  expect(found(good, never)).toEqual([expect.objectContaining({ at: "home", notes: [] })]);
  expect(found(long, short)).toHaveLength(1);
  expect(found(short, long)).toEqual([]);
  expect(found(never, never)).toEqual([]);
});

test("nobody else may disable it", () => {
  const control = (more: string) => `${good}control {\n  disable for 15m\n${more}}\n`;
  const [root, admins, users] = [control(""), control('  group "admins"\n'), control('  group "users"\n')];
  expect(found(users, admins)).toEqual([expect.objectContaining({ at: "home", notes: [] })]);
  expect(found(admins, root)).toHaveLength(1);
  expect(found(root, admins)).toEqual([]);
  expect(found(users, users)).toEqual([]);
});

test("every witness passes here and is dropped there, whatever two policies are compared", () => {
  const all = policies();
  let count = 0;
  for (const [i, own] of all.slice(0, 5).entries()) {
    const baseline = all[i + 1];
    if (!baseline) throw new Error("too few policies");
    const known = new Set(inEveryState(own.policy, own.plan).map(({ state }) => state.key));
    for (const { ruleset, baseline: against, packet } of beyond(own, baseline)) {
      expect(known.has(ruleset.state)).toBe(true);
      expect(evaluate(filled(ruleset), packet).verdict.kind).toBe("accept");
      expect(evaluate(filled(against), packet).verdict.kind).not.toBe("accept");
      count++;
    }
  }
  expect(count).toBeGreaterThan(20);
});
