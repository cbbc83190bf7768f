import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const helper = (name: string, listen = "listen 127.0.0.1 udp 51821"): string =>
  `helper ${name} {\n  server 203.0.113.${name.length} tcp 443\n  ${listen}\n  carrier user 994\n}`;

test("the same port of the same address", () => {
  expectFaults(
    home({
      server: "  server helper obfs\n  server helper second",
      more: `${helper("obfs", "⟦listen 127.0.0.1 udp 51821⟧")}\n${helper("second", "⟦listen 127.0.0.1 udp 51821⟧")}`,
    }),
    {
      code: "KSP2058",
      message: "helpers `obfs` and `second` listen at the same place",
      label: "the second one",
      mark: 1,
      secondary: [[0, "the first one"]],
      help: "give one of the two another port",
    },
  );
});

test("another port, address or protocol", () => {
  expectClean(
    home({
      server: "  server helper obfs\n  server helper second",
      more: `${helper("obfs")}\n${helper("second", "listen 127.0.0.1 udp 51822")}`,
    }),
  );
  expectClean(
    home({
      server: "  server helper obfs\n  server helper second",
      more: `${helper("obfs")}\n${helper("second", "listen 127.0.0.2 udp 51821")}`,
    }),
  );
  expectClean(
    home({
      protocol: "  protocol other",
      server: "  server helper obfs\n  server helper second",
      more: `${helper("obfs")}\n${helper("second", "listen 127.0.0.1 tcp 51821")}`,
    }),
  );
});
