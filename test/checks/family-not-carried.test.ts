import { test } from "vitest";
import { chain, expectClean, expectFaults, home, tunnel, watch } from "./helper.ts";

/** Another tunnel carries IPv6, so the fault is this one's alone. */
const six = `${tunnel("six", "wg6", "  server 203.0.113.7 udp 51820\n  carrier mark 0x1/0xff", "10.66.0.2").replace("10.66.0.2/32", "10.66.0.2/32, fd66::2/128")}\n${watch("six", "fd66::1")}`;
const fault = (family: "IPv4" | "IPv6", mark = 1) =>
  ({
    code: "KSP2032",
    message: `tunnel \`wg0\` has no ${family} address`,
    label: `${family}, which never gets an answer`,
    mark,
    secondary: [[0, "all addresses of the tunnel"]],
    help: `name addresses of the other family, or add an ${family} address to \`wg0\``,
  }) as const;
const ipv6 = "ipv6 tunnel";
const four = "  ⟦address 10.64.0.2/32⟧";

test("a resolver, a probe target and an exemption of the other family", () => {
  expectFaults(home({ address: four, ipv6, more: six, dns: "dns ⟦10.64.0.1, fd64::1⟧ through wg0" }), fault("IPv6"));
  expectFaults(
    home({ address: four, ipv6, more: six, watch: "watch wg0 {\n  ⟦heartbeat fd64::1 every 1s lost after 3⟧\n}" }),
    fault("IPv6"),
  );
  expectFaults(
    home({ address: four, ipv6, more: `${six}\nallow in from ⟦2001:db8::/48⟧ tcp 22 through wg0` }),
    fault("IPv6"),
  );
  expectFaults(
    home({ address: four, ipv6, more: `${six}\nallow out to ⟦2001:db8::/48⟧ tcp 22 through wg0` }),
    fault("IPv6"),
  );
  expectFaults(home({ address: four, ipv6, more: `${six}\n⟦allow in icmpv6 through wg0⟧` }), fault("IPv6"));
});

test("IPv4 in a tunnel of IPv6", () => {
  expectFaults(
    home({
      address: "  ⟦address fd64::2/128⟧",
      ipv6,
      dns: "dns ⟦10.64.0.1⟧ through wg0",
      watch: watch("wg0", "fd64::1"),
    }),
    fault("IPv4"),
  );
});

test("the next hop's server", () => {
  const text = chain().replace("address 10.64.0.2/32", "⟦$&⟧");
  const exit = (server: string) => text.replace("server 203.0.113.7 udp 51820", server);
  expectFaults(exit("⟦server 2001:db8::7 udp 51820⟧"), {
    ...fault("IPv6"),
    message: "tunnel `entry` has no IPv6 address",
    help: "name addresses of the other family, or add an IPv6 address to `entry`",
  });
  const clean = (server: string) => expectClean(exit(server).replace(/[⟦⟧]/g, ""));
  clean("server 2001:db8::7 udp 51820\n  server 203.0.113.7 udp 51820");
  expectClean(chain().replace("server 198.51.100.7", "server 2001:db8::7"));
});

test("IPv6 that no tunnel carries, or that is blocked, is told once", () => {
  const dns = "dns 10.64.0.1, fd64::1 through wg0";
  expectFaults(home({ address: four, ipv6: `⟦${ipv6}⟧`, dns }), {
    code: "KSP2008",
    message: "`ipv6 tunnel` needs a tunnel with an IPv6 address",
    label: "IPv6 is routed through the tunnel …",
    mark: 1,
    secondary: [[0, "… but `wg0` has only an IPv4 address"]],
    help: "block IPv6, or give it to `wg0`",
    fixed: home({ dns }),
  });
  expectClean(home({ dns: "dns 10.64.0.1, fd64::1 through wg0" }));
});

test("an IPv6 tunnel under `ipv6 block` cannot ask IPv4 either", () => {
  const openvpn = {
    protocol: "  protocol openvpn",
    carrier: "  carrier user 994",
    watch: "watch wg0 {\n  interface\n}",
  };
  expectFaults(
    home({ ...openvpn, address: "  ⟦address fd64::2/128⟧", dns: "dns ⟦10.64.0.1⟧ through wg0" }),
    {
      code: "KSP2021",
      message: "`ipv6 block` leaves nothing of tunnel `wg0`",
      label: "IPv6 and nothing else",
      help: "say `ipv6 tunnel`, add an IPv4 address, or remove the line",
    },
    fault("IPv4"),
  );
});

test("an assigned address, and packets that IPv4 has too", () => {
  expectClean(home({ address: "  address assigned", ipv6, dns: "dns 10.64.0.1, fd64::1 through wg0" }));
  expectClean(home({ ipv6, more: `${six}\nallow lan\nallow in from 2001:db8::/48 tcp 22` }));
  expectClean(home({ ipv6, more: `${six}\nallow in tcp 22 through wg0` }));
  expectClean(home({ ipv6, more: `${six}\nallow in from 2001:db8::/48, 192.0.2.0/24 tcp 22 through wg0` }));
});

const lan = 'link lan {\n  interface "br0"\n  role inside\n}\nlink wan {\n  interface "eth0"\n  role outside\n}';

test("a forward of the other family", () => {
  expectFaults(
    home({
      links: lan,
      ipv6: "ipv6 tunnel",
      address: "  ⟦address fd64::2/128⟧",
      dns: "dns fd64::1 through wg0",
      watch: "watch wg0 {\n  heartbeat fd64::1 every 1s lost after 3\n}",
      more: "forward from link lan 192.168.1.0/24 to ⟦tunnel wg0⟧ masquerade",
    }),
    {
      code: "KSP2032",
      message: "tunnel `wg0` has no IPv4 address",
      label: "IPv4, which never gets an answer",
      mark: 1,
      secondary: [[0, "all addresses of the tunnel"]],
      help: "name addresses of the other family, or add an IPv4 address to `wg0`",
    },
  );
});
