import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const links = 'link lan {\n  interface "br0"\n  role inside\n}\nlink wifi {\n  interface "wlan0"\n  role outside\n}';

test("no link, and one outside", () => {
  expectFaults(home({ more: "⟦allow dhcp server⟧" }), {
    code: "KSP2084",
    message: "`dhcp server` is offered outside",
    label: "no link, so every network outside",
    help: "name a link of role inside: `on LINK`",
  });
  expectFaults(home({ links, more: "allow dhcp server ⟦on wifi⟧" }), {
    code: "KSP2084",
    message: "`dhcp server` is offered outside",
    label: "a link of role outside",
    help: "name a link of role inside: `on LINK`",
  });
  expectFaults(home({ links, more: "allow router-advertisement ⟦on wifi⟧" }), {
    code: "KSP2084",
    message: "`router-advertisement` is offered outside",
    label: "a link of role outside",
    help: "name a link of role inside: `on LINK`",
  });
});

test("inside", () => {
  expectClean(home({ links, more: "allow dhcp server on lan\nallow router-advertisement on lan" }));
});
