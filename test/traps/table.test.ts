import { describe, expect, test } from "vitest";
import { compile } from "../../src/index.ts";
import { home } from "../checks/helper.ts";
import { expectRefused, openAt, rulesetOf } from "./support.ts";

// The wish: tcp 443 out to a list, the rest closed. Each doubtful line opens more, or loses the allow, in some other
// compiler, without a word. Here it is an error, or it means what it says.

const both = { address: "  address 10.64.0.2/32, fd64::2/128", ipv6: "ipv6 tunnel" };
const wish = (list: string, changed: Parameters<typeof home>[0] = {}): string =>
  home({ ...changed, more: `list office = ${list}\nallow out to @office tcp 443` });
const outside = ["elsewhere"];
const inside = ["through wg0"];
const everywhere = [...inside, ...outside];

test("host bits after the prefix: opened to 256 hosts", () => {
  expectRefused(wish("192.168.1.7/24"), "KSP2004");
  expectRefused(home({ more: "allow out to 192.168.1.7/24 tcp 443" }), "KSP2004");
  expectRefused(wish("2001:db8::7/64", both), "KSP2004");
});

test("a port without a protocol", () => {
  expectRefused(home({ more: "allow out to 203.0.113.0/24 443" }), "KSP1005");
});

describe("an IPv6 prefix in a list of IPv4: the allow is lost, or the file refused", () => {
  const list = "203.0.113.0/24, 2001:db8:5::/48";

  test("each family opens its own part", () => {
    const text = wish(list, both);
    expect(openAt(text, "out to 203.0.113.9 tcp 443")).toEqual(everywhere);
    expect(openAt(text, "out to 2001:db8:5::9 tcp 443")).toEqual(everywhere);
    expect(openAt(text, "out to 203.0.114.9 tcp 443")).toEqual(inside);
    expect(openAt(text, "out to 2001:db8:6::9 tcp 443")).toEqual(inside);
  });

  test("under `ipv6 block` the IPv4 part is left", () => {
    expect(openAt(wish(list), "out to 203.0.113.9 tcp 443")).toEqual(everywhere);
    expect(openAt(wish(list), "out to 2001:db8:5::9 tcp 443")).toEqual([]);
  });
});

describe("a list with IPv6 only: opened to any IPv4 address", () => {
  test("under `ipv6 block` nothing is left of it", () => {
    expectRefused(wish("2001:db8:5::/48"), "KSP2021");
  });

  test("else it opens IPv6 and nothing of IPv4", () => {
    const text = wish("2001:db8:5::/48", both);
    expect(openAt(text, "out to 2001:db8:5::9 tcp 443")).toEqual(everywhere);
    expect(openAt(text, "out to 203.0.113.9 tcp 443")).toEqual(inside);
    expect(openAt(text, "out to 192.0.2.1 tcp 443")).toEqual(inside);
  });
});

test("overlap and duplicate in a list: the ruleset does not load", () => {
  const elements = (list: string) =>
    rulesetOf(wish(list))
      .split("\n")
      .filter((line) => line.includes("203.0.113."));
  const plain = elements("203.0.113.0/24");
  expect(plain.length).toBeGreaterThan(0);
  expect(elements("203.0.113.0/24, 203.0.113.0/24")).toEqual(plain);
  expect(elements("203.0.113.64/26, 203.0.113.0/24, 203.0.113.7")).toEqual(plain);
  const text = home({ more: 'list office from "office.txt"\nallow out to @office tcp 443' });
  const feed = rulesetOf(text, { "office.txt": "203.0.113.0/24\n203.0.113.7\n203.0.113.0/24\n" });
  expect(feed.split("\n").filter((line) => line.includes("203.0.113."))).toEqual(plain);
});

test("an unknown name", () => {
  expectRefused(home({ more: "allow out to @ofice tcp 443" }), "KSP2001");
  expectRefused(home({ more: "allow out to 192.0.2.1 tcp 443 through wg1" }), "KSP2001");
  // A host without addresses would be asked of a name server.
  expectRefused(home({ more: 'allow host "vpn.example.net" tcp 443' }), "KSP2110");
});

describe("an empty list: opened to any address", () => {
  test("empty has no spelling", () => {
    const { files, diagnostics } = compile({ file: "home.ksp", text: wish("") }, { targets: ["nft"] });
    expect(diagnostics.map(({ code }) => code)).toEqual(["KSP1023"]);
    expect(files).toBeUndefined();
  });

  test("nor is an empty file a list", () => {
    const text = home({ more: 'list office from "office.txt"\nallow out to @office tcp 443' });
    expectRefused(text, "KSP2009", { "office.txt": "" });
    expectRefused(text, "KSP2009", { "office.txt": "# nobody yet\n\n" });
  });
});
