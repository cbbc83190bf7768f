import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bundleSchema } from "../../src/ir/bundle.ts";
import { policySchema } from "../../src/ir/policy.ts";
import { schemaFault } from "../../src/ir/validate.ts";
import { examples, goldenOf } from "./golden.ts";

const published = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), "utf8"));

describe.each(examples())("$name", (example) => {
  const files = goldenOf(example);
  const json = (name: string) => JSON.parse([...files].find(([path]) => path.endsWith(`/${name}.json`))?.[1] ?? "");

  test.each(["policy", "bundle"])("%s.json fits the published schema", (name) => {
    expect(schemaFault(published(name), json(name))).toBeUndefined();
  });
});

describe("a schema notices", () => {
  const [first] = examples();
  if (!first) throw new Error("there are examples");
  const files = goldenOf(first);
  const json = (name: string) => JSON.parse([...files].find(([path]) => path.endsWith(`/${name}.json`))?.[1] ?? "");

  test("a missing part", () => {
    const { ipv6: _, ...rest } = json("policy");
    expect(schemaFault(policySchema, rest)).toMatch(/must have required property 'ipv6'/);
  });

  test("a part that nobody knows", () => {
    expect(schemaFault(policySchema, { ...json("policy"), open: true })).toMatch(/must NOT have additional properties/);
  });

  test("one mistake in a union with one message about its kind", () => {
    const policy = json("policy");
    policy.watches[0].probes[0] = { kind: "telepathy" };
    expect(schemaFault(policySchema, policy)).toMatch(/watches\/0\/probes\/0 .*kind/);
  });

  test("a digest that is none", () => {
    expect(schemaFault(bundleSchema, { ...json("bundle"), files: { "states.txt": "0" } })).toMatch(/files\/states.txt/);
  });
});
