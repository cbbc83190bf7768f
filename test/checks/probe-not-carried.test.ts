import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

test("a route of other networks", () => {
  expectFaults(
    home({
      carries: "  ⟦carries 10.0.0.0/8⟧",
      watch:
        "watch wg0 {\n  heartbeat 10.64.0.1 every 1s lost after 3\n  route 10.0.0.0/8\n  ⟦route 192.168.0.0/16⟧\n}",
    }),
    {
      code: "KSP2088",
      message: "the watch of `wg0` asks for a route that the tunnel does not get",
      label: "not among what the tunnel carries",
      mark: 1,
      secondary: [[0, "all that it carries"]],
      help: "name the networks that stand after `carries`",
    },
  );
});

test("a part of what is carried, and a tunnel for everything", () => {
  expectClean(
    home({
      carries: "  carries 10.0.0.0/8",
      watch: "watch wg0 {\n  heartbeat 10.64.0.1 every 1s lost after 3\n  route 10.1.0.0/16\n}",
    }),
  );
  expectClean(home({ watch: "watch wg0 {\n  heartbeat 10.64.0.1 every 1s lost after 3\n  route 0.0.0.0/0, ::/0\n}" }));
});
