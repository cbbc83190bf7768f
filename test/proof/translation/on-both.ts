import type { Packet } from "../../../src/ir/packet.ts";
import { type Plan, rulesetsOf } from "../../../src/ir/plan.ts";
import type { Ruleset } from "../../../src/ir/ruleset.ts";
import { stateName } from "../../../src/ir/states.ts";
import { families } from "../../../src/net/address.ts";
import { connections, localityAlphabet, rewriting } from "../../../src/proof/dimensions.ts";
import { matched } from "../../../src/proof/matched.ts";
import { PacketSpace } from "../../../src/proof/packet-space.ts";
import type { PacketSet } from "../../../src/proof/packets/packet-set.ts";
import { type Judged, Meaning } from "../../../src/proof/readers/iptables/meaning.ts";
import type { IpFamily, Program as IptablesProgram } from "../../../src/proof/readers/iptables/program.ts";
import { readSets } from "../../../src/proof/readers/iptables/read-sets.ts";
import { load as loadIptables, nothing } from "../../../src/proof/readers/iptables/read-text.ts";
import { vocabularyOfProgram as vocabularyOfIptables } from "../../../src/proof/readers/iptables/vocabulary.ts";
import type { Judged as JudgedByNft } from "../../../src/proof/readers/nft/meaning.ts";
import { empty, type Program as NftProgram } from "../../../src/proof/readers/nft/program.ts";
import { load as loadNft } from "../../../src/proof/readers/nft/read-text.ts";
import { vocabularyOfProgram as vocabularyOfNft } from "../../../src/proof/readers/nft/vocabulary.ts";
import { Comparison, type Difference } from "../../../src/proof/translation/comparison.ts";
import { flowErrors } from "../../../src/proof/translation/flows.ts";
import { assumed } from "../../../src/proof/translation/iptables-assumed.ts";
import { judgingHooks, type OwnHook, rewritingHooks } from "../../../src/proof/translation/iptables-places.ts";
import { leavesAs } from "../../../src/proof/translation/leaving.ts";
import { rewrittenOtherwise } from "../../../src/proof/translation/same-rewrites.ts";
import { arpTable, ipTable } from "../../../src/proof/translation/same-rules.ts";
import { loopback, merged, vocabularyOf } from "../../../src/proof/vocabulary.ts";

/** A packet that the files for one of the two let pass, tell of or rewrite otherwise than the files for the other. */
interface Apart {
  readonly state: string;
  readonly hook: string;
  readonly packet: Packet;
  readonly says: string;
}

/** What iptables says otherwise, and declares (`capabilities.ts`). */
export const declaredConstructs = ["interface-kind", "arp", "final-source"] as const;
type Declared = (typeof declaredConstructs)[number];

/** What the files for nftables and those for iptables say of every packet, read back from their texts; no plan is asked what passes. */
export interface OnBoth {
  /** Undefined: the same, but for what is declared. */
  readonly apart: Apart | undefined;
  /** Where the two really differ. */
  readonly declared: ReadonlySet<Declared>;
}

type Files = ReadonlyMap<string, string>;

export function onBoth(plan: Plan, nft: Files, iptables: Files): OnBoth {
  const states = statesIn(plan, nft, iptables);
  const space = new PacketSpace(
    merged(
      vocabularyOf(rulesetsOf(plan)),
      ...states.flatMap(({ ours, theirs }) => [vocabularyOfNft(ours), ...theirs.map(vocabularyOfIptables)]),
      loopback,
    ),
  );
  const pair = new Pair(new Comparison(space), assumed(space, rulesetsOf(plan)));
  const declared = new Set<Declared>();
  for (const state of states) {
    const apart = pair.apart(state);
    if (apart) return { apart, declared };
    for (const one of pair.declared(state)) declared.add(one);
  }
  return { apart: undefined, declared };
}

interface State {
  readonly name: string;
  /** Absent where everything passes. */
  readonly ruleset?: Ruleset;
  readonly ours: NftProgram;
  readonly theirs: readonly IptablesProgram[];
}

const extensions = { ipv4: "v4", ipv6: "v6" } as const satisfies Readonly<Record<IpFamily, string>>;

/** What boots, and every state as the runtime gets there: the rules, then a switch. */
function statesIn(plan: Plan, nft: Files, iptables: Files): readonly State[] {
  const text = (files: Files, file: string): string => {
    const found = files.get(file);
    if (found === undefined) throw new Error(`no ${file}`);
    return found;
  };
  const byNft = (name: string, before: NftProgram): NftProgram => {
    const read = loadNft(text(nft, `nft/${name}.nft`), before);
    if ("fault" in read) throw new Error(`${name}, line ${read.fault.line}: ${read.fault.reason}`);
    return read.program;
  };
  const byIptables = (name: string, before: readonly IptablesProgram[]): readonly IptablesProgram[] =>
    before.map((program) => {
      const timed = iptables.get(`iptables/${name}.ipset`);
      const sets = timed === undefined ? program.sets : readSets(timed, program.sets);
      return loadIptables(text(iptables, `iptables/${name}.${extensions[program.family]}`), { ...program, sets });
    });
  const sets = readSets(iptables.get("iptables/sets.ipset") ?? "");
  const none = families.map(nothing);
  const all = {
    ours: byNft("ruleset", empty),
    theirs: byIptables(
      "ruleset",
      none.map((program) => ({ ...program, sets })),
    ),
  };
  const after = (name: string): Omit<State, "name"> => ({
    ours: byNft(name, all.ours),
    theirs: byIptables(name, all.theirs),
  });
  const boot = { ours: byNft("lockdown", empty), theirs: byIptables("lockdown", none) };
  const states = rulesetsOf(plan).map((ruleset): State => {
    const name = ruleset.state;
    return { name, ruleset, ...(name === "lockdown" ? boot : after(`switch/${stateName(name)}`)) };
  });
  return [...states, { name: "disabled", ...after("disable") }];
}

const telling = ["reset", "reject"] as const;
const either = [true, false];

class Pair {
  readonly #comparison: Comparison;
  readonly #iptables: Meaning;
  readonly #within: PacketSet;

  constructor(comparison: Comparison, within: PacketSet) {
    this.#comparison = comparison;
    this.#iptables = new Meaning(comparison.space);
    this.#within = within;
  }

  apart(state: State): Apart | undefined {
    const isTimed = state.ruleset?.rules.some(({ expiresAfter }) => expiresAfter !== undefined);
    for (const theirs of state.theirs)
      for (const isOpen of isTimed ? [true, false] : [true]) {
        const at: At = { state, theirs, isOpen, within: this.#within.intersect(this.#space.family(theirs.family)) };
        const found =
          this.#hook(at, "input", "in") ??
          this.#hook(at, "forward", "forward") ??
          this.#hook(at, "output", "out") ??
          this.#leaving(at) ??
          this.#forwarded(at) ??
          this.#rewrites(at);
        if (found) return { state: state.name, ...found };
      }
    return undefined;
  }

  /** What is said otherwise beyond what is compared. */
  *declared({ ruleset, ours, theirs }: State): Generator<Declared> {
    const { meaning } = this.#comparison;
    const hidden = (["input", "output"] as const).some((hook) => {
      const within = this.#space.family("arp").intersect(this.#space.direction(hook === "input" ? "in" : "out"));
      const judged = meaning.judged(ours, arpTable, hook, { ...nowhere, marks: [], isOpen: true });
      return judged !== undefined && this.#some(within.minus(judged.passes)) !== undefined;
    });
    if (hidden) yield "arp";
    for (const program of theirs) {
      const at: At = {
        state: { name: "", ours, theirs },
        theirs: program,
        isOpen: true,
        within: this.#space.family(program.family),
      };
      const going = this.#space.direction("out").intersect(this.#within.complement()).intersect(at.within);
      const [byNft, byIptables] = this.#both(at, "output", {});
      if (this.#some(byNft.passes.symmetricDifference(byIptables.passes).intersect(going))) yield "interface-kind";
      const { asked } = this.#translated(ruleset);
      const leaving = this.#both(at, "postrouting", {});
      if (this.#some(leaving[1].passes.minus(leaving[0].passes).intersect(asked).intersect(at.within)))
        yield "final-source";
    }
  }

  #hook(at: At, hook: "input" | "forward" | "output", direction: "in" | "forward" | "out"): Found | undefined {
    // What has a new destination is not routed there yet: it is judged where it leaves.
    const isJudgedLater = hook === "output" ? this.#space.is("rewritten", rewriting.yes) : this.#space.none;
    const going = this.#space.direction(direction).intersect(at.within);
    for (const source of either)
      for (const destination of either) {
        const [byNft, byIptables] = this.#both(at, hook, { source, destination });
        const refused = going.minus(byNft.passes).minus(byIptables.passes);
        const found =
          this.#differ(byNft.passes, byIptables.passes, going.minus(isJudgedLater), "lets it pass") ??
          telling
            .map((how) => this.#differ(byNft.rules.with(how), byIptables.rules.with(how), refused, `says ${how}`))
            .find((difference) => difference !== undefined) ??
          this.#differ(this.#told(byNft), this.#told(byIptables), refused, "logs it");
        if (found) return { hook, ...found };
      }
    return undefined;
  }

  /** By where a packet really leaves. Before a masquerade iptables sees a source that never leaves: it passes with any, where it does with some. */
  #leaving(at: At): Found | undefined {
    const { asked } = this.#translated(at.state.ruleset);
    const sources = ["source4", "source6", "sourceLocality"];
    for (const source of either)
      for (const destination of either) {
        const all = this.#space.direction("out").intersect(at.within);
        const going = source ? all : all.minus(this.#space.has("in"));
        const [byNft, byIptables] = this.#both(at, "postrouting", { source, destination });
        const translated = this.#nft(at, "postrouting", { source: true, destination, isTranslated: true }).passes;
        const some = asked.intersect(translated.intersect(asked).exists(...sources));
        const found =
          this.#differ(byNft.passes, byIptables.passes, going.minus(asked), "lets it pass") ??
          this.#differ(some, byIptables.passes.union(some), going.intersect(asked), "lets it pass") ??
          this.#differ(byNft.passes.intersect(byIptables.passes), byNft.passes, going.intersect(asked), "lets it pass");
        if (found) return { hook: "postrouting", ...found };
      }
    return undefined;
  }

  /**
   * What FORWARD let pass is not lost as it leaves, but of what gets another source, and of errors about a flow that nothing opens,
   * which nobody sends.
   */
  #forwarded(at: At): Found | undefined {
    const known = { source: false, destination: false };
    const isLocal = this.#space.is("sourceLocality", localityAlphabet.numberOf("local"));
    const { ruleset } = at.state;
    const { forwarded } = this.#translated(ruleset);
    const isRelated = this.#space.is("connection", connections.numberOf("related"));
    const isOfNoFlow = ruleset ? isRelated.minus(flowErrors(ruleset, this.#space)) : this.#space.none;
    const going = this.#space
      .direction("forward")
      .intersect(at.within)
      .minus(isLocal)
      .minus(forwarded)
      .minus(isOfNoFlow);
    const [nft, iptables] = [this.#both(at, "forward", known), this.#both(at, "postrouting", known)].reduce(
      ([a, b], [byNft, byIptables]) => [a.intersect(byNft.passes), b.intersect(byIptables.passes)],
      [this.#space.all, this.#space.all] as readonly [PacketSet, PacketSet],
    );
    const found = this.#differ(nft, iptables, going, "lets it pass");
    return found && { hook: "forward and postrouting", ...found };
  }

  #rewrites({ state, theirs, isOpen, within }: At): Found | undefined {
    const isNew = this.#space.is("connection", connections.numberOf("new"));
    for (const [hook, direction] of rewrittenAt)
      for (const source of either)
        for (const destination of either) {
          const isOurs = { source, destination };
          const place = { hasArrived: hook !== "output", isTranslated: false, marks: [], isOurs, isOpen };
          const own = rewritingHooks[hook];
          const found = rewrittenOtherwise(
            this.#iptables.rewritings(theirs, own, { isOurs, isOpen }),
            this.#comparison.meaning.rewritings(state.ours, ipTable, hook, place),
            this.#comparison,
            this.#space.direction(direction).intersect(within).intersect(isNew),
          );
          if (found) return { hook: `nat ${hook}`, ...found };
        }
    return undefined;
  }

  #both(at: At, hook: keyof typeof judgingHooks, known: Known): readonly [JudgedByNft, Judged] {
    const isOurs = { source: known.source ?? false, destination: known.destination ?? false };
    const own: OwnHook = judgingHooks[hook];
    return [this.#nft(at, hook, known), this.#iptables.judged(at.theirs, own, { isOurs, isOpen: at.isOpen })];
  }

  /** A connection has the mark that output gave it. */
  #nft({ state: { ours }, isOpen }: At, hook: keyof typeof judgingHooks, known: Known): JudgedByNft {
    const { meaning } = this.#comparison;
    const { source = false, destination = false, isTranslated = false } = known;
    const isOurs = { source, destination };
    const sent = { hasArrived: false, isTranslated: false, marks: [], isOurs, isOpen };
    const marks = hook === "postrouting" ? (meaning.judged(ours, ipTable, "output", sent)?.marks ?? []) : [];
    const place = { hasArrived: hook !== "output", isTranslated, marks, isOurs, isOpen };
    return meaning.judged(ours, ipTable, hook, place) ?? meaning.unjudged();
  }

  /** What gets another source once iptables has judged it, and before nftables does. */
  #translated(ruleset: Ruleset | undefined): { readonly asked: PacketSet; readonly forwarded: PacketSet } {
    const space = this.#space;
    if (!ruleset) return { asked: space.none, forwarded: space.none };
    const masquerades = ruleset.rewrites.filter(({ change }) => change.kind === "masquerade");
    const asked = masquerades.filter(({ direction }) => direction === "out").map(({ match }) => matched(match, space));
    const ways = masquerades
      .filter(({ direction }) => direction !== "out")
      .map(({ match: { inInterface, outInterface } }) =>
        matched({ ...(inInterface && { inInterface }), ...(outInterface && { outInterface }) }, space),
      );
    const { answered, masqueraded } = leavesAs(ruleset, this.#comparison);
    return { asked: space.none.union(...asked), forwarded: answered.union(masqueraded, ...ways) };
  }

  #told({ told }: { readonly told: readonly { readonly set: PacketSet }[] }): PacketSet {
    return this.#space.none.union(...told.map(({ set }) => set));
  }

  #differ(nft: PacketSet, iptables: PacketSet, within: PacketSet, does: string): Difference | undefined {
    return this.#comparison.differs(iptables, nft, within, {
      more: `iptables ${does}, nftables does not`,
      less: `nftables ${does}, iptables does not`,
    });
  }

  #some(set: PacketSet): Difference | undefined {
    return this.#comparison.some(set, "");
  }

  get #space(): PacketSpace {
    return this.#comparison.space;
  }
}

interface At {
  readonly state: State;
  readonly theirs: IptablesProgram;
  readonly isOpen: boolean;
  readonly within: PacketSet;
}
type Known = { readonly source?: boolean; readonly destination?: boolean; readonly isTranslated?: boolean };
type Found = Omit<Apart, "state">;

const nowhere = { hasArrived: true, isTranslated: false, isOurs: { source: false, destination: false } };

const rewrittenAt = [
  ["prerouting", "forward"],
  ["output", "out"],
  ["postrouting", "forward"],
  ["postrouting", "out"],
] as const;
