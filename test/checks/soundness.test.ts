import { expect, test } from "vitest";
import { evaluate } from "../../src/ir/evaluate.ts";
import { describe, type Packet } from "../../src/ir/packet.ts";
import { type Plan, plan } from "../../src/ir/plan.ts";
import type { Ruleset } from "../../src/ir/ruleset.ts";
import { type Planned, planned } from "../ir/support/policies.ts";
import { samplesOf } from "../ir/support/samples.ts";
import { diagnose, home } from "./helper.ts";

const allows = [
  "allow lan",
  "allow dhcp on wifi",
  "allow dhcp",
  "allow discovery on wifi",
  "allow out to 192.168.1.0/24",
  "allow out to 192.168.1.7 tcp 22 on wifi",
  "allow out to 192.168.1.7 udp 53",
  "allow out user 7 to 192.168.1.7 tcp 1-1024 while down",
  "allow out to 198.51.100.7 udp 51820",
  "allow out to 203.0.113.0/24 tcp 443 while up",
  "allow out to 203.0.113.7 tcp 443 while wg0:up",
  "allow out to 203.0.113.7 tcp 443 through wg0",
  "allow in from 192.168.1.0/24",
  "allow in from 192.168.1.7 tcp 22 while down or up",
  "allow in from 10.64.0.1 tcp 22",
];
const denies = [
  "deny out to 192.168.0.0/16",
  "deny out to 192.168.1.7 tcp 22-53 on wifi",
  "deny out tcp 443 while up",
  "deny in from 192.168.0.0/16",
];
const pairs = allows.flatMap((allow, i) => [
  ...allows.filter((_, j) => j > i).map((other) => [allow, other] as const),
  ...denies.map((deny) => [allow, deny] as const),
]);
const links = 'link wifi {\n  interface "wlan0"\n  role outside\n}';

interface Told {
  readonly code: string;
  readonly planned: Planned;
  readonly smaller: Plan;
}

/** Each thing that is told of a pair, once, with the policy and with the plan without the statement that it is told of. */
const told = new Map<string, Told>();
for (const pair of pairs) {
  const text = home({ links, more: pair.join("\n") });
  for (const { code, primary, secondary } of diagnose({ file: "home.ksp", text })) {
    const [statement, other] = [primary, secondary[0]].map(
      (label) => label && text.slice(label.span.start, label.span.end),
    );
    const pairPlanned = planned("pair", text);
    const { policy, origins } = pairPlanned;
    const allows = policy.allows.filter(({ id }) => origins.statements.get(id)?.span.start !== primary?.span.start);
    told.set(`${code}: ${statement} / ${other}`, {
      code,
      planned: pairPlanned,
      smaller: plan({ ...policy, allows }, "linux"),
    });
  }
}

const rulesets = ({ states, lockdown }: Plan): readonly Ruleset[] => [...states, lockdown];

/** Packets that fare otherwise without the statement. */
function differences({ planned, smaller }: Told, packets: readonly Packet[]): readonly string[] {
  const after = rulesets(smaller);
  return rulesets(planned.plan).flatMap((before, i) =>
    packets
      .filter((packet) => {
        const other = after[i];
        return other && evaluate(before, packet).verdict.kind !== evaluate(other, packet).verdict.kind;
      })
      .map((packet) => `${before.state}: ${describe(packet)}`),
  );
}

test("the pairs give every reason", () => {
  const codes = [...told.values()].map(({ code }) => code);
  expect(codes.filter((code) => code === "KSP2043")).toHaveLength(8);
  expect(codes.filter((code) => code === "KSP2044")).toHaveLength(11);
  expect(codes).toHaveLength(19);
});

/** The model answers for the past as well: a reply passes without its owner, though no such flow can be opened. */
test.each([...told])("%s", (_, one) => {
  const packets = samplesOf(one.planned);
  expect(
    differences(
      one,
      one.code === "KSP2044" ? packets.filter(({ connection }) => connection !== "established-reply") : packets,
    ),
  ).toEqual([]);
});

test("a statement that does something is seen to do it", () => {
  const text = home({ links, more: "allow lan\nallow out to 203.0.113.0/24 tcp 443" });
  const both = planned("pair", text);
  const smaller = plan({ ...both.policy, allows: [] }, "linux");
  expect(differences({ code: "", planned: both, smaller }, samplesOf(both))).not.toEqual([]);
});
