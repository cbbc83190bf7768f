import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const app = (traffic: string) => `app backup {\n  linux user 1007\n  ${traffic}\n  on loss keep\n}`;
const fault = (path: string, traffic: string) =>
  ({
    code: "KSP2045",
    message: `app \`backup\` may not use ${path}`,
    label: "never opens",
    mark: 1,
    secondary: [[0, `\`traffic ${traffic}\` forbids it`]],
    help: "change the app's `traffic`, or remove the statement",
  }) as const;

test("an exemption outside for an app of the tunnels", () => {
  expectFaults(
    home({ more: `${app("⟦traffic tunnel⟧")}\n⟦allow out app backup to 192.0.2.7 tcp 22⟧` }),
    fault("what is outside the tunnels", "tunnel"),
  );
});

test("names through a tunnel for an app outside", () => {
  expectFaults(
    home({ more: `${app("⟦traffic outside⟧")}\n⟦dns 10.64.0.1 app backup through wg0⟧\nallow lan` }),
    fault("tunnel `wg0`", "outside"),
  );
});

test("an opening for the user that the app runs as", () => {
  expectFaults(
    home({
      more: `${app("⟦traffic tunnel⟧")}\n⟦allow out user 1007 to 192.0.2.7 tcp 22⟧\nallow out user 1008 to 192.0.2.7 tcp 22`,
    }),
    fault("what is outside the tunnels", "tunnel"),
  );
});

test("an app that may go nowhere", () => {
  expectFaults(
    home({ more: `${app("⟦traffic none⟧")}\n⟦allow out app backup tcp 22 through wg0⟧` }),
    fault("tunnel `wg0`", "none"),
  );
});

test("openings where the app may go", () => {
  expectClean(home({ more: `${app("traffic outside")}\nallow out app backup to 192.0.2.7 tcp 22` }));
  const carries = "  carries 10.64.0.0/10";
  expectClean(home({ carries, more: `${app("traffic tunnel")}\nallow out app backup to 10.0.0.7 tcp 22 through wg0` }));
});

test("a portal for an app that stays in the tunnels", () => {
  expectFaults(
    home({
      more: "app mail {\n  linux user 8\n  ⟦traffic tunnel⟧\n  on loss keep\n}\n⟦portal for 5m app mail tcp 80 accept-risk KSP3001⟧",
    }),
    {
      code: "KSP2045",
      message: "app `mail` may not use what is outside the tunnels",
      label: "never opens",
      mark: 1,
      secondary: [[0, "`traffic tunnel` forbids it"]],
      help: "change the app's `traffic`, or remove the statement",
    },
  );
});
