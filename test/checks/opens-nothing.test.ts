import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const fault = {
  code: "KSP2044",
  message: "this exemption opens nothing",
  label: "all of it is denied",
  secondary: [[1, "by this line"]],
  help: "remove one of the two",
} as const;

test("an exemption inside a deny", () => {
  expectFaults(home({ more: "⟦allow out to 203.0.113.7 tcp 443⟧\n⟦deny out to 203.0.113.0/24⟧" }), fault);
  expectFaults(home({ more: "⟦allow out to 203.0.113.7 tcp 443 while up⟧\n⟦deny out tcp 400-500⟧" }), fault);
});

test("the LAN, all of it", () => {
  expectFaults(
    home({ more: "⟦allow lan⟧\n⟦deny out to 10.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16⟧" }),
    fault,
  );
});

test("a deny that is narrower, for some states, some users or another path", () => {
  const allow = "allow out to 203.0.113.0/24 tcp 443";
  expectClean(home({ more: `${allow}\ndeny out to 203.0.113.7` }));
  expectClean(home({ more: `${allow}\ndeny out to 203.0.113.0/24 udp 443` }));
  expectClean(home({ more: `${allow}\ndeny out to 203.0.113.0/24 while down` }));
  expectClean(home({ more: `${allow}\ndeny out user 1007 to 203.0.113.0/24` }));
  expectClean(home({ more: `${allow}\ndeny out to 203.0.113.0/24 through wg0` }));
  expectClean(home({ more: `${allow}\ndeny in from 203.0.113.0/24` }));
  expectClean(home({ more: "allow dhcp\ndeny out to 255.255.255.255" }));
});
