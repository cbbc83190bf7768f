import type { Identity } from "../../ir/policy.ts";
import type { Rule, Ruleset, Stage } from "../../ir/ruleset.ts";
import { families } from "../../net/address.ts";
import { constant } from "../../net/parse-net.ts";
import { accepted } from "../accepted.ts";
import { localityAlphabet, rewriting } from "../dimensions.ts";
import type { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import { possible } from "../possible.ts";
import { usual } from "../usual.ts";
import { ownerFields } from "../vocabulary.ts";
import { straight } from "./way.ts";

/** Something that a policy needs, in words, and the packets of it: usual ones. */
export interface Need {
  readonly what: string;
  readonly set: PacketSet;
  /** The packets of it that are refused, of those that surely get on: where one address of many is enough, all of them. */
  readonly lost: (surely: PacketSet) => PacketSet;
  /** Where a system has no daemon of ksp, nobody needs it. */
  readonly ofDaemon: boolean;
}

/** `peers`: whether it is about each of its addresses by itself, or there are many that would do. */
const needs: readonly {
  readonly what: string;
  readonly stages: readonly Stage[];
  readonly peers: "each" | "some";
  readonly isArp?: true;
  readonly ofDaemon?: true;
}[] = [
  { what: "what goes to and from a server", stages: ["helper", "endpoint"], peers: "each" },
  { what: "a probe or its answer", stages: ["probe"], peers: "each", ofDaemon: true },
  { what: "what names are asked of a resolver", stages: ["dns-inside"], peers: "each" },
  { what: "the business of the link", stages: ["infrastructure"], peers: "some" },
  { what: "who has an address on the link (ARP)", stages: ["infrastructure"], peers: "some", isArp: true },
  { what: "what goes through a tunnel, to whomever", stages: ["tunnel"], peers: "some" },
];

/** What a ruleset lets pass that it could not do without. */
export function needsOf(ruleset: Ruleset, space: PacketSpace): readonly Need[] {
  const ordinary = ordinaryOf(ruleset, space);
  return needs.flatMap(({ what, stages, peers, isArp, ofDaemon = false }) => {
    const passing = passingBy(ruleset, ({ stage }) => stages.includes(stage), space);
    const spoken = space.family(...(isArp ? (["arp"] as const) : (["ipv4", "ipv6"] as const)));
    const heard = passing.intersect(ordinary).intersect(spoken).minus(idle(space));
    const set = plain(heard, ruleset, space);
    if (set.isEmpty()) return [];
    return [{ what, set, lost: (surely) => lostOf(set, surely, peers, space), ofDaemon }];
  });
}

type Mark = Extract<Identity, { readonly kind: "mark" }>;

/** The marks that rules ask senders for. */
export function marksIn(rules: readonly Rule[]): readonly Mark[] {
  const marks = rules.flatMap(({ match: { owner } }) =>
    (owner?.flat() ?? []).flatMap((identity) => (identity.kind === "mark" ? [identity] : [])),
  );
  return [...new Map(marks.map((mark) => [mark.value, mark])).values()];
}

/** Packets of everyday, whatever a ruleset says of them. */
export const ordinaryOf = (ruleset: Ruleset, space: PacketSpace): PacketSet =>
  possible(space)
    .intersect(usual([ruleset], space))
    .intersect(straight(space))
    .intersect(atHome(space));

/** What some rules let pass, where all others that do so refuse. */
export const passingBy = (ruleset: Ruleset, isOf: (rule: Rule) => boolean, space: PacketSpace): PacketSet =>
  accepted({ ...ruleset, rules: ruleset.rules.map((rule) => (isOf(rule) ? rule : closed(rule))) }, space, "least");

/**
 * The link's business that no tunnel waits for: groups, and what a DHCP server says to a machine without an address, which is
 * read before any firewall, or could not be read at all.
 */
function idle(space: PacketSpace): PacketSet {
  const offers = [
    space.direction("in"),
    space.family("ipv4"),
    space.is("protocol", 17),
    space.is("destinationPort", 68),
  ];
  const groups = space.is("protocol", 58).intersect(space.is("icmpType", 130, 131, 132, 143));
  return offers.reduce((a, b) => a.intersect(b)).union(space.is("protocol", 2), groups);
}

/** A rule for another need counts as one that refuses. */
const closed = (rule: Rule): Rule =>
  rule.verdict.kind === "accept" ? { ...rule, verdict: { kind: "drop" }, replies: false } : rule;

/** What is refused whatever our own address and port are, and, where there are many peers, whichever of them it is about. */
export function lostOf(set: PacketSet, surely: PacketSet, peers: "each" | "some", space: PacketSpace): PacketSet {
  const near = { out: "source", in: "destination", forward: undefined } as const;
  const lost = (["out", "in", "forward"] as const).map((direction) => {
    const part = set.intersect(space.direction(direction));
    const ends = (["source", "destination"] as const).filter(
      (end) => peers === "some" || near[direction] === undefined || near[direction] === end,
    );
    const own = near[direction];
    const any = [...ends.flatMap((end) => [`${end}4`, `${end}6`, `${end}Locality`]), ...(own ? [`${own}Port`] : [])];
    return part.minus(part.intersect(surely).exists(...any));
  });
  return space.none.union(...lost);
}

/** What arrives is for this machine, what leaves is not, it comes from one machine, and nobody is on loopback. */
function atHome(space: PacketSpace): PacketSet {
  const inside = (["source", "destination"] as const).flatMap((end) =>
    families.map((family) => space.address(end, family, loopback, space.all).intersect(space.family(family))),
  );
  const at = (
    end: "source" | "destination",
    ...names: readonly (typeof localityAlphabet.values)[number][]
  ): PacketSet => space.is(`${end}Locality`, ...names.map((name) => localityAlphabet.numberOf(name)));
  const to = at.bind(undefined, "destination");
  return space
    .direction("out", "forward")
    .intersect(to("elsewhere", "broadcast", "multicast"))
    .union(space.direction("in").intersect(to("local", "broadcast", "multicast")))
    .minus(at("source", "broadcast", "multicast").union(...inside));
}
const loopback = constant("127.0.0.0/8", "::1");

/** The simplest of packets that differ in what nobody would call needed: marks, owners, hop limits, interfaces of containers. */
export function plain(set: PacketSet, { rules }: Ruleset, space: PacketSpace): PacketSet {
  const { owners, interfaces } = space.names;
  const inner = interfaces.samples.flatMap((name, i) => (isInside(name) ? [i + 1] : []));
  const ofHome = (end: "source" | "destination"): PacketSet =>
    space.address(end, "ipv4", home, space.all).union(space.family("ipv6"));
  const preferred: readonly (readonly [string, PacketSet])[] = [
    ["rewritten", space.is("rewritten", rewriting.no)],
    ["hopLimit", space.is("hopLimit", 64)],
    ["mark", space.is("mark", 0)],
    ...marksIn(rules).map(({ value }) => ["mark", space.is("mark", value)] as const),
    // Whoever sends it is somebody; of what arrives nobody knows.
    ...ownerFields.map(
      (field) => [field, space.is(field, owners[field].size - 1).union(space.direction("in"))] as const,
    ),
    ...ownerFields.map((field) => [field, space.is(field, 0).union(space.direction("out"))] as const),
    // Rules for networks of containers are not about what this machine itself sends.
    ["source4", ofHome("source").union(space.direction("in"))],
    ["destination4", ofHome("destination").union(space.direction("out", "forward"))],
    ...(["in", "out"] as const).map((side) => [`${side}Name`, space.is(`${side}Name`, ...inner).complement()] as const),
  ];
  return preferred.reduce((rest, [dimension, wish]) => {
    const wished = rest.intersect(wish);
    // What leaves was routed there, too.
    const dimensions = dimension === "outName" ? [dimension, "routedName"] : [dimension];
    return wished.union(rest.minus(wished.exists(...dimensions)));
  }, set);
}

const home = constant("192.168.0.0/16");

/** Interfaces of containers and virtual machines: no server is behind them. */
const isInsideName = /^(docker|br-|veth|virbr|vnet|lxc|lxd|incus|podman|cni|flannel|cali|kube|cilium)/;
export const isInside = (name: string): boolean => isInsideName.test(name);
