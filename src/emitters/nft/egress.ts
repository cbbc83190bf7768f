import { type Plan, switchableOf } from "../../ir/plan.ts";
import type { Match, Rule, Ruleset } from "../../ir/ruleset.ts";
import type { EgressFault } from "../emitter.ts";
import { type InterfaceClass, interfaceClasses, speaksOf } from "../linux/classes.ts";
import type { Line } from "../linux/line.ts";
import { spokenFamilies } from "../linux/overlap.ts";
import { type Body, type Chain, variants } from "../linux/variants.ts";
import { judged, type Way } from "../linux/ways.ts";
import { template } from "../template.ts";
import { arpTables } from "./arp.ts";
import { ruleLines, sections, type Worded } from "./body.ts";
import { type ChainView, chainView } from "./chains.ts";
import { Sets, type SetView, setView } from "./sets.ts";
import { Slices } from "./slices.ts";
import { widest } from "./widest.ts";
import type { Spelling } from "./words.ts";

interface View {
  readonly policy: string;
  readonly device: string;
  readonly sets: readonly SetView[];
  readonly neighbours: readonly string[];
  /** The chains that `out` tries one after the other. */
  readonly jumps: readonly string[];
  readonly chains: readonly ChainView[];
}

/**
 * A hook of netdev sees what passes by every other one: frames of programs, of macvlans, of bridged guests. It cannot ask for
 * connections, control groups or where a packet came in, and there is one for all states: a rule accepts what some state's
 * does for whichever answer to these.
 */
export function egressFile(plan: Plan, device: string): string {
  const sets = new Sets();
  const spelling: Spelling = { kind: "sets", sets, slices: new Slices([]) };
  const rulesets = switchableOf(plan).map((ruleset) => ({ ...ruleset, rules: ruleset.rules.flatMap(seen) }));
  const of = classOf(device, rulesets);
  const chains = variants(of, "out", rulesets, (...at) => body(...at, spelling)).flatMap((variant) => variant.chains);
  const [arp] = rulesets.flatMap((ruleset) => arpTables(ruleset, spelling));
  const neighbours = arp?.hooks.find(({ hook }) => hook === "output")?.lines;
  return template<View>("nft/egress.hbs")({
    policy: plan.policy,
    device,
    sets: sets.all().map(setView),
    neighbours: neighbours ?? ['counter accept comment "built-in-arp"'],
    jumps: chains.map(({ name }) => name),
    chains: chains.map(chainView),
  });
}

export function egressFault(plan: Plan, device: string): EgressFault | undefined {
  if (!/^[A-Za-z0-9_.-]{1,15}$/.test(device))
    return {
      reason: "is no name that nft can give a table",
      instead: "name it without other signs than `_`, `.`, `-`",
    };
  const rulesets = switchableOf(plan);
  const of = classOf(device, rulesets);
  if (of.kind === "loopback")
    return { reason: "is loopback, which leads nowhere", instead: "name the card that leads to the internet" };
  if (of.kind === "zone" && of.zone.kind === "tunnel")
    return {
      reason: `is the tunnel \`${of.zone.name}\``,
      instead: "name the card that the tunnel's own packets leave by",
    };
  const isForwarding = rulesets.some(({ rules }) => rules.some((rule) => isForwardedBy(rule, of)));
  if (isForwarding)
    return {
      reason: "has forwarded packets, whose origin is not seen as they leave",
      instead: "name a card that nothing is forwarded to or from",
    };
  const leaving = rulesets.flatMap((ruleset) => judged(ruleset, "out", of).openings);
  if (!leaving.some(({ stage, verdict }) => verdict.kind === "accept" && stage !== "infrastructure"))
    return { reason: "is none that the policy lets anything leave by", instead: "name one of the links" };
  return undefined;
}

function classOf(device: string, rulesets: readonly Ruleset[]): InterfaceClass {
  if (device === "lo") return { kind: "loopback" };
  const isNamed = (of: InterfaceClass): boolean =>
    of.kind === "zone" &&
    of.zone.devices.some((d) =>
      d.kind === "named" ? d.name === device : d.kind === "prefix" && device.startsWith(d.prefix),
    );
  return interfaceClasses(rulesets).find(isNamed) ?? { kind: "rest" };
}

const isForwardedBy = ({ direction, verdict, match }: Rule, of: InterfaceClass): boolean =>
  direction === "forward" &&
  verdict.kind === "accept" &&
  !match.related &&
  (speaksOf(match, "iif", of) || speaksOf(match, "oif", of));

/** A rule as far as it can be asked here; a refusal that cannot be asked whole is left out. */
function seen({ expiresAfter: _, ...rule }: Rule): readonly Rule[] {
  const { related, rewritten, owner, source, destination, ...match } = rule.match;
  const owners = owner?.map((all) => all.filter(({ kind }) => kind !== "slice"));
  const isHidden =
    related !== undefined ||
    rewritten !== undefined ||
    owner?.some((all) => all.some(({ kind }) => kind === "slice")) ||
    [source, destination].some((address) => address?.within !== undefined);
  if (isHidden && rule.verdict.kind !== "accept") return [];
  const visible: Match = {
    ...match,
    ...(source && { source: widest(source) }),
    ...(destination && { destination: widest(destination) }),
    ...(owners?.every((all) => all.length > 0) && { owner: owners }),
  };
  return [{ ...rule, match: visible }];
}

function body(ruleset: Ruleset, way: Way, of: InterfaceClass, spelling: Spelling): Body {
  const { openings, replies, probeOnly } = judged(ruleset, way, of);
  const chains = (suffix: string): readonly Chain[] =>
    [
      { name: `answers${suffix}`, sections: sections(replies, spelling, linesOf) },
      { name: `openings${suffix}`, sections: sections(openings, spelling, linesOf) },
    ].filter(({ sections }) => sections.length > 0);
  return { of, chains, key: JSON.stringify(chains("")), probeOnly };
}

const linesOf = (rule: Worded, spelling: Spelling): readonly Line[] =>
  [...ruleLines(rule, spelling), ...laterFragments(rule, spelling)].map((line) =>
    line.map((piece) => (piece.kind === "family" ? { ...piece, text: protocolOf[piece.text] ?? piece.text } : piece)),
  );

const protocolOf: Readonly<Record<string, string>> = {
  "meta nfproto ipv4": "meta protocol ip",
  "meta nfproto ipv6": "meta protocol ip6",
};

/** Datagrams that are too long have been cut before this hook, and only their first piece has ports. */
function laterFragments(rule: Worded, spelling: Spelling): readonly Line[] {
  const { alsoUdp, transport, ...match } = rule.match;
  const isUdp = transport?.kind === "udp" || (transport?.kind === "tcp" && alsoUdp);
  const hasPorts = isUdp && (transport.sourcePorts ?? transport.destinationPorts) !== undefined;
  if (!hasPorts || rule.verdict.kind !== "accept") return [];
  return spokenFamilies(match).flatMap((family) =>
    ruleLines({ ...rule, match: { ...match, family, transport: { kind: "udp" } } }, spelling).map((line) => {
      const at = line.findIndex(({ kind }) => kind === "verdict");
      const text = family === "ipv4" ? "ip frag-off & 0x1fff != 0" : "frag frag-off != 0";
      return [...line.slice(0, at), { kind: "later", text }, ...line.slice(at)];
    }),
  );
}
