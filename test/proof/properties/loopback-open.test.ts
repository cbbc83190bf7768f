import { test } from "vitest";
import { constant } from "../../../src/net/parse-net.ts";
import { loopbackOpen } from "../../../src/proof/properties/loopback-open.ts";
import { card, expectBroken, opened, without } from "./broken.ts";

test("loopback is closed", () => {
  expectBroken(
    loopbackOpen,
    "home-wireguard",
    "down",
    without("loopback", "in"),
    "in on lo from 192.0.2.1 40000 (elsewhere) to 192.168.1.2 (local) tcp 443 new",
  );
});

test("loopback's addresses leave by a card", () => {
  const martian = opened("out", { outInterface: card("eth0"), destination: { set: constant("127.0.0.0/8") } });
  expectBroken(
    loopbackOpen,
    "home-wireguard",
    "up",
    martian,
    "out on eth0 from 192.168.1.2 40000 to 127.0.0.0 tcp 443 user 1000 new",
  );
});
