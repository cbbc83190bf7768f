import { describe, expect, test } from "vitest";
import { empty, type Program } from "../../src/proof/readers/nft/program.ts";
import { readListing } from "../../src/proof/readers/nft/read-listing.ts";
import { load } from "../../src/proof/readers/nft/read-text.ts";
import { tampering } from "../../src/proof/translation/same-programs.ts";
import { type Emitted, emitted, fileOf } from "../emitters/policies.ts";
import { examples } from "../examples/golden.ts";
import { mayBeSkipped } from "../lab/requirements.ts";
import { type Move, type Result, takeMoves } from "./moves/moves.ts";
import { changed } from "./spoilt.ts";

/** `KSP_KILLS=200 npx vitest run test/kernel/loader.test.ts` kills so many loaders. */
const { KSP_KILLS = "4" }: { readonly KSP_KILLS?: string } = process.env;

const text = examples().find(({ name }) => name === "home-wireguard")?.text ?? "";
const prefixes = Array.from({ length: 2_000 }, (_, i) => `203.${i >> 7}.${(i & 127) * 2}.0/24`).join(", ");
const first = emitted("home", text);
/** The next version of a policy: a long list and a host are open, and discovery no longer is. */
const next = emitted(
  "home",
  `${changed(text, (old) => old.replace("allow discovery\n", ""))}list offices = ${prefixes}
allow out to @offices tcp 443
allow out to 198.18.0.9 udp 123
`,
);

const closed = ({ plan }: Emitted) => {
  const [down] = plan.states;
  if (!down) throw new Error("a plan has states");
  return down;
};
const upgrade: Move = {
  name: "upgrade",
  there: [fileOf(next, "ruleset.nft")],
  back: [fileOf(first, "ruleset.nft")],
  rulesets: [closed(first), closed(next)],
};

const reading = (ruleset: string): Program => {
  const read = load(ruleset, empty);
  if ("fault" in read) throw new Error(`${read.fault.line}: ${read.fault.reason}`);
  return read.program;
};
const versions = { old: reading(fileOf(first, "ruleset.nft")), new: reading(fileOf(next, "ruleset.nft")) };
const isVersion = (listing: string, program: Program): boolean => {
  const found = readListing(listing);
  if ("fault" in found) throw new Error(`${found.fault.place}: ${found.fault.reason}`);
  return tampering(found.program, { program, switches: [], refreshed: new Set() }) === undefined;
};
/** Which version is in force, or none. */
const versionOf = (listing: string): string =>
  (["old", "new"] as const).filter((version) => isVersion(listing, versions[version])).join(" and ") || "neither";

const take = async (move: Move, rounds: number): Promise<Result> => {
  const [result] = await takeMoves(next, [move], rounds);
  if (!result) throw new Error("no move was made");
  return result;
};

describe.skipIf(mayBeSkipped())("the next version of a policy, in a flood", { timeout: 3_000_000 }, () => {
  test("one transaction replaces the old one: no packet leaves that both refuse", async () => {
    const { packets, weathered } = await take(upgrade, 2);
    expect(packets.refused).toBeGreaterThan(10);
    expect(weathered.offered.refused).toBeGreaterThan(500);
    expect(weathered.through.refused).toBe(0);
  });

  test("a loader killed at any moment leaves the old rules or the new ones, and nothing leaves meanwhile", async () => {
    const { weathered } = await take({ ...upgrade, kill: true }, Number(KSP_KILLS) + 1);
    const found = weathered.listings.map(versionOf);
    const count = (version: string): number => found.filter((one) => one === version).length;
    console.log(
      `${weathered.killed} loaders killed: the old rules ${count("old")} times, the new ones ${count("new")}`,
    );
    expect(weathered.killed).toBeGreaterThan(0);
    expect(found[0], "not killed").toBe("new");
    expect(found.filter((version) => version !== "old" && version !== "new")).toEqual([]);
    expect(weathered.through.refused).toBe(0);
  });

  test("between two transactions that do the same neither is there", async () => {
    const withoutList = changed(fileOf(next, "ruleset.nft"), (ruleset) =>
      ruleset.replace(/(set offices_ipv4 \{[^}]*?)elements = \{[^}]*\}/, "$1"),
    );
    const { weathered } = await take({ ...upgrade, there: [withoutList], kill: true }, 1);
    expect(weathered.listings.map(versionOf)).toEqual(["neither"]);
  });
});
