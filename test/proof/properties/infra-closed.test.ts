import { test } from "vitest";
import { infraClosed } from "../../../src/proof/properties/infra-closed.ts";
import { expectBroken, matching, opened } from "./broken.ts";

test("neighbour discovery from beyond the link", () => {
  const far = matching("infrastructure", ({ hopLimit: _, ...rest }) => rest);
  expectBroken(
    infraClosed,
    "home-wireguard",
    "down",
    far,
    "out on eth0 from 192.168.1.2 to 224.0.0.2 (multicast) protocol 2 user 1000 new",
  );
});

test("DHCP to anybody", () => {
  const wide = matching("infrastructure", ({ destination: _, ...rest }) => rest);
  expectBroken(
    infraClosed,
    "home-wireguard",
    "up",
    wide,
    "out on eth0 from 192.168.1.2 68 to 192.0.2.1 udp 67 user 1000 new",
  );
});

test("redirects", () => {
  const redirect = opened("in", { transport: { kind: "icmpv6", types: [137] } });
  expectBroken(
    infraClosed,
    "home-wireguard",
    "up",
    redirect,
    "out on eth0 from fd00::2 to 2001:db8::1 icmpv6 nd-redirect user 1000 established-reply",
  );
});
