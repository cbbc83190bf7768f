import { describe, expect, test } from "vitest";
import type { Files } from "../../../src/emitters/emitter.ts";
import { iptables } from "../../../src/emitters/iptables/emit.ts";
import type { Plan } from "../../../src/ir/plan.ts";
import type { Ruleset } from "../../../src/ir/ruleset.ts";
import { type Emitted, policyNamed } from "../../emitters/policies.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import type { Load } from "../../lab/storm.ts";
import { type Move, type Result, takeMoves } from "../moves/moves.ts";
import { changed } from "../spoilt.ts";
import { type Loader, switchTo, type Variant, variants, withFiles } from "./bundle.ts";

/**
 * `KSP_MOVES=20 KSP_KILLS=40 vitest run test/kernel/iptables/moves.test.ts` takes more, and kills more loaders; also of a policy
 * with two chains, some of whose states are above none of the others.
 */
const { KSP_MOVES = "1", KSP_KILLS = "6" }: { readonly KSP_MOVES?: string; readonly KSP_KILLS?: string } = process.env;

const [home, ...others] = ["home-wireguard", "work-and-private"].map((name) => {
  const policy = policyNamed(name);
  return { name, policy, files: iptables.emit(policy.plan) };
}) as [Tried, ...Tried[]];
interface Tried {
  readonly name: string;
  readonly policy: Emitted;
  readonly files: Files;
}

const movesBy = ({ lockdown, states }: Plan, { whole, change }: Loader): readonly Move[] => {
  const load = (words: readonly string[]): readonly Load[] => [{ run: words }];
  const [ruleset, booting] = [load(whole("ruleset")), load(whole("lockdown"))];
  const [first = lockdown] = states;
  const to = ({ state }: Ruleset): readonly Load[] => load(change(switchTo(state)));
  const between = states.flatMap((a, i) =>
    states.slice(i + 1).map((b): Move => {
      const name = `${a.state} <> ${b.state}`;
      return { name, before: [...ruleset, ...to(a)], there: to(b), back: to(a), rulesets: [a, b], isSwitch: true };
    }),
  );
  const killed = between.map(
    (move): Move => ({ ...move, name: `${move.name}, loaders killed`, kill: true, rounds: Number(KSP_KILLS) }),
  );
  return [
    ...between,
    ...killed,
    { name: "lockdown <> ruleset", before: booting, there: ruleset, back: booting, rulesets: [lockdown, first] },
    { name: "ruleset over itself", before: ruleset, there: ruleset, back: [], rulesets: [first, first] },
    { name: "disable", before: ruleset, there: load(change("disable")), back: ruleset, rulesets: [first, undefined] },
  ];
};

const take = (variant: Variant, { policy, files }: Tried, only = /./): Promise<readonly Result[]> =>
  withFiles(files, variant, (loader) =>
    takeMoves(
      policy,
      movesBy(policy.plan, loader).filter(({ name }) => only.test(name)),
      Number(KSP_MOVES),
    ),
  );

/** One in a usual run. */
const tried = (Number(KSP_MOVES) > 1 ? [home, ...others] : [home]).flatMap((one) =>
  variants.map((variant) => ({ ...one, variant })),
);

describe.skipIf(mayBeSkipped())("moves in a flood", { timeout: 3_000_000 }, () => {
  test.each(tried)(
    "$name, $variant: nothing leaves that both sides refuse, nothing is lost that both let pass",
    async ({ variant, ...one }) => {
      for (const { move, packets, weathered } of await take(variant, one)) {
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
        console.log(
          `${one.name}, ${variant}, ${name}: ${offered.refused} refused, ${offered.passing} passed, ${killed} killed`,
        );
      }
    },
  );

  test("rules that are taken away before the others come leak, so the flood sees it", async () => {
    const twice = new Map(
      [...home.files].map(([file, text]) => [
        file,
        file.endsWith("load.sh")
          ? changed(text, (script) => script.replace('\ngo "$what"', '\ngo uninstall\ngo "$what"'))
          : text,
      ]),
    );
    const [result] = await take("iptables-nft", { ...home, files: twice }, /over itself/);
    expect(result?.weathered.through.refused).toBeGreaterThan(0);
  });
});
