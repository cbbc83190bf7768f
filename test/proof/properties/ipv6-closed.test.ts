import { test } from "vitest";
import { ipv6Closed } from "../../../src/proof/properties/ipv6-closed.ts";
import { everywhere, expectBroken, opened } from "./broken.ts";

test("another tool accepts IPv6", () => {
  expectBroken(
    ipv6Closed,
    "kiosk",
    "up",
    opened("out", { family: "ipv6", outInterface: everywhere }),
    "out on eth0 from fd00::2 40000 to 2001:db8::1 tcp 443 user 1000 new",
  );
});
