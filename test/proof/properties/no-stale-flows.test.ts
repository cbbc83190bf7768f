import { expect, test } from "vitest";
import { connections } from "../../../src/proof/dimensions.ts";
import { noStaleFlows } from "../../../src/proof/properties/no-stale-flows.ts";
import { World } from "../../../src/proof/world.ts";
import { expectClean, home } from "../../checks/helper.ts";
import { card, shown, worldOf } from "./broken.ts";

/** A rule about connections alone cannot be planned, so what it would let pass is added to what passes. */
function withEstablished(connection: "established-original" | "established-reply"): string | undefined {
  const { policy, state, ruleset, space, most, least, redirected } = worldOf("home-wireguard", "down");
  const flows = space
    .is("connection", connections.numberOf(connection))
    .intersect(space.direction("out"))
    .intersect(space.family("ipv4"))
    .intersect(space.interfaces("out", card("wg0")));
  const passing = { most: most.union(flows), least, redirected };
  return shown(noStaleFlows.broken(new World(policy, "linux", state, ruleset, space, passing)), space);
}

test("as planned", () => {
  const world = worldOf("home-wireguard", "down");
  expect(noStaleFlows.broken(world).isEmpty()).toBe(true);
});

test("a flow that was opened while the tunnel was up goes on", () => {
  expect(withEstablished("established-original")).toBe(
    "out on wg0 from 192.168.1.2 40000 to 192.0.2.1 tcp 443 user 1000 established-original",
  );
});

test("`ct state established accept` lets answers go on", () => {
  expect(withEstablished("established-reply")).toBe(
    "out on wg0 from 192.168.1.2 40000 to 192.0.2.1 tcp 443 user 1000 established-reply",
  );
});

test("a deny of one type of ICMP leaves no answer behind that nothing opens", () => {
  expectClean(home({ more: "deny out to 10.64.0.0/16 icmp echo-request" }));
  expectClean(home({ more: "deny in from 203.0.113.7 icmp timestamp-request\nallow in from 203.0.113.0/24 icmp" }));
});
