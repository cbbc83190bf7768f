import { test } from "vitest";
import { chain, expectClean, expectFaults } from "./helper.ts";

/** Two tunnels that carry other things; by themselves unless `hops` says more. */
const carrying = (entry: string, exit: string, hops = "") => {
  const [head = "", first = "", second = ""] = chain({ chain: hops }).split("  carries everything");
  return `${head}  ${entry}${first}  ${exit}${second}`;
};

test("a prefix inside another tunnel's", () => {
  expectFaults(carrying("⟦carries everything and 10.64.0.0/10⟧", "⟦carries 10.0.0.0/8⟧"), {
    code: "KSP2041",
    message: "`entry` and `exit` both carry 10.64.0.0/10",
    label: "`exit` names it …",
    mark: 1,
    secondary: [[0, "… and so does `entry`"]],
    help: "take the part out of one of them with `except`",
  });
});

test("many common parts are not all printed", () => {
  const three = "10.1.0.0/16, 10.3.0.0/16, 10.5.0.0/16";
  expectFaults(carrying(`⟦carries ${three}⟧`, "⟦carries 10.0.0.0/8⟧"), {
    code: "KSP2041",
    message: `\`entry\` and \`exit\` both carry ${three}`,
    label: "`exit` names it …",
    mark: 1,
    secondary: [[0, "… and so does `entry`"]],
    help: "take the part out of one of them with `except`",
  });
  const four = "10.1.0.0/16, 10.3.0.0/16, 10.5.0.0/16, 10.7.0.0/16";
  expectFaults(carrying(`⟦carries ${four}⟧`, "⟦carries 10.0.0.0/8⟧"), {
    code: "KSP2041",
    message: "`entry` and `exit` both carry 10.1.0.0/16, 10.3.0.0/16, 10.5.0.0/16 and more",
    label: "`exit` names it …",
    mark: 1,
    secondary: [[0, "… and so does `entry`"]],
    help: "take the part out of one of them with `except`",
  });
});

test("the same prefix: nobody knows which of the two it takes", () => {
  for (const [first, second] of [
    ["⟦carries 10.0.0.0/8⟧", "⟦carries 10.0.0.0/8⟧"],
    ["⟦carries everything and 10.0.0.0/8⟧", "⟦carries 10.0.0.0/8⟧"],
  ] as const)
    expectFaults(carrying(first, second), {
      code: "KSP2041",
      message: "`entry` and `exit` both carry 10.0.0.0/8",
      label: "`exit` names it …",
      mark: 1,
      secondary: [[0, "… and so does `entry`"]],
      help: "name it in one of them; only tunnels that carry everything are alternatives",
    });
});

test("alternatives, neighbours, exceptions and hops of one chain", () => {
  expectClean(carrying("carries everything and 10.0.0.0/8", "carries everything and 10.0.0.0/8"));
  expectClean(carrying("carries 10.0.0.0/16", "carries 10.1.0.0/16"));
  expectClean(carrying("carries everything and 10.64.0.0/10", "carries 10.0.0.0/8 except 10.64.0.0/10"));
  expectClean(carrying("carries everything", "carries 10.0.0.0/8"));
  expectClean(carrying("carries 10.0.0.0/8", "carries 10.0.0.0/16", "chain private = entry -> exit"));
});
