import { readFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { check } from "../../../src/check.ts";
import { compile } from "../../../src/compile.ts";
import { nft } from "../../../src/emitters/nft/emit.ts";
import { validateNft } from "../../../src/proof/translation/nft.ts";
import { validate } from "../../../src/validate.ts";
import { allPolicies, type Emitted, fileOf, policyNamed, switchOf } from "../../emitters/policies.ts";

const home = policyNamed("home-wireguard");
const [lockdown, ruleset, up] = [fileOf(home, "lockdown.nft"), fileOf(home, "ruleset.nft"), switchOf(home, "up")];

/** What is said of a policy of which some files were changed, or left out. */
const said = (policy: Emitted, changes: Readonly<Record<string, string | undefined>>) => {
  const files = new Map(policy.files);
  for (const [file, text] of Object.entries(changes)) {
    if (text === undefined) files.delete(`nft/${file}`);
    else files.set(`nft/${file}`, text);
  }
  return validateNft(policy.plan, files);
};

test.each(allPolicies)("$name: every file means what was planned", ({ plan, files }) => {
  expect(validateNft(plan, files)).toBeUndefined();
});

describe("a file that does something beside what it says", () => {
  const grown = (text: string, after: string, more: string): string => text.replace(after, `${after}${more}`);

  test.each<readonly [string, Readonly<Record<string, string | undefined>>, string]>([
    ["is not there", { "disable.nft": undefined }, "is not there"],
    ["is known to nobody", { "switch/upp.nft": up }, "nobody loads this file"],
    ["leaves old chains", { "ruleset.nft": ruleset.replace("delete table inet ksp\n", "") }, ""],
    ["leaves an old table", { "lockdown.nft": lockdown.replace("delete table arp ksp\n", "") }, ""],
    [
      "makes another table",
      { "lockdown.nft": grown(lockdown, "delete table arp ksp\n", "table inet other\n") },
      "the table inet other is not ours",
    ],
    [
      "leaves rules of the state before",
      { "switch/up.nft": up.replace(/flush chain .*\n/, "") },
      "something of the state before stays",
    ],
    ["leaves a table behind", { "uninstall.nft": "table inet ksp\ndelete table inet ksp\n" }, "something is left"],
    [
      "judges at another place",
      { "ruleset.nft": ruleset.replace("srcnat + 200", "srcnat + 201") },
      "postrouting at priority 301 does not judge behind others",
    ],
  ])("%s", (_, changes, reason) => {
    const mismatch = said(home, changes);
    expect(mismatch?.kind).not.toBe("packet");
    expect(mismatch).toMatchObject({ file: `nft/${Object.keys(changes)[0]}`, ...(reason && { reason }) });
  });
});

test("what the kernel closes by itself is closed in time", () => {
  const travel = policyNamed("travel-captive-portal");
  const portal = switchOf(travel, "portal");
  const names = fileOf(travel, "ruleset.nft").replace(/meta nfproto @portal_open (.*@portal_resolvers)/, "$1");
  expect(names).not.toBe(fileOf(travel, "ruleset.nft"));
  expect(said(travel, { "ruleset.nft": names }), "names for ever").toMatchObject({ kind: "packet" });
  for (const [time, other] of [
    ["another time", portal.replace(/timeout (\d+)s/, (_, seconds) => `timeout ${Number(seconds) + 60}s`)],
    ["no time", portal.replace(/ timeout \d+s/, "")],
    ["a family less", portal.replace(/ipv4 timeout \d+s, /, "")],
  ] as const)
    expect(said(travel, { "switch/portal.nft": other }), time).toMatchObject({ file: "nft/switch/portal.nft" });
});

test("what is refused by a list is refused while the list is filled", () => {
  const walled = policyNamed("walled");
  const text = fileOf(walled, "ruleset.nft");
  const last = /\n\tset filled_last_ipv4 \{[^}]*\}\n\t\}\n/;
  const [declared = ""] = last.exec(text) ?? [];
  expect(declared).toContain("0.0.0.0/0");
  for (const changed of [
    text.replaceAll(/^.*built-in-lists.*\n/gm, ""),
    // It tells of those before it, and here of none.
    text.replace(last, "").replace(/\n\tset /, `${declared}\n\tset `),
  ])
    expect(said(walled, { "ruleset.nft": changed })).toMatchObject({ kind: "move" });
});

test("a mark that another process left on the connection is not inherited", () => {
  const apps = policyNamed("only-these-apps");
  const text = fileOf(apps, "ruleset.nft");
  const marking = /\t\tmeta skuid 0-4294967294 ct mark set .*\n/;
  expect(text).toMatch(marking);
  expect(said(apps, { "ruleset.nft": text.replace(marking, "") })).toMatchObject({ kind: "packet" });
});

test("an answer to a redirected query reaches whoever asked, and no other one does", () => {
  const gateway = policyNamed("gateway");
  const text = fileOf(gateway, "ruleset.nft");
  const answer = /\t\tip +saddr 10\.64\.0\.1 .* ct status dnat counter accept .*\n/;
  expect(text).toMatch(answer);
  for (const changed of [text.replace(answer, ""), text.replace(answer, (line) => line.replace("ct status dnat ", ""))])
    expect(said(gateway, { "ruleset.nft": changed })).toMatchObject({
      kind: "packet",
      difference: { packet: { direction: "in", connection: "established-reply" } },
    });
});

describe("a difference", () => {
  const source = {
    file: "home.ksp",
    text: readFileSync(new URL("../../../examples/home-wireguard.ksp", import.meta.url), "utf8"),
  };
  const opened = ruleset.replace(/ip {2}daddr 10\.64\.0\.0\/10 +counter return.*\n/, "");

  test("is told with the file, the line of the policy, the state and a packet", () => {
    expect(opened).not.toBe(ruleset);
    const { origins, plan } = check(source);
    if (!plan || !origins) throw new Error("the policy does not compile");
    const [diagnostic, ...more] = validate(
      plan,
      origins,
      "nft",
      new Map([...nft.emit(plan), ["nft/ruleset.nft", opened]]),
    );
    expect(more).toEqual([]);
    expect(diagnostic).toMatchObject({ code: "KSP9001", message: expect.stringContaining("nft/ruleset.nft") });
    expect(diagnostic?.notes.join()).toMatch(
      /^state `down`: out .* to 10\.\S+ .*: the file lets it pass, the plan drops it$/,
    );
  });

  test.each([
    [
      "KSP3025",
      "lockdown.nft",
      lockdown.replace(
        "table inet ksp {\n",
        "table inet ksp {\n\tset ads {\n\t\ttype ipv4_addr\n\t\tflags interval\n\t}\n",
      ),
    ],
    ["KSP3026", "switch/up.nft", `${up}table inet more\n`],
  ])("%s of %s is told by the name of its property", (code, file, text) => {
    const { origins, plan } = check(source);
    if (!plan || !origins) throw new Error("the policy does not compile");
    const found = validate(plan, origins, "nft", new Map([...nft.emit(plan), [`nft/${file}`, text]]));
    expect(found.map((one) => one.code)).toEqual([code]);
    expect(found[0]?.message).toContain(file);
  });

  test("writes nothing", () => {
    expect(compile(source, { targets: ["nft"] }).files?.size).toBeGreaterThan(5);
    const emit = vi.spyOn(nft, "emit").mockImplementation((plan) => {
      emit.mockRestore();
      return new Map([...nft.emit(plan), ["nft/ruleset.nft", opened]]);
    });
    const { files, diagnostics } = compile(source, { targets: ["nft"] });
    expect(files).toBeUndefined();
    expect(diagnostics.map(({ code }) => code)).toEqual(["KSP9001"]);
  });
});
