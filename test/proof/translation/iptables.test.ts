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

  const spoilt = (name: string, changes: readonly (readonly [RegExp, string | RegExp, string])[]) => {
    const policy = said.find((one) => one.name === name);
    if (!policy) throw new Error(`no policy ${name}`);
    return changes.map(([file, from, to]) => {
      const files = new Map(
        [...policy.files].map(([path, text]) => [path, file.test(path) ? text.replace(from, to) : text]),
      );
      expect(files, `${from}`).not.toEqual(policy.files);
      return validateIptables(policy.plan, files)?.kind;
    });
  };

  test("a gateway's files with one thing changed", () => {
    const ruleset = /ruleset\.v4$/;
    expect(
      spoilt("gateway", [
        [ruleset, "DNAT --to-destination 192.168.50.10", "DNAT --to-destination 192.168.50.11"],
        [ruleset, "-j MASQUERADE", "-j RETURN"],
        [ruleset, "! --dst-type LOCAL -m comment --comment dns", "--dst-type LOCAL -m comment --comment dns"],
        [ruleset, "-o br-lan -m addrtype ! --src-type LOCAL", "-o br-lan"],
        [ruleset, /^-A ksp_out_up -i wg0 .*\n/m, ""],
        [ruleset, /^-A ksp_out_wg0 .*--ctstate DNAT.*\n/m, ""],
        [ruleset, /^(-A ksp_out_wg0) .*(-p udp --dport 53 -m conntrack --ctstate DNAT)/m, "$1 $2"],
        [ruleset, /(\*filter[^*]*-A ksp_out_up) .*--ctstate DNAT.*\n-A ksp_out_up/, "$1"],
        [ruleset, "-s 192.168.50.10 -o wg0", "-o wg0"],
        [ruleset, "-A ksp_back_home_up -g ksp_new_up", "-A ksp_back_home_up -g ksp_closed_forward"],
        [/switch\/up\.v4$/, "-g ksp_through_up", "-g ksp_closed_forward"],
        [/switch\/down\.v4$/, "-g ksp_closed_forward", "-g ksp_through_up"],
        [/disable\.v4$/, /\*nat\n(?:.*\n)*COMMIT\n/, ""],
      ]),
    ).toEqual(Array.from({ length: 13 }, () => "packet"));
  });

  test("a portal that stays open longer, closes at another time, or is opened by another state", () => {
    const open = "add ksp_portal_open_v4 0.0.0.0/1 timeout 60\nadd ksp_portal_open_v4 128.0.0.0/1 timeout 60\n";
    expect(
      spoilt("travel-captive-portal", [
        [/ruleset\.v4$/, /(-A ksp_out_other_links_portal .*) -m set --match-set ksp_portal_open_v4 dst/, "$1"],
        [/portal\.ipset$/, /timeout 300/g, "timeout 301"],
        [/portal\.ipset$/, /timeout 300/g, "timeout 298"],
        [/portal\.ipset$/, "add ksp_portal_open_v4 0.0.0.0/1 timeout 300\n", ""],
        [/down\.ipset$/, "flush ksp_portal_open_v4\n", `flush ksp_portal_open_v4\n${open}`],
        [/sets\.ipset$/, "timeout 1 ", "timeout 0 "],
      ]),
    ).toEqual(["packet", "effect", "effect", "packet", "effect", "unreadable"]);
  });

  test("a host's set with something else, and one that another rule asks for", () => {
    expect(
      spoilt("company-split-dns", [
        [/sets\.ipset$/, "add ksp_allow-host-02e9b5_v4 203.0.113.9 ", "add ksp_allow-host-02e9b5_v4 203.0.113.10 "],
        [/ruleset\.v4$/, "-m set --match-set ksp_allow-host-02e9b5_v4 dst", "-d 203.0.113.9"],
      ]),
    ).toEqual(["packet", "packet"]);
  });

  test("a slice by another path", () => {
    const rules = /ruleset\.v4$/;
    expect(spoilt("only-these-apps", [[rules, /--path \S+/g, "--path ksp.slice/other.slice"]])).toEqual(["packet"]);
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
