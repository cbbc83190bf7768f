import { connections } from "../dimensions.ts";
import type { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import { beforeAct } from "./acts.ts";
import type { AskedRules } from "./asked-rules.ts";
import type { Question } from "./question.ts";
import type { Act, Base, Hook, Rule } from "./rules.ts";
import type { Asked } from "./tests.ts";

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
    const asked = this.#chain(base, base.chain, behind, this.#kept(base, behind));
    let comes = space.family(...base.families);
    if (base.isNat) comes = comes.intersect(space.is("connection", connections.numberOf("new")));
    if (base.device !== undefined) comes = comes.intersect(this.#on(base.hook, base.device));
    return asked.intersect(comes).union(behind.minus(comes));
  }

  /** What the rules of a hook let pass, some of them, before it comes to their end. */
  passedBy(base: Base, rules: readonly Rule[]): PacketSet {
    const { all, none } = this.#space;
    return this.#chain(base, rules, all, this.#kept(base, all), none);
  }

  /** What a chain's policy leaves of what gets on behind it. */
  #kept(base: Base, behind: PacketSet): PacketSet {
    return base.policy ? this.#rule(base, base.policy, behind, behind, behind) : behind;
  }

  #on(hook: Hook, name: string): PacketSet {
    const { interfaces } = this.#space.names;
    return this.#space.is(
      hook === "ingress" ? "inName" : "outName",
      ...interfaces.of({ kind: "named", name }).map((n) => n + 1),
    );
  }

  /** What gets on: `through` of what is accepted, `back` of what returns, `end` of what comes to the end. */
  #chain(base: Base, rules: readonly Rule[], through: PacketSet, back: PacketSet, end = back): PacketSet {
    const known = this.#known.get(rules) ?? new Map<string, PacketSet>();
    this.#known.set(rules, known);
    const key = `${base.hook} ${through.node} ${back.node} ${end.node}`;
    const made = known.get(key) ?? rules.reduceRight((next, rule) => this.#rule(base, rule, next, through, back), end);
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

  #act(base: Base, act: Act, behind: PacketSet, isWorst: boolean): PacketSet {
    const { isNeeded, remembered, settled } = this.#question;
    return settled(base, act) ?? beforeAct(act, behind, { base, isWorst, isNeeded, remembered }, this.#space);
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
}
