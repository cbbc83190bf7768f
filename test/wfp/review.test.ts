import { describe, expect, test } from "vitest";
import { rulesetsOf } from "../../src/ir/plan.ts";
import { Unreadable } from "../../src/proof/readers/wfp/document.ts";
import { readDocument } from "../../src/proof/readers/wfp/read-document.ts";
import { readConditions } from "../../src/proof/readers/wfp/read-review.ts";
import { validateWfp } from "../../src/proof/translation/wfp.ts";
import { reviewed } from "../../src/proof/translation/wfp-review.ts";
import { randomOf } from "../fuzz/random.ts";
import { type OnWindows, policyNamed } from "./policies.ts";

const listing = (files: OnWindows["files"]): string => files.get("wfp/listing.txt") ?? "";

/** What is wrong with a listing of these documents. */
function faultIn({ plan, files }: OnWindows): (text: string) => string | undefined {
  const states = rulesetsOf(plan).map((ruleset) => {
    const read = readDocument(files.get(`wfp/${ruleset.state.replaceAll(":", ".").replaceAll("+", "_")}.json`) ?? "");
    if ("fault" in read) throw new Error(read.fault.reason);
    return { ruleset, document: read.document };
  });
  return (text) => {
    try {
      reviewed(text, plan.policy, states);
      return undefined;
    } catch (error) {
      if (error instanceof Unreadable) return `${error.line}: ${error.message}`;
      throw error;
    }
  };
}

/** All of them with `KSP_MUTANTS=all`: a minute. */
const { KSP_MUTANTS: wanted } = process.env;

describe.each(["company-split-dns", "obfs-helper"].map(policyNamed))("$name: a listing", (policy) => {
  const fault = faultIn(policy);
  const text = listing(policy.files);
  const lines = text.split("\n");

  test("of its documents is one", () => {
    expect(fault(text)).toBeUndefined();
  });

  test("with a word changed, left out or written twice is none", { timeout: 3_600_000 }, () => {
    const mutants = lines.flatMap((line, i) => {
      const words = [...line.matchAll(/[^\s;,]+/g)];
      return words.flatMap(({ 0: word, index }) =>
        [`${word}x`, word.slice(1), "", `${word} ${word}`, `${word}, ${word}`].map((to) => ({
          i,
          to: `${line.slice(0, index)}${to}${line.slice(index + word.length)}`,
        })),
      );
    });
    const random = randomOf(2029);
    const some = wanted === "all" ? mutants : Array.from({ length: 250 }, () => random.pick(mutants));
    const unnoticed = some.filter(({ i, to }) => fault(lines.with(i, to).join("\n")) === undefined);
    expect(mutants.length).toBeGreaterThan(1000);
    expect(unnoticed).toEqual([]);
  });

  test("with a line gone, twice or in another place is none", () => {
    const unnoticed = lines.slice(0, -1).flatMap((line, i) => {
      const without = lines.toSpliced(i, 1);
      const twice = lines.toSpliced(i, 0, line);
      const swapped = lines.with(i, lines[i + 1] ?? "").with(i + 1, line);
      return [without, twice, ...(line === lines[i + 1] ? [] : [swapped])].filter(
        (changed) => fault(changed.join("\n")) === undefined,
      );
    });
    expect(unnoticed.map((changed) => changed.join("\n"))).toEqual([]);
  });
});

test("every compile holds the listing and the scripts against what it writes", () => {
  const { plan, files } = policyNamed("home-wireguard");
  const said = (file: string, from: string | RegExp, to: string) =>
    validateWfp(plan, new Map([...files, [file, (files.get(file) ?? "").replace(from, to)]]));
  expect(said("wfp/listing.txt", "remotePort 51820", "remotePort 51821")).toMatchObject({
    kind: "unreadable",
    file: "wfp/listing.txt",
    reason: "the document has another filter here",
  });
  expect(said("wfp/listing.txt", "# endpoint", "# probe")).toMatchObject({ kind: "unreadable" });
  expect(said("wfp/apply.ps1", "? Permit : Block", "? Block : Permit")).toMatchObject({
    kind: "effect",
    file: "wfp/apply.ps1",
    reason: "is not the script that was tried",
  });
  expect(said("wfp/hyperv.ps1", "-Action Block", "-Action Allow")).toMatchObject({ file: "wfp/hyperv.ps1" });
  const without = new Map(files);
  without.delete("wfp/listing.txt");
  expect(validateWfp(plan, without)).toMatchObject({ file: "wfp/listing.txt", reason: "is not there" });
});

test("conditions are read in one way alone", () => {
  expect(readConditions('interface "Wi-Fi; 2, x", Ethernet; loopback; protocol 6')).toEqual(
    new Map([
      ["interface", ["Wi-Fi; 2, x", "Ethernet"]],
      ["loopback", []],
      ["protocol", ["6"]],
    ]),
  );
  expect(readConditions("")).toEqual(new Map());
  for (const text of [
    "protocol 6; protocol 17",
    "interface Wi-Fi 2",
    "protocol 6;",
    "protocol 6; ",
    "; protocol 6",
    'interface "a',
    "protocol 6,",
    "protocol  6",
    "6",
  ])
    expect(readConditions(text), text).toBeUndefined();
});
