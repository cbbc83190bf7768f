import { test } from "vitest";
import { ports } from "../../../src/net/port-set.ts";
import { dnsInside } from "../../../src/proof/properties/dns-inside.ts";
import { expectBroken, opened, without } from "./broken.ts";

test("the resolver of the LAN, because the LAN is allowed first", () => {
  expectBroken(
    dnsInside,
    "home-wireguard",
    "up",
    without("dns-deny", "out"),
    "out on eth0 from 192.168.1.2 40000 to 192.168.1.2 udp 53 user 1000 new",
  );
});

test("any resolver, through the tunnel", () => {
  const resolver = opened("out", { transport: { kind: "udp", destinationPorts: ports(53) } });
  expectBroken(
    dnsInside,
    "ipv6-only-nat64",
    "up",
    resolver,
    "out on eth0 from 192.168.1.2 40000 to 192.0.2.1 udp 53 user 1000 new",
  );
});
