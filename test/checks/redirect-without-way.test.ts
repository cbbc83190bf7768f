import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const links = 'link lan {\n  interface "br0"\n  role inside\n}\nlink wifi {\n  interface "wlan0"\n  role outside\n}';

test("a resolver on a link", () => {
  expectFaults(home({ links, dns: "dns 192.168.1.1 ⟦on wifi⟧ redirect accept-risk KSP3002" }), {
    code: "KSP2080",
    message: "`redirect` needs a tunnel",
    label: "questions would leave in clear",
    help: "remove `redirect`",
  });
});

test("a resolver for some names, or for some users", () => {
  expectFaults(home({ dns: '⟦dns 10.64.0.1 through wg0 for "corp.example" redirect⟧' }), {
    code: "KSP2080",
    message: "`redirect` and `for` contradict each other",
    label: "a redirect takes all names, whatever stands after `for`",
    help: "remove `redirect`",
  });
  expectFaults(home({ dns: "dns 10.64.0.1 ⟦user 7⟧ through wg0 redirect" }), {
    code: "KSP2080",
    message: "`redirect` and an owner contradict each other",
    label: "a redirect takes everybody's questions, and no one else may ask",
    help: "remove `redirect`",
  });
});

test("everything into the tunnel", () => {
  expectClean(home({ dns: "dns 10.64.0.1 through wg0 redirect" }));
});
