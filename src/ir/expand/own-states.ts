import type * as ast from "../../parser/ast.ts";
import type { Faults } from "./faults.ts";

/** A fragment as its bare states see it. */
export interface Scope {
  readonly name: string;
  /** Its tunnels and chains, and those of what it imports. */
  readonly declared: ReadonlySet<string>;
}

/** The chains of a policy by name with all names inside; a lone tunnel is a chain of its own. */
export function chainsOf(statements: readonly ast.Statement[]): ReadonlyMap<string, readonly string[]> {
  const chains = new Map<string, readonly string[]>();
  const inside = new Set<string>();
  for (const s of statements) {
    if (s.kind !== "chain") continue;
    const hops = s.hops.map(({ name }) => name);
    chains.set(s.name.name, [s.name.name, ...hops]);
    for (const hop of hops) inside.add(hop);
  }
  for (const s of statements) {
    if (s.kind === "tunnel" && !inside.has(s.name.name)) chains.set(s.name.name, [s.name.name]);
  }
  return chains;
}

const perChain = /^(down|up|hop[0-9]+)$/;

/** In a fragment, a state without a chain means the fragment's own chain. Where the policy has no other, nothing changes. */
export function withOwnStates<T extends ast.Statement>(
  faults: Faults,
  statement: T,
  { name, declared }: Scope,
  chains: ReadonlyMap<string, readonly string[]>,
): T {
  if (!("while" in statement) || !statement.while) return statement;
  const own = [...chains].filter(([, names]) => names.some((each) => declared.has(each))).map(([chain]) => chain);
  if (chains.size < 2 || own.length === chains.size) return statement;
  const [only, second] = own;
  const states = statement.while.states.map((state): ast.StateName => {
    if (state.chain || !perChain.test(state.level)) return state;
    if (only !== undefined && second === undefined) return { ...state, chain: { name: only, span: state.span } };
    faults.report(
      "KSP2072",
      { level: state.level, fragment: name },
      {
        at: state.span,
        label:
          only === undefined
            ? "the fragment has no tunnel, and the policy has several chains"
            : `the fragment has ${own.length} chains, and the policy more`,
        help: `name the chain: \`${only ?? [...chains.keys()][0] ?? ""}:${state.level}\``,
      },
    );
    return state;
  });
  return { ...statement, while: { ...statement.while, states } };
}
