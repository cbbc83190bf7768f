import { test } from "vitest";
import type { Rule } from "../../../src/ir/ruleset.ts";
import { constant } from "../../../src/net/parse-net.ts";
import { canReconnect } from "../../../src/proof/properties/can-reconnect.ts";
import { closed, expectBroken, without } from "./broken.ts";

test("no way to the server", () => {
  expectBroken(
    canReconnect,
    "home-wireguard",
    "down",
    without("endpoint", "out"),
    "out on eth0 from 192.168.1.2 40000 to 198.51.100.7 udp 51820 user 1000 mark 0x6b73 new",
  );
});

test("a ban that stands in front", () => {
  const ban = closed("out", { destination: { set: constant("198.51.100.0/24") } });
  expectBroken(
    canReconnect,
    "openvpn-eight-servers",
    "down",
    ban,
    "out on eth0 from 192.168.1.2 40000 to 198.51.100.1 tcp 443 user 994 new",
  );
});

test("answers of the server that are dropped", () => {
  const mute = (rules: readonly Rule[]) => rules.map((r) => (r.stage === "endpoint" ? { ...r, replies: false } : r));
  expectBroken(
    canReconnect,
    "home-wireguard",
    "lockdown",
    mute,
    "in on eth0 from 198.51.100.7 51820 (elsewhere) to 192.168.1.2 (local) udp 53 established-reply",
  );
});
