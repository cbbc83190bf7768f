import { type Rule, type Ruleset, type Stage, stages } from "../../ir/ruleset.ts";
import { openings, replies } from "../accepted.ts";
import { connections, sides } from "../dimensions.ts";
import type { PacketSpace } from "../packet-space.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Vocabulary } from "../vocabulary.ts";
import { witness } from "../witness.ts";
import type { Difference } from "./comparison.ts";

/** What passes on Windows, and what may. */
export class SameOnWindows {
  readonly #space: PacketSpace;
  readonly there: PacketSet;
  readonly #isAnswer: PacketSet;
  /** On an interface that the policy does not name. */
  readonly #free: PacketSet;
  readonly #isLoopback: PacketSet;

  constructor(space: PacketSpace, there: PacketSet, devices: Vocabulary["devices"]) {
    this.#space = space;
    this.there = there;
    const named = devices.flatMap((device) => space.names.interfaces.of(device)).map((n) => n + 1);
    const isNamed = (["in", "out"] as const).map((side) => space.is(`${side}Name`, ...named));
    this.#free = space.none.union(...isNamed).complement();
    const loopback = space.names.kinds.numberOf("loopback");
    this.#isLoopback = space.is("inKind", loopback).union(space.is("outKind", loopback));
    this.#isAnswer = space
      .is("connection", connections.numberOf("established-reply"))
      .minus(space.direction("forward"));
  }

  /** An answer is asked about by the flow that it belongs to, and by nothing else. */
  passing(opened: PacketSet, answered: PacketSet): PacketSet {
    return opened.minus(this.#isAnswer).union(answered).intersect(this.there);
  }

  /** Windows opens flows only: what the plan lets pass by itself is answered here. */
  planned(ruleset: Ruleset): PacketSet {
    const asFlows = {
      ...ruleset,
      rules: ruleset.rules.map((rule) => ({ ...rule, replies: rule.verdict.kind === "accept" })),
    };
    return this.passing(openings(ruleset, this.#space), replies(asFlows, this.#space));
  }

  same(file: PacketSet, plan: PacketSet): Difference | undefined {
    return (
      this.some(file.minus(plan), "the file lets it pass, the plan drops it") ??
      this.some(plan.minus(file), "the file drops it, the plan lets it pass")
    );
  }

  /**
   * Without what names an interface: on those that nothing is said of no more passes than at boot, and what would do so
   * there may enter a tunnel as well. What boots and this state both say of loopback, the link and the way to servers stays open.
   */
  closed(file: PacketSet, ruleset: Ruleset, lockdown: Ruleset): Difference | undefined {
    const plan = this.planned(lockdown);
    const anywhere = plan.intersect(this.#free).exists(...sides.flatMap((side) => [`${side}Name`, `${side}Kind`]));
    const lasting = this.#lasting(ruleset, lockdown, ["loopback", "infrastructure", "endpoint"]);
    return (
      this.some(file.minus(plan.union(anywhere.minus(this.#free))), "it passes once the engine restarts") ??
      this.some(lasting.minus(file), "it is dropped once the engine restarts")
    );
  }

  /** Before the engine starts nothing but loopback is open, to everybody. */
  onThisMachine(file: PacketSet, ruleset: Ruleset, lockdown: Ruleset): Difference | undefined {
    const lasting = this.#lasting(ruleset, lockdown, ["loopback"]).intersect(this.#isLoopback);
    return (
      this.some(file.minus(this.#isLoopback), "it passes before the engine starts") ??
      this.some(lasting.minus(file), "it is dropped before the engine starts")
    );
  }

  /** What two rulesets both let pass in these stages, without a filter that names an interface. */
  #lasting(ruleset: Ruleset, lockdown: Ruleset, wanted: readonly Stage[]): PacketSet {
    const early = stages.slice(0, stages.indexOf("endpoint") + 1);
    const boots = new Set(lockdown.rules.filter(({ stage }) => wanted.includes(stage)).map(textOf));
    const rules = ruleset.rules.filter((rule) => {
      if (rule.verdict.kind !== "accept") return early.includes(rule.stage);
      const { inInterface, outInterface } = rule.match;
      const isNamed = [inInterface, outInterface].some((set) => set?.kind === "one-of");
      return wanted.includes(rule.stage) && !isNamed && boots.has(textOf(rule));
    });
    return this.planned({ ...ruleset, rules }).intersect(this.#free.union(this.#isLoopback));
  }

  /** A packet of the set that Windows is shown. */
  some(set: PacketSet, says: string): Difference | undefined {
    const packet = set.isEmpty() ? undefined : witness(set.intersect(this.there), this.#space);
    return packet && { packet, says };
  }
}

const textOf = ({ direction, match, verdict, stage }: Rule): string =>
  JSON.stringify({ direction, match, verdict, stage }, (_, value: unknown) =>
    typeof value === "bigint" ? `${value}` : value,
  );
