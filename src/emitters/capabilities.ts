import type { Plan } from "../ir/plan.ts";
import type { Identity, StatementId } from "../ir/policy.ts";
import {
  type AskingInterface,
  type Construct,
  type ConstructName,
  constructNames,
  constructs,
  interfacesAsking,
  signs,
} from "./constructs.ts";

/**
 * What a backend makes of a construct. `refused`: no policy that asks for it compiles, and `instead` is the way out.
 * `weakened`: it is written without a part of its meaning, which holds only under the assumption; every report prints it.
 * `unproved`: a property that cannot be claimed there at all.
 */
export type Capability =
  | { readonly kind: "holds" }
  | { readonly kind: "refused"; readonly instead: string }
  | { readonly kind: "weakened"; readonly assuming: string; readonly unproved?: "KSP3024" };
export type Capabilities = Readonly<Record<ConstructName, Capability>>;

export const holds: Capability = { kind: "holds" };
export const refused = (instead: string): Capability => ({ kind: "refused", instead });
export const weakened = (assuming: string, unproved?: "KSP3024"): Capability => ({
  kind: "weakened",
  assuming,
  ...(unproved && { unproved }),
});

/** A construct that a backend cannot say: refused, never weakened in silence. */
export interface Refusal {
  readonly from: StatementId;
  readonly construct: string;
  readonly help: string;
  /** Where it is an interface that asks for it, not the statement that uses it. */
  readonly interface?: AskingInterface;
}

/** One for each statement, the first construct of it that cannot be said; and one for each interface by itself. */
export function refusals(plan: Plan, capabilities: Capabilities): readonly Refusal[] {
  const found = new Map<StatementId, Refusal>();
  const interfaces: Refusal[] = [];
  for (const name of constructNames) {
    const capability = capabilities[name];
    if (capability.kind !== "refused") continue;
    const { text: construct, askedBy, isAsking }: Construct = constructs[name];
    const help = capability.instead;
    const asking = askedBy(plan);
    const [first] = asking;
    if (first !== undefined && isAsking)
      for (const each of interfacesAsking(plan, isAsking))
        interfaces.push({ from: first, construct: `\`${each.name}\`, ${construct}`, help, interface: each });
    else for (const from of asking) if (!found.has(from)) found.set(from, { from, construct, help });
  }
  return [...interfaces, ...found.values()];
}

/** Why a backend cannot tell who sends by this sign; undefined where it can. A claim about a packet is none about a packet that nobody can tell. */
export function unknowable(identity: Identity, capabilities: Capabilities): Omit<Refusal, "from"> | undefined {
  for (const name of Object.keys(signs) as (keyof typeof signs)[]) {
    const capability = capabilities[name];
    if (capability.kind === "refused" && signs[name](identity))
      return { construct: constructs[name].text, help: capability.instead };
  }
  return undefined;
}

/** What this plan asks for and holds only under an assumption: `the kind of an interface: nobody renames …`. */
export const deviations = (plan: Plan, capabilities: Capabilities): readonly string[] =>
  constructNames.flatMap((name) => {
    const capability = capabilities[name];
    const { text, askedBy } = constructs[name];
    return capability.kind === "weakened" && askedBy(plan).length > 0 ? [`${text}: ${capability.assuming}`] : [];
  });

/** Properties that this backend cannot promise to anybody. */
export const unproved = (capabilities: Capabilities): readonly string[] =>
  Object.values(capabilities).flatMap((one) => (one.kind === "weakened" ? (one.unproved ?? []) : []));
