import { type Plan, switchableOf } from "../../ir/plan.ts";
import { accepted } from "../accepted.ts";
import { fragments } from "../dimensions.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import { possible } from "../possible.ts";
import type { Frame, Program } from "../readers/nft/program.ts";
import { type Comparison, type Difference, passing } from "./comparison.ts";

/** `nft/egress/eth0.nft` → `eth0` */
export const deviceOf = (file: string): string | undefined => /^nft\/egress\/(.+)\.nft$/.exec(file)?.[1];
export const egressTable = (device: string): string => `netdev ksp-${device}`;

/**
 * The first packet of which the hook of a device does not say what was planned: it lets pass what leaves by the device in
 * some state, whatever cannot be seen there, and nothing else. A frame that says something else of itself than the kernel
 * takes it for never passes.
 */
export function differentEgress(
  comparison: Comparison,
  plan: Plan,
  { device, program }: { readonly device: string; readonly program: Program },
): { readonly state: string; readonly difference: Difference } | undefined {
  const { space, meaning } = comparison;
  const at = space.is("outName", space.names.interfaces.classOf(device) + 1).intersect(space.direction("out"));
  const { least, most, arp } = planned(comparison, plan, at);
  const table = egressTable(device);
  const [base] = [...(program.tables.get(table)?.chains.values() ?? [])].flatMap((chain) => chain.base ?? []);
  const found = (difference: Difference | undefined) =>
    difference && { state: `any, a frame by ${device}`, difference };
  if (base?.device !== device) return found(comparison.some(at, "nothing judges it there"));

  const wanted: Readonly<Record<Frame | "none", { readonly least: PacketSet; readonly most: PacketSet }>> = {
    none: { least, most },
    ipv4: within(space.family("ipv4"), { least, most }),
    ipv6: within(space.family("ipv6"), { least, most }),
    arp: { least: arp, most: arp },
    eapol: { least: space.all, most: space.all },
    other: { least: space.none, most: space.none },
  };
  for (const [frame, bounds] of Object.entries(wanted)) {
    const judged = meaning.judged(program, table, "egress", { ...nothingKnown, ...(isFrame(frame) && { frame }) });
    const passes = judged?.passes ?? space.all;
    const difference =
      comparison.alone(passes, bounds.most, at, passing.more) ??
      comparison.alone(bounds.least, passes, at, passing.less) ??
      (judged?.policy === "drop" ? undefined : comparison.some(at, "the chain is open while it is made")) ??
      comparison.some(judged?.rules.undecided().intersect(at) ?? at, "no rule refuses it");
    if (difference) return found(difference);
  }
  return undefined;
}

const isFrame = (name: string): name is Frame => name !== "none";

const nothingKnown = {
  hasArrived: true,
  isTranslated: false,
  isOurs: { source: false, destination: false },
  isOpen: true,
  marks: [],
} as const;

/** What a hook that sees frames cannot ask for. */
const hidden = ["connection", "slice", "inName", "inKind", "routedName", "routedKind", "rewritten"] as const;
const shownByFirst = ["sourcePort", "destinationPort", "icmpType", "icmpCode"] as const;

/**
 * What must pass and what may. Later fragments of datagrams follow the first one: nobody puts them together without it, so
 * they may pass wherever one with some port does.
 */
function planned(
  comparison: Comparison,
  plan: Plan,
  at: PacketSet,
): { readonly least: PacketSet; readonly most: PacketSet; readonly arp: PacketSet } {
  const { space, ip } = comparison;
  const exists = possible(space).intersect(at);
  const all = space.none
    .union(...switchableOf(plan).map((ruleset) => accepted(ruleset, space, "most").intersect(exists)))
    .exists(...hidden);
  const later = space.is("fragment", fragments.later);
  const followers = (of: PacketSet): PacketSet =>
    of
      .minus(later)
      .exists(...shownByFirst, "fragment")
      .intersect(later);
  const open = all.intersect(ip);
  const datagrams = open.intersect(space.is("protocol", 17));
  return {
    least: open.union(followers(datagrams)),
    most: open.union(followers(open)),
    arp: all.intersect(space.family("arp")),
  };
}

const within = (set: PacketSet, { least, most }: { readonly least: PacketSet; readonly most: PacketSet }) => ({
  least: least.intersect(set),
  most: most.intersect(set),
});
