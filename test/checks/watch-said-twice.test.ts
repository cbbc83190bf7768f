import { test } from "vitest";
import { chain, expectClean, expectFaults, home } from "./helper.ts";

test("two watches of one tunnel", () => {
  expectFaults(
    home({
      more: "watch ⟦wg0⟧ {\n  interface\n}",
      watch: "watch ⟦wg0⟧ {\n  heartbeat 10.64.0.1 every 1s lost after 3\n}",
    }),
    {
      code: "KSP2006",
      message: "`watch wg0` is said twice",
      label: "the second time",
      mark: 1,
      secondary: [[0, "the first time"]],
      help: "put all probes of the tunnel into one block",
    },
  );
});

test("one watch for each of two tunnels", () => {
  expectClean(chain());
});
