import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { checks } from "../../src/ir/checks/index.ts";

const folder = new URL("../../src/ir/checks/", import.meta.url);
const files = (url: URL): readonly string[] => readdirSync(url).filter((file) => file.endsWith(".ts"));
const names = files(folder)
  .filter((file) => file !== "check.ts" && file !== "index.ts")
  .map((file) => file.replace(".ts", ""));
const camelCase = (name: string): string => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

test("every check is in the list, under the name of its file", () => {
  expect(checks.map((check) => check.name).toSorted()).toEqual(names.map(camelCase).toSorted());
});

test("every check has a test of the same name, and no test is without a check", () => {
  const tests = files(new URL(".", import.meta.url)).filter((file) => file.endsWith(".test.ts"));
  expect(tests.map((file) => file.replace(".test.ts", "")).toSorted()).toEqual(
    [...names, "index", "soundness"].toSorted(),
  );
});
