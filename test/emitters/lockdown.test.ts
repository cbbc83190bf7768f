import { describe, expect, test } from "vitest";
import { allPolicies, fileOf } from "./policies.ts";

/** Boot rules load on any kernel, before any interface, user or daemon exists. */
const features = [
  ["sets in braces", /\{ [^}\n]+\}/],
  ["named sets", /@|^\s*set /],
  ["look-up of addresses", /\bfib\b/],
  ["kinds of interfaces", /\b[io]ifkind\b/],
  ["sockets and cgroups", /\bsocket\b|\bcgroup/],
  ["interfaces by number", /\b[io]if /],
  ["user names", /\bsk[ug]id (?!\d+ )/],
] as const;

/** Forwarded packets are told from what a tunnel device encapsulates here; nothing else can tell them apart. */
const forwarded = "\t\tmeta iif != 0 fib saddr type != local jump through_lockdown";

const withoutComments = (text: string): readonly string[] =>
  text
    .split("\n")
    .filter((line) => !/^\s*#/.test(line))
    .map((line) => line.replace(/ comment "[^"]*"$/, ""));

describe.each(allPolicies)("$name at boot", (policy) => {
  const lines = withoutComments(fileOf(policy, "lockdown.nft"));
  const forwards = lines.filter((line) => line === forwarded);

  test.each(features)("no %s", (_, pattern) => {
    expect(lines.filter((line) => line !== forwarded && pattern.test(line))).toEqual([]);
  });

  test("only a policy that forwards asks whose a source is", () => {
    const opens = policy.plan.lockdown.rules.some((r) => r.direction === "forward" && r.verdict.kind === "accept");
    expect(forwards).toHaveLength(opens ? 1 : 0);
  });
});

test("the patterns know what the daemon's rules use", () => {
  const lines = allPolicies.flatMap((policy) => withoutComments(fileOf(policy, "ruleset.nft")));
  for (const [name, pattern] of features.slice(0, 4))
    expect(
      lines.some((line) => pattern.test(line)),
      name,
    ).toBe(true);
});
