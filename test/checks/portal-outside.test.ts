import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const fault = (what: string, label: string, risks: string) =>
  ({
    code: "KSP2053",
    message: `the portal lets ${what} leave outside the tunnels`,
    label,
    help: `end the statement with \`accept-risk ${risks} reason "…"\``,
  }) as const;

test("a portal that does not say what it is", () => {
  expectFaults(
    home({ more: "⟦portal for 5m user 1001 to 198.51.100.80 tcp 80⟧" }),
    fault("packets", "accepts no KSP3001", "KSP3001"),
  );
  expectFaults(
    home({ more: "⟦portal for 5m user 1001 tcp 80 and dns⟧" }),
    fault("packets", "accepts no KSP3001 and no KSP3002", "KSP3001, KSP3002"),
  );
});

test("names are a risk of their own", () => {
  expectFaults(
    home({ more: "⟦portal for 5m user 1001 tcp 80 and dns accept-risk KSP3001⟧" }),
    fault("names", "accepts no KSP3002", "KSP3001, KSP3002"),
  );
});

test("both are accepted", () => {
  expectClean(home({ more: "portal for 5m user 1001 tcp 80 and dns accept-risk KSP3001, KSP3002" }));
});
