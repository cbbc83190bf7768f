import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../diagnostics/span.ts";
import { protocolNumber } from "../../net/protocol.ts";
import { placeOf } from "../origins.ts";
import type { Tunnel } from "../policy.ts";
import type { Check } from "./check.ts";
import { placeOfServer } from "./support/places.ts";

/** A server behind a protocol that the tunnel does not speak is closed to it, for ever. */
export const foreignTransport: Check = ({ policy, origins }) =>
  policy.tunnels.flatMap((tunnel) => {
    const spoken = spokenBy[tunnel.protocol];
    if (!spoken) return [];
    const judge = (number: number, at: Span, listen?: Span): readonly Diagnostic[] =>
      spoken.numbers.includes(number)
        ? []
        : [
            diagnostic(
              "KSP2073",
              { protocol: spoken.name, transport: names.get(number) ?? `protocol ${number}` },
              {
                at,
                label: `${spoken.name} speaks ${spoken.words}`,
                ...(listen && { secondary: [{ span: listen, text: "this is where the tunnel sends to" }] }),
                notes: ["the tunnel could never come up"],
                help: spoken.help,
              },
            ),
          ];
    return [
      ...tunnel.servers.flatMap((server) =>
        judge(protocolNumber(server.transport), placeOfServer(origins, tunnel, server)),
      ),
      ...(tunnel.helpers ?? []).flatMap(({ helper: name, order }) => {
        const helper = policy.helpers.find((one) => one.name === name);
        if (!helper) return [];
        const number = protocolNumber({ kind: helper.listen.transport });
        return judge(number, placeOf(origins, tunnel.id, `server-${order}`), placeOf(origins, helper.id, "listen"));
      }),
    ];
  });

interface Spoken {
  readonly name: string;
  /** IANA protocol numbers. */
  readonly numbers: readonly number[];
  readonly words: string;
  readonly help: string;
}

const overTcp = "name a helper that carries it over TCP: `server helper NAME`";

/** IPsec over TCP is RFC 8229. */
const spokenBy: Readonly<Record<Tunnel["protocol"], Spoken | undefined>> = {
  wireguard: { name: "WireGuard", numbers: [17], words: "udp", help: `write \`udp\`, or ${overTcp}` },
  openvpn: { name: "OpenVPN", numbers: [6, 17], words: "udp or tcp", help: "write `udp` or `tcp` with the port" },
  ipsec: {
    name: "IPsec",
    numbers: [6, 17, 50, 51],
    words: "udp 500 and 4500, and protocol 50",
    help: "write `udp 500, 4500`, and `protocol 50` on a line of its own",
  },
  other: undefined,
};

const names: ReadonlyMap<number, string> = new Map([
  [6, "tcp"],
  [17, "udp"],
]);
