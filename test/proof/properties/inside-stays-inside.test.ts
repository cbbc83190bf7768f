import { test } from "vitest";
import { insideStaysInside } from "../../../src/proof/properties/inside-stays-inside.ts";
import { all, expectBroken, matching, without } from "./broken.ts";

test("the LAN's ranges hold an address inside the tunnel", () => {
  expectBroken(
    insideStaysInside,
    "home-wireguard",
    "down",
    without("tunnel-only", "out"),
    "out on eth0 from 192.168.1.2 40000 to 10.64.0.0 tcp 443 user 1000 new",
  );
});

test("what one tunnel names enters another", () => {
  const change = all(
    without("tunnel-only", "out"),
    matching("tunnel", ({ destination: _, ...rest }) => rest),
  );
  expectBroken(
    insideStaysInside,
    "work-and-private",
    "private:up+work:down",
    change,
    "out on wg-private from 10.64.0.2 40000 to 10.20.0.0 tcp 443 user 1000 new",
  );
});
