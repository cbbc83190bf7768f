import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const links = 'link lan {\n  interface "br0"\n  role inside\n}\nlink wifi {\n  interface "wlan0"\n  role outside\n}';
const helper = (name: string, listen = "listen 127.0.0.1 udp 51821"): string =>
  `helper ${name} {\n  server 203.0.113.${name.length} tcp 443\n  ${listen}\n  carrier user 994\n}`;

test("servers, of helpers as well", () => {
  expectFaults(home({ server: "  ⟦server 127.0.0.1 udp 51820⟧" }), {
    code: "KSP2056",
    message: "`127.0.0.1` is an address of loopback",
    label: "never leaves this machine",
    help: "name the address of a server",
  });
  expectFaults(home({ server: "  ⟦server 0.0.0.0 udp 51820⟧" }), {
    code: "KSP2056",
    message: "`0.0.0.0` is no address of a machine",
    label: "stands for an unknown address",
    help: "name the address of a server",
  });
  expectFaults(home({ server: "  ⟦server 224.0.0.5 udp 51820⟧" }), {
    code: "KSP2056",
    message: "`224.0.0.5` is the address of a group",
    label: "stands for many machines",
    help: "name the address of a server",
  });
  expectFaults(
    home({
      server: "  server helper obfs",
      more: helper("obfs").replace("server 203.0.113.4 tcp 443", "⟦server 127.0.0.1 tcp 443⟧"),
    }),
    {
      code: "KSP2056",
      message: "`127.0.0.1` is an address of loopback",
      label: "never leaves this machine",
      help: "name the address of a server",
    },
  );
});

test("the address in the tunnel, resolvers, heartbeats and new destinations", () => {
  expectFaults(home({ address: "  ⟦address 127.0.0.5/32⟧" }), {
    code: "KSP2056",
    message: "`127.0.0.5` is an address of loopback",
    label: "never leaves this machine",
    help: "name the address of this machine in the tunnel",
  });
  expectFaults(home({ dns: "dns ⟦127.0.0.53⟧ through wg0" }), {
    code: "KSP2056",
    message: "`127.0.0.53` is an address of loopback",
    label: "never leaves this machine",
    help: "name the address of a resolver",
  });
  expectFaults(
    home({
      watch:
        "watch wg0 {\n  interface\n  heartbeat 10.64.0.1 every 1s lost after 3\n  ⟦heartbeat 255.255.255.255 every 1s lost after 3⟧\n}",
    }),
    {
      code: "KSP2056",
      message: "`255.255.255.255` is the address of everybody",
      label: "stands for many machines",
      help: "name the address of the other end",
    },
  );
  expectFaults(home({ links, more: "forward from tunnel wg0 to link lan tcp 80 rewrite to ⟦127.0.0.1⟧" }), {
    code: "KSP2056",
    message: "`127.0.0.1` is an address of loopback",
    label: "never leaves this machine",
    help: "name the address of another machine",
  });
});

test("an address of the link is one as well", () => {
  expectClean(home({ dns: "dns 10.64.0.1, fe80::53 through wg0", ipv6: "ipv6 block", address: "  address assigned" }));
});
