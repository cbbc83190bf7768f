import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const links = 'link office {\n  interface "eth0"\n  role outside\n}';

test("a resolver on a link", () => {
  expectFaults(home({ links, more: 'dns 192.168.1.1 ⟦on office⟧ for "corp.example"' }), {
    code: "KSP2029",
    message: "names are asked outside the tunnels, on `office`",
    label: "no tunnel",
    help: 'ask through a tunnel, or end the statement with `accept-risk KSP3002 reason "…"`',
  });
});

test("an accepted risk", () => {
  expectClean(home({ links, more: 'dns 192.168.1.1 on office for "corp.example" accept-risk KSP3002 reason "known"' }));
});
