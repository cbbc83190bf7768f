import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

test("a network of resolvers or targets", () => {
  expectFaults(home({ dns: "dns ⟦10.65.0.0/24⟧ through wg0" }), {
    code: "KSP2047",
    message: "this `dns` names 256 addresses",
    label: "more than 64, so not asked one by one",
    help: "name single addresses",
  });
  expectFaults(home({ watch: "watch wg0 {\n  ⟦heartbeat 10.65.0.0/25 every 1s lost after 3⟧\n}" }), {
    code: "KSP2047",
    message: "this heartbeat names 128 addresses",
    label: "more than 64, so not asked one by one",
    help: "name single addresses",
  });
});

test("a few neighbours", () => {
  expectClean(home({ dns: "dns 10.64.0.8-10.64.0.9 through wg0" }));
});

test("the addresses of a machine in the tunnel", () => {
  expectFaults(
    home({
      address: "  ⟦address 10.0.0.0/8⟧",
      dns: "dns none",
      watch: "watch wg0 {\n  heartbeat 192.168.1.1 every 1s lost after 3\n}",
    }),
    {
      code: "KSP2047",
      message: "this `address` names 16777216 addresses",
      label: "more than 65536, and a machine has a few",
      help: "name single addresses",
    },
  );
  expectClean(home({ address: "  address 10.64.0.2/32, fd64::/64" }));
});
