import { type Plan, rulesetsOf } from "../../ir/plan.ts";
import type { Ruleset } from "../../ir/ruleset.ts";
import { accepted } from "../accepted.ts";
import { cover } from "../cover.ts";
import { localityAlphabet, rewriting } from "../dimensions.ts";
import type { PacketSpace } from "../packet-space.ts";
import { packetOf } from "../packet-values.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import { possible } from "../possible.ts";
import { regionText } from "../region-text.ts";
import { ownerFields } from "../vocabulary.ts";
import { witnessValues } from "../witness.ts";
import { beforeAct, forHere } from "./acts.ts";
import { AskedRules, asRouted } from "./asked-rules.ts";
import { opening, refusing } from "./does.ts";
import { fewest } from "./fewest.ts";
import { type AuditFinding, inAllStates, type Shown } from "./finding.ts";
import { marksIn, type Need, needsOf } from "./needed.ts";
import type { Question, Remembered } from "./question.ts";
import { carriedBy, rememberedOf } from "./remembered.ts";
import { type Act, type Base, doesSomething, type Hook, type Rule, rulesOf, unclearOf } from "./rules.ts";
import { Walk } from "./walk.ts";
import { Way } from "./way.ts";

/**
 * What the rules of others do to a plan, in each of its states: what they let out beside it, and what they refuse that it needs.
 * `bases` are those of others and ours, as a machine has them.
 */
export function judgeForeign(plan: Plan, bases: readonly Base[], space: PacketSpace): readonly AuditFinding[] {
  const rules = rulesOf(bases).filter(({ end }) => end?.kind !== "ours");
  if (!rules.some(doesSomething)) return [];
  const rulesets = rulesetsOf(plan);
  const asked = new AskedRules(space, carriedBy(rulesets, space));
  const passing = new Map(rulesets.map((ruleset) => [ruleset, accepted(ruleset, space, "most")]));
  const found = rulesets.flatMap((ruleset) => new Judge(bases, rules, asked, ruleset, passing).findings());
  return inAllStates(found);
}

/** More are not told: one rule after the other can be mended. */
const most = 40;

/** What would only make words longer. */
const unsaid = ["routedName", "routedKind", "sourceLocality", "hopLimit", "fragment", ...ownerFields];

class Judge {
  readonly #way: Way;
  readonly #rules: readonly Rule[];
  readonly #asked: AskedRules;
  readonly #space: PacketSpace;
  readonly #ruleset: Ruleset;
  readonly #accepted: PacketSet;
  /** What passes in another state and not in this one. */
  readonly #elsewhere: PacketSet;
  readonly #remembered: readonly Remembered[];

  constructor(
    bases: readonly Base[],
    rules: readonly Rule[],
    asked: AskedRules,
    ruleset: Ruleset,
    passing: ReadonlyMap<Ruleset, PacketSet>,
  ) {
    const { space } = asked;
    this.#way = new Way(bases);
    this.#rules = rules;
    this.#asked = asked;
    this.#space = space;
    this.#ruleset = ruleset;
    this.#accepted = passing.get(ruleset) ?? space.none;
    this.#elsewhere = space.none.union(...passing.values()).minus(this.#accepted);
    const surely = (settled: Question["settled"]): PacketSet =>
      this.#before({ ...everyRule, isNeeded: true, settled }, space.none);
    this.#remembered = rememberedOf(ruleset, rules, surely, space);
  }

  findings(): readonly AuditFinding[] {
    const acts = this.#rules.some(({ acts }) => acts.length > 0);
    return [
      ...(acts ? this.#all({ of: (how) => this.#opened(how), does: opening, kind: "opens" }) : []),
      ...needsOf(this.#ruleset, this.#space).flatMap((need) =>
        this.#all({
          of: (how) => this.#lost(need, how),
          does: (rule) => `${refusing(rule)} ${need.what}`,
          kind: "breaks",
        }),
      ),
    ];
  }

  /** One rule after the other, each as if those before it were not there. */
  #all({ of, does, kind }: Claim): readonly AuditFinding[] {
    const found: AuditFinding[] = [];
    const told = new Set<Rule>();
    const states = [this.#ruleset.state];
    while (found.length < most) {
      const set = of({ isIgnored: (rule) => told.has(rule), isWorst: () => true });
      const values = set.isEmpty() ? undefined : witnessValues(set, this.#space);
      if (!values) break;
      const at = (how: Partial<How>): boolean =>
        of({ isIgnored: (rule) => told.has(rule), isWorst: () => true, ...how }).has(values);
      // What might refuse a packet makes it no less let out.
      const isSure = at({ isWorst: ({ end }) => kind === "opens" && end?.kind === "drop" });
      const guilty = isSure ? this.#guilty(told, at) : this.#doubtful(told, at);
      const shown = (rule: Rule): Shown => {
        const region = this.#region(set, of, told, rule);
        return { packet: packetOf(values, this.#space), ...(region !== undefined && { region }) };
      };
      for (const rule of guilty) told.add(rule);
      const [rule] = guilty;
      if (!rule) throw new Error("no rule does it");
      const unclear = unclearOf(rule);
      const { place } = rule;
      if (unclear === undefined || (isSure && kind === "breaks"))
        found.push({ kind, states, does: does(rule), place, shown: shown(rule) });
      else found.push({ kind: "unclear", states, reason: unclear, place, shown: shown(rule) });
    }
    return found;
  }

  /** The rules that do it together: most often one. */
  #guilty(told: ReadonlySet<Rule>, does: (how: Partial<How>) => boolean): readonly Rule[] {
    const able = this.#rules.filter((rule) => doesSomething(rule) && !told.has(rule));
    return fewest(able, (part) => {
      const kept = new Set(part);
      return does({ isIgnored: (rule) => told.has(rule) || (doesSomething(rule) && !kept.has(rule)) });
    });
  }

  /** The rule that must be understood to know. */
  #doubtful(told: ReadonlySet<Rule>, does: (how: Partial<How>) => boolean): readonly Rule[] {
    const unclear = this.#rules.filter((rule) => unclearOf(rule) !== undefined && !told.has(rule));
    const one = unclear.find((rule) => !does({ isWorst: (other) => other !== rule }));
    return one ? [one, ...this.#guilty(told, does)] : this.#guilty(told, does);
  }

  #region(set: PacketSet, of: Claim["of"], told: ReadonlySet<Rule>, rule: Rule): string | undefined {
    const rest = of({ isIgnored: (other) => told.has(other) || other === rule, isWorst: () => true });
    const out = this.#space.direction("out");
    const changed = set.minus(rest).exists(...unsaid);
    const said = changed.minus(out).union(changed.intersect(out).exists("inName", "inKind"));
    const [region] = cover(said, this.#space, { most: 1 }).regions;
    return region && regionText(region, this.#space);
  }

  /** What may get on that our rules refuse, and what they let pass that is sent elsewhere behind them. */
  #opened(how: How): PacketSet {
    const { all, none } = this.#space;
    const real = possible(this.#space)
      .intersect(this.#space.family("ipv4", "ipv6"))
      .intersect(this.#asSent())
      .intersect(this.#space.is("rewritten", rewriting.no))
      .minus(forHere(this.#space));
    const isBeyond = (base: Base, act: Act): boolean =>
      act.kind === "past" || (this.#way.isLast(base) && ["program", "destination", "unknown"].includes(act.kind));
    const settled: Question["settled"] = (base, act) => (isBeyond(base, act) ? all : undefined);
    const let_ = this.#before({ ...how, settled }, all)
      .minus(this.#accepted)
      .minus(this.#withOwnSource());
    const sent = this.#acts((act) => act.kind === "past" || act.kind === "program")
      ? this.#before({ ...how, settled }, none)
      : none;
    const astray = this.#acts((act) => act.kind === "destination")
      ? this.#before({ ...how, settled: this.#astray }, none)
      : none;
    const offloaded = this.#acts((act) => act.kind === "offload")
      ? this.#before({ ...how, settled: (_, act) => (act.kind === "offload" ? all : undefined) }, none)
      : none;
    return let_.union(sent, astray, offloaded.intersect(this.#elsewhere)).intersect(real);
  }

  /** What ours let pass, and becomes one behind them that they refuse. */
  readonly #astray: Question["settled"] = (base, act) =>
    this.#way.isLast(base) && act.kind === "destination"
      ? beforeAct(
          act,
          this.#accepted.exists("destinationLocality").complement(),
          { base, isWorst: true, isNeeded: false, remembered: [] },
          this.#space,
        )
      : undefined;

  /** Who may mark packets may as well change rules, so they come unmarked, or with a mark that the policy names. */
  #asSent(): PacketSet {
    return this.#space.is("mark", 0, ...marksIn(this.#ruleset.rules).map(({ value }) => value));
  }

  /** What would pass with the address of where it leaves: a sender may use that, so a right source opens nothing. */
  #withOwnSource(): PacketSet {
    const own = this.#accepted.intersect(this.#space.is("sourceLocality", localityAlphabet.numberOf("local")));
    return own.intersect(this.#space.direction("out")).exists("source4", "source6", "sourceLocality");
  }

  #lost(need: Need, how: How): PacketSet {
    const all = this.#space.all;
    return need.lost(this.#before({ ...how, isNeeded: true, remembered: this.#remembered }, all));
  }

  #acts(is: (act: Act) => boolean): boolean {
    return this.#rules.some(({ acts }) => acts.some(is));
  }

  #before(
    { isIgnored, ...how }: How & Partial<Pick<Question, "settled" | "isNeeded" | "remembered">>,
    end: PacketSet,
  ): PacketSet {
    const walk = new Walk(this.#asked, {
      isNeeded: false,
      settled: () => undefined,
      remembered: [],
      ...how,
      ignored: isIgnored,
      ours: (hook) => this.#ours(hook),
    });
    return this.#way.before(walk, end, this.#space);
  }

  /** Forwarded packets are judged by `forward`; what leaves by where it was routed first, too. */
  #ours(hook: Hook): PacketSet {
    if (hook === "postrouting") return this.#accepted.union(this.#space.direction("forward"));
    if (hook !== "output") return this.#accepted;
    const isRedirecting = this.#ruleset.rewrites.some(
      ({ direction, change }) => direction === "out" && change.kind === "destination",
    );
    const routed = asRouted(this.#accepted);
    return isRedirecting ? routed.union(this.#space.is("rewritten", 1)) : routed;
  }
}

interface How {
  readonly isIgnored: (rule: Rule) => boolean;
  readonly isWorst: (rule: Rule) => boolean;
}

/** None is ignored, and whatever is not understood does what is worst. */
const everyRule: How = { isIgnored: () => false, isWorst: () => true };

interface Claim {
  readonly of: (how: How) => PacketSet;
  readonly does: (rule: Rule) => string;
  readonly kind: "opens" | "breaks";
}
