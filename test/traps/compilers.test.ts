import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { home } from "../checks/helper.ts";
import { expectRefused, openAt, rulesetOf } from "./support.ts";

// What other compilers of firewall rules write without a word, though the policy says something else.

const office = (statement: string): string => home({ more: `list office = 203.0.113.0/24\n${statement}` });
const inside = ["through wg0"];
const everywhere = [...inside, "elsewhere"];

test("every port lost: a named port written as its protocol", () => {
  const text = office("allow out to @office tcp 443");
  expect(openAt(text, "out to 203.0.113.9 tcp 443")).toEqual(everywhere);
  expect(openAt(text, "out to 203.0.113.9 tcp 80")).toEqual(inside);
  expect(openAt(text, "out from 192.168.7.9 443 to 203.0.113.9 tcp 50000")).toEqual([]);
});

test("an exclusion that leaves nothing: any destination, or the whole list", () => {
  expectRefused(office("allow out to @office except 203.0.0.0/16 tcp 443"), "KSP2009");
  expectRefused(home({ more: "list office = 203.0.113.0/24 except 203.0.0.0/16\ndeny out to @office" }), "KSP2009");
});

test("an exclusion that leaves something", () => {
  const text = office("allow out to @office except 203.0.113.128/25 tcp 443");
  expect(openAt(text, "out to 203.0.113.9 tcp 443")).toEqual(everywhere);
  expect(openAt(text, "out to 203.0.113.200 tcp 443")).toEqual(inside);
});

describe("one name for two things: an inbound rule opens outward, too", () => {
  test("names are one set", () => {
    expectRefused(home({ more: "list wg0 = 203.0.113.0/24\nallow out to @wg0 tcp 443" }), "KSP2002");
  });

  test("directions do not mix", () => {
    const text = home({ more: "allow in from 192.168.7.0/24 tcp 22" });
    expect(openAt(text, "in from 192.168.7.9 tcp 22")).toEqual(["elsewhere"]);
    expect(openAt(text, "out to 192.168.7.9 tcp 22")).toEqual(inside);
    expect(openAt(text, "out to 203.0.113.9 tcp 22")).toEqual(inside);
  });

  test.each(["list", "log", "reset", "dynamic", "table", "any"])("a list may be called %s", (name) => {
    const text = home({ more: `list ${name} = 203.0.113.0/24, 192.0.2.0/28\nallow out to @${name} tcp 443` });
    expect(openAt(text, "out to 203.0.113.9 tcp 443")).toEqual(everywhere);
    expect(rulesetOf(text)).not.toMatch(new RegExp(`\\b(set|chain) ${name} \\{`));
  });
});

test("a deny whose day has passed: removed, and what it denied is open", () => {
  const text = home({ more: 'deny out to 203.0.113.0/24 reason "fraud" until 2001-01-01' });
  expect(openAt(text, "out to 203.0.113.9 tcp 443")).toEqual([]);
  expect(openAt(text, "out to 203.0.114.9 tcp 443")).toEqual(inside);
});

describe("a service of tcp under `tcp udp`: udp opened", () => {
  test("ports belong to one protocol", () => {
    const text = office("allow out to @office tcp 443");
    expect(openAt(text, "out to 203.0.113.9 udp 443")).toEqual(inside);
  });

  test("two protocols in one statement have no spelling", () => {
    expectRefused(office("allow out to @office tcp udp 443"), "KSP1005");
  });
});

test("a folder without policies, or no file at all: nothing changed, and all is well", () => {
  const folder = mkdtempSync(join(tmpdir(), "ksp-empty-"));
  const cli = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
  const status = (...args: readonly string[]) => spawnSync(process.execPath, [cli, ...args]).status;
  expect([status("check"), status("check", folder), status("compile", "-o", folder)]).toEqual([2, 2, 2]);
  rmSync(folder, { recursive: true });
});
