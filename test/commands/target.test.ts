import { readFile } from "node:fs/promises";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { examplesIn } from "../docs/examples.ts";
import { directory, good, ksp } from "./ksp.ts";

const text = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");
const laptop = examplesIn(await text("docs/windows.md"))[0]?.text ?? "";
const wider = `${laptop}allow out to 203.0.113.9 tcp 443\n`;

test("the policy of the page is for Windows alone", async () => {
  const cwd = await directory({ "laptop.ksp": laptop });
  const check = (file: string, ...target: readonly string[]) => ksp(["check", file, ...target], { cwd });
  expect(await check("laptop.ksp", "--target", "wfp")).toEqual({
    code: 0,
    stdout: "laptop.ksp: no errors\n",
    stderr: "",
  });
  const linux = await check("laptop.ksp");
  expect(linux.code).toBe(1);
  expect(linux.stdout).toContain("KSP2025");
  expect((await check("laptop.ksp", "--target", "wfp,ipfw")).code).toBe(2);
});

test("a check for a target holds the baseline there, and has the same documents", async () => {
  const cwd = await directory({
    "laptop.ksp": laptop,
    "wider.ksp": wider,
    "home.ksp": good.replace('interface "', 'interface linux "'),
  });
  const args = ["check", "wider.ksp", "--target", "wfp", "--within"];
  const beyond = await ksp([...args, "laptop.ksp", "--format", "json"], { cwd });
  expect(beyond.code).toBe(1);
  const { diagnostics } = JSON.parse(beyond.stdout);
  expect(diagnostics).toMatchObject([{ code: "KSP3091", file: "wider.ksp" }]);
  expect(diagnostics[0].notes[0]).toMatch(/^Windows, state /);
  const other = await ksp([...args, "home.ksp"], { cwd });
  expect(other.code).toBe(1);
  expect(other.stdout).toContain("tunnel `wg0` has no interface on Windows");
});

test("explain and diff name their target in JSON, and end as without one", async () => {
  const cwd = await directory({ "laptop.ksp": laptop, "wider.ksp": wider });
  const explained = await ksp(
    ["explain", "wider.ksp", "out to 203.0.113.9 tcp 443", "--target", "wfp", "--format", "json"],
    { cwd },
  );
  expect(explained.code).toBe(0);
  expect(JSON.parse(explained.stdout)).toMatchObject({ target: "wfp", errors: 0, rows: expect.any(Array) });
  const diffed = await ksp(
    ["diff", "laptop.ksp", "wider.ksp", "--target", "wfp", "--fail-on", "opened", "--format", "json"],
    { cwd },
  );
  expect(diffed.code).toBe(1);
  const document = JSON.parse(diffed.stdout);
  expect(document).toMatchObject({ target: "wfp", failed: ["opened"] });
  expect(new Ajv({ strict: true }).compile(JSON.parse(await text("schema/diff.schema.json")))(document)).toBe(true);
});
