import { connections, fragments } from "../../dimensions.ts";
import type { PacketSpace } from "../../packet-space.ts";
import type { PacketSet } from "../../packets/packet-set.ts";
import { type Ruling, VerdictFunction } from "../../packets/verdict-function.ts";
import { Matches, opposite, sideOf, type View } from "./matched.ts";
import { icmpErrors, icmpOf } from "./names.ts";
import type { Anchor, Criteria, Direction, Keeps, Program, Rule, Ruleset } from "./program.ts";
import { Unreadable } from "./program.ts";

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
  readonly #sets = new WeakMap<Criteria, Map<string, PacketSet>>();

  constructor(space: PacketSpace) {
    this.#space = space;
    this.#matches = new Matches(space);
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
    const space = this.#space;
    const byRule = this.byRule(program, direction);
    const { original, reply } = this.states(program, direction);
    const connection = (name: "established-original" | "established-reply" | "related") =>
      space.is("connection", connections.numberOf(name));
    const all = original.union(reply);
    const onInterface = all.project("family", `${direction}Name`, `${direction}Kind`);
    const skipped = machine.skipped.map((name) => this.#matches.named(name, direction));
    return byRule.union(
      connection("established-original").intersect(original),
      connection("established-reply").intersect(reply),
      connection("related").intersect(this.#errors()).intersect(this.#isWhole()).intersect(onInterface),
      ...skipped,
    );
  }

  /** What passes as part of a flow: of one that opened in that direction, and of one that opened in the other. */
  states(program: Program, direction: Direction): { readonly original: PacketSet; readonly reply: PacketSet } {
    return {
      original: this.#flows(program, { as: "opening", direction, walk: "whole" }),
      reply: this.#flows(program, { as: "answered", direction: opposite[direction], walk: "whole" }),
    };
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
    return this.#decided(program, { as: "itself", direction, walk: "whole" }, ({ action }) => action === "return");
  }

  /** What passes an interface whatever states there are. */
  byRule(program: Program, direction: Direction): PacketSet {
    const walks = (["whole", "fragments"] as const).map((walk) => {
      const refused = this.#decided(program, { as: "itself", direction, walk }, (rule) => !passes(rule));
      const seen = walk === "whole" ? this.#isWhole() : this.#isWhole().complement();
      return seen.minus(refused);
    });
    return this.#space.none.union(...walks).intersect(this.#space.has(direction));
  }

  /** A state is asked for no owner, and of ICMP for no type: any but an error is taken for an answer. */
  #flows(program: Program, view: View): PacketSet {
    const space = this.#space;
    const side = sideOf(view);
    const floating = this.#made(program, view, "floating")
      .intersect(this.#matches.interfaces(side))
      .exists(`${side}Name`, `${side}Kind`)
      .intersect(space.has(side));
    const made = this.#made(program, view, "if-bound").union(floating);
    const unowned = view.as === "answered" && this.#asksOwner(program) ? made.exists("user", "group") : made;
    const icmp = unowned.intersect(this.#icmp()).exists("icmpType", "icmpCode").minus(this.#errors());
    return unowned.minus(this.#icmp()).union(icmp.intersect(this.#icmp())).intersect(this.#isWhole());
  }

  #made(program: Program, view: View, keeps: Exclude<Keeps, "no state">): PacketSet {
    return this.#decided(program, view, (rule) => rule.keeps === keeps && passes(rule)).minus(this.#errors());
  }

  /** Packets of which a rule decides that is wanted. */
  #decided(program: Program, view: View, wanted: (rule: Rule) => boolean): PacketSet {
    const main = program.get("");
    return main
      ? this.#walk(program, { ruleset: main, path: "", depth: 0 }, view, wanted).permitted()
      : this.#space.none;
  }

  #walk(program: Program, at: Place, view: View, wanted: (rule: Rule) => boolean): VerdictFunction {
    const steps = at.ruleset.entries.map((entry): Ruling | VerdictFunction => {
      const set = this.#set(entry, view, program, at.path);
      if (entry.kind === "rule")
        return { set, verdict: `${wanted(entry) ? "permit" : "block"}${entry.isQuick ? "!" : ""}` };
      const inside = this.#anchor(program, at, entry, view, wanted).inside(set);
      return entry.isQuick ? this.#ending(inside) : inside;
    });
    return VerdictFunction.lastMatch(this.#space.all, steps);
  }

  #anchor(program: Program, at: Place, anchor: Anchor, view: View, wanted: (rule: Rule) => boolean): VerdictFunction {
    if (at.depth >= 64) throw new Unreadable(anchor.line, "anchors in anchors without an end");
    const path = resolved(at.path, anchor.path);
    const found = anchor.isWildcard ? childrenOf(program, path) : [path];
    const walks = found.flatMap((each) => {
      const ruleset = anchor.inside ?? program.get(each);
      return ruleset ? [this.#walk(program, { ruleset, path: each, depth: at.depth + 1 }, view, wanted)] : [];
    });
    return VerdictFunction.lastMatch(this.#space.all, walks);
  }

  /** What a quick anchor decides is final. */
  #ending(inside: VerdictFunction): VerdictFunction {
    return VerdictFunction.lastMatch(this.#space.all, [
      inside,
      ...(["permit", "block"] as const).map(
        (verdict): Ruling => ({ set: inside.with(verdict), verdict: `${verdict}!` }),
      ),
    ]);
  }

  #set(criteria: Criteria, view: View, program: Program, path: string): PacketSet {
    const lookup = (name: string) => contentIn(program.get(path), name) ?? contentIn(program.get(""), name);
    const tables = [criteria.source, criteria.destination].flatMap((host) =>
      host.kind === "table" ? [host.name] : [],
    );
    // What a table holds is part of the question.
    if (tables.length > 0) return this.#matches.of(criteria, view, lookup);
    const key = `${view.as} ${view.direction} ${view.walk}`;
    const known = this.#sets.get(criteria) ?? new Map<string, PacketSet>();
    this.#sets.set(criteria, known);
    const made = known.get(key) ?? this.#matches.of(criteria, view, lookup);
    known.set(key, made);
    return made;
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

interface Place {
  readonly ruleset: Ruleset;
  readonly path: string;
  readonly depth: number;
}

/** A packet with options is dropped by a rule that passes it and does not allow them. */
const passes = ({ action, protocol, allowsOptions }: Rule): boolean =>
  action === "pass" && (protocol !== igmp || allowsOptions);
const igmp = 2;

const contentIn = (ruleset: Ruleset | undefined, name: string) => ruleset?.tables.get(name)?.content;

const resolved = (from: string, path: string): string =>
  path.startsWith("/") ? path.slice(1) : from === "" || path === "" ? `${from}${path}` : `${from}/${path}`;

/** Direct children alone, sorted by the bytes of their paths. */
function childrenOf(program: Program, path: string): readonly string[] {
  const prefix = path === "" ? "" : `${path}/`;
  return [...program.keys()]
    .filter((key) => key !== "" && key.startsWith(prefix) && key !== path && !key.slice(prefix.length).includes("/"))
    .sort((a, b) => (a < b ? -1 : 1));
}
