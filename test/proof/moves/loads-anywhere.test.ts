import { expect, test } from "vitest";
import { unloadable } from "../../../src/proof/moves/loads-anywhere.ts";
import { empty } from "../../../src/proof/readers/nft/program.ts";
import { load } from "../../../src/proof/readers/nft/read-text.ts";
import { allPolicies, fileOf, policyNamed } from "../../emitters/policies.ts";

const home = fileOf(policyNamed("home-wireguard"), "lockdown.nft");

function late(text: string): string | undefined {
  const read = load(text, empty);
  return "fault" in read ? `not read: ${read.fault.reason}` : unloadable(read.program);
}
const withRule = (rule: string): string =>
  home.replace("\tchain output {", `\tchain more {\n\t\t${rule}\n\t}\n\n\tchain output {`);

test.each(allPolicies)("$name: what boots holds literals only", (policy) => {
  expect(late(fileOf(policy, "lockdown.nft"))).toBeUndefined();
});

test("some policies need sets and control groups, once the machine runs", () => {
  const found = allPolicies.map((policy) => late(fileOf(policy, "ruleset.nft")) ?? "");
  expect(found.some((reason) => reason.startsWith("it has a set"))).toBe(true);
  expect(found.some((reason) => reason.endsWith("asks for a control group"))).toBe(true);
});

test.each([
  [
    "a set",
    home.replace(
      "table inet ksp {\n",
      "table inet ksp {\n\n\tset ads {\n\t\ttype ipv4_addr\n\t\tflags interval\n\t}\n",
    ),
    "it has a set, ads",
  ],
  ["a control group", withRule('socket cgroupv2 level 1 "apps.slice" counter accept'), "asks for a control group"],
  ["the name of a user", withRule("meta skuid alice counter accept"), "not read"],
  ["the number of an interface", withRule('oif "wg0" counter accept'), "not read"],
])("%s has to be there before", (_, text, reason) => {
  expect(text).not.toBe(home);
  expect(late(text)).toContain(reason);
});
