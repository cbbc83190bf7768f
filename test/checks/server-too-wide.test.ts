import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const fault = (range: string) =>
  ({
    code: "KSP2035",
    message: `a server of \`wg0\` is as wide as \`${range}\``,
    label: "a network, not a server",
    help: "name the servers that are really used",
  }) as const;

test("a network of servers", () => {
  expectFaults(home({ server: "  ⟦server 198.0.0.0/15 udp 51820⟧" }), fault("198.0.0.0/15"));
  expectFaults(home({ server: "  ⟦server 2000::/3 udp 51820⟧" }), fault("2000::/3"));
});

test("of several servers the faulty one is underlined", () => {
  expectFaults(
    home({ server: "  server 198.51.100.7 tcp 51820\n  ⟦server 0.0.0.0/0 udp 443⟧", protocol: "  protocol other" }),
    fault("0.0.0.0/0"),
  );
});

test("a provider's /16, and private networks", () => {
  expectClean(home({ server: "  server 198.51.0.0/16 udp 51820" }));
  expectClean(home({ server: "  server 10.0.0.0/8 udp 51820" }).replaceAll("10.64.0", "100.64.0"));
});

const obfs = "helper obfs {\n  server 203.0.113.4 tcp 443\n  listen 127.0.0.1 udp 51821\n  carrier user 994\n}";

test("the server of a helper", () => {
  expectFaults(
    home({
      server: "  server helper obfs",
      more: obfs.replace("server 203.0.113.4 tcp 443", "⟦server 203.0.0.0/12 tcp 443⟧"),
    }),
    {
      code: "KSP2035",
      message: "a server of `obfs` is as wide as `203.0.0.0/12`",
      label: "a network, not a server",
      help: "name the servers that are really used",
    },
  );
});
