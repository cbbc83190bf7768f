import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

test("a deny of everything, and of all that the tunnel can have", () => {
  expectFaults(home({ more: "⟦deny out⟧" }).replace("tunnel wg0", "tunnel ⟦wg0⟧"), {
    code: "KSP2054",
    message: "nothing may use tunnel `wg0`",
    label: "denies all that the tunnel carries",
    mark: 1,
    secondary: [[0, "this one"]],
    help: "remove it, or name what must never pass",
  });
  expectFaults(home({ more: "⟦deny out to 0.0.0.0/0 through wg0⟧" }).replace("tunnel wg0", "tunnel ⟦wg0⟧"), {
    code: "KSP2054",
    message: "nothing may use tunnel `wg0`",
    label: "denies all that the tunnel carries",
    mark: 1,
    secondary: [[0, "this one"]],
    help: "remove it, or name what must never pass",
  });
  expectFaults(home({ more: "⟦deny out while up⟧" }).replace("tunnel wg0", "tunnel ⟦wg0⟧"), {
    code: "KSP2054",
    message: "nothing may use tunnel `wg0`",
    label: "denies all that the tunnel carries",
    mark: 1,
    secondary: [[0, "this one"]],
    help: "remove it, or name what must never pass",
  });
  expectFaults(
    home({ carries: "  carries 10.0.0.0/16, 10.64.0.1", dns: "dns none", more: "⟦deny out to 10.0.0.0/8⟧" }).replace(
      "tunnel wg0",
      "tunnel ⟦wg0⟧",
    ),
    {
      code: "KSP2054",
      message: "nothing may use tunnel `wg0`",
      label: "denies all that the tunnel carries",
      mark: 1,
      secondary: [[0, "this one"]],
      help: "remove it, or name what must never pass",
    },
  );
});

test("a part, a user, or another state", () => {
  expectClean(home({ more: "deny out to 0.0.0.0/1 tcp 443" }));
  expectClean(home({ more: "deny out user 7" }));
  expectClean(home({ more: "deny out while down" }));
  expectClean(home({ more: "deny in" }));
});
