import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const fault = {
  code: "KSP2040",
  message: "`10.64.0.2` is an address of this machine",
  secondary: [[0, "this machine's, in the tunnel"]],
  mark: 1,
} as const;
const address = "  ⟦address 10.64.0.2/32⟧";

test("a heartbeat to itself", () => {
  expectFaults(home({ address, watch: "watch wg0 {\n  interface\n  ⟦heartbeat 10.64.0.2 every 1s lost after 3⟧\n}" }), {
    ...fault,
    label: "always answers, tunnel or no tunnel",
    help: "ask an address at the other end, such as the resolver",
  });
});

test("a resolver and a server", () => {
  expectFaults(home({ address, dns: "dns ⟦10.64.0.2⟧ through wg0" }), {
    ...fault,
    label: "never asked through anything",
    help: "name the resolver at the other end",
  });
  expectFaults(home({ address, server: "  ⟦server 10.64.0.2 udp 51820⟧" }), {
    ...fault,
    mark: 0,
    secondary: [[1, "this machine's, in the tunnel"]],
    label: "never leaves this machine",
    help: "name the server's address on the internet",
  });
});

test("a few addresses that hold it", () => {
  expectFaults(home({ address, dns: "dns ⟦10.64.0.0/26⟧ through wg0" }), {
    ...fault,
    label: "never asked through anything",
    help: "name the resolver at the other end",
  });
});

test("a neighbour in the tunnel's network", () => {
  expectClean(home({ address: "  address 10.64.0.0/24" }));
  expectClean(home({ server: "  server 10.64.0.3 udp 51820" }));
});

const obfs = "helper obfs {\n  server 203.0.113.4 tcp 443\n  listen 127.0.0.1 udp 51821\n  carrier user 994\n}";

test("a tunnel that carries nothing but its own end", () => {
  expectFaults(home({ address: "  ⟦address 10.64.0.2/32⟧", carries: "  ⟦carries 10.64.0.2/32⟧" }), {
    code: "KSP2040",
    message: "`10.64.0.2` is an address of this machine",
    label: "no packet to it leaves this machine, so the tunnel carries nothing",
    mark: 1,
    secondary: [[0, "this machine's, in the tunnel"]],
    help: "say `carries everything`, or name the networks behind the tunnel",
  });
  expectClean(home({ carries: "  carries 10.64.0.2/31" }));
  expectClean(home({ carries: "  carries everything and 10.64.0.2/32" }));
});

test("the server of a helper", () => {
  expectFaults(
    home({
      address: "  ⟦address 10.64.0.2/32⟧",
      server: "  server helper obfs",
      more: obfs.replace("server 203.0.113.4 tcp 443", "⟦server 10.64.0.2 tcp 443⟧"),
    }),
    {
      code: "KSP2040",
      message: "`10.64.0.2` is an address of this machine",
      label: "never leaves this machine",
      mark: 1,
      secondary: [[0, "this machine's, in the tunnel"]],
      help: "name the server's address on the internet",
    },
  );
});
