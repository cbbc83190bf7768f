import { describe, expect, test } from "vitest";
import { iptables } from "../../../src/emitters/iptables/emit.ts";
import { policyNamed } from "../../emitters/policies.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import { breakers } from "../breakers/all.ts";
import { framesOf } from "../breakers/breaker.ts";
import { home, type Rules } from "../breakers/rules.ts";
import { switchTo, type Variant, variants, withFiles } from "./bundle.ts";

/** `KSP_BREAKERS=all` tries every case with both: minutes. */
const { KSP_BREAKERS: wanted = "some" } = process.env;
const some = /in output at 100|counts as LAN|VPN's server in clear|asks by ARP/;
/** Declared: iptables has no rules for ARP, so it depends on the kernel's settings (`capabilities.ts`). */
const declared = /asks by ARP/;

const files = iptables.emit(policyNamed("home-wireguard").plan);
const loading =
  (what: "ruleset" | "up", variant: Variant): Rules["load"] =>
  (at) =>
    withFiles(files, variant, async ({ whole, change }) => {
      await at.run(what === "ruleset" ? whole("ruleset") : change(switchTo("up")));
    });
const ours = (variant: Variant): Rules => ({
  words: variant,
  load: loading("ruleset", variant),
  open: loading("up", variant),
});

const tried = breakers.filter(({ ksp, gap, name }) => ksp === home && !gap && (wanted === "all" || some.test(name)));
const cases = tried.flatMap((breaker, i) =>
  variants
    .filter((_, j) => wanted === "all" || i % variants.length === j)
    .map((variant) => ({ breaker, variant, name: breaker.name })),
);

describe.skipIf(mayBeSkipped())("a known way to leak, and our rules in iptables", { timeout: 240_000 }, () => {
  test.concurrent.each(cases)("$variant: $name", async ({ breaker, variant }) => {
    const frames = await framesOf(breaker, ours(variant));
    if (declared.test(breaker.name)) expect(frames).toBeGreaterThan(0);
    else expect(frames).toBe(0);
  });
});
