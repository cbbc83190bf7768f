import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const app = (traffic: string) => `app backup {\n  linux user 1007\n  ${traffic}\n  on loss keep\n}`;

test("an app outside, and nothing open there", () => {
  expectFaults(home({ more: `${app("⟦traffic outside⟧")}\nallow dhcp` }), {
    code: "KSP2046",
    message: "nothing is open to app `backup`",
    label: "keeps it out of the tunnels, and opens nothing",
    help: "add `allow out app backup to …`, or say `traffic none`",
  });
});

test("an exemption for it, or for everyone", () => {
  expectClean(home({ more: `${app("traffic outside")}\nallow out app backup to 192.0.2.7 tcp 22` }));
  expectClean(home({ more: `${app("traffic outside")}\nallow lan` }));
  expectClean(home({ more: app("traffic none") }));
});
