import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

test("a policy without a tunnel", () => {
  const fault = {
    code: "KSP2050",
    message: "the policy has no tunnel",
    label: "nothing here can be up or down",
    help: "declare the VPN: `tunnel NAME` and its block",
  } as const;
  expectFaults("ksp 1\npolicy ⟦home⟧\ndns none\nipv6 block\n", fault);
  expectFaults("ksp 1\npolicy ⟦home⟧\ndns none\nipv6 tunnel\n", fault);
});

test("a policy with one", () => {
  expectClean(home());
});
