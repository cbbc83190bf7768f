import { type Read, read } from "../../../src/check.ts";
import { refusals } from "../../../src/emitters/capabilities.ts";
import { nft } from "../../../src/emitters/nft/emit.ts";
import type { Load } from "../../../src/ir/expand/load.ts";
import { formatAddress, last } from "../../../src/net/address.ts";
import { type Emitted, ownTexts } from "../../emitters/policies.ts";
import { examples, load } from "../../examples/golden.ts";
import { mixtureOf } from "../../fuzz/mixtures.ts";
import type { Random } from "../../fuzz/random.ts";

/** How the files are changed on purpose, to see that it is noticed. */
export type Spoil = (ruleset: string) => string;
const path = "nft/ruleset.nft";

/** A text, where it is read without an error, with its files. It may leak: a plan that no proof would let through has files, too. */
export function emittedOf(text: string, spoil: Spoil = (ruleset) => ruleset): Emitted | undefined {
  const { policy, plan } = planOf(text);
  if (!policy || !plan) return undefined;
  const files = nft.emit(plan);
  return { name: policy.name, policy, plan, files: new Map([...files, [path, spoil(files.get(path) ?? "")]]) };
}

function planOf(text: string): Pick<Read, "policy" | "plan"> {
  const known = read({ file: "random.ksp", text }, { load: loadAny });
  return known.plan && refusals(known.plan, nft.capabilities).length === 0 ? known : {};
}

const loadAny: Load = (file, from) => {
  try {
    return load(file, from);
  } catch {
    return { fault: "no such file or directory" };
  }
};

const texts = [...examples().map(({ text }) => text), ...Object.values(ownTexts)];
const mostAdded = 8;

/** A policy that is mixed out of real ones, with as many statements of chance as can stand beside what it says. */
export function randomPolicy(random: Random): string {
  for (;;) {
    let text = random.chance(0.5) ? mixtureOf(texts, random) : random.pick(texts);
    if (!planOf(text).plan) continue;
    for (let tries = random.below(2 * mostAdded); tries > 0; tries--) {
      const more = `${text}${statement(text, random)}\n`;
      if (planOf(more).plan) text = more;
    }
    return text;
  }
}

function statement(text: string, random: Random): string {
  const named = (kind: string): readonly string[] =>
    [...text.matchAll(new RegExp(`^${kind} ([a-z0-9-]+)`, "gm"))].map(([, name = ""]) => name);
  const [links, tunnels, chains, lists] = [named("link"), named("tunnel"), named("chain"), named("list")];
  const maybe = (chance: number, make: () => string): string => (random.chance(chance) ? ` ${make()}` : "");
  const one = (names: readonly string[], otherwise: string): string =>
    names.length > 0 ? random.pick(names) : otherwise;

  const nets = (): string => {
    if (lists.length > 0 && random.chance(0.2)) return `@${random.pick(lists)}`;
    const some = Array.from({ length: 1 + random.below(3) }, () => network(random)).join(", ");
    return some + maybe(0.15, () => `except ${network(random)}`);
  };
  const who = (): string => {
    const identities = [
      () => `user ${random.pick([0, 33, 994, 1000, 1001, 65_534])}`,
      () => `group ${random.pick([0, 5, 1003])}`,
      () => random.pick(["mark 0x6b73/0xffff", "mark 0x1/0xff", "mark 0x20000/0xf0000", "mark 0x7"]),
    ];
    return random.pick(identities)();
  };
  const ports = (): string =>
    Array.from({ length: 1 + random.below(3) }, () => {
      const first = random.pick([1, 22, 53, 67, 68, 80, 137, 443, 546, 853, 1900, 5353, 51_820, 65_535]);
      return random.chance(0.3) && first < 65_535 ? `${first}-${first + 1 + random.below(65_535 - first)}` : `${first}`;
    }).join(", ");
  const transport = (): string =>
    random.pick([
      () => `tcp ${ports()}`,
      () => `udp ${ports()}`,
      () => `icmp${maybe(0.7, () => random.pick(["echo-request", "timestamp-request", "redirect"]))}`,
      () => `icmpv6${maybe(0.7, () => random.pick(["echo-request", "nd-redirect"]))}`,
      () => `protocol ${random.pick([1, 2, 6, 17, 41, 47, 50, 58, 132])}`,
    ])();
  const path = (): string => (random.chance(0.5) ? `on ${one(links, "uplink")}` : `through ${one(tunnels, "wg0")}`);
  const during = (): string => {
    const level = random.pick(["down", "up", "hop1", "any", "portal", "lockdown"]);
    const of = random.chance(0.3) ? `${one([...chains, ...tunnels], "wg0")}:` : "";
    return `while ${of}${level}${maybe(0.2, () => "or up")}`;
  };
  const packet = (): string => {
    const direction = random.pick(["out", "out", "in", "forward"]);
    const from = maybe(0.3, () => `from ${nets()}`);
    return [
      direction,
      direction === "out" ? maybe(0.3, who) : "",
      from,
      from === "" ? "" : maybe(0.2, ports),
      maybe(0.7, () => `to ${nets()}`),
      maybe(0.8, transport),
      maybe(0.5, path),
    ].join("");
  };
  const side = (kind: "link" | "tunnel", names: readonly string[]): string =>
    `${kind} ${one(names, "wg0")}${maybe(0.4, nets)}`;
  return random.pick([
    () => `allow ${packet()}${maybe(0.2, during)}`,
    () => `allow ${packet()}${maybe(0.2, during)}`,
    () => `deny ${packet()}${maybe(0.2, during)}`,
    () => `deny ${packet()}${maybe(0.2, during)}`,
    () =>
      `allow ${random.pick(["dhcp", "dhcp server", "discovery", "lan"])}${maybe(0.4, () => `on ${one(links, "uplink")}`)}`,
    () => `blocked ${random.pick(["out", "forward"])} ${random.pick(["reject", "drop"])}`,
    () =>
      `forward from ${side("link", links)} to ${random.pick([side("tunnel", tunnels), side("link", links)])}${maybe(0.4, transport)}${maybe(0.6, () => "masquerade")}`,
    () => `dns ${nets()} through ${one(tunnels, "wg0")} for "${random.pick(["a", "b", "c"])}.example"`,
  ])();
}

/** Near what real policies name, with edges that do not fall on bytes. */
function network(random: Random): string {
  const isV4 = random.chance(0.7);
  const family = isV4 ? "ipv4" : "ipv6";
  const bits = isV4 ? 32 : 128;
  const near = isV4
    ? random.pick([
        0x0a400000n,
        0x0a000000n,
        0xc0a80100n,
        0xcb007100n,
        0xc6336400n,
        0xc0000200n,
        0xac110000n,
        0xe0000000n,
        0x08080800n,
      ])
    : BigInt(random.pick([0xfd64, 0xfe80, 0x2001, 0xff02, 0xfd50])) << 112n;
  const low = BigInt(random.below(0x1_0000));
  const value = random.chance(0.1) ? 0n : near + low;
  const length = random.pick([random.below(bits + 1), bits, bits, bits - 1 - random.below(24)]);
  const first = (value >> BigInt(bits - length)) << BigInt(bits - length);
  const text = formatAddress({ family, value: first });
  if (random.chance(0.15)) {
    const end = first + low + 1n;
    return `${text}-${formatAddress({ family, value: end > last(family) ? last(family) : end })}`;
  }
  return length === bits ? text : `${text}/${length}`;
}
