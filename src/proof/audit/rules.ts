import type { Addresses } from "../address-classes.ts";
import type { Condition, IpFamily, Span } from "../readers/nft/program.ts";
import type { Place } from "./finding.ts";

/** The rules of somebody else, of whatever tool: as far as they are understood, with a bound where they are not. */

/** Where the kernel calls chains, in the order in which a packet comes by. */
export type Hook = "ingress" | "prerouting" | "input" | "forward" | "output" | "postrouting" | "egress";
export const isHook = (name: string): name is Hook => hookNames.has(name);
const hookNames: ReadonlySet<string> = new Set([
  "ingress",
  "prerouting",
  "input",
  "forward",
  "output",
  "postrouting",
  "egress",
]);

/** A chain that the kernel calls. */
export interface Base {
  readonly hook: Hook;
  /** Lower ones are called first. */
  readonly priority: number;
  /** Only the first packet of a connection comes by. */
  readonly isNat: boolean;
  /** Where its rules change a mark the way of a packet is looked up again. */
  readonly reroutes: boolean;
  /** Only these packets come by. */
  readonly families: readonly (IpFamily | "arp")[];
  /** Only packets of this device do. */
  readonly device?: string;
  /** In this chain and in all that it calls. */
  readonly chain: readonly Rule[];
  readonly chains: ReadonlyMap<string, readonly Rule[]>;
  /** What comes to the end of its chain, or returns from it; where there is none, that gets on. */
  readonly policy?: Rule;
}

export interface Rule {
  readonly place: Place;
  /** All of them hold. */
  readonly tests: readonly Test[];
  readonly acts: readonly Act[];
  /** Absent: the next rule follows. */
  readonly end?: End;
}

/** `ours`: our own rules judge here. */
export type End =
  | { readonly kind: "accept" | "drop" | "return" | "ours" }
  | { readonly kind: "jump" | "goto"; readonly chain: string };

/**
 * A question about a packet.
 *
 * - `usually`, `rarely`: depends on how much of it there is, such as a limit: an ordinary packet passes it, or does not.
 * - `sometimes`: nobody can know, and the rule means both.
 * - `no-way-back`: the source would not be answered by the interface where the packet arrived; `byMark`: by an answer with the
 *   mark of the packet.
 * - `unknown`: it is not understood; never more packets than those `within`.
 */
export type Test =
  | { readonly kind: "known"; readonly condition: Condition }
  | { readonly kind: "always" | "never" | "usually" | "rarely" | "sometimes" }
  | { readonly kind: "no-way-back"; readonly byMark: boolean }
  | { readonly kind: "either"; readonly of: readonly (readonly Test[])[] }
  | { readonly kind: "not"; readonly of: readonly Test[] }
  | { readonly kind: "unknown"; readonly words: string; readonly within: readonly Condition[] };

/** What a rule does to a packet. Absent ranges: it may become any. */
export type Act =
  | {
      readonly kind: "destination";
      readonly family?: IpFamily;
      readonly ranges?: Addresses;
      readonly ports?: readonly Span[];
      /** An address of this machine. */
      readonly isOwn?: true;
    }
  | { readonly kind: "source"; readonly family?: IpFamily; readonly ranges?: Addresses }
  /** Keeps these bits of the mark and flips those. */
  | { readonly kind: "mark"; readonly keep: number; readonly flip: number }
  /** These bits of the mark may become any. */
  | { readonly kind: "any-mark"; readonly bits: number }
  /** These bits of the mark become those of the connection's mark. */
  | { readonly kind: "restored-mark"; readonly bits: number }
  | { readonly kind: "any-hop-limit" | "untracked" }
  /** Changes the mark of the connection, which may tell ours something: keeps these bits, and the saved ones become the packet's. */
  | { readonly kind: "connection-mark"; readonly keep: number; readonly saved: number }
  /** Out by a card itself, without a look at any rule behind; `isCopy`: the packet itself goes on. */
  | { readonly kind: "past"; readonly isCopy: boolean; readonly does: string }
  /** The rest of its flow is forwarded without a look at any rule. */
  | { readonly kind: "offload"; readonly does: string }
  /** A program may change all of it. */
  | { readonly kind: "program"; readonly does: string }
  | { readonly kind: "unknown"; readonly words: string };

/** What of a rule is not understood; undefined where all of it is. */
export function unclearOf({ tests, acts }: Rule): string | undefined {
  const act = acts.find((one) => one.kind === "unknown");
  return act?.kind === "unknown" ? act.words : tests.map(unknownIn).find((words) => words !== undefined);
}

function unknownIn(test: Test): string | undefined {
  switch (test.kind) {
    case "unknown":
      return test.words;
    case "either":
      return test.of.flat().map(unknownIn).find(Boolean);
    case "not":
      return test.of.map(unknownIn).find(Boolean);
    default:
      return undefined;
  }
}

/** Rules without which a packet would go on as it came. */
export const doesSomething = ({ acts, end }: Rule): boolean => acts.length > 0 || end?.kind === "drop";

/** Every rule that is reached. */
export function rulesOf(bases: readonly Base[]): readonly Rule[] {
  const seen = new Set<readonly Rule[]>();
  const visit = (base: Base, chain: readonly Rule[]): readonly Rule[] => {
    if (seen.has(chain)) return [];
    seen.add(chain);
    return chain.flatMap((rule) => {
      const { end } = rule;
      const to = end?.kind === "jump" || end?.kind === "goto" ? (base.chains.get(end.chain) ?? []) : [];
      return [rule, ...visit(base, to)];
    });
  };
  return bases.flatMap((base) => [...visit(base, base.chain), ...(base.policy ? [base.policy] : [])]);
}
