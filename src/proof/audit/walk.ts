import { connections, localityAlphabet, rewriting } from "../dimensions.ts";
import type { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Act, Base, Hook, Rule } from "./rules.ts";
import { type Asked, Tests } from "./tests.ts";

/** What is asked of packets: whether they may get on, or whether they surely do. */
export interface Question {
  /** Of packets that are needed: they must get on, as they are, and are ordinary. Otherwise one way is enough. */
  readonly isNeeded: boolean;
  /** Whether what is not understood of a rule does what is worst; otherwise what is best. */
  readonly isWorst: (rule: Rule) => boolean;
  /** What our own rules let pass at a hook. */
  readonly ours: (hook: Hook) => PacketSet;
  /** Rules that count as if they were not there. */
  readonly ignored: (rule: Rule) => boolean;
  /** Acts behind which nothing of ours judges any more. */
  readonly isBeyond: (base: Base, act: Act) => boolean;
}

/** The packet sets of rules, which no question changes. */
export class AskedRules {
  readonly space: PacketSpace;
  readonly #ordinary: Tests;
  readonly #any: Tests;
  readonly #known = new Map<Rule, Map<string, Asked>>();

  constructor(space: PacketSpace) {
    this.space = space;
    this.#ordinary = new Tests(space, true);
    this.#any = new Tests(space, false);
  }

  /** In `output` packets show where they were routed first. */
  of(rule: Rule, hook: Hook, isOrdinary: boolean): Asked {
    const key = `${hook === "output"} ${isOrdinary}`;
    const known = this.#known.get(rule) ?? new Map<string, Asked>();
    this.#known.set(rule, known);
    const made = known.get(key) ?? this.#asked(rule, hook, isOrdinary);
    known.set(key, made);
    return made;
  }

  #asked({ tests }: Rule, hook: Hook, isOrdinary: boolean): Asked {
    const asked = (isOrdinary ? this.#ordinary : this.#any).all(tests);
    if (hook !== "output") return asked;
    const { known, unknown } = asked;
    const swapped = ({ least, most }: Asked["known"]) => ({ least: asRouted(least), most: asRouted(most) });
    return { known: swapped(known), unknown: swapped(unknown) };
  }
}

/** What a set says of where packets leave, said of where they were routed first. */
export const asRouted = (set: PacketSet): PacketSet =>
  set.whenSwapped(["outName", "routedName"], ["outKind", "routedKind"]);

/**
 * From what gets on behind rules to what does before them: rule by rule from the last to the first, each change of a packet by its
 * pre-image.
 */
export class Walk {
  readonly #asked: AskedRules;
  readonly #question: Question;
  readonly #space: PacketSpace;
  readonly #known = new Map<readonly Rule[], Map<string, PacketSet>>();

  constructor(asked: AskedRules, question: Question) {
    this.#asked = asked;
    this.#question = question;
    this.#space = asked.space;
  }

  /** What gets on before the rules of a hook where `behind` gets on behind them. */
  before(base: Base, behind: PacketSet): PacketSet {
    const space = this.#space;
    const asked = this.#chain(base, base.chain, behind, behind);
    let comes = space.family(...base.families);
    if (base.isNat) comes = comes.intersect(space.is("connection", connections.numberOf("new")));
    if (base.device !== undefined) comes = comes.intersect(this.#on(base.hook, base.device));
    return asked.intersect(comes).union(behind.minus(comes));
  }

  /** What is accepted by the rules of a hook, and not by coming to their end. */
  accepted(base: Base): PacketSet {
    return this.#chain(base, base.chain, this.#space.all, this.#space.none);
  }

  #on(hook: Hook, name: string): PacketSet {
    const { interfaces } = this.#space.names;
    return this.#space.is(
      hook === "ingress" ? "inName" : "outName",
      ...interfaces.of({ kind: "named", name }).map((n) => n + 1),
    );
  }

  /** `through`: what gets on when it is accepted. `back`: when it comes to the end. */
  #chain(base: Base, rules: readonly Rule[], through: PacketSet, back: PacketSet): PacketSet {
    const known = this.#known.get(rules) ?? new Map<string, PacketSet>();
    this.#known.set(rules, known);
    const key = `${base.hook} ${through.node} ${back.node}`;
    const made = known.get(key) ?? rules.reduceRight((next, rule) => this.#rule(base, rule, next, through, back), back);
    known.set(key, made);
    return made;
  }

  #rule(base: Base, rule: Rule, next: PacketSet, through: PacketSet, back: PacketSet): PacketSet {
    const { isNeeded, ignored } = this.#question;
    if (ignored(rule)) return next;
    const ended = this.#ended(base, rule, next, through, back);
    const isWorst = this.#question.isWorst(rule);
    const matched = rule.acts.reduceRight((behind, act) => this.#act(base, act, behind, isWorst), ended);
    if (matched.equals(next)) return next;
    return this.#either(this.#asked.of(rule, base.hook, isNeeded), matched, next, isWorst);
  }

  #ended(base: Base, { end }: Rule, next: PacketSet, through: PacketSet, back: PacketSet): PacketSet {
    switch (end?.kind) {
      case undefined:
        return next;
      case "accept":
        return through;
      case "drop":
        return this.#space.none;
      case "return":
        return back;
      case "ours":
        return next.intersect(this.#question.ours(base.hook));
      case "jump":
        return this.#chain(base, base.chains.get(end.chain) ?? [], through, next);
      case "goto":
        return this.#chain(base, base.chains.get(end.chain) ?? [], through, back);
    }
  }

  /** What gets on where a rule matches, and where it does not, as far as one can know which. */
  #either({ known, unknown }: Asked, matched: PacketSet, next: PacketSet, isWorst: boolean): PacketSet {
    const { isNeeded } = this.#question;
    const { least, most } = known;
    const may = isNeeded
      ? most.complement().union(matched).intersect(least.union(next))
      : most.intersect(matched).union(next.minus(least));
    if (unknown.least.isEverything()) return may;
    const isAny = isNeeded !== isWorst;
    const doubt = unknown.most.minus(unknown.least).intersect(isAny ? may.union(next) : may.intersect(next));
    return next.minus(unknown.most).union(unknown.least.intersect(may), doubt);
  }

  /** What gets on before an act where `behind` gets on behind it. */
  #act(base: Base, act: Act, behind: PacketSet, isWorst: boolean): PacketSet {
    const space = this.#space;
    const { isNeeded, isBeyond } = this.#question;
    if (!isNeeded && isBeyond(base, act)) return space.all;
    const rerouted = (set: PacketSet): PacketSet =>
      base.hook === "output" && !isNeeded ? set.exists("routedName", "routedKind") : set;
    switch (act.kind) {
      case "destination":
        // What is needed must come to whom it is for.
        return isNeeded ? space.none : rerouted(this.#destination(act, behind));
      case "source": {
        const own = space.is("sourceLocality", localityAlphabet.numberOf("local"));
        const as = act.ranges && act.family ? this.#among("source", act.family, act.ranges) : own;
        return behind.intersect(as).exists("source4", "source6", "sourceLocality", "sourcePort");
      }
      case "mark": {
        const set = behind.whenMasked("mark", BigInt(act.keep), BigInt(act.flip));
        return base.reroutes ? rerouted(set) : set;
      }
      case "any-mark": {
        const set = behind.whateverBits("mark", BigInt(act.bits));
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

  #destination({ family, ranges, ports, isOwn }: Extract<Act, { kind: "destination" }>, behind: PacketSet): PacketSet {
    const space = this.#space;
    const isLocal = space.is("destinationLocality", localityAlphabet.numberOf("local"));
    const to = family && ranges ? this.#among("destination", family, ranges) : isOwn ? isLocal : space.all;
    const at = ports
      ? space.where(
          "destinationPort",
          ports.map(({ first, last }) => ({ first: BigInt(first), last: BigInt(last) })),
        )
      : space.all;
    const made = behind
      .whenSet({ rewritten: BigInt(rewriting.yes) })
      .intersect(to)
      .intersect(at);
    const changed = ["destination4", "destination6", "destinationLocality", ...(ports ? ["destinationPort"] : [])];
    const before = family ? made.exists(...changed).intersect(space.family(family)) : made.exists(...changed);
    // Who comes in may address whom it likes, so another address lets nobody in.
    const in_ = space.direction("in");
    return before.minus(in_).union(behind.intersect(in_));
  }

  #among(
    end: "source" | "destination",
    family: "ipv4" | "ipv6",
    ranges: Parameters<PacketSpace["addresses"]>[2],
  ): PacketSet {
    return this.#space.addresses(end, family, ranges, this.#space.all).intersect(this.#space.family(family));
  }
}

/** Where nft keeps apart the control groups of apps, in the mark of a connection. */
const ourBits = 0xff000000;
