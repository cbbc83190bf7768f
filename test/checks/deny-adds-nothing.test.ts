import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const fault = {
  code: "KSP2043",
  message: "this `deny` adds nothing",
  label: "already denied",
  help: "remove it",
} as const;

test("a deny inside another one, in any order", () => {
  const wide = "deny out to 203.0.113.0/24";
  expectFaults(home({ more: `⟦${wide}⟧\n⟦deny out to 203.0.113.7 tcp 443 while up⟧` }), {
    ...fault,
    mark: 1,
    secondary: [[0, "by this line"]],
    fixed: home({ more: `${wide}\n` }).replace("24\n\n\n", "24\n\n"),
  });
  expectFaults(home({ more: `⟦deny out to 203.0.113.7 on wifi⟧\n⟦${wide}⟧`, links }), {
    ...fault,
    secondary: [[1, "by this line"]],
    fixed: home({ more: `\n${wide}`, links }),
  });
});

const links = 'link wifi {\n  interface "wlan0"\n  role outside\n}';

test("a part that sticks out", () => {
  expectClean(home({ more: "deny out to 203.0.113.0/24\ndeny out to 203.0.112.0/23 tcp 443" }));
  expectClean(home({ more: "deny out to 203.0.113.0/24 while down\ndeny out to 203.0.113.7" }));
  expectClean(home({ more: "deny out user 7 to 203.0.113.0/24\ndeny out to 203.0.113.7" }));
  expectClean(home({ more: "deny out to 203.0.113.0/24\ndeny in from 203.0.113.7" }));
});

test("a short deny that holds at boot, inside a long one that waits", () => {
  const many = Array.from({ length: 65 }, (_, i) => `203.0.113.${i * 2}`).join(", ");
  expectClean(home({ more: `deny out to ${many}\ndeny out to 203.0.113.4` }));
});
