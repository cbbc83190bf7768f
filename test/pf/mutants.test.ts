import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Files } from "../../src/emitters/emitter.ts";
import { describe as describePacket, type Packet } from "../../src/ir/packet.ts";
import { rulesetOf } from "../../src/proof/readers/pf/expand.ts";
import type { Program } from "../../src/proof/readers/pf/program.ts";
import { readText } from "../../src/proof/readers/pf/read-text.ts";
import { readTable } from "../../src/proof/readers/pf/tables.ts";
import { validatePf } from "../../src/proof/translation/pf.ts";
import { packetsOf } from "../emitters/packets.ts";
import { randomOf } from "../fuzz/random.ts";
import { judge } from "../proof/readers/pf/oracle.ts";
import { type Mutant, mutantsOf } from "./mutants.ts";
import { exampleOnMac } from "./policies.ts";
import { isShown } from "./shown.ts";

/** All of them with `KSP_MUTANTS=all`: some minutes a policy. */
const { KSP_MUTANTS: wanted = "30" } = process.env;
const limit = wanted === "all" ? 7_200_000 : 120_000;

/** A file as it is in force: with its tables, and each utun by the name that packets have. */
function inForce(files: Files, file: string): Program {
  const text = files.get(file) ?? "";
  const macros = new Map([...text.matchAll(/^tun_(\w+) = /gm)].map(([, name = ""]) => [`tun_${name}`, `utun-${name}`]));
  const fills = [...files].flatMap(([name, content]) => {
    const table = /^pf\/tables\/(.+)\.txt$/.exec(name)?.[1];
    return table === undefined ? [] : [[table, readTable(content)] as const];
  });
  return new Map([["", rulesetOf(readText(text, { macros }), new Map(fills))]]);
}

describe.each(["mac-laptop", "two-hops"].map(exampleOnMac))("$name: a word or a line changed", ({ plan, files }) => {
  const all = mutantsOf(files);
  const random = randomOf(2027);
  const some = wanted === "all" ? all : Array.from({ length: Number(wanted) }, () => random.pick(all));
  const packets = fc.sample(packetsOf(plan), { seed: 4711, numRuns: wanted === "all" ? 4_000 : 1_500 }).filter(isShown);
  const outcomes = some.map((mutant) => ({
    mutant,
    mismatch: validatePf(plan, new Map([...files, [mutant.file, mutant.text]])),
  }));
  const before = new Map<string, readonly boolean[]>();
  const judged = (all: Files, file: string, among: readonly Packet[]): readonly boolean[] => {
    const program = inForce(all, file);
    return among.map((packet) => judge(program, packet));
  };
  const known = (file: string): readonly boolean[] => {
    const made = before.get(file) ?? judged(files, file, packets);
    before.set(file, made);
    return made;
  };

  /** A packet of which a file in force says something else. */
  const seenBy = ({ file, text }: Mutant): Packet | undefined => {
    const changed = new Map([...files, [file, text]]);
    const states = file.endsWith(".conf") ? [file] : [...files.keys()].filter((each) => each.endsWith(".conf"));
    for (const state of states) {
      const after = judged(changed, state, packets);
      const found = packets.find((_, i) => after[i] !== known(state)[i]);
      if (found) return found;
    }
    return undefined;
  };

  test("is refused or shown by a packet, or no packet meets anything else", { timeout: limit }, () => {
    const missed = outcomes
      .filter(({ mismatch }) => !mismatch)
      .flatMap(({ mutant }) => {
        const packet = seenBy(mutant);
        return packet ? [`${mutant.what}: ${describePacket(packet)}`] : [];
      });
    expect(missed).toEqual([]);
    const count = (...kinds: readonly string[]) =>
      outcomes.filter(({ mismatch }) => mismatch && kinds.includes(mismatch.kind)).length;
    expect(count("unreadable")).toBeGreaterThan(some.length / 10);
    expect(count("packet", "move")).toBeGreaterThan(some.length / 8);
  });
});
