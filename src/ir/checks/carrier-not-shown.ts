import { diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Identity, Tunnel } from "../policy.ts";
import type { Check } from "./check.ts";
import { carriersOn, hasOneCarrier } from "./support/carriers.ts";
import { placeOfLine } from "./support/places.ts";

/** A carrier that the packets do not show keeps the tunnel from ever coming up; a wider one in its place would let others out. */
export const carrierNotShown: Check = ({ policy, origins }) =>
  policy.tunnels.flatMap((tunnel) => {
    const hidden = hiddenIdentity(tunnel);
    if (!hidden) return [];
    return diagnostic(
      "KSP2023",
      { tunnel: tunnel.name, identity: hidden.kind },
      {
        at: placeOfLine(origins, tunnel, "carrier", hasOneCarrier(tunnel)),
        label: hidden.label,
        notes: [hidden.note],
        help: `write \`${hidden.instead}\`, and give the tunnel's own packets that identity`,
      },
    );
  });

interface Hidden {
  readonly kind: Identity["kind"];
  readonly label: string;
  readonly note: string;
  readonly instead: string;
}

/** Undefined when some alternative is shown by every packet of the tunnel. */
function hiddenIdentity(tunnel: Tunnel): Hidden | undefined {
  const alternatives = carriersOn(tunnel, "linux");
  const shown = tunnel.protocol === "wireguard" ? inWireguard : onLinux;
  if (alternatives.length === 0 || alternatives.some((all) => all.every(shown))) return undefined;
  const identity = alternatives.flat().find((one) => !shown(one));
  if (!identity) return undefined;
  const { kind } = identity;
  if (!onLinux(identity))
    return {
      kind,
      label: `Linux does not tell a packet's ${kind}`,
      note: "no packet would match, so the tunnel could never come up",
      instead: "carrier linux user NUMBER",
    };
  return {
    kind,
    label: "WireGuard's handshakes have a mark and no owner",
    note: "the kernel sends handshakes and keepalives itself, and data packets in the name of the program that opened the socket: the tunnel could never come up",
    instead: "carrier linux mark 0x6b73/0xffff",
  };
}

const inWireguard = ({ kind }: Identity): boolean => kind === "mark";
const onLinux = ({ kind }: Identity): boolean => kind !== "program" && kind !== "service";
