import { expect, test } from "vitest";
import { bad, directory, good, ksp } from "./ksp.ts";

const files = { "own.ksp": `${good}allow out to 203.0.113.9 tcp 443\n`, "company.ksp": good, "bad.ksp": bad };

test("inside, beyond, and a baseline with a mistake", async () => {
  const cwd = await directory(files);
  const inside = await ksp(["check", "company.ksp", "--within", "own.ksp"], { cwd });
  expect(inside).toEqual({ code: 0, stdout: "company.ksp: no errors\n", stderr: "" });
  const beyond = await ksp(["check", "own.ksp", "--within", "company.ksp", "--format", "plain"], { cwd });
  expect(beyond.code).toBe(1);
  expect(beyond.stdout).toContain("own.ksp:23:1: error[KSP3091]");
  const broken = await ksp(["check", "own.ksp", "--within", "bad.ksp"], { cwd });
  expect(broken.code).toBe(1);
  expect(broken.stdout).toContain("bad.ksp:4:1");
  expect((await ksp(["check", "own.ksp", "--within", "gone.ksp"], { cwd })).code).toBe(2);
});
