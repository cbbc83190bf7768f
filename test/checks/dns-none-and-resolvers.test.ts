import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

test("no resolver and a resolver", () => {
  expectFaults(home({ dns: "⟦dns 10.64.0.1 through wg0⟧", more: "⟦dns none⟧" }), {
    code: "KSP2033",
    message: "`dns none` and a resolver contradict each other",
    label: "no resolver …",
    mark: 1,
    secondary: [[0, "… and a resolver"]],
    help: "keep one of the two",
  });
});

test("one of them", () => {
  expectClean(home({ dns: "dns none" }));
  expectClean(home());
});
