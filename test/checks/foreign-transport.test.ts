import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const helper = (name: string, listen = "listen 127.0.0.1 udp 51821"): string =>
  `helper ${name} {\n  server 203.0.113.${name.length} tcp 443\n  ${listen}\n  carrier user 994\n}`;

test("a server that the tunnel does not speak to", () => {
  expectFaults(home({ server: "  ⟦server 198.51.100.7 tcp 51820⟧" }), {
    code: "KSP2073",
    message: "WireGuard does not speak tcp",
    label: "WireGuard speaks udp",
    help: "write `udp`, or name a helper that carries it over TCP: `server helper NAME`",
  });
  expectFaults(home({ server: "  ⟦server 198.51.100.7 protocol 50⟧" }), {
    code: "KSP2073",
    message: "WireGuard does not speak protocol 50",
    label: "WireGuard speaks udp",
    help: "write `udp`, or name a helper that carries it over TCP: `server helper NAME`",
  });
  expectFaults(
    home({
      protocol: "  protocol openvpn",
      server: "  ⟦server 198.51.100.7 protocol 47⟧",
      carrier: "  carrier user 994",
    }),
    {
      code: "KSP2073",
      message: "OpenVPN does not speak protocol 47",
      label: "OpenVPN speaks udp or tcp",
      help: "write `udp` or `tcp` with the port",
    },
  );
  expectFaults(home({ protocol: "  protocol ipsec", server: "  ⟦server 198.51.100.7 protocol 47⟧" }), {
    code: "KSP2073",
    message: "IPsec does not speak protocol 47",
    label: "IPsec speaks udp 500 and 4500, and protocol 50",
    help: "write `udp 500, 4500`, and `protocol 50` on a line of its own",
  });
});

test("a helper that listens for another protocol", () => {
  expectFaults(home({ server: "  ⟦server helper obfs⟧", more: helper("obfs", "⟦listen 127.0.0.1 tcp 51821⟧") }), {
    code: "KSP2073",
    message: "WireGuard does not speak tcp",
    label: "WireGuard speaks udp",
    secondary: [[1, "this is where the tunnel sends to"]],
    help: "write `udp`, or name a helper that carries it over TCP: `server helper NAME`",
  });
});

test("what each protocol speaks", () => {
  expectClean(
    home({ protocol: "  protocol openvpn", server: "  server 198.51.100.7 tcp 443", carrier: "  carrier user 994" }),
  );
  expectClean(
    home({
      protocol: "  protocol ipsec",
      server: "  server 198.51.100.7 udp 500, 4500\n  server 198.51.100.7 protocol 50",
    }),
  );
  expectClean(home({ protocol: "  protocol other", server: "  server 198.51.100.7 protocol 47" }));
});
