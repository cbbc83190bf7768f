import { expect, test } from "vitest";
import { check, compile } from "../../src/index.ts";
import { home } from "../checks/helper.ts";

/** The digests of these two meanings begin with the same six digits. */
const twins = ["deny out to 20.0.12.76 tcp 25", "deny out to 20.0.7.218 tcp 25"];
const source = (...more: readonly string[]) => ({ file: "home.ksp", text: home({ more: more.join("\n") }) });
const ids = (...more: readonly string[]) => check(source(...more)).policy?.denies.map(({ id }) => id);

test("alone each has a short id, and it is the same", () => {
  const [first, second] = twins.map((twin) => ids(twin));
  expect(first).toEqual(second);
  expect(first?.[0]).toMatch(/^deny-out-[0-9a-f]{6}$/);
});

test("together they are two statements with two ids, in any order", () => {
  const found = ids(...twins);
  expect(new Set(found).size).toBe(2);
  for (const id of found ?? []) expect(id).toMatch(/^deny-out-[0-9a-f]{16}$/);
  const files = (list: readonly string[]) => compile(source(...list), { targets: ["nft"] }).files;
  expect(files(twins)).toEqual(files(twins.toReversed()));
  expect(files(twins)?.get("nft/ruleset.nft")).toMatch(
    /20\.0\.12\.76[\s\S]*20\.0\.7\.218|20\.0\.7\.218[\s\S]*20\.0\.12\.76/,
  );
});

test("one of them twice is still a fault", () => {
  const { diagnostics } = check(source(...twins, ...twins.slice(0, 1)));
  expect(diagnostics.map(({ code }) => code)).toEqual(["KSP2010"]);
});
