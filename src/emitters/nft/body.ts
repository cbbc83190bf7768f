import type { Rule, Stage } from "../../ir/ruleset.ts";
import { families } from "../../net/address.ts";
import { arePortsIn } from "../../net/port-set.ts";
import { align } from "../linux/layout.ts";
import type { Line } from "../linux/line.ts";
import type { Chain, Section } from "../linux/variants.ts";
import { namedInterfaces } from "./interfaces.ts";
import { matchLines, type Spelling, type WordedMatch } from "./words.ts";

export type Worded = Omit<Rule, "match"> & { readonly match: WordedMatch };

const established: Line = [
  { kind: "state", text: "ct state established" },
  { kind: "direction", text: "ct direction reply" },
];

/** The rules of one class of interfaces as one chain, and beside it the chain of names that it goes to. */
export function bodyChains(
  name: string,
  namesChain: string,
  rules: readonly Rule[],
  spelling: Spelling,
): readonly Chain[] {
  const { before, names, after } = splitNames(rules, spelling);
  if (!names) return [{ name, sections: sections(rules, spelling) }];
  const [guard] = matchLines(names.guard.match, names.guard.from, spelling);
  const jump: Section = {
    title: "dns-inside, dns-deny",
    lines: align([[...(guard ?? []), { kind: "verdict", text: `goto ${namesChain}` }]]),
  };
  const inside = [...names.accepts, { ...names.guard, match: {} }].flatMap((rule) => ruleLines(rule, spelling));
  return [
    { name, sections: [...sections(before, spelling), jump, ...sections(after, spelling)] },
    { name: namesChain, sections: [{ title: "", lines: align(inside) }] },
  ];
}

/** Replies that are few and plain are written beside the openings; else they have a chain that mirrors them line by line. */
export function replySections(rules: readonly Rule[], spelling: Spelling): readonly Section[] | undefined {
  const lines = rules.flatMap((rule) =>
    wholeMatch(rule.match, rule.from, spelling).map((line) => [
      ...timer(rule),
      ...line,
      ...established,
      ...ending(rule),
    ]),
  );
  if (lines.length > 3 || rules.some((rule) => rule.verdict.kind !== "accept")) return undefined;
  return lines.length === 0 ? [] : [{ title: "replies", lines: align(lines) }];
}

export const replyJump = (chain: string): Section => ({
  title: "replies: the exact reverse of what may be opened",
  lines: align([[...established, { kind: "verdict", text: `jump ${chain}` }]]),
});

/** One section a stage, in the order of the stages. */
export function sections(rules: readonly Rule[], spelling: Spelling, linesOf = ruleLines): readonly Section[] {
  const byStage = new Map<Stage, Worded[]>();
  for (const rule of merge(rules, spelling)) {
    const stage = byStage.get(rule.stage);
    if (stage) stage.push(rule);
    else byStage.set(rule.stage, [rule]);
  }
  return [...byStage].map(([title, of]) => ({ title, lines: align(of.flatMap((rule) => linesOf(rule, spelling))) }));
}

export function ruleLines(rule: Worded, spelling: Spelling): readonly Line[] {
  const match = { ...rule.match, ...(rule.verdict.kind !== "accept" && { refuses: true as const }) };
  const lines = wholeMatch(match, rule.from, spelling).map((line) => [...timer(rule), ...line, ...ending(rule)]);
  return [...(match.refuses ? untilFilled(lines, spelling) : []), ...lines];
}

/** What is refused by a set is refused while the set is not filled yet, with everything else of its family. */
function untilFilled(lines: readonly Line[], spelling: Spelling): readonly Line[] {
  if (spelling.kind === "literals") return [];
  return families
    .filter((family) => lines.some((line) => line.some(({ text }) => text.includes("addr @") && text.endsWith(family))))
    .map((family) => [
      { kind: "ip", text: family === "ipv4" ? "ip" : "ip6" },
      { kind: "daddr", text: `daddr != ${spelling.sets.last(family)}` },
      { kind: "verdict", text: "counter return" },
      { kind: "comment", text: 'comment "built-in-lists"' },
    ]);
}

/** An element with a time-out for each family: when they are gone nothing matches, whoever has died meanwhile. */
const timer = ({ expiresAfter }: Pick<Rule, "expiresAfter">): Line =>
  expiresAfter === undefined ? [] : [{ kind: "timer", text: `meta nfproto @${portalTimer}` }];

export const portalTimer = "portal_open";

/** A match with the interfaces that it still asks for: a chain is reached by one, so only forwarded packets ask for the other. */
export const wholeMatch = (match: WordedMatch, from: string, spelling: Spelling): readonly Line[] =>
  [...namedInterfaces("iif", match.inInterface), ...namedInterfaces("oif", match.outInterface)]
    .reduce<readonly Line[]>((lines, names) => lines.flatMap((line) => names.map((name) => [...line, ...name])), [[]])
    .flatMap((names) => matchLines(match, from, spelling).map((line) => [...names, ...line]));

/** Refusing belongs to the hook: inside a chain a packet only goes back to it. */
const ending = (rule: Pick<Rule, "verdict" | "from">): Line => [
  { kind: "verdict", text: `counter ${rule.verdict.kind === "accept" ? "accept" : "return"}` },
  { kind: "comment", text: `comment "${rule.from}"` },
];

/** Two neighbours that differ in tcp and udp alone become one line. */
export function mergeTwins<T extends { readonly match: WordedMatch; readonly from: string }>(
  rules: readonly T[],
  spelling: Spelling,
  isSame: (tcp: T, udp: T) => boolean,
): readonly T[] {
  if (spelling.kind === "literals") return rules;
  const out: T[] = [];
  for (const rule of rules) {
    const previous = out.at(-1);
    if (previous && isTwin(previous, rule) && isSame(previous, rule)) {
      out[out.length - 1] = { ...previous, match: { ...previous.match, alsoUdp: true } };
    } else out.push(rule);
  }
  return out;
}

const merge = (rules: readonly Rule[], spelling: Spelling): readonly Worded[] =>
  mergeTwins<Worded>(rules, spelling, (tcp, udp) => tcp.verdict.kind === udp.verdict.kind);

type Origin = { readonly match: WordedMatch; readonly from: string };
const isTwin = (tcp: Origin, udp: Origin): boolean => {
  const { transport: a, ...restA } = tcp.match;
  const { transport: b, ...restB } = udp.match;
  return (
    a?.kind === "tcp" &&
    b?.kind === "udp" &&
    tcp.from === udp.from &&
    text({ ...a, kind: "udp" }) === text(b) &&
    text(restA) === text(restB)
  );
};
const text = (value: unknown): string => JSON.stringify(value, (_, v: unknown) => (typeof v === "bigint" ? `${v}` : v));

interface Names {
  readonly accepts: readonly Worded[];
  readonly guard: Worded;
}

/** Packets to name ports leave the chain in one step: their exceptions, then the refusal, stand in a chain of their own. */
function splitNames(
  rules: readonly Rule[],
  spelling: Spelling,
): { before: readonly Rule[]; names?: Names; after: readonly Rule[] } {
  const first = rules.findIndex((rule) => rule.stage === "dns-inside");
  const deny = rules.filter((rule) => rule.stage === "dns-deny");
  const [guard] = merge(deny, spelling);
  const last = rules.findLastIndex((rule) => rule.stage === "dns-deny");
  if (
    first < 0 ||
    !guard?.match.alsoUdp ||
    !rules.slice(first).every((rule) => rule.stage !== "dns-inside" || isGuarded(rule, guard))
  ) {
    return { before: rules, after: [] };
  }
  const accepts = merge(
    rules.slice(first, last + 1).filter((rule) => rule.stage === "dns-inside"),
    spelling,
  );
  return { before: rules.slice(0, first), names: { accepts, guard }, after: rules.slice(last + 1) };
}

/** Every packet of the exception is one that the guard would take. */
function isGuarded({ match: { transport } }: Rule, { match: guard }: Worded): boolean {
  if (!(transport && "destinationPorts" in transport) && !(transport && "sourcePorts" in transport)) return false;
  if (!guard.transport || !("destinationPorts" in guard.transport || "sourcePorts" in guard.transport)) return false;
  const inside = (
    mine: readonly { first: number; last: number }[] | undefined,
    of: readonly { first: number; last: number }[] | undefined,
  ) => !of || (mine !== undefined && arePortsIn(mine, of));
  return (
    inside(transport.destinationPorts, guard.transport.destinationPorts) &&
    inside(transport.sourcePorts, guard.transport.sourcePorts)
  );
}
