import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const helper = (name: string, listen = "listen 127.0.0.1 udp 51821"): string =>
  `helper ${name} {\n  server 203.0.113.${name.length} tcp 443\n  ${listen}\n  carrier user 994\n}`;

test("the server of the tunnel, or of its helper", () => {
  expectFaults(
    home({
      server: "  ⟦server 198.51.100.7 udp 51820⟧",
      watch: "watch wg0 {\n  ⟦heartbeat 198.51.100.7 every 1s lost after 3⟧\n}",
    }),
    {
      code: "KSP2089",
      message: "a heartbeat goes to the server of `wg0`",
      label: "an address outside the tunnel",
      mark: 1,
      secondary: [[0, "the server"]],
      help: "ask an address at the other end of the tunnel, such as the resolver",
    },
  );
  expectFaults(
    home({
      server: "  server helper obfs",
      more: helper("obfs").replace("server 203.0.113.4 tcp 443", "⟦server 203.0.113.4 tcp 443⟧"),
      watch:
        "watch wg0 {\n  heartbeat 10.64.0.1 every 1s lost after 3\n  ⟦heartbeat 203.0.113.4 every 1s lost after 3⟧\n}",
    }),
    {
      code: "KSP2089",
      message: "a heartbeat goes to the server of `wg0`",
      label: "an address outside the tunnel",
      mark: 1,
      secondary: [[0, "the server"]],
      help: "ask an address at the other end of the tunnel, such as the resolver",
    },
  );
});

test("an address of nobody's server", () => {
  expectClean(home({ watch: "watch wg0 {\n  heartbeat 198.51.100.8 every 1s lost after 3\n}" }));
});
