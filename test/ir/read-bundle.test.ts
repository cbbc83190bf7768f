import { expect, test } from "vitest";
import { check, compile, readBundle } from "../../src/index.ts";
import { examples, load } from "../examples/golden.ts";

const files = (): Map<string, string> => {
  const [example] = examples();
  const compiled = compile({ file: "x.ksp", text: example?.text ?? "" }, { targets: ["nft"], load });
  return new Map(compiled.files);
};
const faultOf = (read: ReturnType<typeof readBundle>): string => ("fault" in read ? read.fault : "");

test("a bundle as it was written is read", () => {
  const read = readBundle(files());
  expect(read).toMatchObject({ bundle: { schema: 1, targets: ["nft"] } });
});

test("its addresses are ranges, as they were before it was written", () => {
  const { bundle } = readBundle(files()) as Extract<ReturnType<typeof readBundle>, { bundle: unknown }>;
  const { policy } = check({ file: "x.ksp", text: examples()[0]?.text ?? "" }, { load });
  expect(bundle.runtime.watches).toEqual(policy?.watches);
  expect(bundle.runtime.dns).toEqual(policy?.dns);
  expect(bundle.runtime.tunnels.map(({ servers }) => servers)).toEqual(policy?.tunnels.map(({ servers }) => servers));
});

test.each([
  ["no bundle.json", (m: Map<string, string>) => m.delete("bundle.json"), /no bundle\.json/],
  ["half a bundle.json", (m) => m.set("bundle.json", (m.get("bundle.json") ?? "").slice(0, 200)), /no JSON/],
  ["another form", (m) => m.set("bundle.json", '{"schema": 2}'), /bundle\.json: \//],
  [
    "an address out of range",
    (m) => m.set("bundle.json", (m.get("bundle.json") ?? "").replace(/"10\.\d+\.\d+\.\d+"/, '"10.0.0.999"')),
    /bundle\.json: 10\.0\.0\.999 is no address/,
  ],
  ["a missing file", (m) => m.delete("nft/ruleset.nft"), /nft\/ruleset\.nft is missing/],
  [
    "one added byte",
    (m) => m.set("nft/lockdown.nft", `${m.get("nft/lockdown.nft")} `),
    /nft\/lockdown\.nft was changed/,
  ],
] satisfies [string, (m: Map<string, string>) => unknown, RegExp][])("%s is refused", (_, spoil, reason) => {
  const spoilt = files();
  spoil(spoilt);
  expect(faultOf(readBundle(spoilt))).toMatch(reason);
});
