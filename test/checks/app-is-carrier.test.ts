import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const helper = (name: string, listen = "listen 127.0.0.1 udp 51821"): string =>
  `helper ${name} {\n  server 203.0.113.${name.length} tcp 443\n  ${listen}\n  carrier user 994\n}`;
const app = (user: string): string => `app mail {\n  linux ${user}\n  traffic tunnel\n  on loss keep\n}`;

test("the user of the VPN's own program", () => {
  expectFaults(
    home({
      protocol: "  protocol openvpn",
      carrier: "  carrier group 8\n  ⟦carrier user 8⟧",
      more: app("user 8").replace("linux user 8", "⟦linux user 8⟧"),
    }),
    {
      code: "KSP2077",
      message: "app `mail` and the carrier of `wg0` are the same by every sign",
      label: "the app",
      mark: 1,
      secondary: [[0, "the carrier of tunnel `wg0`"]],
      help: "run the two as two users",
    },
  );
  expectFaults(
    home({
      server: "  server helper obfs",
      more: `${helper("obfs").replace("carrier user 994", "⟦carrier user 994⟧")}\n${app("user 994").replace("linux user 994", "⟦linux user 994⟧")}`,
    }),
    {
      code: "KSP2077",
      message: "app `mail` and the carrier of `obfs` are the same by every sign",
      label: "the app",
      mark: 1,
      secondary: [[0, "the carrier of helper `obfs`"]],
      help: "run the two as two users",
    },
  );
});

test("another user, a carrier that asks for more, and an app that belongs outside", () => {
  const outside = app("user 8").replace("traffic tunnel", "traffic outside");
  expectClean(
    home({
      protocol: "  protocol openvpn",
      carrier: "  carrier user 8",
      more: `${outside}\nallow out app mail to 192.0.2.0/24 tcp 25`,
    }),
  );
  expectClean(home({ protocol: "  protocol openvpn", carrier: "  carrier user 8", more: app("user 9") }));
  expectClean(home({ protocol: "  protocol openvpn", carrier: "  carrier user 8 and group 9", more: app("user 8") }));
});
