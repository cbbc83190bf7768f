import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const fault = {
  code: "KSP2049",
  message: "the resolvers of this `dns` are denied",
  label: "never asked",
  secondary: [[1, "denied by this line"]],
  help: "take the resolvers out of the deny with `except`",
} as const;
const dns = "dns ⟦10.64.0.1⟧ through wg0";

test("a blocked network that holds the resolver", () => {
  expectFaults(home({ dns, more: "⟦deny out to 10.0.0.0/8⟧" }), fault);
  expectFaults(home({ dns, more: "⟦deny out to 10.64.0.1 through wg0⟧" }), fault);
});

test("one of two resolvers: every name waits for it in vain", () => {
  const two = "dns ⟦10.64.0.1, 10.64.0.9⟧ through wg0";
  const label = "`10.64.0.9` is never asked";
  expectFaults(home({ dns: two, more: "⟦deny out to 10.64.0.8/29⟧" }), { ...fault, label });
});

test("a deny for some, for some states, or for another path", () => {
  expectClean(home({ more: "deny out to 10.0.0.0/8 except 10.64.0.1" }));
  expectClean(home({ more: "deny out to 10.0.0.0/8 while down" }));
  expectClean(home({ more: "deny out user 1007 to 10.0.0.0/8" }));
  expectClean(home({ more: "deny out to 10.0.0.0/8 udp 53" }));
  expectClean(home({ dns: "dns none", more: "deny out to 10.0.0.0/8" }));
});

test("a deny of the whole tunnel is told once", () => {
  expectFaults(home({ more: "⟦deny out⟧" }).replace("tunnel wg0", "tunnel ⟦wg0⟧"), {
    code: "KSP2054",
    message: "nothing may use tunnel `wg0`",
    label: "denies all that the tunnel carries",
    mark: 1,
    secondary: [[0, "this one"]],
    help: "remove it, or name what must never pass",
  });
});
