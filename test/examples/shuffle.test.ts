import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { read } from "../../src/check.ts";
import { nft } from "../../src/emitters/nft/emit.ts";
import { compile, parse } from "../../src/index.ts";
import type { File } from "../../src/parser/ast.ts";
import { print } from "../../src/parser/printer.ts";
import { type Example, examples, load } from "./golden.ts";

const fileOf = ({ name, text }: Example): File => {
  const { file } = parse({ file: `${name}.ksp`, text });
  if (!file) throw new Error(`${name} does not parse`);
  return file;
};

const filesOf = (text: string) => compile({ file: "shuffled.ksp", text }, { targets: ["nft"], load }).files;

/** All that proofs, reviews and the bundle are made of, without the time that a proof takes. */
const meaningOf = (text: string) => {
  const { policy, plan } = read({ file: "shuffled.ksp", text }, { load });
  return { policy, files: plan && nft.emit(plan) };
};

describe("the order of statements means nothing", { timeout: 180_000 }, () => {
  test.each(examples())("$name", (example) => {
    const file = fileOf(example);
    const shuffled = fc
      .shuffledSubarray([...file.statements], { minLength: file.statements.length })
      .map((statements) => print({ ...file, statements }));
    const inOrder = meaningOf(print(file));
    expect(inOrder.files?.size).toBeGreaterThan(3);
    fc.assert(
      fc.property(shuffled, (text) => void expect(meaningOf(text)).toEqual(inOrder)),
      { numRuns: 4 },
    );
    const compiled = filesOf(print(file));
    expect(compiled?.size).toBeGreaterThan(5);
    fc.assert(
      fc.property(shuffled, (text) => void expect(filesOf(text)).toEqual(compiled)),
      { numRuns: 1 },
    );
  });

  test("but the order of servers does", () => {
    const example = examples().find(({ name }) => name === "ipv6-only-nat64");
    const text = example?.text ?? "";
    const lines = text.split("\n");
    const [first, second] = lines.flatMap((line, i) => (line.includes("  server ") ? [i] : []));
    if (first === undefined || second === undefined) throw new Error("the example has two servers");
    [lines[first], lines[second]] = [lines[second] ?? "", lines[first] ?? ""];
    const policy = filesOf(text)?.get("policy.json");
    expect(policy).toContain('"order": 0');
    expect(filesOf(lines.join("\n"))?.get("policy.json")).not.toBe(policy);
  });
});
