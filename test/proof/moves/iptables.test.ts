import { describe, expect, test } from "vitest";
import { iptables } from "../../../src/emitters/iptables/emit.ts";
import { describe as describePacket } from "../../../src/ir/packet.ts";
import { MovesOfIptables } from "../../../src/proof/moves/iptables.ts";
import { type IptablesMove, type IptablesStanding, stepsOf } from "../../../src/proof/moves/iptables-steps.ts";
import { PacketSpace } from "../../../src/proof/packet-space.ts";
import type { IpFamily, Program } from "../../../src/proof/readers/iptables/program.ts";
import { load, nothing } from "../../../src/proof/readers/iptables/read-text.ts";
import { vocabularyOfProgram } from "../../../src/proof/readers/iptables/vocabulary.ts";
import { Comparison } from "../../../src/proof/translation/comparison.ts";
import { validateIptables } from "../../../src/proof/translation/iptables.ts";
import { assumed } from "../../../src/proof/translation/iptables-assumed.ts";
import { SameRules } from "../../../src/proof/translation/iptables-rules.ts";
import { loopback, merged, vocabularyOf } from "../../../src/proof/vocabulary.ts";
import { policyNamed } from "../../emitters/policies.ts";
import { changed } from "../../kernel/spoilt.ts";

const { plan } = policyNamed("home-wireguard");
const files = iptables.emit(plan);
const text = (file: string): string => files.get(`iptables/${file}`) ?? "";

const programOf = (family: IpFamily, state: string): Program => {
  const extension = family === "ipv4" ? "v4" : "v6";
  return load(text(`switch/${state}.${extension}`), load(text(`ruleset.${extension}`), nothing(family)));
};
const standing = (state: string): IptablesStanding => {
  const ruleset = plan.states.find((one) => one.state === state);
  if (!ruleset) throw new Error(`no state ${state}`);
  return { ruleset, programs: { ipv4: programOf("ipv4", state), ipv6: programOf("ipv6", state) } };
};
const [down, up] = [standing("down"), standing("up")];
const empty: IptablesStanding = { programs: { ipv4: nothing("ipv4"), ipv6: nothing("ipv6") } };

const names = merged(
  vocabularyOf(plan.states),
  ...[down, up].flatMap(({ programs }) => Object.values(programs).map(vocabularyOfProgram)),
  loopback,
);
const comparison = new Comparison(new PacketSpace(names));
const moves = new MovesOfIptables(comparison, new SameRules(comparison, assumed(comparison.space, plan.states)));

/** What a move between `down` and `up` breaks, with its steps changed. */
function broken(way: IptablesMove["way"], change: (steps: IptablesMove["steps"]) => IptablesMove["steps"]): string {
  const [from, to] = way === "opening" ? [down, up] : [up, down];
  const steps = change(stepsOf(from, to, way));
  const difference = moves.broken({ name: "a move", from, to, way, steps });
  return difference
    ? `${difference.packet.family}: ${describePacket(difference.packet)}: ${difference.says}`
    : "nothing";
}

const exchanged: typeof stepsOf = (from, to, way) => stepsOf(from, to, way === "opening" ? "closing" : "opening");

describe("a move that is not taken as it should", () => {
  test.each(["opening", "closing"] as const)("%s: as compiled nothing is broken", (way) => {
    expect(broken(way, (steps) => steps)).toBe("nothing");
  });

  test("families exchanged", () => {
    expect(broken("opening", () => exchanged(down, up, "opening"))).toMatch(
      /^ipv6: .*: IPv6 passes already, though IPv4 does not yet$/,
    );
    expect(broken("closing", () => exchanged(up, down, "closing"))).toMatch(
      /^ipv6: .*: IPv6 still passes, though IPv4 closes already$/,
    );
  });

  test("a step left out", () => {
    const of = (family: IpFamily) => (steps: IptablesMove["steps"]) => steps.filter((step) => step.family !== family);
    expect(broken("closing", of("ipv6"))).toMatch(/^ipv6: .*it passes where the move ends, and should not$/);
    expect(broken("closing", of("ipv4"))).toMatch(/^ipv4: .*it passes where the move ends, and should not$/);
    expect(broken("opening", of("ipv4"))).toMatch(/^ipv4: .*it does not pass where the move ends, and should$/);
  });

  test("a table left out: what leaves passes both, so it still ends in neither state", () => {
    // The last step of a family holds what its other steps made.
    const half = (steps: IptablesMove["steps"]) =>
      steps.map(({ family, program }) => {
        const filter = (family === "ipv4" ? down : down).programs[family].tables.get("filter");
        return {
          family,
          program: filter ? { ...program, tables: new Map([...program.tables, ["filter", filter]] as const) } : program,
        };
      });
    expect(broken("opening", half)).toMatch(/it does not pass where the move ends, and should$/);
  });

  test("everything flushed in between", () => {
    for (const family of ["ipv4", "ipv6"] as const) {
      const flushed = (steps: IptablesMove["steps"]) =>
        steps.flatMap((step) => (step.family === family ? [{ family, program: nothing(family) }, step] : [step]));
      expect(broken("closing", flushed)).toMatch(new RegExp(`^${family}: .*it passes on the way, though neither`));
    }
  });

  test("everything refused in between", () => {
    const shut = (steps: IptablesMove["steps"]) =>
      steps.flatMap((step) => [
        { ...step, program: load("*filter\n-R ksp_output 1 -j DROP\nCOMMIT\n", step.program) },
        step,
      ]);
    expect(broken("opening", shut)).toMatch(/^ipv6: out on .*it is refused on the way, though both/);
  });
});

test("from nothing and to nothing each step is one of the two", () => {
  for (const [from, to, way] of [
    [empty, down, "closing"],
    [up, empty, "opening"],
  ] as const)
    expect(moves.broken({ name: "", from, to, way, steps: stepsOf(from, to, way) })).toBeUndefined();
});

describe("a script that takes one state for more open than another", () => {
  test.each([
    [
      "down for up",
      /ksp_out_down\) echo 1 0 0 ;;\n\tksp_out_up\) echo 1 (\d+) 0 ;;/,
      "ksp_out_down) echo 1 $1 0 ;;\n\tksp_out_up) echo 1 0 0 ;;",
    ],
    ["what is open for what is closed", /\*\) echo .* ;;/, "*) echo 0 0 0 ;;"],
  ])("%s", (_, from, to) => {
    const script = changed(text("load.sh"), (old) => old.replace(from, to));
    expect(validateIptables(plan, new Map([...files, ["iptables/load.sh", script]]))).toMatchObject({
      kind: "effect",
      file: "iptables/load.sh",
    });
  });
});
