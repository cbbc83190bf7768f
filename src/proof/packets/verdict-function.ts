import type { Diagrams, Node } from "./diagrams.ts";
import { Operation, union, within } from "./operation.ts";
import { PacketSet } from "./packet-set.ts";
import { balanced } from "./quantify.ts";

/**
 * What rules say of a packet. `block!` and `permit!` are final: nothing that comes later changes them. `return` ends a chain
 * undecided.
 */
export type Verdict = "none" | "block" | "permit" | "block!" | "permit!" | "return";
export const verdicts: readonly Verdict[] = ["none", "block", "permit", "block!", "permit!", "return"];
const code = (verdict: Verdict): number => verdicts.indexOf(verdict);
const none = code("none");
const isFinal = verdicts.map((verdict) => verdict.endsWith("!"));
const isPermit = verdicts.map((verdict) => verdict.startsWith("permit"));

// Both are associative with `none` as their unit: any bracketing of a list means the same.
/** The first to decide decides. */
export const orElse = new Operation((a, b) => (a === none ? b : a));
/** The last to decide decides, unless one before it was final. */
export const overruledBy = new Operation((a, b) => (isFinal[a] || b === none ? a : b));
const permits = new Operation((a) => (isPermit[a] ? 1 : 0));
const decides = new Operation((a) => (a === none || a === code("return") ? 0 : 1));
const endsChain = new Operation((a) => (a === code("return") ? none : a));

export interface Ruling {
  readonly set: PacketSet;
  readonly verdict: Verdict;
}
type InPool = Pick<PacketSet, "diagrams">;

/** A verdict for every packet. Equal exactly when every packet has the same verdict. */
export class VerdictFunction {
  readonly diagrams: Diagrams;
  readonly node: Node;

  private constructor(diagrams: Diagrams, node: Node) {
    this.diagrams = diagrams;
    this.node = node;
  }

  /** iptables, an nft chain, a WFP sublayer: the first rule that matches decides. A function among the rules is a jump. */
  static firstMatch(pool: InPool, rules: readonly (Ruling | VerdictFunction)[]): VerdictFunction {
    return VerdictFunction.#fold(pool, orElse, rules);
  }

  /** pf: the last rule that matches decides; `quick` is final. */
  static lastMatch(pool: InPool, rules: readonly (Ruling | VerdictFunction)[]): VerdictFunction {
    return VerdictFunction.#fold(pool, overruledBy, rules);
  }

  /** Base chains by priority, sublayers by weight: a soft verdict may be overruled by a later one, a final one not. */
  static arbitrate(pool: InPool, layers: readonly VerdictFunction[]): VerdictFunction {
    return VerdictFunction.#fold(pool, overruledBy, layers);
  }

  /** Rules of a run with one verdict commute, and are one rule. */
  static #fold(
    { diagrams }: InPool,
    operation: Operation,
    rules: readonly (Ruling | VerdictFunction)[],
  ): VerdictFunction {
    const folded: Node[] = [];
    for (let i = 0; i < rules.length; ) {
      const rule = rules[i++] as Ruling | VerdictFunction;
      if (rule instanceof VerdictFunction) {
        folded.push(owned(diagrams, rule));
        continue;
      }
      const run = [owned(diagrams, rule.set)];
      for (let next = rules[i]; next && "verdict" in next && next.verdict === rule.verdict; next = rules[++i])
        run.push(owned(diagrams, next.set));
      folded.push(diagrams.apply(within, balanced(diagrams, union, run), code(rule.verdict)));
    }
    return new VerdictFunction(diagrams, balanced(diagrams, operation, folded));
  }

  /** Undecided outside the set: a jump for some packets only. */
  inside(set: PacketSet): VerdictFunction {
    return this.#of(this.diagrams.apply(within, owned(this.diagrams, set), this.node));
  }

  /** Of a chain that ends: who returned from it is undecided where it was called. */
  ended(): VerdictFunction {
    return this.#of(this.diagrams.apply(endsChain, this.node, none));
  }

  permitted(): PacketSet {
    return new PacketSet(this.diagrams, this.diagrams.apply(permits, this.node, none));
  }
  undecided(): PacketSet {
    return new PacketSet(this.diagrams, this.diagrams.apply(decides, this.node, none)).complement();
  }
  equals(other: VerdictFunction): boolean {
    return this.node === owned(this.diagrams, other);
  }

  #of(node: Node): VerdictFunction {
    return new VerdictFunction(this.diagrams, node);
  }
}

function owned(diagrams: Diagrams, value: { readonly diagrams: Diagrams; readonly node: Node }): Node {
  if (value.diagrams !== diagrams) throw new Error("sets of different spaces do not mix");
  return value.node;
}
