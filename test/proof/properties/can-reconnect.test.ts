import { expect, test } from "vitest";
import { canReconnect } from "../../../src/proof/properties/can-reconnect.ts";
import { World } from "../../../src/proof/world.ts";
import { expectClean, home } from "../../checks/helper.ts";
import { mutants } from "../mutants/can-reconnect.ts";
import { foundOut, shown, worldOf } from "./broken.ts";

foundOut(mutants);

test("a rewrite that sends what is meant for the server to a resolver", () => {
  const { policy, state, ruleset, space, most, least, redirected } = worldOf("gateway", "down");
  const brokenBy = (set: typeof redirected) =>
    canReconnect.broken(new World(policy, "linux", state, ruleset, space, { most, least, redirected: set }));
  expect(redirected.isEmpty()).toBe(false);
  expect(brokenBy(redirected).isEmpty()).toBe(true);
  expect(shown(brokenBy(space.is("protocol", 17)), space)).toBe(
    "out on eth0 from 192.168.1.2 40000 to 198.51.100.7 udp 51820 user 1000 mark 0x6b73 new",
  );
});

test("servers on the port of names are left alone, helpers' too", () => {
  const dns = "dns 10.64.0.1 through wg0 redirect";
  expectClean(home({ server: "  server 198.51.100.7 udp 53", dns }));
  const more = "helper obfs {\n  server 198.51.100.9 udp 53\n  listen 127.0.0.1 udp 51821\n  carrier user 994\n}";
  expectClean(home({ server: "  server helper obfs", dns, more }));
});
