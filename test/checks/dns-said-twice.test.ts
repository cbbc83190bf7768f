import { test } from "vitest";
import { expectClean, expectFaults, home, tunnel, watch } from "./helper.ts";

const fault = {
  code: "KSP2006",
  message: "`dns` for the same names and path is said twice",
  label: "the second time",
  mark: 1,
  secondary: [[0, "the first time"]],
  help: "name all resolvers in one statement, in the order of asking",
} as const;

test("the same path, for all names or for some", () => {
  expectFaults(home({ dns: "⟦dns 10.64.0.1 through wg0⟧", more: "⟦dns 10.64.0.3 through wg0⟧" }), fault);
  expectFaults(
    home({
      dns: '⟦dns 10.64.0.1 through wg0 for "a.example", "b.example"⟧',
      more: '⟦dns 10.64.0.3 through wg0 for "b.example", "a.example"⟧',
    }),
    fault,
  );
});

test("other names, another path, another user", () => {
  const second = `${tunnel("work", "wg1", "  server 203.0.113.7 udp 51820\n  carrier mark 0x1/0xff", "10.65.0.2")}\n${watch("work", "10.65.0.1")}`;
  expectClean(home({ more: 'dns 10.64.0.3 through wg0 for "corp.example"' }));
  expectClean(home({ more: `${second}\ndns 10.65.0.1 through work` }));
  expectClean(home({ more: "dns 10.64.0.3 user 1007 through wg0" }));
});
