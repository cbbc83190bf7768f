import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isLoneStateName } from "../../src/emitters/linux/names.ts";
import { levelName, stateName } from "../../src/ir/states.ts";
import { readCommands } from "./nft-text.ts";
import { allPolicies, type Emitted, emitted, fileOf } from "./policies.ts";

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,4}(-[a-z0-9]{1,4}){0,2}$/);
const level = fc.constantFrom("down", "hop1", "hop2", "hop12", "up");
const state = fc.oneof(
  level,
  fc.constantFrom("lockdown", "portal"),
  fc
    .array(fc.tuple(name, level), { minLength: 2, maxLength: 4 })
    .map((chains) => chains.map(([chain, l]) => `${chain}:${l}`).join("+")),
);

describe("names of states", () => {
  test("are different for different states", () => {
    fc.assert(fc.property(state, state, (a, b) => (a === b) === (stateName(a) === stateName(b))));
  });

  test("fit a file and a chain", () => {
    fc.assert(fc.property(state, (key) => /^[a-z0-9._-]+$/.test(stateName(key))));
  });

  test("of one chain are known, whatever its length", () => {
    const chain = { name: "long", hops: Array.from({ length: 20 }, (_, i) => `t${i}`) };
    for (let hop = 0; hop <= chain.hops.length; hop++) expect(isLoneStateName(levelName(hop, chain))).toBe(true);
    for (const mode of ["lockdown", "portal"]) expect(isLoneStateName(mode)).toBe(true);
    for (const other of ["wg0", "upper", "hop", "hopper", "down-town"]) expect(isLoneStateName(other)).toBe(false);
  });
});

/** The longest names, and as many states as there may be. */
const longest = (letter: string): string => letter.repeat(24);
const tunnels = Array.from("abcdef", longest);
const large = emitted(
  longest("p"),
  `ksp 1
policy ${longest("p")}
${tunnels
  .map(
    (tunnel, i) => `tunnel ${tunnel} {
  protocol wireguard
  interface "wireguard-tun${i}0"
  server 198.51.100.${i} udp 51820
  carrier mark 0x${i + 1}/0xff
  address 10.6${i}.0.2/32
  carries 10.6${i}.0.0/16, 10.7${i}.1.0/24, 10.7${i}.3.0/24, 10.7${i}.5.0/24, 10.7${i}.7.0/24, 10.7${i}.9.0/24, 10.7${i}.11.0/24, 10.7${i}.13.0/24, 10.7${i}.15.0/24
}
watch ${tunnel} {
  interface
  heartbeat 10.6${i}.0.1 every 1s lost after 3
}`,
  )
  .join("\n")}
list ${longest("l")} = 203.0.113.0/28, 203.0.113.32/28
dns 10.60.0.1 through ${tunnels[0]}
ipv6 block
allow out to @${longest("l")} tcp 443
deny out user 1001 to 127.0.0.53 udp 53
`,
);

describe("identifiers", () => {
  test("of the longest names and 64 states", () => {
    expect(large.plan.states).toHaveLength(64);
    expect([...large.files.keys()].filter((path) => path.startsWith("nft/switch/"))).toHaveLength(64);
  });

  // Linux: NFT_NAME_MAXLEN 256 with its zero, of which nft 1.0.6 takes 255; a comment of 128 with its zero; a file's name of 255.
  test.each([...allPolicies, large])("$name: fit the kernel and are written once", (policy) => {
    for (const file of ["ruleset.nft", "lockdown.nft"]) {
      const names = readCommands(fileOf(policy, file)).flatMap((command) =>
        command.kind === "chain" || command.kind === "set" ? [`${command.kind} ${command.table} ${command.name}`] : [],
      );
      expect(new Set(names).size, file).toBe(names.length);
      for (const words of names) {
        const identifier = words.split(" ").at(-1) ?? "";
        expect(identifier).toMatch(/^[a-z][a-z0-9._-]*$/);
        expect(identifier.length).toBeLessThanOrEqual(255);
      }
    }
    for (const path of policy.files.keys()) expect((path.split("/").at(-1) ?? "").length).toBeLessThanOrEqual(255);
  });

  test.each([...allPolicies, large])("$name: comments are short, plain and unquoted", (policy) => {
    const found = comments(policy);
    expect(found.length).toBeGreaterThan(20);
    for (const comment of found) expect(comment).toMatch(/^[a-z][a-z0-9-]{0,63}$/);
  });
});

const comments = ({ files }: Emitted): readonly string[] =>
  [...files.values()].flatMap((text) => [...text.matchAll(/ comment "([^\n]*)"$/gm)].map(([, words = ""]) => words));
