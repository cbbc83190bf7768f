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
