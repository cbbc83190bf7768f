import { describe, expect, test } from "vitest";
import { iptables } from "../../../src/emitters/iptables/emit.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import { breakers } from "../breakers/all.ts";
import { framesOf } from "../breakers/breaker.ts";
import { byIptables } from "../breakers/rules.ts";
import { changed } from "../spoilt.ts";
import { variants } from "./bundle.ts";

/** `KSP_BREAKERS=all` tries every case with both variants: minutes, as `npm run attacks` does. */
const { KSP_BREAKERS: wanted = "some" } = process.env;
const some =
  /in output at 100|counts as LAN|VPN's server in clear|asks by ARP|second hop is lost|a container sends|does not know/;

const tried = breakers.filter(({ gap, name }) => !gap && (wanted === "all" || some.test(name)));
// Both ask the same modules of the kernel and differ in what calls them, which is the same for every case.
const cases = tried.flatMap((breaker, i) =>
  variants
    .filter((_, j) => wanted === "all" || i % variants.length === j)
    .map((variant) => ({ breaker, variant, name: breaker.name })),
);

describe.skipIf(mayBeSkipped())("a known way to leak, and our rules in iptables", { timeout: 240_000 }, () => {
  test.concurrent.each(cases)("$variant: $name", async ({ breaker, variant }) => {
    const frames = await framesOf(breaker, byIptables(breaker.ksp, variant));
    if (breaker.isBeyondIptables) expect(frames).toBeGreaterThan(0);
    else expect(frames).toBe(0);
  });
});

test.skipIf(mayBeSkipped())("without the rule that stops it, a lost hop leaks", { timeout: 240_000 }, async () => {
  const breaker = breakers.find(({ name }) => name.includes("second hop is lost"));
  if (!breaker) throw new Error("there is no such case");
  const spoilt = new Map(
    [...iptables.emit(breaker.ksp.policy.plan)].map(([file, text]) => [
      file,
      file === "iptables/ruleset.v4"
        ? changed(text, (rules) => rules.replaceAll("-A ksp_out_entry -g ksp_closed_out", "-A ksp_out_entry -j RETURN"))
        : text,
    ]),
  );
  expect(await framesOf(breaker, byIptables(breaker.ksp, "iptables-nft", spoilt))).toBeGreaterThan(0);
});
