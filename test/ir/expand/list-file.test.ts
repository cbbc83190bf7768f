import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { check } from "../../../src/check.ts";
import { compile } from "../../../src/compile.ts";
import { listEntries } from "../../../src/ir/expand/list-file.ts";
import { formatSet } from "../../../src/net/address-set.ts";
import { expectClean, expectFaults, fragment, policy, project } from "./helper.ts";

const listed = (more = "", name = "ads.txt") => policy(`list ads from "${name}"${more}`, "deny out to @ads");
/** The addresses that the policy denies. */
const denied = (text: string): string =>
  formatSet(expectClean({ "home.ksp": listed(), "ads.txt": text }).policy?.denies[0]?.pattern.destination ?? []);

describe("a list file", () => {
  test.each([
    [
      "every kind of entry",
      "192.0.2.1\n198.51.100.0/24\n203.0.113.1-203.0.113.9\n2001:db8::/32\n",
      "192.0.2.1, 198.51.100.0/24, 203.0.113.1-203.0.113.9, 2001:db8::/32",
    ],
    ["comments and blank lines", "# a\n\n  192.0.2.1   # b\n\t\n#192.0.2.9\n", "192.0.2.1"],
    ["CRLF and a byte order mark", "\ufeff192.0.2.1\r\n192.0.2.9\r\n", "192.0.2.1, 192.0.2.9"],
    ["no end of the last line", "192.0.2.1", "192.0.2.1"],
    ["overlaps and duplicates", "192.0.2.0/24\n192.0.2.7\n192.0.2.0/24\n", "192.0.2.0/24"],
  ])("%s", (_, text, result) => expect(denied(text)).toBe(result));

  test.each([
    ["host bits", "192.0.2.1\n⟦192.0.2.7/24⟧ # x\n", "KSP2004", "`192.0.2.7/24` names a host and a network at once"],
    ["a name", "⟦ads.example⟧\n", "KSP2005", "`ads.example` is no address: a part is missing or out of range"],
    [
      "two a line",
      "⟦192.0.2.1, 192.0.2.2⟧\n",
      "KSP2005",
      "`192.0.2.1, 192.0.2.2` is no address: a part is missing or out of range",
    ],
    ["a list in a list", "⟦@office⟧\n", "KSP2005", "`@office` is no address: a part is missing or out of range"],
    [
      "a range backwards",
      "⟦192.0.2.9-192.0.2.1⟧\n",
      "KSP2005",
      "`192.0.2.9-192.0.2.1` is no address: the last address comes before the first",
    ],
  ] as const)("%s is an error at its line", (_, text, code, message) => {
    expectFaults({ "home.ksp": listed(), "ads.txt": text }, { code, message, at: ["ads.txt", 0] });
  });

  test.each([
    ["empty", ""],
    ["only comments", "# nothing\n\n"],
  ])("%s is an error", (_, text) => {
    expectFaults(
      { "home.ksp": policy('list ads from ⟦"ads.txt"⟧', "deny out to @ads"), "ads.txt": text },
      { code: "KSP2009", message: "`ads.txt` holds no address", at: ["home.ksp", 0] },
    );
  });

  test("characters that hide something are errors, in comments too", () => {
    expectFaults(
      { "home.ksp": listed(), "ads.txt": "192.0.2.1\n# a⟦\u202e⟧b\n" },
      { code: "KSP1010", message: "forbidden character U+202E (right-to-left override)", at: ["ads.txt", 0] },
    );
  });

  test("is found from the fragment that names it", () => {
    expectClean({
      "home.ksp": policy('import "a.ksp"'),
      "a.ksp": fragment("a", 'list ads from "ads.txt"', "deny out to @ads"),
      "ads.txt": "192.0.2.1\n",
    });
  });
});

describe("sha256", () => {
  const text = "\ufeff192.0.2.1\r\n";
  const digest = createHash("sha256").update(text).digest("hex");

  test("is that of the bytes, byte order mark included", () => {
    expectClean({ "home.ksp": listed(` sha256 "${digest}"`), "ads.txt": text });
  });

  test("of another content is an error that tells the digest, and no machine renews it", () => {
    const home = policy(`list ads from "ads.txt" sha256 ⟦"${digest.replace(/^./, "x")}"⟧`, "deny out to @ads");
    expectFaults(
      { "home.ksp": home, "ads.txt": text },
      { code: "KSP2070", message: "`ads.txt` is not the file that was pinned", at: ["home.ksp", 0] },
    );
    const { root, load } = project({ "home.ksp": home, "ads.txt": text });
    const [fault] = check(root, { load }).diagnostics;
    expect(fault?.notes).toEqual([`its SHA-256 is ${digest}`]);
    expect(fault?.help?.edits).toEqual([]);
    const pinned = root.text.replace(/sha256 ".*"/, `sha256 "${digest}"`);
    expect(check({ ...root, text: pinned }, { load }).diagnostics).toEqual([]);
  });
});

describe("no wider than", () => {
  const limit = (length: string, text: string) => ({
    "home.ksp": policy(`list ads from "ads.txt" no wider than /⟦${length}⟧`, "deny out to @ads"),
    "ads.txt": text,
  });
  test.each([
    ["16", "10.0.0.0/16\n2001::/16\n192.0.2.1\n10.9.0.0-10.9.255.255\n"],
    ["0", "12.0.0.0/8\n"],
    ["32", "192.0.2.1\n192.0.2.2/32\n192.0.2.4-192.0.2.4\n"],
    ["128", "2001:db8::1\n"],
  ])("/%s lets pass", (length, text) => {
    expectClean(limit(length, text));
  });
  test.each([
    ["16", "⟦10.0.0.0/15⟧\n", "10.0.0.0/15"],
    ["16", "⟦2000::/15⟧\n", "2000::/15"],
    ["16", "⟦10.9.0.0-10.10.0.0⟧\n", "10.9.0.0-10.10.0.0"],
    ["48", "2001:db8::/48\n⟦192.0.2.1⟧\n", "192.0.2.1"],
    ["48", "⟦192.0.2.1-192.0.2.1⟧\n", "192.0.2.1-192.0.2.1"],
  ])("/%s refuses %s", (length, text, net) => {
    expectFaults(limit(length, text), {
      code: "KSP2071",
      message: `\`${net}\` is wider than /${length}`,
      at: ["ads.txt", 0],
      secondary: [["home.ksp", 0]],
    });
  });
  test("more bits than an address has", () => {
    expectFaults(limit("129", "192.0.2.1\n"), {
      code: "KSP2007",
      message: "prefix length `/129` is out of range",
      at: ["home.ksp", 0],
    });
  });
});

describe("what is compiled", () => {
  const compiled = (text: string, ...lines: readonly string[]) => {
    const { root, load } = project({ "home.ksp": policy('list ads from "ads.txt"', ...lines), "ads.txt": text });
    const { files, diagnostics } = compile(root, { targets: ["nft"], load });
    expect(diagnostics).toEqual([]);
    return (path: string): string => files?.get(path) ?? "";
  };

  test("counts entries, and what was merged, where reviewers look", () => {
    const overlapping = compiled("192.0.2.0/24\n192.0.2.7\n203.0.113.1\n", "deny out to @ads");
    expect(overlapping("states.txt")).toContain('list ads from "ads.txt"\n      # 3 entries, merged into 2 ranges\n');
    expect(compiled("192.0.2.7\n", "deny out to @ads")("states.txt")).toContain("# 1 entry\n");
  });

  test.each([
    ["the list", ["deny out to @ads"]],
    ["a list that uses it", ["list more = @ads, 192.0.2.200", "deny out to @more"]],
    ["the list among others", ["deny out to @ads, 192.0.2.200"]],
    ["the list, as an exception", ["deny out to 192.0.2.0/24 except @ads"]],
  ])("at boot a deny of %s is not written out, so that exemptions wait there", (_, lines) => {
    const exemptions = ["allow out to 192.0.2.0/28 tcp 443", "allow out to 203.0.113.7 tcp 443"];
    const files = compiled("192.0.2.7\n", ...lines, ...exemptions);
    expect(files("policy.json")).toContain('"fromFile": true');
    expect(files("nft/lockdown.nft")).not.toMatch(/192\.0\.2/);
    expect(files("nft/lockdown.nft")).toMatch(/203\.0\.113\.7/);
    expect(files("nft/ruleset.nft")).toMatch(/192\.0\.2/);
    expect(files("nft/ruleset.nft")).toMatch(/203\.0\.113\.7/);
  });

  test("at boot an exemption by the list waits, others do not", () => {
    const files = compiled("192.0.2.7\n", "allow out to @ads tcp 443", "allow out to 203.0.113.7 tcp 443");
    expect(files("nft/lockdown.nft")).not.toContain("192.0.2.7");
    expect(files("nft/lockdown.nft")).toContain("203.0.113.7");
  });
});

test("100,000 lines in a moment, and ten times as many in about ten times that", () => {
  const text = (lines: number) =>
    Array.from({ length: lines }, (_, i) => `${1 + (i >>> 16)}.${(i >>> 8) & 255}.${i & 255}.0/24 # ${i}\n`).join("");
  /** Milliseconds of the processor: on a busy machine a program waits. */
  const time = (lines: number) => {
    const source = { file: "ads.txt", text: text(lines) };
    const start = process.cpuUsage();
    expect(listEntries(source)).toHaveLength(lines);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
  time(10_000);
  expect(time(100_000)).toBeLessThan(300);
  expect(time(1_000_000)).toBeLessThan(3000);
});
