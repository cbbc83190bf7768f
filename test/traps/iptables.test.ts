import { describe, expect, test } from "vitest";
import { iptables } from "../../src/emitters/iptables/emit.ts";
import { formatAddress, parseAddress } from "../../src/net/address.ts";
import { home } from "../checks/helper.ts";
import { sayable } from "../kernel/iptables/bundle.ts";
import { expectRefused, iptablesOf, openAt } from "./support.ts";

// The doubtful lines of table.test.ts and the reports of threads.test.ts, as other compilers write them for iptables. What passes is
// asked of its text in both; here it is what the text must not hold, because iptables takes it for something else.

const both = { address: "  address 10.64.0.2/32, fd64::2/128", ipv6: "ipv6 tunnel" };
const inside = ["through wg0"];
const everywhere = [...inside, "elsewhere"];
/** More than stand in rules of their own: they become a set. */
const prefixes = (count: number): string =>
  Array.from({ length: count }, (_, i) => `203.0.113.${8 * i}/30, 2001:db8:${100 + 2 * i}::/48`).join(", ");
const long = (statement: string): string => home({ ...both, more: `list office = ${prefixes(12)}\n${statement}` });

interface Line {
  readonly family: "ipv4" | "ipv6";
  readonly words: readonly string[];
}
const files = sayable.flatMap(({ plan }) => [...iptables.emit(plan)]);
const lines: readonly Line[] = files.flatMap(([file, text]) =>
  /\.v[46]$/.test(file)
    ? text
        .split("\n")
        .filter((line) => /^-[AIR] /.test(line))
        .map((line) => ({ family: file.endsWith("v4") ? "ipv4" : "ipv6", words: line.split(/ +/) }) as const)
    : [],
);
const sets = files.flatMap(([file, text]) => (file.endsWith(".ipset") ? [text] : []));
const valuesOf = ({ words }: Line, option: string): readonly string[] =>
  words.flatMap((word, i) => (word === option ? [words[i + 1] ?? ""] : []));
const addresses = lines.flatMap((line) =>
  ["-s", "-d"].flatMap((option) => valuesOf(line, option).map((text) => ({ family: line.family, text }))),
);

/** The first address of a prefix, where it is written with host bits. */
function hostBits(text: string): string | undefined {
  const [address = "", length] = text.split("/");
  const parsed = parseAddress(address);
  if (!parsed) return "no address";
  const { family, value } = parsed;
  const bits = BigInt((family === "ipv4" ? 32 : 128) - Number(length ?? (family === "ipv4" ? 32 : 128)));
  const first = formatAddress({ family, value: (value >> bits) << bits });
  return first === address ? undefined : first;
}

test("there are rules and sets to look at", () => {
  expect(lines.length).toBeGreaterThan(3_000);
  expect(addresses.length).toBeGreaterThan(1_000);
  expect(sets.length).toBeGreaterThan(2);
  expect(lines.some((line) => valuesOf(line, "--dport").length > 0)).toBe(true);
});

test("host bits after the prefix: iptables cuts them off, and opens the network", () => {
  expect(hostBits("192.168.1.7/24")).toBe("192.168.1.0");
  const elements = sets.flatMap((text) => [...text.matchAll(/^add \S+ (\S+)/gm)].map(([, element = ""]) => element));
  expect([...addresses.map(({ text }) => text), ...elements].filter((text) => hostBits(text) !== undefined)).toEqual(
    [],
  );
});

test("a port without a protocol: the file does not load", () => {
  const asking = lines.filter(({ words }) => words.some((word) => /^--[sd]ports?$/.test(word)));
  expect(asking.length).toBeGreaterThan(500);
  expect(asking.filter((line) => !/^(tcp|udp)$/.test(valuesOf(line, "-p").join()))).toEqual([]);
});

describe("an IPv6 prefix in a list of IPv4: the allow is lost, or the file refused", () => {
  test("each family's file has its own addresses", () => {
    expect(addresses.filter(({ family, text }) => (family === "ipv6") !== text.includes(":"))).toEqual([]);
  });

  test("each family's part of a long list is a set of its own, that its file asks for", () => {
    const text = long("allow out to @office tcp 443");
    const elements = iptablesOf(text, "sets.ipset");
    expect(elements.match(/^add ksp_office_v4_\S+ 203\.0\.113\.\d+\/30 /gm)).toHaveLength(12);
    expect(elements.match(/^add ksp_office_v6_\S+ 2001:db8:[0-9a-f]+::\/48 /gm)).toHaveLength(12);
    for (const family of ["v4", "v6"] as const) {
      const asked = [...iptablesOf(text, `ruleset.${family}`).matchAll(/--match-set (\S+)/g)].map(
        ([, set = ""]) => set,
      );
      expect(asked.length).toBeGreaterThan(0);
      for (const set of asked)
        expect(elements).toContain(`create ${set} hash:net family ${family === "v4" ? "inet" : "inet6"} `);
    }
    expect(openAt(text, "out to 203.0.113.9 tcp 443")).toEqual(everywhere);
    expect(openAt(text, "out to 2001:db8:100::9 tcp 443")).toEqual(everywhere);
    expect(openAt(text, "out to 203.0.113.4 tcp 443")).toEqual(inside);
  });
});

test("a list with IPv6 only: no rule of IPv4 is left of it, with any address", () => {
  const text = home({ ...both, more: "list office = 2001:db8:5::/48\nallow out to @office tcp 443" });
  const ruleOf = (family: "v4" | "v6") =>
    iptablesOf(text, `ruleset.${family}`)
      .split("\n")
      .filter((line) => line.includes("--comment allow-out"));
  expect(ruleOf("v4")).toEqual([]);
  expect(ruleOf("v6").length).toBeGreaterThan(0);
  expect(ruleOf("v6").every((line) => line.includes(" 2001:db8:5::/48 "))).toBe(true);
});

test("overlap and duplicate in a list: an element twice", () => {
  const plain = long("allow out to @office tcp 443");
  const doubled = plain.replace("list office = ", "list office = 203.0.113.0/31, 203.0.113.8/30, 203.0.113.8/30, ");
  expect(doubled).not.toBe(plain);
  for (const file of ["sets.ipset", "ruleset.v4", "ruleset.v6"] as const)
    expect(withoutIds(iptablesOf(doubled, file))).toBe(withoutIds(iptablesOf(plain, file)));
});

/** An id tells what is written, a set's name what it holds. */
const withoutIds = (text: string): string => text.replaceAll(/(--comment allow-out)-\S+/g, "$1");

test("an unknown name: iptables asks a name server, and the files name nobody", () => {
  expect(addresses.filter(({ text }) => hostBits(text) === "no address")).toEqual([]);
  const named = lines.flatMap((line) => ["--uid-owner", "--gid-owner"].flatMap((option) => valuesOf(line, option)));
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((id) => !/^\d+(-\d+)?$/.test(id))).toEqual([]);
  const ranges = lines.flatMap((line) => ["--src-range", "--dst-range"].flatMap((option) => valuesOf(line, option)));
  expect(ranges.filter((range) => range.split("-").some((end) => !parseAddress(end)))).toEqual([]);
});

test("an empty list: a rule that asks for none, and so for any", () => {
  for (const [file, text] of files)
    for (const [, set = ""] of text.matchAll(/--match-set (\S+)/g)) {
      expect(file).not.toContain("lockdown");
      expect(sets.some((made) => made.includes(`create ${set} `))).toBe(true);
    }
  // What is empty is filled by the runtime: resolvers that a network names.
  const made = sets.flatMap((text) => [...text.matchAll(/^create (\S+) /gm)].map(([, set = ""]) => set));
  const empty = made.filter((set) => !sets.some((text) => text.includes(`\nadd ${set} `)));
  expect(new Set(empty.map((set) => set.replace(/_v[46]$/, "")))).toEqual(new Set(["ksp_portal_resolvers"]));
});

test("every port lost: a named port written as its protocol, beside a set", () => {
  const text = long("allow out to @office tcp 443");
  expect(openAt(text, "out to 203.0.113.9 tcp 80")).toEqual(inside);
  const rules = iptablesOf(text, "ruleset.v4").match(/^.*--match-set.*$/gm) ?? [];
  expect(rules.length).toBeGreaterThan(0);
  expect(rules.filter((rule) => !/ -p tcp --(dport 443|sport 443) /.test(rule))).toEqual([]);
});

test("an exclusion that leaves nothing, or something: the whole list", () => {
  expectRefused(long("allow out to @office except 203.0.112.0/20, 2001:db8::/32 tcp 443"), "KSP2009");
  const text = long("allow out to @office except 203.0.113.8/31 tcp 443");
  expect(openAt(text, "out to 203.0.113.9 tcp 443")).toEqual(inside);
  expect(openAt(text, "out to 203.0.113.10 tcp 443")).toEqual(everywhere);
});

describe("one name for two things", () => {
  test("an inbound rule opens outward, too, where both ask for one list", () => {
    const text = long("allow in from @office tcp 22");
    expect(openAt(text, "in from 203.0.113.9 tcp 22")).toEqual(["elsewhere"]);
    expect(openAt(text, "out to 203.0.113.9 tcp 22")).toEqual(inside);
  });

  // XT_EXTENSION_MAXNAMELEN 29 with its zero, IPSET_MAXNAMELEN 32 with its zero.
  test("names are cut off, and two are one", () => {
    const chains = files.flatMap(([file, text]) =>
      /ruleset\.v[46]$/.test(file)
        ? text.split("COMMIT").map((table) => [...table.matchAll(/^:(\S+) -/gm)].map(([, chain = ""]) => chain))
        : [],
    );
    expect(chains.length).toBeGreaterThan(50);
    for (const names of chains) {
      expect(new Set(names).size).toBe(names.length);
      for (const name of names) expect(name).toMatch(/^ksp_[a-z0-9._-]{1,24}$/);
    }
    for (const text of sets)
      for (const [, set = ""] of text.matchAll(/^create (\S+) /gm)) expect(set).toMatch(/^ksp_[a-z0-9._-]{1,27}$/);
  });

  test.each(["drop", "inet", "ksp"])("a list may be called %s", (name) => {
    const text = long(`list ${name} = ${prefixes(11)}\nallow out to @${name} tcp 443`);
    expect(openAt(text, "out to 203.0.113.9 tcp 443")).toEqual(everywhere);
    expect(openAt(text, "out to 203.0.113.89 tcp 443")).toEqual(inside);
  });
});

describe("the output means something else", () => {
  test("1024-65535 added to what is established, or all of it accepted", () => {
    const strange = lines.filter(
      ({ words }) => words.includes("1024:65535") && !words.some((w) => /^allow-discovery-/.test(w)),
    );
    expect(strange).toEqual([]);
    const established = lines.filter(({ words }) => words.includes("ESTABLISHED"));
    expect(established.length).toBeGreaterThan(100);
    expect(established.filter((line) => valuesOf(line, "--ctdir").join() !== "REPLY")).toEqual([]);
    // Whatever else passes names where it comes from or goes to; the rest asks a chain of replies.
    const isFromSome = ({ words }: Line) => ["-s", "--src-range", "--match-set"].some((word) => words.includes(word));
    expect(established.filter((line) => line.words.includes("RETURN") && !isFromSome(line))).toEqual([]);
  });

  test("all of ICMPv6 blocked: without neighbour discovery there is no IPv6", () => {
    const text = iptablesOf(home(both), "ruleset.v6");
    for (const chain of ["ksp_out_other_links", "ksp_in_other_links"])
      for (const type of ["neighbour-solicitation", "neighbour-advertisement"])
        expect(text).toMatch(new RegExp(`^-A ${chain} .*--icmpv6-type ${type} .*-m hl --hl-eq 255 .*-j RETURN$`, "m"));
  });

  test("a chain that jumps to itself", () => {
    for (const [file, text] of files)
      if (/ruleset\.v[46]$/.test(file))
        for (const table of text.split("COMMIT")) expect(circles(table), file).toEqual([]);
    expect(circles("-A a -j b\n-A b -g a\n")).toEqual(["a", "b"]);
  });
});

test("an interface named like a word or a sign of iptables", () => {
  expectRefused(home({ interface: '  interface "wg+"' }), "KSP2027");
  for (const name of ["inet", "-j", "ACCEPT"]) {
    const text = home({ interface: `  interface "${name}"` });
    expect(openAt(text, "out to 203.0.113.9 tcp 443")).toEqual(inside);
  }
});

test("a /8 is expanded", () => {
  const text = home({ more: "list feed = 11.0.0.0/8, 12.0.0.0/9\ndeny out to @feed" });
  expect(iptablesOf(text, "ruleset.v4").split("\n").length).toBeLessThan(400);
});

/** Chains that lead back to themselves. */
function circles(table: string): readonly string[] {
  const next = Map.groupBy(table.matchAll(/^-A (\S+) .*-[jg] (\S+)$/gm), ([, chain = ""]) => chain);
  const reach = (from: string, seen: Set<string>): ReadonlySet<string> => {
    for (const [, , target = ""] of next.get(from) ?? []) if (!seen.has(target)) reach(target, seen.add(target));
    return seen;
  };
  return [...next.keys()].filter((chain) => reach(chain, new Set()).has(chain));
}
