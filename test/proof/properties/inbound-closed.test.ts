import { test } from "vitest";
import type { Rule } from "../../../src/ir/ruleset.ts";
import { ports } from "../../../src/net/port-set.ts";
import { inboundClosed } from "../../../src/proof/properties/inbound-closed.ts";
import { expectBroken, opened, without } from "./broken.ts";

test("a server that listens on every interface", () => {
  const ssh = opened("in", { transport: { kind: "tcp", destinationPorts: ports(22) } });
  expectBroken(
    inboundClosed,
    "home-wireguard",
    "down",
    ssh,
    "in on eth0 from 192.0.2.1 40000 (elsewhere) to 192.168.1.2 (local) tcp 22 new",
  );
});

test("a neighbour that probes for the address inside the tunnel (CVE-2019-14899)", () => {
  expectBroken(
    inboundClosed,
    "server-ssh",
    "up",
    without("anti-spoof", "in"),
    "in on eth0 from 192.168.0.0 40000 (elsewhere) to 10.64.0.2 (local) tcp 22 new",
  );
});

test("ARP answers for the tunnel (MLLVD-CR-24-03)", () => {
  const told = (rules: readonly Rule[]) =>
    rules.map((r) =>
      r.match.family === "arp" && r.stage === "infrastructure" ? { ...r, match: { family: "arp" as const } } : r,
    );
  expectBroken(
    inboundClosed,
    "home-wireguard",
    "down",
    told,
    "out arp on eth0 from 10.64.0.2 to 0.0.0.0 user 1000 new",
  );
});
