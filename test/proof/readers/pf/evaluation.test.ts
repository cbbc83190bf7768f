import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describe as describePacket, type Packet } from "../../../../src/ir/packet.ts";
import { PacketSpace } from "../../../../src/proof/packet-space.ts";
import { contains } from "../../../../src/proof/packet-values.ts";
import { Meaning } from "../../../../src/proof/readers/pf/meaning.ts";
import { vocabularyOfProgram } from "../../../../src/proof/readers/pf/vocabulary.ts";
import { loopback, merged } from "../../../../src/proof/vocabulary.ts";
import { packets, programOf, texts } from "./arbitrary.ts";
import { faults, judge } from "./oracle.ts";

/** `KSP_RANDOM=5000` takes some minutes. */
const { KSP_RANDOM: wanted = "150" } = process.env;

describe("random rules in random anchors", () => {
  const all = fc.sample(texts, { seed: 4711, numRuns: Number(wanted) }).map((each, i) => {
    const program = programOf(each);
    const some = fc.sample(packets, { seed: 2027 + i, numRuns: 60 });
    return { program, some, judged: some.map((packet) => judge(program, packet)) };
  });

  test("the sets say of each packet what a packet by packet evaluation says", { timeout: 3_600_000 }, () => {
    const said = all.flatMap(({ program, some, judged }) => {
      const space = new PacketSpace(merged(vocabularyOfProgram(program), loopback));
      const passing = new Meaning(space).passes(program);
      return some.flatMap((packet, i) =>
        contains(passing, packet, space) === judged[i] ? [] : [describePacket(packet)],
      );
    });
    expect(said).toEqual([]);
    const passed = all.flatMap(({ judged }) => judged).filter((passes) => passes).length;
    expect(passed / (60 * all.length)).toBeGreaterThan(0.2);
    expect(passed / (60 * all.length)).toBeLessThan(0.9);
  });

  test.each(faults)("an evaluation where %s says something else", (fault) => {
    const differs = ({ program, some, judged }: (typeof all)[number]): Packet | undefined =>
      some.find((packet, i) => judge(program, packet, fault) !== judged[i]);
    expect(all.find(differs)).toBeDefined();
  });
});
