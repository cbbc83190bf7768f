import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const helper = (name: string, listen = "listen 127.0.0.1 udp 51821"): string =>
  `helper ${name} {\n  server 203.0.113.${name.length} tcp 443\n  ${listen}\n  carrier user 994\n}`;

test("a network with the server in it", () => {
  expectFaults(home({ server: "  ⟦server 198.51.100.7 udp 51820⟧", carries: "  ⟦carries 198.51.100.0/24⟧" }), {
    code: "KSP2075",
    message: "`wg0` carries its own server",
    label: "names a network that holds the server",
    mark: 1,
    secondary: [[0, "reached outside the tunnel"]],
    help: "take the server out with `except`",
  });
  expectFaults(
    home({
      server: "  server 192.0.2.7 udp 51820\n  ⟦server 198.51.100.7 udp 51820⟧",
      carries: "  ⟦carries everything and 198.51.100.0/24⟧",
    }),
    {
      code: "KSP2075",
      message: "`wg0` carries its own server",
      label: "names a network that holds the server",
      mark: 1,
      secondary: [[0, "reached outside the tunnel"]],
      help: "take the server out with `except`",
    },
  );
  expectFaults(
    home({
      server: "  server helper obfs",
      carries: "  ⟦carries 203.0.113.0/24⟧",
      more: helper("obfs").replace("server 203.0.113.4 tcp 443", "⟦server 203.0.113.4 tcp 443⟧"),
    }),
    {
      code: "KSP2075",
      message: "`wg0` carries its own server",
      label: "names a network that holds the server",
      secondary: [[1, "reached outside the tunnel"]],
      help: "take the server out with `except`",
    },
  );
});

test("without the server, and a default route", () => {
  expectClean(home({ carries: "  carries 198.51.100.0/24 except 198.51.100.7" }));
  expectClean(home({ carries: "  carries everything" }));
  expectClean(home({ carries: "  carries 0.0.0.0/0" }));
});
