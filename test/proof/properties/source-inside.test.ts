import { test } from "vitest";
import { sourceInside } from "../../../src/proof/properties/source-inside.ts";
import { expectBroken, without } from "./broken.ts";

test("a socket that is bound to the tunnel's address, and leaves by the card", () => {
  expectBroken(
    sourceInside,
    "home-wireguard",
    "up",
    without("anti-spoof", "out"),
    "out on eth0 from 10.64.0.2 40000 to 192.168.1.2 tcp 443 user 1000 new",
  );
});

test("a socket that is bound to the address of another card", () => {
  expectBroken(
    sourceInside,
    "home-wireguard",
    "down",
    (rules) => rules.filter(({ from, direction }) => from !== "built-in-source" || direction !== "out"),
    "out on eth0 from 192.168.1.2 40000 (elsewhere) to 192.168.1.2 tcp 443 user 1000 new",
  );
});
