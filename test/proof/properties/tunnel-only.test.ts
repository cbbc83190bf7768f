import { test } from "vitest";
import { constant } from "../../../src/net/parse-net.ts";
import { tunnelOnly } from "../../../src/proof/properties/tunnel-only.ts";
import { card, everywhere, expectBroken, opened } from "./broken.ts";

test("rules that are gone while a profile is replaced", () => {
  expectBroken(
    tunnelOnly,
    "home-wireguard",
    "down",
    opened("out", { outInterface: everywhere }),
    "out on eth0 from 192.168.1.2 40000 to 192.0.2.1 tcp 443 user 1000 new",
  );
});

test("an interface that is open because a route leads there", () => {
  const route = opened("out", { outInterface: card("eth0"), destination: { set: constant("203.0.113.0/24") } });
  expectBroken(
    tunnelOnly,
    "home-wireguard",
    "up",
    route,
    "out on eth0 from 192.168.1.2 40000 to 203.0.113.0 tcp 443 user 1000 new",
  );
});
