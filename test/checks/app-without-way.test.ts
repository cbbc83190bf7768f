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

test("what is open in a tunnel or forwarded is no way out", () => {
  const more = "allow in tcp 22 through wg0\nallow forward from 192.168.1.0/24 to 203.0.113.0/24";
  expectFaults(home({ more: `${app("⟦traffic outside⟧")}\n${more}` }), {
    code: "KSP2046",
    message: "nothing is open to app `backup`",
    label: "keeps it out of the tunnels, and opens nothing",
    help: "add `allow out app backup to …`, or say `traffic none`",
  });
});

test("an exemption for it, or for everyone", () => {
  expectClean(home({ more: `${app("traffic outside")}\nallow out app backup to 192.0.2.7 tcp 22` }));
  expectClean(home({ more: `${app("traffic outside")}\nallow dhcp\nallow lan` }));
  expectClean(home({ more: app("traffic none") }));
});
