import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const helper = (name: string, listen = "listen 127.0.0.1 udp 51821"): string =>
  `helper ${name} {\n  server 203.0.113.${name.length} tcp 443\n  ${listen}\n  carrier user 994\n}`;

test("a helper of no tunnel", () => {
  expectFaults(home({ more: helper("⟦obfs⟧").replace("203.0.113.6", "203.0.113.4") }), {
    code: "KSP2083",
    message: "nothing uses the helper `obfs`",
    label: "no tunnel goes through it",
    help: "write `server helper obfs` in the tunnel, or remove the helper",
  });
});

test("a helper that a tunnel names", () => {
  expectClean(home({ server: "  server helper obfs", more: helper("obfs") }));
});
