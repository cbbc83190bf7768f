import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const app = (user: string): string => `app mail {\n  linux ${user}\n  traffic tunnel\n  on loss keep\n}`;

test("an allow, a deny and an expect of what comes in", () => {
  expectFaults(home({ more: "allow in ⟦user 7⟧ tcp 22" }), {
    code: "KSP2055",
    message: "nobody owns a packet that comes in",
    label: "would never match",
    help: "name the port that the program listens on",
  });
  expectFaults(home({ more: "deny in ⟦group 7⟧" }), {
    code: "KSP2055",
    message: "nobody owns a packet that comes in",
    label: "would never match",
    help: "name the port that the program listens on",
  });
  expectFaults(home({ more: `${app("user 8")}\nexpect drop in app ⟦mail⟧` }), {
    code: "KSP2055",
    message: "nobody owns a packet that comes in",
    label: "would never match",
    help: "name the port that the program listens on",
  });
  expectFaults(home({ more: "deny forward ⟦user 7⟧ to 203.0.113.7" }), {
    code: "KSP2055",
    message: "nobody owns a packet that is forwarded",
    label: "would never match",
    help: "name the addresses of the machines",
  });
});

test("marks stand on packets, and what leaves has an owner", () => {
  expectClean(home({ more: "deny in mark 0x7" }));
  expectClean(home({ more: "deny out user 7 to 203.0.113.7" }));
});
