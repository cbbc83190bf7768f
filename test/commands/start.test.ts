import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bad, cli, directory, good } from "./ksp.ts";

/** Prints the URL of every module at the end, to standard error. */
const trace = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  const seen = [];
  registerHooks({ load: (url, context, next) => (seen.push(url), next(url, context)) });
  process.on("exit", () => process._rawDebug(seen.join("\\n")));
`)}`;

const loaded = (cwd: string, ...args: readonly string[]): readonly string[] => {
  const { stderr } = spawnSync(process.execPath, ["--import", trace, cli, ...args], { cwd, encoding: "utf8" });
  return stderr.split("\n");
};
const heavy = ["ajv", "typebox", "handlebars", "diff"];
const heavyOf = (urls: readonly string[]) =>
  heavy.filter((name) => urls.some((url) => url.includes(`/node_modules/${name}/`)));

test.each([
  ["check", "home.ksp"],
  ["check", "bad.ksp", "--format", "sarif"],
  ["check", "."],
  ["fmt", "home.ksp"],
  ["explain", "KSP1002"],
  ["--version"],
])("ksp %s %s loads none of the packages that only a compile needs", async (...args) => {
  const urls = loaded(await directory({ "home.ksp": good, "bad.ksp": bad }), ...args);
  expect(urls.length).toBeGreaterThan(5);
  expect(heavyOf(urls)).toEqual([]);
});

test("a check loads nothing of what compiles or fixes", async () => {
  const urls = loaded(await directory({ "home.ksp": good }), "check", "home.ksp");
  expect(
    urls.filter((url) => /\/src\/(?:emitters|ir\/(?:bundle|policy|schema)\b|compile|fix|index)/.test(url)),
  ).toEqual([]);
  expect(urls.some((url) => url.endsWith("/src/ir/checks/index.ts"))).toBe(true);
});

test("the trace sees a compile load them", async () => {
  const cwd = await directory({ "home.ksp": good });
  expect(heavyOf(loaded(cwd, "compile", "home.ksp", "-o", join(cwd, "out")))).toContain("handlebars");
});
