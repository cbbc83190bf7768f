import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { notOnLinux } from "../not-on-linux.ts";
import { placeOf } from "../origins.ts";
import type { Policy } from "../policy.ts";
import type { Check } from "./check.ts";

/** Windows shows the program and the service behind a packet. A rule for Linux without them would be wider. */
export const programOnLinux: Check = ({ policy, origins, systems }) =>
  systems.includes("linux")
    ? senders(policy).flatMap(({ id, owner }): readonly Diagnostic[] => {
        const found = owner && notOnLinux(owner, placeOf(origins, id, "who"));
        return found ? [found] : [];
      })
    : [];

/** Every statement that says who sends. */
const senders = ({ allows, denies, expects, dns, portal }: Policy) => [
  ...allows.flatMap(({ id, opening }) => (opening.kind === "packets" ? [{ id, owner: opening.pattern.owner }] : [])),
  ...[...denies, ...expects].map(({ id, pattern }) => ({ id, owner: pattern.owner })),
  ...dns.map(({ id, owner }) => ({ id, owner })),
  ...(portal ? [{ id: portal.id, owner: portal.owner }] : []),
];
