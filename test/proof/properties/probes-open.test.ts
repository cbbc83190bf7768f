import { test } from "vitest";
import type { Rule } from "../../../src/ir/ruleset.ts";
import { probesOpen } from "../../../src/proof/properties/probes-open.ts";
import { expectBroken, without } from "./broken.ts";

test("no probe", () => {
  expectBroken(
    probesOpen,
    "home-wireguard",
    "down",
    without("probe", "out"),
    "out on wg0 from 10.64.0.2 to 10.64.0.1 icmp echo-request user 1000 mark 0x6b700000 new",
  );
});

test("no answer to a probe", () => {
  const mute = (rules: readonly Rule[]) => rules.map((r) => (r.stage === "probe" ? { ...r, replies: false } : r));
  expectBroken(
    probesOpen,
    "two-hops",
    "hop1",
    mute,
    "in on wg0 from 10.64.0.1 (elsewhere) to 10.64.0.2 (local) icmp echo-reply established-reply",
  );
});
