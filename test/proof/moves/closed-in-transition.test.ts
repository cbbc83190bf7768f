import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describe as describePacket } from "../../../src/ir/packet.ts";
import { movesOf } from "../../../src/proof/moves/list.ts";
import { type Move, MovesOfNft, type Standing } from "../../../src/proof/moves/nft.ts";
import { PacketSpace } from "../../../src/proof/packet-space.ts";
import { empty, type Program } from "../../../src/proof/readers/nft/program.ts";
import { load } from "../../../src/proof/readers/nft/read-text.ts";
import { vocabularyOfProgram } from "../../../src/proof/readers/nft/vocabulary.ts";
import { Comparison } from "../../../src/proof/translation/comparison.ts";
import { loopback, merged, vocabularyOf } from "../../../src/proof/vocabulary.ts";
import { Nftables } from "../../emitters/nft-simulator.ts";
import { packetsOf } from "../../emitters/packets.ts";
import { allPolicies, fileOf, policyNamed, switchOf } from "../../emitters/policies.ts";

const home = policyNamed("home-wireguard");
const ruleset = fileOf(home, "ruleset.nft");
const [down, up] = ["down", "up"].map((state) => switchOf(home, state));

function loaded(text: string | undefined, before: Program): Program {
  const read = load(text ?? "", before);
  if ("fault" in read) throw new Error(`line ${read.fault.line}: ${read.fault.reason}`);
  return read.program;
}

/** What a move of `home` breaks, in its three states of closed, open, and whatever a test adds. */
function broken(name: string, isRemade: boolean, ...stands: Move["stands"]): string | undefined {
  const programs = stands.map(({ program }) => program);
  const names = merged(vocabularyOf(home.plan.states), ...programs.map(vocabularyOfProgram), loopback);
  const moves = new MovesOfNft(new Comparison(new PacketSpace(names)), "as-loaded");
  const difference = moves.broken({ name, stands, isRemade });
  return difference && `${describePacket(difference.packet)}: ${difference.says}`;
}

const standing = (state: string, program: Program): Standing => {
  const planned = home.plan.states.find((one) => one.state === state);
  if (!planned) throw new Error(`no state ${state}`);
  return { ruleset: planned, program };
};
const all = loaded(ruleset, empty);
const [closed, open] = [standing("down", loaded(down, all)), standing("up", loaded(up, all))];
const nothing: Standing = { program: empty };

describe("a move that is not carried out at once", () => {
  test("as compiled nothing else passes on the way, and nothing is lost", () => {
    expect(broken("down -> up", false, closed, open)).toBeUndefined();
    expect(broken("up -> down", false, open, closed)).toBeUndefined();
    expect(broken("up -> down, loaded anew", true, open, standing("down", all))).toBeUndefined();
  });

  test("sets of intervals are filled late, and what they refuse passes meanwhile", () => {
    const bySet = ruleset.replace(
      /ip {2}daddr 10\.64\.0\.0\/10 counter return (comment .*)\n.*ip {2}daddr 198\.51\.100\.7 counter return .*\n/,
      "ip daddr { 10.64.0.0/10, 198.51.100.7 } counter return $1\n",
    );
    expect(bySet).not.toBe(ruleset);
    const again = (text: string) =>
      broken("up -> down, loaded anew", true, open, standing("down", loaded(text, empty)));
    expect(again(bySet)).toMatch(/^out on .* to 10\..*: it passes on the way/);
    // Sets of single values are there at once.
    expect(again(bySet.replace("10.64.0.0/10, 198", "10.64.0.1, 198"))).not.toMatch(/198\.51\.100\.7/);
  });

  test("two transactions, and everything passes between them", () => {
    expect(broken("up -> down", true, open, nothing, closed)).toMatch(/^in on .*: it passes on the way/);
  });

  test("two transactions, and the server is refused between them", () => {
    const between = loaded("flush chain inet ksp out\nadd rule inet ksp out drop", closed.program);
    expect(broken("down -> up", false, closed, { ...closed, program: between }, open)).toMatch(
      /^out on .*: it is refused on the way/,
    );
  });

  test("each hook decides a part, and a packet meets the open half of each state", () => {
    const halved = ruleset
      .replace("priority filter; policy drop;\n\t\tjump out\n", "priority filter; policy drop;\n\t\tjump first\n")
      .replace("\tchain out {", "\tchain first {\n\t\tgoto out_down\n\t}\n\n\tchain out {");
    expect(halved.split("first")).toHaveLength(3);
    const base = loaded(halved, empty);
    const half = (state: "down" | "up", strict: "first" | "out"): Standing => {
      const lax = strict === "first" ? "out" : "first";
      const text = `flush chain inet ksp first
flush chain inet ksp out
add rule inet ksp ${strict} goto out_${state}
add rule inet ksp ${lax} accept
`;
      return standing(
        state,
        loaded(text + (state === "up" ? (up ?? "").replaceAll(/.* out( goto out_up)?\n/g, "") : ""), base),
      );
    };
    expect(broken("down -> up", false, half("down", "first"), half("up", "first"))).toBeUndefined();
    expect(broken("down -> up", false, half("down", "first"), half("up", "out"))).toMatch(
      /^out on .*: it passes on the way, though neither state lets it pass$/,
    );
  });

  test("only the policy of a chain refuses, and a chain that is made anew has none yet", () => {
    const policyOnly = ruleset.replaceAll(/^\t\t.*comment "closed-(out|in|forward)"\n/gm, "");
    expect(policyOnly).not.toBe(ruleset);
    const anew = standing("down", loaded(policyOnly, empty));
    expect(broken("up -> down, loaded anew", true, open, anew)).toMatch(/it passes on the way/);
    expect(broken("up -> down", false, open, anew)).toBeUndefined();
  });
});

test("every pair of states is a move, and what boots, disables and removes", () => {
  const names = [
    ...movesOf({
      lockdown: closed,
      reloaded: closed,
      states: new Map([
        ["down", closed],
        ["up", open],
      ]),
      disabled: nothing,
      nothing,
    }),
  ].map(({ name }) => name);
  expect(names).toContain("down -> up");
  expect(names).toContain("up -> down");
  for (const before of ["nothing", "disabled", "lockdown", "down", "up"])
    for (const after of ["lockdown", "down, loaded anew"]) expect(names).toContain(`${before} -> ${after}`);
  for (const before of ["down", "up"])
    for (const after of ["disabled", "uninstalled"]) expect(names).toContain(`${before} -> ${after}`);
  expect(new Set(names).size).toBe(names.length);
});

const { KSP_PACKETS: runs = "100" } = process.env;
test.each(allPolicies)("$name: hook by hook, as another simulator sees it", (policy) => {
  const { plan } = policy;
  const rulesets = [...plan.states, ...(plan.portal ? [plan.portal] : [])];
  const base = new Nftables().load(fileOf(policy, "lockdown.nft")).load(fileOf(policy, "ruleset.nft"));
  const kernels = rulesets.map(({ state }) => base.load(switchOf(policy, state)));
  const index = fc.nat({ max: kernels.length - 1 });
  fc.assert(
    fc.property(packetsOf(plan), index, index, (packet, i, j) => {
      const [before = base, after = base] = [kernels[i], kernels[j]];
      fc.pre(packet.direction === "out");
      const passes = (kernel: Nftables, behind: Nftables) => kernel.judge(packet, { behind }) === "accept";
      const ends = [passes(before, before), passes(after, after)];
      const mixed = [passes(before, after), passes(after, before)];
      if (!ends.includes(true)) expect(mixed).toEqual([false, false]);
      if (!ends.includes(false)) expect(mixed).toEqual([true, true]);
    }),
    { numRuns: Number(runs) },
  );
});
