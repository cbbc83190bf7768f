import { expect, test } from "vitest";
import { directory, good, ksp } from "./ksp.ts";

const until = (day: string) =>
  good.replace("allow lan\n", `allow lan\nallow out to 203.0.113.7 tcp 443 until ${day}\n`);

test("the day is asked for, or today", async () => {
  const cwd = await directory({
    "a.ksp": until("2027-03-31"),
    "past.ksp": until("2001-01-01"),
    "far.ksp": until("9999-01-01"),
  });
  const check = async (...args: readonly string[]) => {
    const { code, stdout } = await ksp(["check", ...args, "--format", "plain"], { cwd });
    return [code, stdout.match(/KSP\d+/)?.[0]];
  };
  expect(await check("a.ksp", "--at", "2027-03-16")).toEqual([0, undefined]);
  expect(await check("a.ksp", "--at", "2027-03-17")).toEqual([0, "KSP2051"]);
  expect(await check("a.ksp", "--at", "2027-03-31")).toEqual([0, "KSP2051"]);
  expect(await check("a.ksp", "--at", "2027-04-01")).toEqual([1, "KSP2059"]);
  expect(await check("past.ksp")).toEqual([1, "KSP2059"]);
  expect(await check("far.ksp")).toEqual([0, undefined]);
});

test("a compile does not ask what day it is", async () => {
  const cwd = await directory({ "past.ksp": until("2001-01-01") });
  expect((await ksp(["compile", "past.ksp", "-o", "out"], { cwd })).code).toBe(0);
});

test.each(["2027-02-30", "tomorrow", ""])("%j is no day", async (day) => {
  const { code, stderr } = await ksp(["check", "x.ksp", "--at", day], { cwd: await directory() });
  expect(code).toBe(2);
  expect(stderr).toContain("It is no day of the calendar");
});
