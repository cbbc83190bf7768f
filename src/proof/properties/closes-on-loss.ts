import type { Condition, Policy } from "../../ir/policy.ts";
import { Parts } from "../intent/parts.ts";
import { Said } from "../intent/said.ts";
import { asAnswer, asSent } from "../intent/view.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { World } from "../world.ts";

/** A move towards `down` adds only what a statement with `while` names: opens it there, or denied it before. */
export const closesOnLoss = {
  code: "KSP3022",
  broken(before: World, after: World): PacketSet {
    const opened = after.most.minus(before.most);
    return opened.isEmpty() ? opened : opened.minus(conditional(after, before));
  },
} as const;

function conditional(after: World, before: World): PacketSet {
  const { policy, space } = after;
  const some: Policy = {
    ...policy,
    allows: policy.allows.filter(isConditional),
    denies: policy.denies.filter(isConditional),
    forwards: policy.forwards.filter(isConditional),
  };
  const said = ({ said: { os }, state }: World) => new Said(some, os, state);
  const of = (parts: Parts, denied: Parts) =>
    parts
      .union("exemptions", "infrastructure", "groupMembership", "resolvers", "forwarded", "errors")
      .union(denied.union("denied", "deniedOnLoopback"));
  const [sent, answers] = [asSent(space, "most"), asAnswer(space, "most")];
  return of(new Parts(said(after), sent), new Parts(said(before), sent)).union(
    of(new Parts(said(after), answers), new Parts(said(before), answers)).intersect(after.answer()),
  );
}

const isConditional = ({ while: condition }: { readonly while: Condition }): boolean => condition !== "enforcing";
