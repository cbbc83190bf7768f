import { diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Identity } from "../policy.ts";
import type { Check } from "./check.ts";
import { carriersOn, type Sender, senders } from "./support/carriers.ts";
import { placeOfCarrier } from "./support/places.ts";

/** A carrier that the packets do not show keeps the tunnel from ever coming up; a wider one in its place would let others out. */
export const carrierNotShown: Check = ({ policy, origins, systems }) =>
  senders(policy).flatMap((sender) => {
    const hidden = systems.includes("linux") ? hiddenIdentity(sender) : undefined;
    if (!hidden) return [];
    return diagnostic(
      "KSP2023",
      { tunnel: sender.name, identity: hidden.kind },
      {
        at: placeOfCarrier(origins, sender, hidden.alternative),
        label: hidden.label,
        notes: [hidden.note],
        help: `write \`${hidden.instead}\`, and give its own packets that identity`,
      },
    );
  });

interface Hidden {
  readonly alternative: number;
  readonly kind: Identity["kind"];
  readonly label: string;
  readonly note: string;
  readonly instead: string;
}

/** Undefined when some alternative is shown by every packet of the tunnel. */
function hiddenIdentity(sender: Sender): Hidden | undefined {
  const alternatives = carriersOn(sender, "linux");
  const shown = "protocol" in sender && sender.protocol === "wireguard" ? inWireguard : onLinux;
  if (alternatives.length === 0 || alternatives.some((all) => all.every(shown))) return undefined;
  const alternative = alternatives.findIndex((all) => !all.every(shown));
  const identity = alternatives[alternative]?.find((one) => !shown(one));
  if (!identity) return undefined;
  const { kind } = identity;
  if (!onLinux(identity))
    return {
      alternative,
      kind,
      label: `Linux does not tell a packet's ${kind}`,
      note: "no packet would match, so the tunnel could never come up",
      instead: "carrier linux user NUMBER",
    };
  return {
    alternative,
    kind,
    label: "WireGuard's handshakes have a mark and no owner",
    note: "the kernel sends handshakes and keepalives itself, and data packets in the name of the program that opened the socket: the tunnel could never come up",
    instead: "carrier linux mark 0x6b73/0xffff",
  };
}

const inWireguard = ({ kind }: Identity): boolean => kind === "mark";
const onLinux = ({ kind }: Identity): boolean => kind !== "program" && kind !== "service";
