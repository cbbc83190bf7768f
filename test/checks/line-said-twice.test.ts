import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

const helper = (name: string, listen = "listen 127.0.0.1 udp 51821"): string =>
  `helper ${name} {\n  server 203.0.113.${name.length} tcp 443\n  ${listen}\n  carrier user 994\n}`;

test("servers, the same or one inside the other", () => {
  expectFaults(home({ server: "  ⟦server 198.51.100.7 udp 51820⟧\n  ⟦server 198.51.100.7 udp 51820⟧" }), {
    code: "KSP2006",
    message: "the server is said twice",
    label: "the second time",
    mark: 1,
    secondary: [[0, "the first time"]],
    help: "keep one of the two lines",
  });
  expectFaults(
    home({ server: "  ⟦server 198.51.100.7 udp 51820⟧\n  ⟦server 198.51.100.6-198.51.100.7 udp 51820-51830⟧" }),
    {
      code: "KSP2006",
      message: "the server is said twice",
      label: "the second time",
      mark: 1,
      secondary: [[0, "the first time"]],
      help: "keep one of the two lines",
    },
  );
});

test("carriers, helpers, heartbeats and routes", () => {
  expectFaults(
    home({
      protocol: "  protocol openvpn",
      carrier: "  ⟦carrier user 994⟧\n  carrier linux group 994\n  ⟦carrier linux user 994⟧",
    }),
    {
      code: "KSP2006",
      message: "the carrier is said twice",
      label: "the second time",
      mark: 1,
      secondary: [[0, "the first time"]],
      help: "keep one of the two lines",
    },
  );
  expectFaults(home({ server: "  ⟦server helper obfs⟧\n  ⟦server helper obfs⟧", more: helper("obfs") }), {
    code: "KSP2006",
    message: "the helper is said twice",
    label: "the second time",
    mark: 1,
    secondary: [[0, "the first time"]],
    help: "keep one of the two lines",
  });
  expectFaults(
    home({
      watch:
        "watch wg0 {\n  ⟦heartbeat 10.64.0.1 every 1s lost after 3⟧\n  ⟦heartbeat 10.64.0.1 every 2s lost after 9⟧\n}",
    }),
    {
      code: "KSP2006",
      message: "the heartbeat is said twice",
      label: "the second time",
      mark: 1,
      secondary: [[0, "the first time"]],
      help: "keep one of the two lines",
    },
  );
  expectFaults(
    home({
      watch:
        "watch wg0 {\n  heartbeat 10.64.0.1 every 1s lost after 3\n  ⟦route 0.0.0.0/0⟧\n  ⟦route 0.0.0.0-255.255.255.255⟧\n}",
    }),
    {
      code: "KSP2006",
      message: "the route is said twice",
      label: "the second time",
      mark: 1,
      secondary: [[0, "the first time"]],
      help: "keep one of the two lines",
    },
  );
});

test("another port, ranges that only overlap, and a narrower route", () => {
  expectClean(
    home({
      watch: "watch wg0 {\n  heartbeat 10.64.0.1 every 1s lost after 3\n  route 0.0.0.0/0\n  route 10.0.0.0/8\n}",
    }),
  );
  expectClean(home({ server: "  server 198.51.100.7 udp 51820\n  server 198.51.100.7 udp 51821" }));
  expectClean(
    home({ server: "  server 198.51.100.6-198.51.100.7 udp 51820\n  server 198.51.100.7-198.51.100.8 udp 51820" }),
  );
});
