import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const app = (name: string, identity: string) => `app ${name} {\n  ${identity}\n  traffic tunnel\n  on loss keep\n}`;
const fault = {
  code: "KSP2048",
  message: "apps `mail` and `browser` are the same by every sign",
  label: "the second app",
  mark: 1,
  secondary: [[0, "the first app"]],
  help: "make them one app, or run them as two users",
} as const;

test("two apps of one user", () => {
  expectFaults(home({ more: `${app("mail", "⟦linux user 1007⟧")}\n${app("browser", "⟦linux user 1007⟧")}` }), fault);
});

test("one program on another system", () => {
  const also = (user: number) => `⟦linux user ${user}⟧\n  macos user "_apps"`;
  expectFaults(home({ more: `${app("mail", also(1007))}\n${app("browser", also(1008))}` }), fault);
});

test("two users", () => {
  expectClean(home({ more: `${app("mail", "linux user 1007")}\n${app("browser", "linux user 1008")}` }));
});
