import type { Addresses } from "../address-classes.ts";
import { connections, localityAlphabet, rewriting } from "../dimensions.ts";
import type { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { IpFamily } from "../readers/nft/program.ts";
import type { Question } from "./question.ts";
import type { Act, Base } from "./rules.ts";

/** Where an act is done, and what is asked. */
interface At extends Pick<Question, "isNeeded" | "remembered"> {
  readonly base: Base;
  /** Whether what is not understood does what is worst. */
  readonly isWorst: boolean;
}

/** What gets on before an act where `behind` gets on behind it. */
export function beforeAct(
  act: Act,
  behind: PacketSet,
  { base, isWorst, isNeeded, remembered }: At,
  space: PacketSpace,
): PacketSet {
  const rerouted = (set: PacketSet): PacketSet =>
    base.hook === "output" && !isNeeded ? set.exists("routedName", "routedKind") : set;
  switch (act.kind) {
    case "destination":
      // What is needed must come to whom it is for.
      return isNeeded ? ofOthers(act, behind, space) : rerouted(destinations(act, behind, space));
    case "source": {
      const own = space.is("sourceLocality", localityAlphabet.numberOf("local"));
      const as = act.ranges && act.family ? among("source", act.family, act.ranges, space) : own;
      const before = behind.intersect(as).exists("source4", "source6", "sourceLocality", "sourcePort");
      return before.union(ofOthers(act, behind, space));
    }
    case "mark": {
      const set = behind.whenMasked("mark", BigInt(act.keep), BigInt(act.flip));
      return base.reroutes ? rerouted(set) : set;
    }
    case "any-mark":
    case "restored-mark": {
      const isKnown = isNeeded && act.kind === "restored-mark";
      const set = isKnown ? restored(act.bits, behind, remembered) : behind.whateverBits("mark", BigInt(act.bits));
      return base.reroutes ? rerouted(set) : set;
    }
    case "any-hop-limit":
      return behind.exists("hopLimit");
    case "connection-mark":
      return (act.keep & ourBits) >>> 0 === ourBits ? behind : behind.exists("slice");
    case "untracked":
      return isNeeded ? space.none : behind.whenSet({ connection: BigInt(connections.numberOf("new")) });
    case "past":
      return isNeeded && !act.isCopy ? space.none : behind;
    case "offload":
      return behind;
    case "program":
      return isNeeded || behind.isEmpty() ? behind : space.all;
    case "unknown":
      if (isNeeded) return isWorst ? space.none : behind;
      return isWorst && !behind.isEmpty() ? space.all : behind;
  }
}

/** A connection that nobody marked has the mark 0. */
function restored(bits: number, behind: PacketSet, remembered: At["remembered"]): PacketSet {
  const with_ = (mark: number): PacketSet =>
    behind.whenMasked("mark", BigInt(~bits >>> 0), BigInt((mark & bits) >>> 0));
  return remembered.reduce(
    (set, { packets, mark }) => set.minus(packets).union(with_(mark).intersect(packets)),
    with_(0),
  );
}

function destinations(
  { family, ranges, ports, isOwn }: Extract<Act, { kind: "destination" }>,
  behind: PacketSet,
  space: PacketSpace,
): PacketSet {
  const isLocal = space.is("destinationLocality", localityAlphabet.numberOf("local"));
  const to = family && ranges ? among("destination", family, ranges, space) : isOwn ? isLocal : space.all;
  const at = ports
    ? space.where(
        "destinationPort",
        ports.map(({ first, last }) => ({ first: BigInt(first), last: BigInt(last) })),
      )
    : space.all;
  const made = behind
    .whenSet({ rewritten: BigInt(rewriting.yes) })
    .intersect(to)
    .intersect(at)
    .minus(forHere(space));
  const changed = ["destination4", "destination6", "destinationLocality", ...(ports ? ["destinationPort"] : [])];
  const before = family
    ? made
        .exists(...changed)
        .intersect(space.family(family))
        .union(ofOthers({ family }, behind, space))
    : made.exists(...changed);
  // Who comes in may address whom it likes, so another address lets nobody in.
  const in_ = space.direction("in");
  return before.minus(in_).union(behind.intersect(in_));
}

/** Packets of another family than that of an address stay what they are. */
const ofOthers = ({ family }: { readonly family?: IpFamily }, behind: PacketSet, space: PacketSpace): PacketSet =>
  family ? behind.minus(space.family(family)) : space.none;

/** What is for this machine itself leaves by no card: whatever becomes of it, it was free to go. */
export const forHere = (space: PacketSpace): PacketSet =>
  space
    .direction("out", "forward")
    .intersect(space.is("destinationLocality", localityAlphabet.numberOf("local")))
    .minus(space.is("outKind", space.names.kinds.numberOf("loopback")));

const among = (end: "source" | "destination", family: IpFamily, ranges: Addresses, space: PacketSpace): PacketSet =>
  space.addresses(end, family, ranges, space.all).intersect(space.family(family));

/** Where nft keeps apart the control groups of apps, in the mark of a connection. */
const ourBits = 0xff000000;
