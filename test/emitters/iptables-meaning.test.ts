import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { refusals } from "../../src/emitters/capabilities.ts";
import { iptables } from "../../src/emitters/iptables/emit.ts";
import { evaluate } from "../../src/ir/evaluate.ts";
import { type Packet, describe as words } from "../../src/ir/packet.ts";
import { rulesetsOf } from "../../src/ir/plan.ts";
import type { Ruleset } from "../../src/ir/ruleset.ts";
import { stateName } from "../../src/ir/states.ts";
import { home } from "../checks/helper.ts";
import { Iptables } from "./iptables-simulator.ts";
import { Nftables } from "./nft-simulator.ts";
import { packetsOf } from "./packets.ts";
import { allPolicies, type Emitted, emitted, fileOf, switchOf } from "./policies.ts";
import { isRenamed } from "./renamed.ts";
import { arrived, isLeftOut, masqueraded, translated } from "./translation.ts";

const prefixes = Array.from({ length: 30 }, (_, i) => [`198.18.${2 * i}.0/24`, `2001:db8:${10 + 2 * i}::/48`]).flat();
const long = emitted("long-list", home({ more: `list office = ${prefixes.join(", ")}\nallow out to @office tcp 443` }));
const policies = [...allPolicies, long].filter(({ plan }) => refusals(plan, iptables.capabilities).length === 0);

const extension = ({ family }: Packet): string => (family === "ipv6" ? "v6" : "v4");

/** Every state as it is loaded: what stands in `ruleset`, then a switch. */
function loaded({ plan }: Emitted): ReadonlyMap<string, Iptables> {
  const files = iptables.emit(plan);
  const text = (file: string): string => {
    const found = files.get(`iptables/${file}`);
    if (found === undefined) throw new Error(`no ${file}`);
    return found;
  };
  const sets = files.get("iptables/sets.ipset") ?? "";
  return new Map(
    ["v4", "v6"].flatMap((family) =>
      rulesetsOf(plan).map(({ state }) => {
        const kernel =
          state === "lockdown"
            ? new Iptables().load(text(`lockdown.${family}`))
            : new Iptables(`${sets}\n${files.get(`iptables/switch/${stateName(state)}.ipset`) ?? ""}`)
                .load(text(`ruleset.${family}`))
                .load(text(`switch/${stateName(state)}.${family}`));
        return [`${state} ${family}`, kernel] as const;
      }),
    ),
  );
}

const passesAs = (packet: Packet, ruleset: Ruleset): boolean => evaluate(ruleset, packet).verdict.kind === "accept";

describe.each(policies)("$name", (policy) => {
  const kernels = loaded(policy);
  const nft = rulesetsOf(policy.plan).map(({ state }) =>
    state === "lockdown"
      ? new Nftables().load(fileOf(policy, "lockdown.nft"))
      : new Nftables().load(fileOf(policy, "ruleset.nft")).load(switchOf(policy, state)),
  );

  test("iptables and nftables say of a packet what was planned, but of cards that took a tunnel's name", () => {
    let passed = 0;
    fc.assert(
      fc.property(packetsOf(policy.plan), (packet) => {
        if (packet.family === "arp") return;
        if (packet.family === "ipv6" && [packet.sourceLocality, packet.destinationLocality].includes("broadcast"))
          return;
        if (isRenamed(policy.plan, packet.inInterface) || isRenamed(policy.plan, packet.outInterface)) return;
        for (const [i, ruleset] of rulesetsOf(policy.plan).entries()) {
          const judgement = evaluate(ruleset, arrived(ruleset, packet));
          const isPlanned = judgement.verdict.kind === "accept";
          const found = kernels.get(`${ruleset.state} ${extension(packet)}`)?.judge(packet) === "passes";
          // mangle comes before a masquerade, and sees a source that never leaves.
          const planned = isPlanned || (found && passesAs(masqueraded(ruleset, packet), ruleset));
          const isUntranslated =
            packet.direction === "forward" && judgement.as === "opening" && isLeftOut(ruleset, packet);
          const other = isUntranslated
            ? planned
            : nft[i]?.judge(packet, { leaving: (p) => translated(ruleset, p) }) === "accept";
          if (planned !== isPlanned ? other : other !== planned)
            throw new Error(`${ruleset.state}: ${words(packet)}: nft ${other}, planned ${isPlanned}`);
          if (found !== planned)
            throw new Error(`${ruleset.state}: ${words(packet)}: iptables ${found}, planned ${planned}`);
          if (planned) passed++;
        }
      }),
      { seed: 20_27, numRuns: 500 },
    );
    expect(passed).toBeGreaterThan(25);
  });
});
