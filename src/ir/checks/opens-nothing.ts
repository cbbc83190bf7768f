import { type Details, type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import { placeOf } from "../origins.ts";
import type { Check, Subject } from "./check.ts";
import { type Closer, closers } from "./support/closed-anyway.ts";

/** An exemption that lies wholly inside what stays closed is a left-over, or a misunderstanding that nobody notices. */
export const opensNothing: Check = (subject) => {
  const closerOf = closers(subject.policy);
  return subject.policy.allows.flatMap((allow): readonly Diagnostic[] => {
    const closer = closerOf(allow);
    if (!closer) return [];
    return [diagnostic("KSP2044", {}, { at: placeOf(subject.origins, allow.id), ...reasonOf(closer, subject) })];
  });
};

function reasonOf(closer: Closer, { origins }: Subject): Details {
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
