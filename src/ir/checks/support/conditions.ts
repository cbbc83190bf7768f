import type { Chain, Condition, Name, Policy, StatementId } from "../../policy.ts";

export interface NamedState {
  readonly id: StatementId;
  readonly kind: "allow" | "deny" | "forward" | "expect";
  readonly chain?: Name;
  readonly level: string;
}

/** Every state that a `while` names, with its statement. */
export function statesNamed(policy: Policy): readonly NamedState[] {
  const of = (
    kind: NamedState["kind"],
    statements: readonly { readonly id: StatementId; readonly while: Condition }[],
  ) =>
    statements.flatMap((statement): NamedState[] =>
      statement.while === "enforcing" ? [] : statement.while.map((state) => ({ id: statement.id, kind, ...state })),
    );
  return [
    ...of("allow", policy.allows),
    ...of("deny", policy.denies),
    ...of("forward", policy.forwards),
    ...of("expect", policy.expects),
  ];
}

/** The chain that lacks a state. A bare level means all chains at once, so all of them must have it. */
export function chainWithout(policy: Policy, { chain, level }: Pick<NamedState, "chain" | "level">): Chain | undefined {
  if (!level.startsWith("hop")) return undefined;
  return policy.chains
    .filter(({ name }) => chain === undefined || name === chain)
    .find(({ hops }) => Number(level.slice(3)) >= hops.length);
}
