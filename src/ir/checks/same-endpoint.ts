import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import { overlaps } from "../../net/address-set.ts";
import { canonicalJson } from "../canonical.ts";
import type { Identity, Policy, Server, Tunnel } from "../policy.ts";
import type { Check, Subject } from "./check.ts";
import { carriersOn, type Sender } from "./support/carriers.ts";
import { previousHop } from "./support/hops.ts";
import { byPlace, placeOfServer } from "./support/places.ts";
import { transportsOverlap } from "./support/transports.ts";

/** Two tunnels with one server and one carrier look alike: what belongs inside a hop could leave by the way of the other, in clear. */
export const sameEndpoint: Check = (subject) => {
  const tunnels = byPlace(subject.origins, subject.policy.tunnels);
  return tunnels.flatMap((second, i) =>
    tunnels.slice(0, i).flatMap((first) => confused(first, second, subject) ?? confused(second, first, subject) ?? []),
  );
};

/** The packets of `inner`, which belong into a hop, are packets of `other` by every sign. */
function confused(inner: Tunnel, other: Tunnel, { policy, origins }: Subject): Diagnostic | undefined {
  const way = previousHop(policy, inner.name);
  if (way === undefined || way === previousHop(policy, other.name)) return undefined;
  const [mine, theirs] = [legsOf(policy, inner), legsOf(policy, other)];
  for (const a of mine) {
    const b = theirs.find((leg) => shareServer(a.server, leg.server) && looksLike(a.sender, leg.sender));
    if (b)
      return diagnostic(
        "KSP2042",
        { tunnel: inner.name, other: other.name },
        {
          at: placeOfServer(origins, a.sender, a.server),
          label: `only through \`${way}\` …`,
          secondary: [
            {
              span: placeOfServer(origins, b.sender, b.server),
              text: "… but this is the same server, with the same carrier",
            },
          ],
          notes: ["a firewall tells the two apart by server and carrier alone"],
          help: `give \`${inner.name}\` another mark, or another port`,
        },
      );
  }
  return undefined;
}

/** Who sends to which server: a tunnel itself, or its helpers for it. */
const legsOf = (policy: Policy, tunnel: Tunnel): readonly { readonly sender: Sender; readonly server: Server }[] =>
  [tunnel, ...policy.helpers.filter(({ name }) => tunnel.helpers?.some(({ helper }) => helper === name))].flatMap(
    (sender) => sender.servers.map((server) => ({ sender, server })),
  );

const shareServer = (a: Server, b: Server): boolean =>
  overlaps(a.addresses, b.addresses) && transportsOverlap(a.transport, b.transport);

/** One packet may show what both ask for: a process has a user, a group and a mark at once. */
const looksLike = (inner: Sender, other: Sender): boolean =>
  carriersOn(other, "linux").some((asked) =>
    carriersOn(inner, "linux").some((shown) => asked.every((one) => shown.every((two) => mayBeOne(one, two)))),
  );

function mayBeOne(a: Identity, b: Identity): boolean {
  if (a.kind === "mark" && b.kind === "mark") return ((a.value ^ b.value) & a.mask & b.mask) === 0;
  return a.kind !== b.kind || canonicalJson(a) === canonicalJson(b);
}
