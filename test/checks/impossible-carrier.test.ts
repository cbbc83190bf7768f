import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

test("two users, two groups, two marks", () => {
  expectFaults(
    home({ protocol: "  protocol openvpn", carrier: "  ⟦carrier user 1 and user 2⟧" }).replace(
      "tunnel wg0",
      "tunnel ⟦wg0⟧",
    ),
    {
      code: "KSP2074",
      message: "no packet has both `user 1` and `user 2`",
      label: "asks for both",
      mark: 1,
      secondary: [[0, "this could never connect"]],
      help: "write two `carrier` lines: either will do then",
    },
  );
  expectFaults(
    home({
      protocol: "  protocol openvpn",
      carrier: "  carrier user 5\n  ⟦carrier user 1 and group 3 and group 2⟧",
    }).replace("tunnel wg0", "tunnel ⟦wg0⟧"),
    {
      code: "KSP2074",
      message: "no packet has both `group 3` and `group 2`",
      label: "asks for both",
      mark: 1,
      secondary: [[0, "this could never connect"]],
      help: "write two `carrier` lines: either will do then",
    },
  );
  expectFaults(home({ carrier: "  ⟦carrier mark 0x1/0xf and mark 0x2/0xf⟧" }).replace("tunnel wg0", "tunnel ⟦wg0⟧"), {
    code: "KSP2074",
    message: "no packet has both `mark 0x1/0xf` and `mark 0x2/0xf`",
    label: "asks for both",
    mark: 1,
    secondary: [[0, "this could never connect"]],
    help: "write two `carrier` lines: either will do then",
  });
});

test("a user and a group, alternatives, and marks that fit", () => {
  expectClean(home({ protocol: "  protocol openvpn", carrier: "  carrier user 1 and group 2" }));
  expectClean(home({ protocol: "  protocol openvpn", carrier: "  carrier user 1\n  carrier user 2" }));
  expectClean(home({ carrier: "  carrier mark 0x1/0xf and mark 0x20/0xf0" }));
});
