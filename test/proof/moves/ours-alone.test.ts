import { expect, test } from "vitest";
import { amongOthers, meddling, withoutOthers } from "../../../src/proof/moves/ours-alone.ts";
import { empty } from "../../../src/proof/readers/nft/program.ts";
import { load } from "../../../src/proof/readers/nft/read-text.ts";
import { allPolicies, fileOf, policyNamed } from "../../emitters/policies.ts";

const home = policyNamed("home-wireguard");
const uninstall = fileOf(home, "uninstall.nft");
const ruleset = fileOf(home, "ruleset.nft");

function loaded(text: string, before = empty) {
  const read = load(text, amongOthers(before));
  if ("fault" in read) throw new Error(read.fault.reason);
  return read.program;
}

test.each(allPolicies)("$name: no file touches what is not ours", (policy) => {
  const base = withoutOthers(loaded(fileOf(policy, "ruleset.nft")));
  for (const [file, text] of policy.files)
    if (file.endsWith(".nft") && file !== "nft/owned.nft") expect(meddling(loaded(text, base)), file).toBeUndefined();
  // The second look has a table of its own, which leaves all others alone.
  const { tables } = loaded(fileOf(policy, "owned.nft"), base);
  for (const [name, table] of amongOthers(base).tables) expect(tables.get(name), name).toBe(table);
  expect(tables.size).toBe(amongOthers(base).tables.size + 1);
});

test.each([
  [
    "removes a table",
    `${uninstall}delete table inet filter\n`,
    "the table inet filter of somebody else is not what it was",
  ],
  ["empties a chain", "flush chain arp filter output\n", "the table arp filter of somebody else is not what it was"],
  ["adds a rule", "add rule inet filter output accept\n", "the table inet filter of somebody else is not what it was"],
  ["makes a table", "table inet more\n", "the table inet more is not ours"],
  [
    "judges before others rewrite",
    ruleset.replace("srcnat + 200", "srcnat + 1"),
    "postrouting at priority 101 does not judge behind others",
  ],
  [
    "takes a mark of others away",
    fileOf(policyNamed("only-these-apps"), "ruleset.nft").replaceAll("0x00ffffff", "0x007fffff"),
    expect.stringContaining("is about more of a connection's mark than the highest eight bits"),
  ],
  [
    "knows an app only where others mark nothing",
    fileOf(policyNamed("only-these-apps"), "ruleset.nft").replaceAll(
      "ct mark & 0xff000000 ==",
      "ct mark & 0xff800000 ==",
    ),
    expect.stringContaining("is about more of a connection's mark than the highest eight bits"),
  ],
])("a file that %s is found out", (_, text, reason) => {
  expect(meddling(loaded(text))).toEqual(reason);
});

test("a file that flushes everything is not read at all", () => {
  expect(() => loaded(`flush ruleset\n${ruleset}`)).toThrow();
});
