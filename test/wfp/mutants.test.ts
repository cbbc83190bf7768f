import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { listingText } from "../../src/emitters/wfp/listing.ts";
import { describe as describePacket, type Packet } from "../../src/ir/packet.ts";
import type { WfpDocument } from "../../src/ir/wfp-document.ts";
import { validateWfp } from "../../src/proof/translation/wfp.ts";
import { packetsOf } from "../emitters/packets.ts";
import { randomOf } from "../fuzz/random.ts";
import { type Mutant, mutantsOf } from "./mutants.ts";
import { policyNamed } from "./policies.ts";
import { inForce, isShown, type Moment, passes } from "./simulator.ts";

/** All of them with `KSP_MUTANTS=all`: some minutes a policy. */
const { KSP_MUTANTS: wanted = "40" } = process.env;
const limit = wanted === "all" ? 7_200_000 : 120_000;

/** Without links; with one that is named; two hops and a helper's like. */
const tried = ["home-wireguard", "company-split-dns", "two-hops"];
const moments: readonly Moment[] = ["running", "engine restarted", "before the engine"];

/** With the listing that goes with the documents, or it alone would tell; what is no JSON has none. */
function listed(policy: string, files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  try {
    const documents = [...files].flatMap(([file, text]) =>
      file.endsWith(".json") ? [JSON.parse(text) as WfpDocument] : [],
    );
    return new Map([...files, ["wfp/listing.txt", listingText(policy, documents)]]);
  } catch (error) {
    if (error instanceof SyntaxError) return files;
    throw error;
  }
}

describe.each(tried.map(policyNamed))("$name: a word or a line changed", ({ plan, files }) => {
  const all = mutantsOf(files);
  const random = randomOf(2027);
  const some = wanted === "all" ? all : Array.from({ length: Number(wanted) }, () => random.pick(all));
  const outcomes = some.map((mutant) => ({
    mutant,
    mismatch: validateWfp(plan, listed(plan.policy, new Map([...files, [mutant.file, mutant.text]]))),
  }));
  const packets = fc.sample(packetsOf(plan), { seed: 4711, numRuns: 800 }).filter(isShown);

  /** A packet that meets something else, in some moment. */
  const seenBy = (mutant: Mutant, among: readonly Packet[]): Packet | undefined => {
    const [before, after] = [files.get(mutant.file) ?? "", mutant.text].map((text) => JSON.parse(text) as WfpDocument);
    if (!before || !after) return undefined;
    return moments
      .flatMap((moment) =>
        among.filter(
          (packet) => passes([inForce(before, moment)], packet) !== passes([inForce(after, moment)], packet),
        ),
      )
      .at(0);
  };

  test("is refused or shown by a packet, or no packet meets anything else", { timeout: limit }, () => {
    const missed = outcomes
      .filter(({ mismatch }) => !mismatch)
      .flatMap(({ mutant }) => {
        const packet = seenBy(mutant, packets);
        return packet ? [`${mutant.what}: ${describePacket(packet)}`] : [];
      });
    expect(missed).toEqual([]);
    const count = (kind: string) => outcomes.filter(({ mismatch }) => mismatch?.kind === kind).length;
    expect(count("unreadable")).toBeGreaterThan(some.length / 10);
    expect(count("packet")).toBeGreaterThan(some.length / 8);
  });

  test("is not refused for a packet that meets the same", { timeout: limit }, () => {
    const alarms = outcomes.flatMap(({ mutant, mismatch }) =>
      mismatch?.kind === "packet" && !seenBy(mutant, [mismatch.difference.packet])
        ? [`${mutant.what}: ${describePacket(mismatch.difference.packet)}`]
        : [],
    );
    expect(alarms).toEqual([]);
  });
});
