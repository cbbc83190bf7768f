import { describe, expect, test } from "vitest";
import { refusals } from "../../../src/emitters/capabilities.ts";
import { iptables } from "../../../src/emitters/iptables/emit.ts";
import { validateIptables } from "../../../src/proof/translation/iptables.ts";
import { home as homePolicy } from "../../checks/helper.ts";
import { allPolicies, emitted } from "../../emitters/policies.ts";
import { randomOf } from "../../fuzz/random.ts";
import { isHarmless, mutantsIn } from "./iptables-mutants.ts";

const prefixes = Array.from({ length: 30 }, (_, i) => [`198.18.${2 * i}.0/24`, `2001:db8:${10 + 2 * i}::/48`]).flat();
const listed = emitted(
  "long-list",
  homePolicy({ more: `list office = ${prefixes.join(", ")}\nallow out to @office tcp 443` }),
);
const said = [...allPolicies, listed]
  .filter(({ plan }) => refusals(plan, iptables.capabilities).length === 0)
  .map(({ name, plan }) => ({ name, plan, files: iptables.emit(plan) }));
const [home] = said.filter(({ name }) => name === "home-wireguard");
if (!home) throw new Error("no policy");

test("policies with one tunnel and with several, with lists and without are among those that it can say", () => {
  expect(said.length).toBeGreaterThan(12);
  expect(said.map(({ name }) => name)).toEqual(expect.arrayContaining(["home-wireguard", "three-hops-mixed"]));
  expect(said.some(({ files }) => files.has("iptables/sets.ipset"))).toBe(true);
});

test.each(said)("$name: the files mean what was planned", ({ plan, files }) => {
  expect(validateIptables(plan, files)).toBeUndefined();
});

/** All of them with `KSP_MUTANTS=all`: half an hour. */
const { KSP_MUTANTS: wanted = "150" } = process.env;

describe("a word or a line changed", () => {
  const all = mutantsIn(home.files);
  const random = randomOf(2027);
  const some = wanted === "all" ? all : Array.from({ length: Number(wanted) }, () => random.pick(all));
  const outcomes = some.map((mutant) => ({
    mutant,
    mismatch: validateIptables(home.plan, new Map([...home.files, [mutant.file, mutant.text]])),
  }));

  test("is not read, or shown by a packet, or a reason is known why nobody can notice", () => {
    const unnoticed = outcomes.filter(({ mutant, mismatch }) => !mismatch && !isHarmless(mutant, home.files));
    expect(unnoticed.map(({ mutant: { file, line, from, to } }) => `${file} ${line}: ${from} -> ${to}`)).toEqual([]);
  });

  test("both kinds of answers are frequent", () => {
    const count = (kind: string): number => outcomes.filter(({ mismatch }) => mismatch?.kind === kind).length;
    expect(count("unreadable")).toBeGreaterThan(some.length / 3);
    expect(count("packet")).toBeGreaterThan(some.length / 30);
  });
});

describe("is refused", () => {
  const changed = (file: string, from: string | RegExp, to: string): ReadonlyMap<string, string> => {
    const before = home.files.get(file) ?? "";
    const after = before.replace(from, to);
    expect(after, `${from}`).not.toBe(before);
    return new Map([...home.files, [file, after]]);
  };

  test.each([
    ["a rule of ours that passes others over", "iptables/ruleset.v4", /(-A ksp_out_wg0 .*) RETURN\n/, "$1 ACCEPT\n"],
    ["a jump that is not the first", "iptables/ruleset.v6", "-I OUTPUT 1", "-A OUTPUT"],
    ["a change of what is not ours", "iptables/ruleset.v4", "COMMIT", "-A INPUT -j DROP\nCOMMIT"],
    ["a policy of a built-in chain", "iptables/lockdown.v4", "*filter", "*filter\n:OUTPUT DROP [0:0]"],
    ["a hook that does not end closed", "iptables/ruleset.v4", "-A ksp_output -j DROP\n", ""],
    ["the other table alone", "iptables/switch/up.v6", /\*mangle\n.*\nCOMMIT\n/, ""],
    ["a switch of one direction", "iptables/switch/down.v4", /-R ksp_input .*\n/, ""],
    ["types of addresses in one question", "iptables/ruleset.v6", "--dst-type LOCAL", "--dst-type LOCAL,MULTICAST"],
    ["something left behind", "iptables/uninstall.v4", "COMMIT", ":ksp_old - [0:0]\nCOMMIT"],
    ["a set at boot", "iptables/lockdown.v4", /-s 10\.0\.0\.0\/8 /, "-m set --match-set ksp_x src "],
  ])("%s", (_, file, from, to) => {
    expect(validateIptables(home.plan, changed(file, from, to))).toMatchObject({ file });
  });

  test("a set that lost an element, and one with another in its place", () => {
    const files = iptables.emit(listed.plan);
    const text = files.get("iptables/sets.ipset") ?? "";
    for (const [from, to] of [
      [/^add .*\n/m, ""],
      ["198.18.8.0/24", "198.18.99.0/24"],
    ] as const) {
      const other = text.replace(from, to);
      expect(other).not.toBe(text);
      const found = validateIptables(listed.plan, new Map([...files, ["iptables/sets.ipset", other]]));
      expect(found).toMatchObject({ kind: "packet" });
    }
  });

  test("a file that nobody loads, and one that is missing", () => {
    const more = new Map([...home.files, ["iptables/more.v4", ""]]);
    expect(validateIptables(home.plan, more)).toMatchObject({ kind: "effect", file: "iptables/more.v4" });
    const less = new Map([...home.files].filter(([file]) => file !== "iptables/switch/up.v6"));
    expect(validateIptables(home.plan, less)).toMatchObject({ kind: "effect", file: "iptables/switch/up.v6" });
  });
});
