import type { Ruleset } from "../../ir/ruleset.ts";
import { openings, replies } from "../accepted.ts";
import { connections, sides } from "../dimensions.ts";
import { matched } from "../matched.ts";
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

  constructor(space: PacketSpace, there: PacketSet, devices: Vocabulary["devices"]) {
    this.#space = space;
    this.there = there;
    const named = devices.flatMap((device) => space.names.interfaces.of(device)).map((n) => n + 1);
    const isNamed = (["in", "out"] as const).map((side) => space.is(`${side}Name`, ...named));
    this.#free = space.none.union(...isNamed).complement();
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
   * there may enter a tunnel as well; the way to the servers stays open where it names no interface.
   */
  closed(file: PacketSet, lockdown: Ruleset): Difference | undefined {
    const plan = this.planned(lockdown);
    const anywhere = plan.intersect(this.#free).exists(...sides.flatMap((side) => [`${side}Name`, `${side}Kind`]));
    const way = lockdown.rules
      .filter(({ stage, match }) => stage === "endpoint" && match.outInterface?.kind === "none-of")
      .map(({ match }) => matched(match, this.#space).intersect(this.#space.direction("out")).minus(this.#isAnswer));
    return (
      this.some(file.minus(plan.union(anywhere.minus(this.#free))), "it passes once the engine restarts") ??
      this.some(
        this.#space.none
          .union(...way)
          .intersect(this.#free)
          .minus(file),
        "it is dropped once the engine restarts",
      )
    );
  }

  onThisMachine(file: PacketSet): Difference | undefined {
    const isLoopback = ["in", "out"].map((side) =>
      this.#space.is(`${side}Kind`, this.#space.names.kinds.numberOf("loopback")),
    );
    return this.some(file.minus(this.#space.none.union(...isLoopback)), "it passes before the engine starts");
  }

  /** A packet of the set that Windows is shown. */
  some(set: PacketSet, says: string): Difference | undefined {
    const packet = set.isEmpty() ? undefined : witness(set.intersect(this.there), this.#space);
    return packet && { packet, says };
  }
}
