import { test } from "vitest";
import { constant } from "../../../src/net/parse-net.ts";
import { lanNarrow } from "../../../src/proof/properties/lan-narrow.ts";
import { expectBroken, matching } from "./broken.ts";

test("what a DHCP server calls local (TunnelCrack LocalNet)", () => {
  const local = matching("lan", (match) => ({ ...match, destination: { set: constant("216.165.47.0/24") } }));
  expectBroken(
    lanNarrow,
    "home-wireguard",
    "up",
    local,
    "out on eth0 from 192.168.1.2 40000 to 216.165.47.0 tcp 443 user 1000 new",
  );
});
