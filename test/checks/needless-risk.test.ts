import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const fault = {
  code: "KSP2030",
  message: "`accept-risk KSP3002` accepts nothing here",
  label: "no name leaves outside the tunnels by it",
  help: "remove the caveat",
} as const;

test("a resolver inside a tunnel", () => {
  expectFaults(home({ dns: "⟦dns 10.64.0.1 through wg0 accept-risk KSP3002⟧" }), fault);
});

test("a risk that is one", () => {
  const links = 'link office {\n  interface "eth0"\n  role outside\n}';
  expectClean(home({ links, more: "dns 192.168.1.1 on office accept-risk KSP3002" }));
});
