import { test } from "vitest";
import { endpointNarrow } from "../../../src/proof/properties/endpoint-narrow.ts";
import { expectBroken, matching, without } from "./broken.ts";

test("any program reaches the server (MUL-02-002)", () => {
  const anybody = matching("endpoint", ({ owner: _, ...rest }) => rest);
  expectBroken(
    endpointNarrow,
    "home-wireguard",
    "down",
    anybody,
    "out on eth0 from 192.168.1.2 40000 to 198.51.100.7 udp 51820 user 1000 new",
  );
});

test("any port of the server (TunnelCrack ServerIP)", () => {
  const anything = matching("endpoint", ({ transport: _, ...rest }) => rest);
  expectBroken(
    endpointNarrow,
    "openvpn-eight-servers",
    "down",
    anything,
    "out on eth0 from 192.168.1.2 40000 to 198.51.100.1 udp 53 user 994 new",
  );
});

test("any program talks to the helper", () => {
  expectBroken(
    endpointNarrow,
    "obfs-helper",
    "up",
    without("loopback-deny", "out"),
    "out on lo from 192.168.1.2 40000 to 127.0.0.1 udp 51821 user 1000 new",
  );
});
