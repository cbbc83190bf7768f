import { describe, expect, test } from "vitest";
import { compile } from "../../src/index.ts";
import { home } from "../checks/helper.ts";
import { allPolicies, fileOf } from "../emitters/policies.ts";
import { expectRefused, openAt, rulesetOf } from "./support.ts";

// What users of other compilers report. Each test names the fault.

const both = { address: "  address 10.64.0.2/32, fd64::2/128", ipv6: "ipv6 tunnel" };
const links = 'link lan {\n  interface "br0"\n  role inside\n}';
const inside = ["through wg0"];
const everywhere = [...inside, "elsewhere"];
const lines = allPolicies.flatMap((policy) =>
  ["ruleset.nft", "lockdown.nft"].flatMap((file) => fileOf(policy, file).split("\n")),
);

describe("the output means something else", () => {
  test("an IPv6 address behind `ip daddr`", () => {
    expect(lines.filter((line) => /\bip6 [sd]addr [0-9a-f]*:/.test(line)).length).toBeGreaterThan(0);
    expect(lines.filter((line) => /\bip [sd]addr (!= )?[0-9a-f]*:/.test(line))).toEqual([]);
    expect(lines.filter((line) => /\bip6 [sd]addr (!= )?[0-9]+\./.test(line))).toEqual([]);
  });

  test("1024-65535 added to what is established", () => {
    // Answers of devices that `allow discovery` asks for come to such ports.
    const strange = lines.filter((line) => line.includes("1024-65535") && !line.includes('"allow-discovery-'));
    expect(strange).toEqual([]);
    // No rule accepts whatever is established: an answer passes by the rule of its question.
    expect(lines.filter((line) => /^\s*ct state (established|\{[^}]*\}) (counter )?accept/.test(line))).toEqual([]);
  });

  test("the type of ICMP ignored", () => {
    const text = home({ ...both, more: "allow out to 203.0.113.9 icmp echo-request" });
    expect(openAt(text, "out to 203.0.113.9 icmp echo-request")).toEqual(everywhere);
    expect(openAt(text, "out to 203.0.113.9 icmp timestamp-request")).toEqual(inside);
    expectRefused(home({ more: "allow out to 203.0.113.9 icmp echo" }), "KSP2016");
  });

  test("all of ICMPv6 blocked: without neighbour discovery there is no IPv6", () => {
    expect(rulesetOf(home(both))).toMatch(
      /icmpv6 type \{[^}]*nd-neighbor-solicit[^}]*\} ip6 hoplimit 255 (ip6 [sd]addr != \S+ )?counter accept/,
    );
  });

  test("a chain that jumps to itself", () => {
    for (const policy of allPolicies) expect(circles(fileOf(policy, "ruleset.nft")), policy.name).toEqual([]);
    expect(circles("\tchain a {\n\t\tjump b\n\t}\n\tchain b {\n\t\tgoto a\n\t}\n")).toEqual(["a", "b"]);
  });

  test("a forward rule that is missing", () => {
    const text = home({ links, more: "forward from link lan to tunnel wg0 masquerade" });
    expect(openAt(text, "forward from 192.168.7.9 to 203.0.113.9 tcp 443", "br0")).toEqual(inside);
    expect(openAt(home({ links }), "forward from 192.168.7.9 to 203.0.113.9 tcp 443", "br0")).toEqual([]);
  });

  test("an empty selector opens the world", () => {
    expectRefused(home({ more: "allow out" }), "KSP2034");
    expectRefused(home({ more: "allow out to tcp 443" }), "KSP1005");
  });

  test("a default deny without rules denies nothing", () => {
    expect(
      openAt(home({ dns: "dns none" }), "out to 203.0.113.9 tcp 443 on elsewhere".replace(" on elsewhere", "")),
    ).toEqual(inside);
    expect(openAt(home({ dns: "dns none" }), "in from 203.0.113.9 tcp 22")).toEqual([]);
    expect(openAt(home({ dns: "dns none" }), "forward from 192.168.7.9 to 203.0.113.9 tcp 22")).toEqual([]);
  });
});

describe("a fault is told, and the rule is gone", () => {
  test.each([
    ["a bad address", "allow out to 203.0.113.999 tcp 443", "KSP2005"],
    ["an unknown user", 'deny out user "nobody" to 203.0.113.9', "KSP2013"],
    ["an unknown interface", "allow out to 203.0.113.9 tcp 443 on wlan0", "KSP2001"],
    ["a misspelt statement, which never runs", "denny out to 203.0.113.9", "KSP1002"],
  ])("%s: nothing is written", (_, statement, code) => {
    expectRefused(home({ more: `allow out to 192.0.2.7 tcp 443\n${statement}` }), code);
  });
});

describe("lists", () => {
  const withList = (text: string) =>
    rulesetOf(home({ ...both, more: `list feed from "feed.txt"\ndeny out to @feed` }), { "feed.txt": text });

  test("long and short spellings of one address are one element", () => {
    const elements = withList("2001:0db8:0000:0000:0000:0000:0000:0007\n2001:db8::7\n2001:DB8:0::7\n")
      .split("\n")
      .filter((line) => /2001:0*db8/i.test(line));
    expect(elements.length).toBeGreaterThan(0);
    expect(elements.every((line) => line.includes("2001:db8::7"))).toBe(true);
  });

  test("a /8 stays one element", () => {
    expect(
      withList("11.0.0.0/8\n")
        .split("\n")
        .filter((line) => line.includes("11.0.0.0/8")).length,
    ).toBeGreaterThan(0);
    expect(withList("11.0.0.0/8\n").split("\n").length).toBeLessThan(1_000);
  });
});

test("an interface named like a keyword makes a file that does not load", () => {
  const text = home({ interface: '  interface "inet"' });
  expect(rulesetOf(text)).toMatch(/oifname "inet"/);
  expect(rulesetOf(text)).not.toMatch(/[io]ifname inet/);
});

describe("shadows that are none", () => {
  test.each([
    ["another family", "allow out to 203.0.113.0/24 tcp 443\nallow out to 2001:db8:5::/48 tcp 443"],
    ["another protocol", "allow out to 203.0.113.0/24 tcp 443\nallow out to 203.0.113.0/24 udp 443"],
    ["an exclusion", "allow out to 203.0.113.0/24 except 203.0.113.9 tcp 443\nallow out to 203.0.113.9 tcp 443"],
    ["another type", "allow out to 203.0.113.9 icmp echo-request\nallow out to 203.0.113.9 icmp timestamp-request"],
    ["an overlap of ports", "allow out to 203.0.113.9 tcp 1-100\nallow out to 203.0.113.9 tcp 50-200"],
    ["another host", 'allow host "a.example" at 203.0.113.9 tcp 443\nallow host "b.example" at 203.0.113.9 tcp 443'],
    ["another state", "allow out to 203.0.113.9 tcp 443 while down\nallow out to 203.0.113.0/24 tcp 443 while up"],
  ])("%s", (_, statements) => {
    rulesetOf(home({ ...both, more: statements }));
  });

  test("and one that is, whatever the spelling", () => {
    const text = home({
      more: "list a = 203.0.113.0-203.0.113.255\nallow out to @a tcp 400-500\nallow out to 203.0.113.0/25, 203.0.113.128/25 tcp 443",
    });
    const { diagnostics } = compile({ file: "home.ksp", text }, { targets: ["nft"] });
    expect(diagnostics.map(({ code }) => code)).toEqual(["KSP2043"]);
  });
});

describe("the language", () => {
  test("an import reads any file", () => {
    expectRefused(home({ links: 'import "../../etc/passwd"' }), "KSP2065");
  });

  test("names like keywords or numbers", () => {
    const text = home().replaceAll("wg0", "tunnel").replace('interface "tunnel"', 'interface "wg0"');
    expect(openAt(text, "out to 203.0.113.9 tcp 443")).toEqual(["through tunnel"]);
    expectRefused(home({ more: "list 443 = 203.0.113.0/24\ndeny out to 203.0.113.0/24" }), "KSP1005");
  });
});

/** Chains that lead back to themselves. */
function circles(ruleset: string): readonly string[] {
  const bodies = [...ruleset.matchAll(/^\tchain (\S+) \{\n([\s\S]*?)^\t\}/gm)];
  const next = new Map(
    bodies.map(([, chain = "", body = ""]) => [
      chain,
      [...body.matchAll(/\b(?:jump|goto) (\S+)/g)].map(([, target = ""]) => target),
    ]),
  );
  const reach = (from: string, seen: Set<string>): ReadonlySet<string> => {
    for (const target of next.get(from) ?? []) if (!seen.has(target)) reach(target, seen.add(target));
    return seen;
  };
  return [...next.keys()].filter((chain) => reach(chain, new Set()).has(chain));
}
