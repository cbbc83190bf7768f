import { describe, expect, test } from "vitest";
import { iptables } from "../../../src/emitters/iptables/emit.ts";
import type { Ruleset } from "../../../src/ir/ruleset.ts";
import { policyNamed } from "../../emitters/policies.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import type { Load } from "../../lab/storm.ts";
import { type Move, type Result, takeMoves } from "../moves/moves.ts";
import { changed } from "../spoilt.ts";
import { type Loader, switchTo, type Variant, variants, withFiles } from "./bundle.ts";

/** `KSP_MOVES=20 KSP_KILLS=40 vitest run test/kernel/iptables/moves.test.ts` takes more, and kills more loaders. */
const { KSP_MOVES = "1", KSP_KILLS = "6" }: { readonly KSP_MOVES?: string; readonly KSP_KILLS?: string } = process.env;

const home = policyNamed("home-wireguard");
const files = iptables.emit(home.plan);
const { lockdown, states } = home.plan;
const [down, up] = states as readonly [Ruleset, Ruleset];

const movesBy = ({ whole, change }: Loader): readonly Move[] => {
  const load = (words: readonly string[]): readonly Load[] => [{ run: words }];
  const [ruleset, booting] = [load(whole("ruleset")), load(whole("lockdown"))];
  const [toDown, toUp] = [down, up].map(({ state }) => load(change(switchTo(state)))) as [
    readonly Load[],
    readonly Load[],
  ];
  const between: Move = {
    name: "down <> up",
    before: [...ruleset, ...toDown],
    there: toUp,
    back: toDown,
    rulesets: [down, up],
    isSwitch: true,
  };
  return [
    between,
    { ...between, name: "down <> up, loaders killed", kill: true, rounds: Number(KSP_KILLS) },
    { name: "lockdown <> ruleset", before: booting, there: ruleset, back: booting, rulesets: [lockdown, down] },
    { name: "ruleset over itself", before: ruleset, there: ruleset, back: [], rulesets: [down, down] },
    { name: "disable", before: ruleset, there: load(change("disable")), back: ruleset, rulesets: [down, undefined] },
  ];
};

const take = (variant: Variant, of = files, only = /./): Promise<readonly Result[]> =>
  withFiles(of, variant, (loader) =>
    takeMoves(
      home,
      movesBy(loader).filter(({ name }) => only.test(name)),
      Number(KSP_MOVES),
    ),
  );

describe.skipIf(mayBeSkipped())("moves in a flood", { timeout: 3_000_000 }, () => {
  test.each(variants)(
    "%s: nothing leaves that both sides refuse, nothing is lost that both let pass",
    async (variant) => {
      for (const { move, packets, weathered } of await take(variant)) {
        const { offered, through, still, killed } = weathered;
        const { name } = move;
        expect(packets.refused, name).toBeGreaterThan(7);
        expect(offered.refused, name).toBeGreaterThan(packets.refused * 4);
        expect(offered.passing, name).toBeGreaterThan(packets.passing * 4);
        if (still.length === 0) expect(through.refused, `${name}: refused packets that came through`).toBe(0);
        else
          expect(
            still.map(({ refused }) => refused),
            `${name}: closed again`,
          ).toEqual(still.map(() => 0));
        if (move.isSwitch) expect(offered.passing - through.passing, `${name}: lost`).toBe(0);
        if (move.kill) expect(killed, name).toBeGreaterThan(0);
        console.log(`${variant}, ${name}: ${offered.refused} refused, ${offered.passing} passed, ${killed} killed`);
      }
    },
  );

  test("rules that are taken away before the others come leak, so the flood sees it", async () => {
    const twice = new Map(
      [...files].map(([file, text]) => [
        file,
        file.endsWith("load.sh")
          ? changed(text, (script) => script.replace('\ngo "$what"', '\ngo uninstall\ngo "$what"'))
          : text,
      ]),
    );
    const [result] = await take("iptables-nft", twice, /over itself/);
    expect(result?.weathered.through.refused).toBeGreaterThan(0);
  });
});
