import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

test("two blocks for one tunnel", () => {
  expectFaults(home({ more: 'reconnect ⟦wg0⟧ {\n  run "a"\n}\nreconnect ⟦wg0⟧ {\n  run "b"\n}' }), {
    code: "KSP2006",
    message: "`reconnect wg0` is said twice",
    label: "the second time",
    mark: 1,
    secondary: [[0, "the first time"]],
    help: "put the commands of all systems into one block",
  });
});

test("one block with a command for each system", () => {
  expectClean(home({ more: 'reconnect wg0 {\n  linux run "a"\n  windows run "b"\n}' }));
});
