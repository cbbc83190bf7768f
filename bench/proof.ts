/** How long packet sets take to build and to compare, by size and shape. `node bench/proof.ts [ROUNDS]` */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { accept, drop, type Match, type Rule, type Ruleset } from "../src/ir/ruleset.ts";
import { type AddressRange, addressSet } from "../src/net/address-set.ts";
import type { PortSet } from "../src/net/port-set.ts";
import { accepted } from "../src/proof/accepted.ts";
import { matched } from "../src/proof/matched.ts";
import { PacketSpace } from "../src/proof/packet-space.ts";
import type { PacketSet } from "../src/proof/packets/packet-set.ts";
import { VerdictFunction } from "../src/proof/packets/verdict-function.ts";
import { vocabularyOf } from "../src/proof/vocabulary.ts";
import { witness } from "../src/proof/witness.ts";

/** Mulberry32: the same entries on every machine. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
type Random = (below: number) => number;

function ipv4(random: Random, bits = 12 + random(21)): AddressRange {
  const low = (1n << BigInt(32 - bits)) - 1n;
  const first = BigInt(0x01000000 + random(0xdeffffff)) & ~low;
  return { family: "ipv4", first, last: first | low };
}

function ipv6(random: Random): AddressRange {
  const low = (1n << BigInt(128 - (32 + random(97)))) - 1n;
  const words = [0x20010000 + random(0x1fff0000), random(2 ** 32), random(2 ** 32), random(2 ** 32)];
  const first = words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n) & ~low;
  return { family: "ipv6", first, last: first | low };
}

function ports(random: Random): { readonly destinationPorts?: PortSet } {
  const [kind, first] = [random(100), random(60_000)];
  if (kind < 45) return { destinationPorts: [{ first: 443, last: 443 }] };
  if (kind < 75) return { destinationPorts: [{ first, last: first }] };
  return kind < 90 ? { destinationPorts: [{ first, last: first + random(5_000) }] } : {};
}

/** 60 % IPv4, prefixes of all lengths, a third of any protocol, the others with 443, one port, a range or all ports. */
function entries(count: number, seed = 1): readonly Match[] {
  const random = randomNumbers(seed);
  return Array.from({ length: count }, (): Match => {
    const destination = { set: [random(100) < 60 ? ipv4(random) : ipv6(random)] };
    const kind = random(100);
    return kind < 30
      ? { destination }
      : { destination, transport: { kind: kind < 65 ? "tcp" : "udp", ...ports(random) } };
  });
}

const rule = (match: Match, isAccepted: boolean, direction: Rule["direction"] = "out"): Rule => ({
  stage: isAccepted ? "exemption" : "deny-list",
  direction,
  match,
  verdict: isAccepted ? accept : drop,
  replies: isAccepted,
  from: "bench",
});
const closed = (["out", "in", "forward"] as const).flatMap((direction) =>
  [{}, { family: "arp" } as const].map((match) => rule(match, false, direction)),
);
const ruleset = (rules: readonly Rule[]): Ruleset => ({ state: "bench", rewrites: [], rules: [...rules, ...closed] });

const spaceFor = (rulesets: readonly Ruleset[]): PacketSpace => new PacketSpace(vocabularyOf(rulesets));

/** One statement whose list has so many prefixes: what a policy with a big list becomes. */
function list(count: number): Ruleset {
  const random = randomNumbers(3);
  const ranges = Array.from({ length: count }, () => (random(100) < 60 ? ipv4(random, 20 + random(13)) : ipv6(random)));
  return ruleset([rule({ destination: { set: addressSet(ranges) }, transport: { kind: "tcp" } }, true)]);
}

/** Half of the rules about destinations, half about sources, accepting and refusing by turns: what makes flat diagrams explode. */
function crossing(count: number): Ruleset {
  const random = randomNumbers(5);
  return ruleset(
    Array.from({ length: count }, (_, i) => {
      const set = [ipv4(random)];
      return rule(i % 4 < 2 ? { destination: { set } } : { source: { set } }, i % 2 === 0);
    }),
  );
}

/** Prefixes deep inside one another, each with a port of its own. */
function nested(count: number): Ruleset {
  const random = randomNumbers(6);
  return ruleset(
    Array.from({ length: count }, (_, i) => {
      const low = (1n << BigInt(random(24))) - 1n;
      const first = (0x0a000000n + BigInt(random(2 ** 24))) & ~low;
      const port = random(65_536);
      const destination = { set: [{ family: "ipv4", first, last: first | low } as const] };
      return rule(
        { destination, transport: { kind: "tcp", destinationPorts: [{ first: port, last: port }] } },
        i % 2 === 0,
      );
    }),
  );
}

const alternating = (count: number): Ruleset =>
  ruleset(entries(count).map((match, i) => rule(match, (i * 7919) % 5 < 2)));

/** One list of 100,000 in 64 states, with twenty rules more in each. */
function states(): readonly Ruleset[] {
  const [shared] = list(100_000).rules;
  if (!shared) throw new Error("no list");
  return Array.from({ length: 64 }, (_, state) =>
    ruleset([shared, ...entries(20, 100 + state).map((match) => rule(match, state % 3 !== 0))]),
  );
}

type Figures = Readonly<Record<string, number>>;
/** Milliseconds of processor time, all threads: what else the machine does counts little. */
function timed<T>(work: () => T): readonly [T, number] {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return [result, (user + system) / 1000];
}

const shapes: Readonly<Record<string, () => Figures>> = {
  ...Object.fromEntries(
    [10, 1_000, 10_000, 100_000].flatMap((n): readonly (readonly [string, () => Figures])[] => [
      [`one list of ${n}`, () => compared(list(n))],
      [`rules, ${n}`, () => compared(ruleset(entries(n).map((match) => rule(match, true))))],
    ]),
  ),
  "crossing, 1000": () => folded(crossing(1_000)),
  "crossing, 4000": () => folded(crossing(4_000)),
  "crossing, 20000": () => folded(crossing(20_000)),
  "nested, 4000": () => folded(nested(4_000)),
  "nested, 20000": () => folded(nested(20_000)),
  "alternating, 10000": () => folded(alternating(10_000)),
  "alternating, 100000": () => folded(alternating(100_000)),
  "64 states": sixtyFour,
};

/** The space and the set; then once more without the middle of what it is made of, and a packet that tells the two apart. */
function measured(whole: Ruleset, less: Ruleset, setOf: (ruleset: Ruleset, space: PacketSpace) => PacketSet): Figures {
  const [space, tell] = timed(() => spaceFor([whole, less]));
  witness(space.all, space);
  const [set, build] = timed(() => setOf(whole, space));
  const other = setOf(less, space);
  const [packet, find] = timed(() => witness(set.symmetricDifference(other), space));
  if (!packet && !set.equals(other)) throw new Error("no packet tells two different sets apart");
  return { build: tell + build, find, ...usage(space) };
}

const compared = (whole: Ruleset): Figures => measured(whole, withoutMiddle(whole), accepted);

function withoutMiddle(whole: Ruleset): Ruleset {
  const [only, ...rest] = whole.rules;
  const set = only?.match.destination?.set;
  if (!only || !set || set.length < 2)
    return { ...whole, rules: whole.rules.toSpliced((whole.rules.length - 6) >> 1, 1) };
  const shorter = { set: set.toSpliced(set.length >> 1, 1) };
  return { ...whole, rules: [{ ...only, match: { ...only.match, destination: shorter } }, ...rest] };
}

/** Rules whose verdicts change all the time, as a foreign text may have them: folded as a verdict function. */
function folded(whole: Ruleset): Figures {
  const rules = whole.rules.filter(({ direction }) => direction === "out");
  const less = { ...whole, rules: rules.toSpliced(rules.length >> 1, 1) };
  return measured({ ...whole, rules }, less, (ruleset, space) =>
    VerdictFunction.firstMatch(
      space,
      ruleset.rules.map(({ match, verdict }) => ({
        set: matched(match, space),
        verdict: verdict.kind === "accept" ? "permit" : "block",
      })),
    ).permitted(),
  );
}

function sixtyFour(): Figures {
  const all = states();
  const [space, tell] = timed(() => spaceFor(all));
  const [sets, build] = timed(() => all.map((one) => accepted(one, space)));
  const [differing, find] = timed(
    () => sets.flatMap((a, i) => sets.slice(0, i).filter((b) => !a.symmetricDifference(b).isEmpty())).length,
  );
  if (differing === 0) throw new Error("no two states differ");
  return { build: tell + build, find, ...usage(space) };
}

const usage = (space: PacketSpace): Figures => ({
  nodes: space.diagrams.usage().nodes,
  edges: space.diagrams.usage().edges,
  tables: space.diagrams.usage().bytes / 2 ** 20,
});

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

function one(name: string): Figures {
  const shape = shapes[name];
  if (!shape) throw new Error(`no shape ${name}`);
  return { ...shape(), peak: process.resourceUsage().maxRSS / 1024 };
}

/** Each shape in a process of its own, so that its peak of memory is its own. */
function compare(rounds: number): void {
  const units = ["build", "find", "nodes", "edges", "tables", "peak"];
  console.log(["shape".padEnd(22), ...units.map((unit) => unit.padStart(10)), "x before".padStart(10)].join(""));
  const builds = new Map<string, number>();
  for (const name of Object.keys(shapes)) {
    const runs = Array.from({ length: rounds }, (): Figures => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), "--one", name], {
        encoding: "utf8",
      });
      if (status !== 0) throw new Error(`${name}: ${stderr}`);
      return JSON.parse(stdout);
    });
    const figures = units.map((unit) => median(runs.map((run) => run[unit] ?? Number.NaN)));
    const kind = name.replace(/\d+/, "");
    const before = builds.get(kind);
    const [build = Number.NaN] = figures;
    builds.set(kind, build);
    const cells = figures.map((value, i) => value.toFixed(i === 2 || i === 3 ? 0 : 1).padStart(10));
    console.log(
      [name.padEnd(22), ...cells, (before === undefined ? "" : (build / before).toFixed(1)).padStart(10)].join(""),
    );
  }
}

const [argument, name] = process.argv.slice(2);
if (argument === "--one" && name !== undefined) console.log(JSON.stringify(one(name)));
else compare(Number(argument ?? 3));
