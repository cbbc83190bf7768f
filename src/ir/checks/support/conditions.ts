import type { Condition, Name, Policy, StatementId } from "../../policy.ts";

export interface NamedState {
  readonly id: StatementId;
  readonly kind: "allow" | "deny" | "expect";
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
  return [...of("allow", policy.allows), ...of("deny", policy.denies), ...of("expect", policy.expects)];
}
