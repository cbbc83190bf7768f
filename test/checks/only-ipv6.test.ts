import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const fault = (what: string) =>
  ({
    code: "KSP2021",
    message: `\`ipv6 block\` leaves nothing of ${what}`,
    label: "IPv6 and nothing else",
    help: "say `ipv6 tunnel`, add an IPv4 address, or remove the line",
  }) as const;

test("an exemption", () => {
  expectFaults(home({ more: "allow out to ⟦2001:db8::/48⟧ tcp 443" }), fault("this `allow`"));
  expectFaults(home({ more: "allow in from ⟦2001:db8::/48⟧ tcp 22" }), fault("this `allow`"));
  expectFaults(home({ more: "⟦allow in icmpv6 echo-request⟧" }), fault("this `allow`"));
});

test("an exemption in a tunnel is told once", () => {
  expectFaults(home({ more: "allow out to ⟦2001:db8::/48⟧ tcp 443 through wg0" }), fault("this `allow`"));
});

test("resolvers and heartbeats", () => {
  const address = "  address 10.64.0.2/32, fd64::2/128";
  expectFaults(home({ address, dns: "dns ⟦fd64::1⟧ through wg0" }), fault("this `dns`"));
  expectFaults(
    home({ address, watch: "watch wg0 {\n  interface\n  ⟦heartbeat fd64::1 every 1s lost after 3⟧\n}" }),
    fault("this heartbeat"),
  );
});

test("a whole tunnel", () => {
  expectFaults(
    home({ address: "  address assigned", carries: "  ⟦carries 2001:db8::/48⟧" }),
    fault("what `wg0` carries"),
  );
  expectFaults(
    home({ address: "  ⟦address fd64::2/128⟧", dns: "dns none", watch: "watch wg0 {\n  interface\n}" }).replace(
      "protocol wireguard",
      "protocol other",
    ),
    fault("tunnel `wg0`"),
  );
});

test("IPv4 beside it, a deny or an IPv6 server is something to do", () => {
  expectClean(home({ more: "allow out to 2001:db8::/48, 192.0.2.0/24 tcp 443" }));
  expectClean(home({ more: "deny out to 2001:db8::/48" }));
  expectClean(home({ carries: "  carries everything and 2001:db8::/48" }));
  expectClean(home({ server: "  server 2001:db8::7 udp 51820" }));
  expectClean(home({ address: "  address 10.64.0.2/32, fd64::2/128", dns: "dns 10.64.0.1, fd64::1 through wg0" }));
});

const lan = 'link lan {\n  interface "br0"\n  role inside\n}\nlink wan {\n  interface "eth0"\n  role outside\n}';

test("a forward and a portal", () => {
  expectFaults(home({ links: lan, more: "forward from link lan to ⟦tunnel wg0 2001:db8::/32⟧ masquerade" }), {
    code: "KSP2021",
    message: "`ipv6 block` leaves nothing of this `forward`",
    label: "IPv6 and nothing else",
    help: "say `ipv6 tunnel`, add an IPv4 address, or remove the line",
  });
  expectFaults(home({ links: lan, more: "forward from tunnel wg0 to link lan tcp 80 rewrite to ⟦2001:db8::7⟧" }), {
    code: "KSP2021",
    message: "`ipv6 block` leaves nothing of this `forward`",
    label: "IPv6 and nothing else",
    help: "say `ipv6 tunnel`, add an IPv4 address, or remove the line",
  });
  expectFaults(home({ more: "portal for 5m to ⟦2001:db8::7⟧ tcp 80 accept-risk KSP3001" }), {
    code: "KSP2021",
    message: "`ipv6 block` leaves nothing of the portal",
    label: "IPv6 and nothing else",
    help: "say `ipv6 tunnel`, add an IPv4 address, or remove the line",
  });
});
