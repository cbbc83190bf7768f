import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const app = (who: string, traffic = "tunnel"): string =>
  `app mail {\n  ⟦linux ${who}⟧\n  traffic ${traffic}\n  ⟦on loss pause⟧\n}`;
const bare = (text: string): string => text.replaceAll(/[⟦⟧]/g, "");

const expectPausing = (text: string, what: string): void =>
  expectFaults(text, {
    code: "KSP2097",
    message: `\`on loss pause\` of \`mail\` would stop ${what}`,
    label: "at each loss, and from the start",
    mark: 1,
    secondary: [[0, "every process of it"]],
    help: "let it run: the rules hold all the same",
    fixed: bare(text).replace("on loss pause", "on loss keep"),
  });

test.each(["user 0", "group 0", 'slice "system.slice"', 'slice "system.slice/ksp.service"', 'slice "init.scope"'])(
  "ksp itself: %s",
  (who) => expectPausing(home({ more: app(who) }), "ksp itself"),
);

test.each([
  ["carrier user 8 and group 9", app("user 8")],
  ['carrier slice "vpn.slice/home.scope"', app('slice "vpn.slice"')],
  ["carrier user 8", `${app("user 8", "outside")}\nallow out app mail to 192.0.2.0/24 tcp 25`],
])("the VPN's own program, by %s", (carrier, more) => {
  const text = home({ protocol: "  protocol openvpn", carrier: `  ${carrier}`, more });
  expectPausing(text, "the carrier of tunnel `wg0`");
});

test.each(["user 1000", "group 1000", 'slice "ksp-mail.slice"', 'slice "system.slice/mail.service"'])(
  "nothing of the two: %s",
  (who) => expectClean(home({ more: bare(app(who)) })),
);
