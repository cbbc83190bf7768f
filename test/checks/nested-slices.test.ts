import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const app = (slice: string) => `app mail {\n  ⟦linux slice "${slice}"⟧\n  traffic tunnel\n  on loss keep\n}`;
const allow = (slice: string) => `allow out ⟦slice "${slice}"⟧ to 203.0.113.7 tcp 443`;
const fault = (inner: string, outer: string) =>
  ({
    code: "KSP2093",
    message: `slice \`${inner}\` lies inside \`${outer}\``,
    label: "the second slice",
    mark: 1,
    secondary: [[0, "the first slice"]],
    help: "name slices that stand side by side, such as `ksp-mail.slice` and `ksp-web.slice`, or one of the two everywhere",
  }) as const;

test("an app in the slice of an exemption", () => {
  const more = `${app("ksp-mail.slice")}\n${allow("ksp.slice")}`;
  expectFaults(home({ more }), fault("ksp-mail.slice", "ksp.slice"));
});

test("an exemption in the slice of an app", () => {
  const more = `${app("ksp.slice")}\n${allow("ksp-mail.slice")}`;
  expectFaults(home({ more }), fault("ksp-mail.slice", "ksp.slice"));
});

test("one slice in two spellings", () => {
  const more = `${app("ksp-mail.slice")}\n${allow("ksp.slice/ksp-mail.slice")}`;
  expectFaults(home({ more }), fault("ksp.slice/ksp-mail.slice", "ksp-mail.slice"));
});

test("a group below a slice", () => {
  const scope = "ksp.slice/ksp-mail.slice/fetch.scope";
  const more = `${app("ksp-mail.slice")}\ndeny out ⟦slice "${scope}"⟧ to 203.0.113.9`;
  expectFaults(home({ more }), fault(scope, "ksp-mail.slice"));
});

test("slices side by side, and names that only begin alike", () => {
  const both = (one: string, other: string) => `${app(one)}\n${allow(other)}`.replace(/[⟦⟧]/g, "");
  expectClean(home({ more: both("ksp-mail.slice", "ksp-web.slice") }));
  expectClean(home({ more: both("ksp.slice", "kspd.slice") }));
});
