import { describe, expect, test } from "vitest";
import { refusals } from "../../src/emitters/capabilities.ts";
import { mostSlices } from "../../src/emitters/constructs.ts";
import { capabilities } from "../../src/emitters/nft/capabilities.ts";
import { Slices } from "../../src/emitters/nft/slices.ts";
import { home } from "../checks/helper.ts";
import { emitted } from "./policies.ts";

const policyOf = (count: number) => {
  const allows = Array.from(
    { length: count },
    (_, i) => `allow out slice "s${i}.slice" to 203.0.113.7 tcp ${1000 + i}`,
  );
  return emitted("home", home({ more: allows.join("\n") }));
};

describe("slices", () => {
  test("each packet loses the mark of the one before, and gets that of its own slice", () => {
    expect(new Slices(["b.slice", "a-c.slice"]).marking()).toEqual([
      "meta skuid 0-4294967294 ct mark set ct mark & 0x00ffffff",
      'socket cgroupv2 level 2 "a.slice/a-c.slice" ct mark set ct mark & 0x00ffffff | 0x01000000',
      'socket cgroupv2 level 1 "b.slice" ct mark set ct mark & 0x00ffffff | 0x02000000',
    ]);
  });

  test("without any nothing is marked", () => {
    expect(new Slices([]).marking()).toEqual([]);
  });

  test("as many as there are marks are told apart, one more is refused", () => {
    const most = policyOf(mostSlices);
    expect(refusals(most.plan, capabilities)).toEqual([]);
    const marks = [...(most.files.get("nft/ruleset.nft") ?? "").matchAll(/\| (0x[0-9a-f]{8})$/gm)].map(
      ([, mark]) => mark,
    );
    expect(new Set(marks).size).toBe(mostSlices);
    expect(refusals(policyOf(mostSlices + 1).plan, capabilities).map(({ construct }) => construct)).toEqual([
      "more than 255 slices",
    ]);
  });
});
