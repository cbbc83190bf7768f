import { test } from "vitest";
import { expectClean, expectFaults, home } from "./helper.ts";

test("a protocol without such handshakes", () => {
  expectFaults(
    home({
      protocol: "  ⟦protocol openvpn⟧",
      carrier: "  carrier user 994",
      watch: "watch wg0 {\n  ⟦handshake within 180s⟧\n}",
    }),
    {
      code: "KSP2087",
      message: "the handshake probe of `wg0` has nothing to ask",
      label: "only WireGuard tells the age of its handshake",
      mark: 1,
      secondary: [[0, "another protocol"]],
      help: "use a heartbeat: `heartbeat ADDRESS every 1s lost after 3`",
    },
  );
});

test("an age that a good tunnel reaches", () => {
  expectFaults(
    home({ watch: "watch wg0 {\n  ⟦handshake within 2m⟧\n  heartbeat 10.64.0.1 every 1s lost after 3\n}" }),
    {
      code: "KSP2087",
      message: "the handshake probe of `wg0` closes a good tunnel",
      label: "keys are renewed every 120s",
      help: "write `handshake within 180s`, and let a heartbeat notice the loss",
    },
  );
});

test("three minutes", () => {
  expectClean(home({ watch: "watch wg0 {\n  handshake within 180s\n  heartbeat 10.64.0.1 every 1s lost after 3\n}" }));
});
