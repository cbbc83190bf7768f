import { describe, expect, test } from "vitest";
import type { Files } from "../../../src/emitters/emitter.ts";
import { iptables } from "../../../src/emitters/iptables/emit.ts";
import type { Emitted } from "../../emitters/policies.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import { type Judged, judge, say, wrong } from "../verdicts/judge.ts";
import { packetsFor } from "../verdicts/packets.ts";
import { sayable, switchTo, type Variant, variants, withFiles } from "./bundle.ts";

/** `KSP_PACKETS=2000 KSP_SEED=7` looks longer, and elsewhere; `KSP_IPTABLES_POLICIES=all` at every policy. */
const { KSP_PACKETS = "60", KSP_SEED = "1", KSP_IPTABLES_POLICIES: which = "some" } = process.env;

const judged = (policy: Emitted, variant: Variant, files: Files, most = Number(KSP_PACKETS)): Promise<Judged> =>
  withFiles(files, variant, ({ whole, change }) =>
    judge(policy, packetsFor(policy, Number(KSP_SEED), most), {
      loading: ({ state }, i) =>
        i === 0
          ? { run: [whole("lockdown")] }
          : { run: [...(i === 1 ? [whole("ruleset")] : []), change(switchTo(state))] },
    }),
  );

const count = ({ verdicts }: Judged, verdict: string): number => verdicts.filter((v) => v.kernel === verdict).length;

/** The laboratory has cards in place of IPsec's interfaces, which iptables cannot tell from them. */
const told = sayable.filter(({ policy }) => policy.tunnels.every(({ protocol }) => protocol !== "ipsec"));
/** One tunnel, several hops, several chains, IPv6 alone, servers, gateways, a portal, slices. */
const usual: Readonly<Record<Variant, readonly string[]>> = {
  "iptables-nft": [
    "home-wireguard",
    "three-hops-mixed",
    "work-and-private",
    "server-ssh",
    "gateway",
    "only-these-apps",
  ],
  "iptables-legacy": ["home-wireguard", "ipv6-only-nat64", "gateway", "travel-captive-portal"],
};

describe.skipIf(mayBeSkipped()).each(variants)("%s", (variant) => {
  const policies = told.filter(({ name }) => which === "all" || usual[variant].includes(name));
  test.concurrent.each(policies)(
    "$name: a kernel says of a packet what the plan says",
    { timeout: 600_000 },
    async (policy) => {
      const found = await judged(policy, variant, iptables.emit(policy.plan));
      expect(wrong(found).map(say)).toEqual([]);
      expect(count(found, "passes")).toBeGreaterThan(5);
      expect(count(found, "is refused")).toBeGreaterThan(20);
    },
  );
});

const [home] = sayable.filter(({ name }) => name === "home-wireguard");
if (!home) throw new Error("no policy");

describe.skipIf(mayBeSkipped())("spoilt files are found out", () => {
  test.each([
    ["the server by another port", "--dport 51820", "--dport 51821"],
    ["answers to nobody's question", " -m conntrack --ctstate ESTABLISHED --ctdir REPLY", ""],
    ["names told to everybody", /--comment built-in-dns -g \S+/g, "--comment built-in-dns -j RETURN"],
  ])("%s", async (_, from, to) => {
    const files = iptables.emit(home.plan);
    const spoilt = new Map([...files].map(([file, text]) => [file, text.replaceAll(from, to)]));
    expect(spoilt).not.toEqual(files);
    expect(wrong(await judged(home, "iptables-legacy", spoilt, 200)).length).toBeGreaterThan(0);
  });
});
