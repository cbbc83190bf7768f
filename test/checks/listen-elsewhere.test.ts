import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const helper = (name: string, listen = "listen 127.0.0.1 udp 51821"): string =>
  `helper ${name} {\n  server 203.0.113.${name.length} tcp 443\n  ${listen}\n  carrier user 994\n}`;

test("an address of a card", () => {
  expectFaults(home({ server: "  server helper obfs", more: helper("obfs", "⟦listen 192.168.1.9 udp 51821⟧") }), {
    code: "KSP2057",
    message: "helper `obfs` listens outside of loopback",
    label: "no address of loopback",
    help: "let the program listen on 127.0.0.1, and name that",
  });
});

test("all of loopback", () => {
  expectClean(home({ server: "  server helper obfs", more: helper("obfs", "listen 127.8.8.8 udp 51821") }));
  expectClean(home({ server: "  server helper obfs", more: helper("obfs", "listen ::1 udp 51821") }));
});
