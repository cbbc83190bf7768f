import type { Ruleset as PlannedRules } from "../../ir/ruleset.ts";
import { connections, fragments } from "../dimensions.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import { doubtOf, type View } from "../readers/pf/matched.ts";
import { Meaning } from "../readers/pf/meaning.ts";
import type { Anchor, Criteria, Direction, Program, Rule, Ruleset, Translation } from "../readers/pf/program.ts";
import { isReached } from "../readers/pf/read-listing.ts";
import type { Judging } from "../readers/pf/walk.ts";
import type { Comparison } from "../translation/comparison.ts";
import type { AuditFinding, Place, Shown } from "./finding.ts";
import { type Need, needsOf } from "./needed.ts";
import { givenHidden } from "./pf-given.ts";
import { ourPath, stock } from "./pf-ours.ts";

/**
 * What the rules of others do to a state of a plan. Ours are taken for what was planned: where they are asked they decide for
 * good, so all rules behind them are harmless, whatever they say. A rule that is not understood does what is worst. A packet
 * that is sent to another interface is asked again there (xnu, pf_route).
 */
export class JudgeOfPf {
  readonly #program: Program;
  readonly #comparison: Comparison;
  readonly #there: PacketSet;
  readonly #placeOf: (line: number) => Place;
  /** Rules and anchors of others, and what each rule decides in each direction. */
  readonly #foreign: readonly (Rule | Anchor)[];
  readonly #translations: readonly Translating[];
  readonly #decided = new Map<Rule, PacketSet>();

  constructor(program: Program, comparison: Comparison, there: PacketSet, placeOf: (line: number) => Place) {
    this.#program = program;
    this.#comparison = comparison;
    this.#there = there;
    this.#placeOf = placeOf;
    const others = [...program].filter(([path]) => path !== ourPath);
    this.#foreign = others.flatMap(([, { entries }]) => entries);
    this.#translations = others.flatMap(([path, { translations }]) =>
      isReached(program, path, (each) => each.translations)
        ? translations.flatMap((translation) => (translation.path === undefined ? [{ path, translation }] : []))
        : [],
    );
  }

  findings(planned: PlannedRules, skipped: ReadonlyMap<string, number>): readonly AuditFinding[] {
    const at = new State(planned, this.#comparison, this.#there);
    const passing = this.#passing(at, () => "away");
    const opened = at.opened(passing);
    return [
      ...this.#opens(at, opened),
      ...at.needs.flatMap((need) => this.#breaks(at, need, at.lost(need, passing))),
      ...this.#foreign
        .filter((entry) => doubtOf(entry) !== undefined)
        .flatMap((entry) => this.#unclear(at, entry, passing)),
      ...this.#translations.flatMap((each) => this.#translates(at, each, passing)),
      ...[...skipped].flatMap(([name, line]) => this.#skips(at, name, line)),
    ];
  }

  #opens(at: State, opened: PacketSet): readonly AuditFinding[] {
    if (opened.isEmpty()) return [];
    const { state } = at;
    const rules = this.#rules.filter((rule) => rule.action === "pass" && doubtOf(rule) === undefined);
    const found = rules.flatMap((rule): readonly AuditFinding[] => {
      const set = opened.intersect(this.#decidedBy(rule));
      const does = `lets ${set.overlaps(this.#whole) ? "packets" : "fragments"} pass that ours are not asked about`;
      return this.#shown(set, rule, { kind: "opens", states: [state], does });
    });
    const rest = rules.reduce((left, rule) => left.minus(this.#decidedBy(rule)), opened);
    const shown = this.#some(rest);
    const reason = "no line of the main rules leads these packets to them";
    return shown ? [...found, { kind: "absent", states: [state], reason, shown }] : found;
  }

  #breaks({ state }: State, { what, set: needed }: Need, lost: PacketSet): readonly AuditFinding[] {
    return this.#rules.flatMap((rule): readonly AuditFinding[] => {
      if (doubtOf(rule) !== undefined || (lost.isEmpty() && rule.route === undefined)) return [];
      const isSent = rule.action === "pass" && rule.route !== undefined;
      const does = isSent ? "sends elsewhere" : rule.action === "pass" ? "keeps no state for" : "refuses";
      const set = (isSent ? needed : lost).intersect(this.#decidedBy(rule));
      return this.#shown(set, rule, { kind: "breaks", states: [state], does: `${does} ${what}` });
    });
  }

  #unclear(at: State, entry: Rule | Anchor, known: PacketSet): readonly AuditFinding[] {
    const leaning = (lean: "passing" | "refusing") => this.#passing(at, (each) => (each === entry ? lean : "away"));
    const opened = at.opened(leaning("passing").minus(known));
    const refusing = leaning("refusing");
    const set = opened.union(...at.needs.map((need) => at.lost(need, refusing).minus(at.lost(need, known))));
    return this.#shown(set, entry, { kind: "unclear", states: [at.state], reason: doubtOf(entry) ?? "" });
  }

  /** Where a translation says `pass`, no rule is asked; where it does not, rules see what it made of a packet. */
  #translates(at: State, { path, translation }: Translating, passing: PacketSet): readonly AuditFinding[] {
    const meaning = new Meaning(this.#comparison.space);
    const about = (direction: Direction): PacketSet =>
      meaning
        .translated(this.#program, path, translation, direction)
        .intersect(this.#comparison.space.direction(direction))
        .intersect(this.#there);
    const states = [at.state];
    const doubt = doubtOf(translation);
    if (translation.isFinal) {
      const set = at.opened(about("out").union(about("in")));
      const does = "changes addresses and lets pass, before any rule is asked";
      if (doubt === undefined) return this.#shown(set, translation, { kind: "opens", states, does });
      return this.#shown(set, translation, { kind: "unclear", states, reason: doubt });
    }
    const begins = this.#comparison.space.is("connection", connections.numberOf("new"));
    const getsOn = passing.intersect(this.#there);
    const leaving = about("out").intersect(begins);
    const hidden = givenHidden(translation, leaving, at.planned, this.#comparison.space);
    return at.needs.flatMap((need) => {
      const { what, set } = need;
      const turned = set.intersect(begins).intersect(about("in"));
      if (doubt !== undefined) return this.#shown(turned, translation, { kind: "unclear", states, reason: doubt });
      const lost = at.lost(need, getsOn.minus(hidden)).minus(at.lost(need, getsOn));
      const does = `gives an address that no answer comes to, to ${what}`;
      return [
        ...this.#shown(turned, translation, { kind: "breaks", states, does: `sends elsewhere ${what}` }),
        ...this.#shown(lost, translation, { kind: "breaks", states, does }),
      ];
    });
  }

  #skips(at: State, name: string, line: number): readonly AuditFinding[] {
    const meaning = new Meaning(this.#comparison.space, { ...at.judging, lean: () => "away" });
    const passing = meaning.passes(this.#program, { isEnabled: true, skipped: [name] });
    const set = at.opened(passing.minus(meaning.passes(this.#program)));
    return this.#shown(set, { line }, { kind: "opens", states: [at.state], does: "has pf skip this interface" });
  }

  #passing({ judging }: State, lean: NonNullable<Judging["lean"]>): PacketSet {
    return new Meaning(this.#comparison.space, { ...judging, lean }).passes(this.#program);
  }

  get #rules(): readonly Rule[] {
    return this.#foreign.flatMap((entry) => (entry.kind === "rule" ? [entry] : []));
  }

  /** Which does not depend on what ours say. */
  #decidedBy(rule: Rule): PacketSet {
    const known = this.#decided.get(rule);
    if (known) return known;
    const { space } = this.#comparison;
    const stand = { path: ourPath, passes: () => space.none };
    const meaning = new Meaning(space, { stand, lean: () => "away" });
    const made = (["out", "in"] as const)
      .map((direction) => meaning.decidedBy(this.#program, direction, rule))
      .reduce((a, b) => a.union(b));
    this.#decided.set(rule, made);
    return made;
  }

  #shown(set: PacketSet, { line }: Pick<Criteria, "line">, finding: Said): readonly AuditFinding[] {
    const shown = this.#some(set);
    return shown ? [{ ...finding, place: this.#placeOf(line), shown }] : [];
  }

  /** Rather one that is whole, and begins something. */
  #some(of: PacketSet): Shown | undefined {
    const set = of.exists(...unasked);
    const begins = this.#comparison.space.is("connection", connections.numberOf("new"));
    const whole = set.intersect(this.#whole);
    const found =
      this.#comparison.some(whole.intersect(begins), "") ??
      this.#comparison.some(whole, "") ??
      this.#comparison.some(set, "");
    return found && { packet: found.packet };
  }

  get #whole(): PacketSet {
    return this.#comparison.space.is("fragment", fragments.whole);
  }
}

/** macOS has none of it, and pf asks for none. */
const unasked = ["slice", "program", "service", "mark"];

interface Translating {
  readonly path: string;
  readonly translation: Translation;
}
type Said =
  | { readonly kind: "opens" | "breaks"; readonly states: AuditFinding["states"]; readonly does: string }
  | { readonly kind: "unclear"; readonly states: AuditFinding["states"]; readonly reason: string };

/** One state of a plan, as a pf without rules of others would hold it. */
class State {
  readonly planned: PlannedRules;
  readonly state: AuditFinding["states"][number];
  readonly judging: Judging;
  readonly needs: readonly Need[];
  readonly #there: PacketSet;
  readonly #alone: PacketSet;
  readonly #accepted: PacketSet;
  readonly #whole: PacketSet;

  constructor(ruleset: PlannedRules, comparison: Comparison, there: PacketSet) {
    const { space } = comparison;
    const { accepted, openings, replies } = comparison.planned(ruleset, "as-loaded");
    const passes = ({ as, direction, walk }: View): PacketSet => {
      if (walk === "fragments") return space.is(`${direction}Kind`, space.names.kinds.numberOf("loopback"));
      const side = as === "answered" ? opposite[direction] : direction;
      return (as === "answered" ? replies : openings).intersect(space.direction(side));
    };
    this.planned = ruleset;
    this.state = ruleset.state;
    this.judging = { stand: { path: ourPath, passes } };
    this.#there = there;
    this.#accepted = accepted;
    this.#whole = space.is("fragment", fragments.whole);
    const none: Ruleset = { tables: new Map(), scrubs: [], entries: [], translations: [] };
    this.#alone = new Meaning(space, this.judging).passes(stock(none));
    this.needs = needsOf(ruleset, space);
  }

  /** Of what is needed and would pass with ours alone, what is refused. */
  lost({ lost }: Need, passing: PacketSet): PacketSet {
    return lost(passing).intersect(this.#alone).intersect(this.#there);
  }

  /** What ours alone would not let pass. They refuse what is in pieces, but on loopback, whatever the plan says of it whole. */
  opened(passing: PacketSet): PacketSet {
    return passing.minus(this.#alone).minus(this.#accepted.intersect(this.#whole)).intersect(this.#there);
  }
}

const opposite = { in: "out", out: "in" } as const;
