import { type Details, type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { StatementId } from "../policy.ts";
import { tunnelNamed } from "../zones.ts";
import type { Check, Subject } from "./check.ts";
import {
  type Closer,
  closers,
  type Opener,
  openerOfAllow,
  openerOfForward,
  openerOfPortal,
} from "./support/closed-anyway.ts";

/** An opening that lies wholly inside what stays closed is a left-over, or a misunderstanding that nobody notices. */
export const opensNothing: Check = (subject) => {
  const { policy } = subject;
  const closerOf = closers(policy);
  const judge = (what: string, id: StatementId, opener: Opener): readonly Diagnostic[] => {
    const closer = closerOf(opener);
    if (!closer) return [];
    return [diagnostic("KSP2044", { what }, { at: placeOf(subject.origins, id), ...reasonOf(closer, subject) })];
  };
  return [
    ...policy.allows.flatMap((allow) => judge("exemption", allow.id, openerOfAllow(policy, allow))),
    ...policy.forwards.flatMap((forward) => judge("`forward`", forward.id, openerOfForward(forward))),
    ...(policy.portal ? judge("portal", policy.portal.id, openerOfPortal(policy.portal)) : []),
  ];
};

function reasonOf(closer: Closer, { policy, origins }: Subject): Details {
  switch (closer.kind) {
    case "deny":
      return {
        label: "all of it is denied",
        secondary: [{ span: placeOf(origins, closer.deny.id), text: "by this line" }],
        notes: ["a deny beats every exemption, whatever their order"],
        help: "remove one of the two",
      };
    case "names":
      return {
        label: "ports of names are open to declared resolvers alone",
        notes: ["names are asked where `dns` says, and by `allow discovery`; no other statement opens their ports"],
        help: "declare the resolver with `dns`, or remove the statement",
      };
    case "loopback":
      return {
        label: "addresses of loopback stay on loopback",
        notes: ["what a machine says to itself is open without a statement, and on any other interface it is forged"],
        help: "remove the statement",
      };
    case "state":
      return {
        label: "no state of its `while` has the tunnel open",
        secondary: closer.tunnels.map((name) => ({
          span: placeOf(origins, tunnelNamed(policy, name).id, "name"),
          text: `\`${name}\` is open to applications when all of its chain is up`,
        })),
        help: "name a state in which the chain is up, or remove `while`",
      };
    case "tunnels":
      return {
        label: "all of it belongs to tunnels",
        secondary: closer.tunnels.map(({ id, name }) => ({
          span: placeOf(origins, id, "name"),
          text: `what \`${name}\` names, and its servers, leave by no other way`,
        })),
        notes: ["a server is reached by its tunnel's carrier alone, and what a tunnel names only inside it"],
        help: "remove the statement, or take the addresses out of the tunnel",
      };
  }
}
