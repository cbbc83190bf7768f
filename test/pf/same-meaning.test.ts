import { expect, test } from "vitest";
import { validatePf } from "../../src/proof/translation/pf.ts";
import { exampleOnMac, macPolicies } from "./policies.ts";

test.each(macPolicies())("$name: every file means what was planned, and every move", ({ plan, files }) => {
  expect(validatePf(plan, files)).toBeUndefined();
});

const home = exampleOnMac("home-wireguard");

/** A slip in one line each, of the kinds that an emitter makes. */
const slips: readonly (readonly [what: string, file: string, line: RegExp, by: string])[] = [
  ["a state that follows its flow to other interfaces", "up.conf", /keep state \(if-bound\)/, "keep state"],
  ["a rule for every interface", "up.conf", /^(pass out quick) on \$tun_wg0/m, "$1"],
  ["the tunnel's rule without its first refusal", "up.conf", /^block .* port \{ 53:53.*\n/m, ""],
  ["a way to the server for everybody", "down.conf", / user \d+/, ""],
  ["a table that nobody fills", "up.conf", /^table <private_ranges_/m, "table <other_ranges_"],
  ["no last block", "lockdown.conf", /^block drop quick all label.*\n$/m, ""],
  ["an answer to strangers", "up.conf", /^block drop in quick/m, "block return in quick"],
  ["an answer to whoever is left", "up.conf", /^block drop quick all label/m, "block return quick all label"],
  ["another macro", "up.conf", /on \$tun_wg0/, "on en0"],
  ["flows that are not killed", "moves.txt", /^ {2}pfctl -i "\$old_tun_wg0" -k 0.*\n/m, ""],
  ["a kill before the load", "moves.txt", /^( {2}pfctl -a .* -f down\.conf\n)( {2}pfctl -i .*\n)/m, "$2$1"],
];

test.each(slips)("%s is noticed", (_what, name, line, by) => {
  const { plan, files } = home;
  const file = `pf/${name}`;
  const text = files.get(file) ?? "";
  const changed = text.replace(line, by);
  expect(changed).not.toBe(text);
  expect(validatePf(plan, new Map([...files, [file, changed]]))).toBeDefined();
});
