import { afterAll, describe, expect, test } from "vitest";
import { examplePolicies, fileOf } from "../emitters/policies.ts";
import { mayBeSkipped } from "../lab/requirements.ts";
import { movesOf, type Result, takeMoves } from "./moves/moves.ts";
import { changed } from "./spoilt.ts";

/** `KSP_MOVES=100 npx vitest run test/kernel/moves.test.ts` takes each move so many times, there and back. */
const { KSP_MOVES = "1" }: { readonly KSP_MOVES?: string } = process.env;
const rounds = Number(KSP_MOVES);

const lost = ({ weathered: { offered, through } }: Result): number => offered.passing - through.passing;
const isSwitch = ({ move }: Result): boolean => move.isSwitch ?? false;

const seen: Result[] = [];
afterAll(() => {
  const sum = (of: (result: Result) => number, results = seen): number =>
    results.reduce((total, result) => total + of(result), 0);
  const [switches, loads] = [seen.filter(isSwitch), seen.filter((result) => !isSwitch(result))];
  const passing = (r: Result): number => r.weathered.offered.passing;
  const offered = sum(({ weathered: { offered } }) => offered.refused + offered.passing);
  const [rate, steady] = [sum((r) => r.weathered.seconds), sum((r) => r.weathered.processor)].map((seconds) =>
    Math.round(offered / seconds),
  );
  console.log(
    [
      `${seen.length * rounds * 2} moves in a flood of ${rate} packets/s, ${steady} a second of the sender's time`,
      `${sum((r) => r.weathered.offered.refused)} packets that both sides refuse`,
      `lost of those that both let pass: ${sum(lost, switches)} of ${sum(passing, switches)} at a switch, ${sum(lost, loads)} of ${sum(passing, loads)} at a load`,
    ].join("; "),
  );
});

describe.skipIf(mayBeSkipped())("every move, in a flood", { timeout: 3_000_000 }, () => {
  test.each(examplePolicies)("$name", async (policy) => {
    const results = await takeMoves(policy, movesOf(policy), rounds);
    seen.push(...results);
    for (const result of results) {
      const { packets, weathered } = result;
      const move = result.move.name;
      const { offered, through, still } = weathered;
      expect(packets.refused, `${move}: packets that both sides refuse`).toBeGreaterThan(7);
      expect(packets.passing, `${move}: packets that both let pass`).toBeGreaterThan(0);
      expect(offered.refused, move).toBeGreaterThan(packets.refused * 4);
      expect(offered.passing, move).toBeGreaterThan(packets.passing * 4);
      if (still.length === 0) expect(through.refused, `${move}: refused packets that came through`).toBe(0);
      else {
        expect(through.refused, `${move}: open`).toBeGreaterThan(0);
        expect(
          still.map(({ refused }) => refused),
          `${move}: closed again`,
        ).toEqual(still.map(() => 0));
      }
      if (isSwitch(result)) expect(lost(result), `${move}: lost`).toBe(0);
    }
  });
});

describe.skipIf(mayBeSkipped())("a spoilt move is found out", { timeout: 3_000_000 }, () => {
  const again = (change: (ruleset: string) => readonly string[]): Promise<readonly Result[]> => {
    const [home] = examplePolicies.filter(({ name }) => name === "home-wireguard");
    const [move] = home ? movesOf(home).filter(({ name }) => name === "ruleset over itself") : [];
    if (!home || !move) throw new Error("no such move");
    return takeMoves(home, [{ ...move, there: change(fileOf(home, "ruleset.nft")) }], rounds * 4);
  };
  type Spoilt = readonly [string, (ruleset: string) => readonly string[]];
  const always: readonly Spoilt[] = [
    ["the old rules go in a transaction of their own", (text) => ["delete table inet ksp", text]],
  ];
  /** A new chain refuses by its policy only late in a transaction, when the old one may be gone: few packets a hundred loads. */
  const byPolicyAlone = (ruleset: string): readonly string[] => [
    changed(ruleset, (text) => text.replace(/^.*(reject|drop)( with tcp reset)? comment "closed-.*\n/gm, "")),
  ];
  const rare: typeof always = rounds >= 100 ? [["chains that refuse by their policy alone", byPolicyAlone]] : [];

  test.each([...always, ...rare])("%s", async (_, change) => {
    const [result] = await again(change);
    expect(result?.weathered.through.refused).toBeGreaterThan(0);
  });
});
