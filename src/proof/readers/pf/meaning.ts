import { connections, fragments } from "../../dimensions.ts";
import type { PacketSpace } from "../../packet-space.ts";
import type { PacketSet } from "../../packets/packet-set.ts";
import { Matches, opposite, sideOf, type View } from "./matched.ts";
import { icmpErrors, icmpOf } from "./names.ts";
import type { Direction, Keeps, Program, Rule, Ruleset, Translation } from "./program.ts";
import { type Judging, passes, tablesAt, Walk, type Wanted } from "./walk.ts";

/** What holds beside the rules: whether pf is on, and the interfaces that it skips. */
export interface Machine {
  readonly isEnabled: boolean;
  readonly skipped: readonly string[];
}
const plain: Machine = { isEnabled: true, skipped: [] };

/**
 * What pf says of packets (facts: xnu 11417.101.15, bsd/net/pf.c). The last rule that matches decides, unless one is quick;
 * what none is about passes. Of fragments those are meant that no scrub put together. Who owns the packets of a flow is asked
 * when it opens. IPv4 options are no field of a packet, but IGMP has them always (RFC 2236, RFC 3376).
 */
export class Meaning {
  readonly #space: PacketSpace;
  readonly #matches: Matches;
  readonly #walk: Walk;

  constructor(space: PacketSpace, judging: Judging = {}) {
    this.#space = space;
    this.#matches = new Matches(space);
    this.#walk = new Walk(space, this.#matches, judging);
  }

  /** IP packets that pass. What is forwarded passes twice: in where it arrives, and out where it leaves. */
  passes(program: Program, machine: Machine = plain): PacketSet {
    const space = this.#space;
    const ip = space.family("ipv4", "ipv6");
    if (!machine.isEnabled) return ip;
    const [arriving, leaving] = (["in", "out"] as const).map((direction) => this.half(program, direction, machine));
    if (!arriving || !leaving) throw new Error("two directions");
    return space.none
      .union(
        space.direction("in").intersect(arriving),
        space.direction("out").intersect(leaving),
        space.direction("forward").intersect(arriving).intersect(leaving),
      )
      .intersect(ip);
  }

  /** What passes an interface in one direction, whatever becomes of it at another. */
  half(program: Program, direction: Direction, machine: Machine = plain): PacketSet {
    const byRule = this.byRule(program, direction);
    const skipped = machine.skipped.map((name) => this.#matches.named(name, direction));
    return byRule.union(this.#ofFlows(this.states(program, direction), direction), ...skipped);
  }

  /** What passes as part of a flow: of one that opened in that direction, and of one that opened in the other. `one`: by its rule alone. */
  states(program: Program, direction: Direction, one?: Rule): Flows {
    return {
      original: this.#flows(program, { as: "opening", direction, walk: "whole" }, one),
      reply: this.#flows(program, { as: "answered", direction: opposite[direction], walk: "whole" }, one),
    };
  }

  /** Errors about a flow come and go where flows do. */
  #ofFlows({ original, reply }: Flows, direction: Direction): PacketSet {
    const space = this.#space;
    const connection = (name: "established-original" | "established-reply" | "related") =>
      space.is("connection", connections.numberOf(name));
    const onInterface = original.union(reply).project("family", `${direction}Name`, `${direction}Kind`);
    return connection("established-original")
      .intersect(original)
      .union(
        connection("established-reply").intersect(reply),
        connection("related").intersect(this.#errors()).intersect(this.#isWhole()).intersect(onInterface),
      );
  }

  /**
   * What makes a state that is bound to its interface, as a packet of that direction shows it: as the one that makes it, or
   * as the one that answers. Owner and type of ICMP are those of the one that makes it.
   */
  makes(program: Program, direction: Direction, as: "opening" | "answered"): PacketSet {
    const view: View = { as, direction: as === "opening" ? direction : opposite[direction], walk: "whole" };
    return this.#made(program, view, "if-bound");
  }

  /** Who is refused is told. */
  told(program: Program, direction: Direction): PacketSet {
    const wanted: Wanted = { rule: ({ action }) => action === "return", ofStand: "nothing" };
    return this.#walk.decided(program, { as: "itself", direction, walk: "whole" }, wanted);
  }

  /** What passes or not because of one rule: packets that it decides, and those of flows whose first packet it decides. */
  decidedBy(program: Program, direction: Direction, one: Rule): PacketSet {
    const wanted: Wanted = { rule: (rule) => rule === one, ofStand: "nothing" };
    const walks = (["whole", "fragments"] as const).map((walk) =>
      this.#walk
        .decided(program, { as: "itself", direction, walk }, wanted)
        .intersect(walk === "whole" ? this.#isWhole() : this.#isWhole().complement()),
    );
    const flows = this.#ofFlows(this.states(program, direction, one), direction);
    const answered = this.#walk
      .decided(program, { as: "answered", direction: opposite[direction], walk: "whole" }, wanted)
      .exists("user", "group")
      .intersect(this.#space.is("connection", connections.numberOf("established-reply")))
      .intersect(this.#isWhole());
    return flows.union(answered, ...walks).intersect(this.#space.direction(direction));
  }

  /** What a translation is about, at most, in a direction in which it looks at packets. */
  translated(program: Program, path: string, translation: Translation, direction: Direction): PacketSet {
    if (translation.kind !== "binat" && (translation.kind === "nat") !== (direction === "out")) return this.#space.none;
    return this.#matches.most(translation, { as: "itself", direction, walk: "whole" }, tablesAt(program, path));
  }

  /** What passes an interface whatever states there are. */
  byRule(program: Program, direction: Direction): PacketSet {
    const walks = (["whole", "fragments"] as const).map((walk) => {
      const wanted: Wanted = { rule: (rule) => !passes(rule), ofStand: "what it refuses" };
      const refused = this.#walk.decided(program, { as: "itself", direction, walk }, wanted);
      const seen = walk === "whole" ? this.#isWhole() : this.#isWhole().complement();
      return seen.minus(refused);
    });
    return this.#space.none.union(...walks).intersect(this.#space.has(direction));
  }

  /** A state is asked for no owner, and of ICMP for no type: any but an error is taken for an answer. */
  #flows(program: Program, view: View, one?: Rule): PacketSet {
    const space = this.#space;
    const side = sideOf(view);
    const floating = this.#made(program, view, "floating", one)
      .intersect(this.#matches.interfaces(side))
      .exists(`${side}Name`, `${side}Kind`)
      .intersect(space.has(side));
    const made = this.#made(program, view, "if-bound", one).union(floating);
    const unowned = view.as === "answered" && this.#asksOwner(program) ? made.exists("user", "group") : made;
    const icmp = unowned.intersect(this.#icmp()).exists("icmpType", "icmpCode").minus(this.#errors());
    return unowned.minus(this.#icmp()).union(icmp.intersect(this.#icmp())).intersect(this.#isWhole());
  }

  #made(program: Program, view: View, keeps: Exclude<Keeps, "no state">, one?: Rule): PacketSet {
    const ofStand = keeps === "if-bound" && one === undefined ? "what it passes" : "nothing";
    const isAsked = (rule: Rule): boolean => one === undefined || rule === one;
    const wanted: Wanted = { rule: (rule) => rule.keeps === keeps && passes(rule) && isAsked(rule), ofStand };
    return this.#walk.decided(program, view, wanted).minus(this.#errors());
  }

  #asksOwner(program: Program): boolean {
    const asks = ({ entries }: Ruleset): boolean =>
      entries.some(
        (entry) =>
          entry.user || entry.group || (entry.kind === "anchor" && entry.inside !== undefined && asks(entry.inside)),
      );
    return [...program.values()].some(asks);
  }

  #icmp(): PacketSet {
    return this.#space.is("protocol", icmpOf[4], icmpOf[6]);
  }
  #errors(): PacketSet {
    const space = this.#space;
    const of = (version: 4 | 6) =>
      space.is("protocol", icmpOf[version]).intersect(space.is("icmpType", ...icmpErrors[version]));
    return of(4).union(of(6));
  }
  #isWhole(): PacketSet {
    return this.#space.is("fragment", fragments.whole);
  }
}

interface Flows {
  readonly original: PacketSet;
  readonly reply: PacketSet;
}
