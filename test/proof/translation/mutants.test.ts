import { describe, expect, test } from "vitest";
import { validateNft } from "../../../src/proof/translation/nft.ts";
import { allPolicies, policyNamed } from "../../emitters/policies.ts";
import { randomOf } from "../../fuzz/random.ts";
import { rewordings } from "./keeping.ts";
import { harmless, mutantsIn, Trial, type Tried } from "./mutants.ts";

/** All of them with `KSP_MUTANTS=all`: some minutes a policy. */
const { KSP_MUTANTS: wanted = "200" } = process.env;
const packetsAPolicy = wanted === "all" ? 4_000 : 1_000;
const limit = wanted === "all" ? 7_200_000 : 120_000;

const place = ({ file, line, from, to }: Tried): string =>
  `${file} ${line}: ${JSON.stringify(from)} -> ${JSON.stringify(to)}`;

/** With a rewriting, a portal, several hops, an IPv6 tunnel, a redirect. */
const tried = ["home-wireguard", "two-hops", "torrent-port-forward", "travel-captive-portal"];

describe.each(tried.map(policyNamed))("$name: a word or a line changed", (policy) => {
  const trial = new Trial(policy, packetsAPolicy);
  const all = mutantsIn(policy);
  const random = randomOf(2027);
  const some = wanted === "all" ? all : Array.from({ length: Number(wanted) }, () => random.pick(all));
  const outcomes = some.map((mutant) => ({ mutant, ...trial.of(mutant) }));
  const with_ = (outcome: (typeof outcomes)[number]["outcome"]) => outcomes.filter((each) => each.outcome === outcome);

  test("is refused, shown by a packet, or changes nothing that the simulator sees", { timeout: limit }, () => {
    expect(with_("missed").map(({ mutant, why }) => `${place(mutant)}: ${why}`)).toEqual([]);
    expect(with_("refused").length).toBeGreaterThan(some.length / 3);
    expect(with_("caught").length).toBeGreaterThan(some.length / 20);
  });

  test("is not refused for a packet that meets the same", () => {
    expect(with_("false alarm").map(({ mutant, why }) => `${place(mutant)}: ${why}`)).toEqual([]);
  });

  test("changes nothing only where a reason is known", () => {
    const words = with_("accepted").filter(({ mutant }) => !/\s/.test(mutant.from) && mutant.from !== "}");
    const unknown = words.filter(({ mutant }) => !harmless.some(({ is }) => is(mutant)));
    expect(unknown.map(({ mutant }) => place(mutant))).toEqual([]);
  });

  test("is seen by the simulator, too, nearly always", () => {
    const caught = with_("caught").slice(0, 25);
    const seen = caught.filter(({ mutant }) => trial.isSeen(mutant));
    expect(seen.length).toBeGreaterThan(caught.length / 2);
  });
});

test("every reason is needed", () => {
  const mutants = tried.map(policyNamed).flatMap(mutantsIn);
  const unused = harmless.filter(({ is }) => !mutants.some(is));
  expect(unused.map(({ because }) => because)).toEqual([]);
});

describe("the same said in other words", () => {
  /** How many texts are reworded: `KSP_REWORDED=10000` takes a quarter of an hour. */
  const { KSP_REWORDED: texts = "60" } = process.env;
  // The two largest take the time of all others together.
  const policies = allPolicies.filter(({ name }) => name !== "kitchen-sink" && name !== "crossroads");

  test("is no difference", { timeout: 3_600_000 }, () => {
    const alarms: string[] = [];
    for (let seed = 1; seed <= Number(texts); seed++) {
      const random = randomOf(seed);
      const policy = random.pick(policies);
      const files = new Map(policy.files);
      const said = Array.from({ length: 1 + random.below(3) }, () => {
        const file = random.pick([...files.keys()]);
        const { name, of } = random.pick(rewordings);
        const text = of(files.get(file) ?? "", random);
        if (text !== undefined) files.set(file, text);
        return `${name} in ${file}`;
      });
      const mismatch = validateNft(policy.plan, files);
      if (mismatch) alarms.push(`seed ${seed}, ${policy.name}, ${said.join(", ")}: ${mismatch.kind}`);
    }
    expect(alarms).toEqual([]);
  });

  test.each(rewordings)("$name is found in some policy, and changes its text", ({ of }) => {
    const texts = policies.flatMap(({ files }) => [...files.values()]);
    const changed = texts.filter((text) => {
      const other = of(text, randomOf(1));
      return other !== undefined && other !== text;
    });
    expect(changed.length).toBeGreaterThan(0);
  });
});
