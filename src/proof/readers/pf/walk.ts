import type { PacketSpace } from "../../packet-space.ts";
import type { PacketSet } from "../../packets/packet-set.ts";
import { type Ruling, VerdictFunction } from "../../packets/verdict-function.ts";
import { doubtOf, type Lookup, type Matches, type View } from "./matched.ts";
import { type Anchor, type Criteria, type Program, type Rule, type Ruleset, Unreadable } from "./program.ts";

/** Of a rule that is not understood whole: it does what lets most pass, what refuses most, or nothing. */
type Lean = "passing" | "refusing" | "away";

/** An anchor whose rules are not read: what it passes, of packets as a rule sees them, is final, and so is that it refuses the rest. */
export interface Stand {
  readonly path: string;
  readonly passes: (view: View) => PacketSet;
}
/** `lean`: absent where every rule has to be understood. */
export interface Judging {
  readonly lean?: (criteria: Criteria) => Lean;
  readonly stand?: Stand;
}

/** From the main ruleset through the anchors: which rule decides of a packet. */
export class Walk {
  readonly #space: PacketSpace;
  readonly #matches: Matches;
  readonly #judging: Judging;
  readonly #sets = new WeakMap<Criteria, Map<string, PacketSet>>();

  constructor(space: PacketSpace, matches: Matches, judging: Judging) {
    this.#space = space;
    this.#matches = matches;
    this.#judging = judging;
  }

  /** Packets of which a rule decides that is wanted. */
  decided(program: Program, view: View, wanted: Wanted): PacketSet {
    const main = program.get("");
    return main
      ? this.#walk(program, { ruleset: main, path: "", depth: 0 }, view, wanted).permitted()
      : this.#space.none;
  }

  #walk(program: Program, at: Place, view: View, wanted: Wanted): VerdictFunction {
    const steps = at.ruleset.entries.flatMap((entry): readonly (Ruling | VerdictFunction)[] => {
      const lean = at.lean ?? (doubtOf(entry) === undefined ? undefined : this.#judging.lean?.(entry));
      if (lean === "away") return [];
      if (entry.kind === "rule") {
        if (lean !== undefined && passes(entry) !== (lean === "passing")) return [];
        const set = this.#set(entry, view, program, at.path);
        return [{ set, verdict: `${wanted.rule(entry) ? "permit" : "block"}${entry.isQuick ? "!" : ""}` }];
      }
      const set = this.#set(entry, view, program, at.path);
      const inside = this.#anchor(program, { ...at, ...(lean && { lean }) }, entry, view, wanted).inside(set);
      return [entry.isQuick ? this.#ending(inside) : inside];
    });
    return VerdictFunction.lastMatch(this.#space.all, steps);
  }

  #anchor(program: Program, at: Place, anchor: Anchor, view: View, wanted: Wanted): VerdictFunction {
    if (at.depth >= 64) throw new Unreadable(anchor.line, "anchors in anchors without an end");
    const path = resolved(at.path, anchor.path);
    const found = anchor.isWildcard ? childrenOf(program, path) : [path];
    const walks = found.flatMap((each) => {
      if (each === this.#judging.stand?.path) return [this.#stand(this.#judging.stand, view, wanted)];
      const ruleset = anchor.inside ?? program.get(each);
      return ruleset ? [this.#walk(program, { ...at, ruleset, path: each, depth: at.depth + 1 }, view, wanted)] : [];
    });
    return VerdictFunction.lastMatch(this.#space.all, walks);
  }

  #stand({ passes }: Stand, view: View, { ofStand }: Wanted): VerdictFunction {
    const { all, none } = this.#space;
    const set = passes(view);
    const meant = { nothing: none, "what it passes": set, "what it refuses": set.complement() }[ofStand];
    return VerdictFunction.firstMatch(all, [
      { set: meant, verdict: "permit!" },
      { set: all, verdict: "block!" },
    ]);
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
    const lookup = tablesAt(program, path);
    const tables = [criteria.source, criteria.destination].flatMap((host) =>
      host.kind === "table" ? [host.name] : [],
    );
    if (this.#judging.lean && doubtOf(criteria) !== undefined) return this.#matches.most(criteria, view, lookup);
    // What a table holds is part of the question.
    if (tables.length > 0) return this.#matches.of(criteria, view, lookup);
    const key = `${view.as} ${view.direction} ${view.walk}`;
    const known = this.#sets.get(criteria) ?? new Map<string, PacketSet>();
    this.#sets.set(criteria, known);
    const made = known.get(key) ?? this.#matches.of(criteria, view, lookup);
    known.set(key, made);
    return made;
  }
}

interface Place {
  readonly ruleset: Ruleset;
  readonly path: string;
  readonly depth: number;
  /** Of the anchors around it, where one is not understood. */
  readonly lean?: Lean;
}

/** Which rules are asked for, and what of an anchor that is not read. */
export interface Wanted {
  readonly rule: (rule: Rule) => boolean;
  readonly ofStand: "nothing" | "what it passes" | "what it refuses";
}

/** A packet with options is dropped by a rule that passes it and does not allow them. */
export const passes = ({ action, protocol, allowsOptions }: Rule): boolean =>
  action === "pass" && (protocol !== igmp || allowsOptions);
const igmp = 2;

/** What the tables hold that rules at a path name: their own, or those of the main ruleset. */
export const tablesAt =
  (program: Program, path: string): Lookup =>
  (name) =>
    contentIn(program.get(path), name) ?? contentIn(program.get(""), name);

const contentIn = (ruleset: Ruleset | undefined, name: string) => ruleset?.tables.get(name)?.content;

/** A path as a line at `from` writes it: each `../` that it begins with climbs (xnu, pf_anchor_setup). */
export function resolved(from: string, path: string): string {
  if (path.startsWith("/")) return path.slice(1);
  if (/^\.\.(\/|$)/.test(path)) return resolved(from.replace(/(^|\/)[^/]*$/, ""), path.slice(3));
  return from === "" || path === "" ? `${from}${path}` : `${from}/${path}`;
}

/** Direct children alone, sorted by the bytes of their paths. */
export function childrenOf(program: Program, path: string): readonly string[] {
  const prefix = path === "" ? "" : `${path}/`;
  return [...program.keys()]
    .filter((key) => key !== "" && key.startsWith(prefix) && key !== path && !key.slice(prefix.length).includes("/"))
    .sort((a, b) => (a < b ? -1 : 1));
}
