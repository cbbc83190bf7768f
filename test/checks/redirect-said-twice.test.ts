import { test } from "vitest";
import { chain, expectClean, expectFaults } from "./helper.ts";

test("two resolvers for all questions", () => {
  expectFaults(
    chain({ chain: "", dns: "⟦dns 10.64.0.1 through entry redirect⟧\n⟦dns 10.65.0.1 through exit redirect⟧" }),
    {
      code: "KSP2006",
      message: "`redirect` is said twice",
      label: "the second time",
      mark: 1,
      secondary: [[0, "the first time"]],
      help: "redirect to one of the two",
    },
  );
});

test("one of two", () => {
  expectClean(chain({ chain: "", dns: "dns 10.64.0.1 through entry\ndns 10.65.0.1 through exit redirect" }));
});
