import type { Rule, Ruleset, Stage } from "../../ir/ruleset.ts";
import { countsForReplies } from "../accepted.ts";
import { connections, fragments } from "../dimensions.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Meaning } from "../readers/pf/meaning.ts";
import type { Direction, Net, Program } from "../readers/pf/program.ts";
import type { Step } from "../readers/pf/read-moves.ts";
import type { Comparison, Difference } from "../translation/comparison.ts";
import { onTheWay } from "./transition.ts";

/** What pf runs in a state, and what was planned of it. */
export interface PfStanding {
  readonly program: Program;
  readonly ruleset: Ruleset;
}

/**
 * Rules of pf change in one step, and flows outlive them: until their states are killed they go on, each on its interface and
 * in both directions. So from the load to the last kill what passes is what the new rules let pass, and the flows of the old
 * ones that are not killed yet: old ∪ new. At the end nothing may be left that the new rules would not let begin, and on the
 * way nothing may be lost that brings the tunnels up.
 */
export class FlowsOfPf {
  readonly #comparison: Comparison;
  readonly #meaning: Meaning;
  readonly #macros: ReadonlyMap<string, string>;
  readonly #there: PacketSet;
  readonly #essential = new WeakMap<Ruleset, PacketSet>();

  constructor(comparison: Comparison, meaning: Meaning, macros: ReadonlyMap<string, string>, there: PacketSet) {
    this.#comparison = comparison;
    this.#meaning = meaning;
    this.#macros = macros;
    this.#there = there;
  }

  broken(steps: readonly Step[], before: PfStanding, after: PfStanding): Difference | undefined {
    for (const direction of ["out", "in"] as const) {
      const found = this.#left(steps, before, after, direction) ?? this.#lost(steps, before, after, direction);
      if (found) return found;
    }
    return undefined;
  }

  /**
   * A packet of a flow that the old rules let begin, the new ones would not, and no step ends. What a state lets pass that the
   * new plan lets pass in both directions, too, is none: an answer of DHCP, which new rules pass before any that remembers.
   */
  #left(steps: readonly Step[], before: PfStanding, after: PfStanding, direction: Direction): Difference | undefined {
    const answered = after.ruleset.rules.filter(countsForReplies);
    const [opened, both] = [after.ruleset.rules, answered].map(
      (rules) => this.#comparison.planned({ ...after.ruleset, rules }, "as-loaded").openings,
    );
    if (!opened || !both) throw new Error("two directions");
    const left = this.#ending(before, after, direction, "opening")
      .minus(this.#killed(steps, direction, "opening"))
      .minus(opened.intersect(both));
    return this.#comparison.some(left, "it was let begin by the old rules, and goes on under the new ones");
  }

  /**
   * Of what both states let pass on the way to a server, as infrastructure or as a probe, a packet that does not from the load
   * on. A kill may end such a flow where another one, on the same interface to the same address, has to end, or where some
   * were let begin in the other direction: `pfctl -k` asks for no port. Then it begins anew, and what is lost is an answer in between, or a connection of TCP.
   */
  #lost(steps: readonly Step[], before: PfStanding, after: PfStanding, direction: Direction): Difference | undefined {
    const { space } = this.#comparison;
    const [old, anew] = [before, after].map(({ program }) => this.#meaning.half(program, direction));
    if (!old || !anew) return undefined;
    const kept = [before, after]
      .reduce((set, { ruleset }) => set.intersect(this.#essentialOf(ruleset)), old.intersect(anew))
      .intersect(this.#there)
      .intersect(space.direction(direction))
      .intersect(space.is("fragment", fragments.whole));
    const states = this.#meaning.states(before.program, direction);
    const flows = (["opening", "answered"] as const).map((as) => {
      const killed = this.#killed(steps, direction, as);
      const flow = connection(space, as).intersect(as === "opening" ? states.original : states.reply);
      const others = this.#beside(this.#ending(before, after, direction, as), direction).union(
        this.#across(before, direction, as === "opening" ? "answered" : "opening"),
      );
      const mayBeLost = as === "answered" ? space.all : space.is("protocol", tcp);
      return flow.minus(killed).union(flow.intersect(killed).intersect(others).intersect(mayBeLost));
    });
    const isError = space.is("connection", connections.numberOf("related"));
    const passing = this.#meaning.byRule(after.program, direction).union(...flows, isError);
    return this.#comparison.some(kept.minus(passing), onTheWay.lost);
  }

  /** Flows that have to end, as a packet of a direction shows them: the one that began it, or one that answers. */
  #ending(before: PfStanding, after: PfStanding, direction: Direction, as: As): PacketSet {
    const { space } = this.#comparison;
    const [old, anew] = [before, after].map(({ program }) => this.#meaning.makes(program, direction, as));
    if (!old || !anew) throw new Error("two ends");
    return old
      .minus(anew)
      .intersect(space.direction(direction))
      .intersect(this.#there)
      .intersect(connection(space, as));
  }

  /** Everything on the same interface, with the same address at the far end; where an interface has no name, everything. */
  #beside(flows: PacketSet, direction: Direction): PacketSet {
    const { space } = this.#comparison;
    const { interfaces, kinds } = space.names;
    const named = interfaces.samples.flatMap((name, i) => (interfaces.labels[i] === name ? [i + 1] : []));
    const isNamed = space
      .is(`${direction}Name`, ...named)
      .union(space.is(`${direction}Kind`, kinds.numberOf("loopback")));
    if (!flows.minus(isNamed).isEmpty()) return space.all;
    const far = direction === "out" ? "destination" : "source";
    return flows.project("family", `${direction}Name`, `${direction}Kind`, `${far}4`, `${far}6`);
  }

  /**
   * Everything on interfaces where the old rules let flows begin in the other direction: which addresses this machine has
   * nobody knows, so one that came in may have those of one that went out.
   */
  #across({ program }: PfStanding, direction: Direction, as: As): PacketSet {
    return this.#meaning
      .makes(program, direction, as)
      .intersect(this.#comparison.space.direction(direction))
      .intersect(this.#there)
      .project("family", `${direction}Name`, `${direction}Kind`);
  }

  /** Flows whose states a step ends, as a packet of a direction shows them. */
  #killed(steps: readonly Step[], direction: Direction, as: As): PacketSet {
    const { space } = this.#comparison;
    const [opener, other] =
      as === "opening" ? (["source", "destination"] as const) : (["destination", "source"] as const);
    const sets = steps.flatMap(({ command }) => {
      if (command.kind === "kill all") return [space.all];
      if (command.kind !== "kill") return [];
      const name = command.on.startsWith("$") ? (this.#macros.get(command.on.slice(1)) ?? command.on) : command.on;
      const named = space.names.interfaces.of({ kind: "named", name });
      const at = (end: "source" | "destination", net: Net): PacketSet =>
        space.addresses(end, familyOf(net), [net], space.all);
      return [
        space
          .is(`${direction}Name`, ...named.map((n) => n + 1))
          .intersect(at(opener, command.source))
          .intersect(at(other, command.destination))
          .intersect(space.family(familyOf(command.source))),
      ];
    });
    return space.none.union(...sets);
  }

  /** What a plan lets pass to the servers, as infrastructure and as probes. */
  #essentialOf(ruleset: Ruleset): PacketSet {
    const known = this.#essential.get(ruleset);
    if (known) return known;
    const rules = ruleset.rules.map(
      (rule): Rule => (isEssential(rule) ? rule : { ...rule, verdict: { kind: "drop" } }),
    );
    const made = this.#comparison.planned({ ...ruleset, rules }, "as-loaded").accepted;
    this.#essential.set(ruleset, made);
    return made;
  }
}

type As = "opening" | "answered";

const tcp = 6;
const familyOf = ({ version }: Net): "ipv4" | "ipv6" => (version === 4 ? "ipv4" : "ipv6");

const essential: ReadonlySet<Stage> = new Set<Stage>(["infrastructure", "endpoint", "probe"]);
const isEssential = ({ verdict, stage }: Rule): boolean => verdict.kind !== "accept" || essential.has(stage);

const connection = (space: Comparison["space"], as: As): PacketSet =>
  space.is("connection", connections.numberOf(as === "opening" ? "established-original" : "established-reply"));
