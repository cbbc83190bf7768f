import { expect, test } from "vitest";
import { constant } from "../../../src/net/parse-net.ts";
import { PacketSpace } from "../../../src/proof/packet-space.ts";
import { closesOnLoss } from "../../../src/proof/properties/closes-on-loss.ts";
import { merged, vocabularyOf, vocabularyOfPolicy } from "../../../src/proof/vocabulary.ts";
import { World } from "../../../src/proof/world.ts";
import { policyNamed, statesOf } from "../policies.ts";
import { type Change, card, opened, shown } from "./broken.ts";

/** What losing everything opens, where the ruleset of `down` is changed. */
function onLoss(name: string, change: Change): string | undefined {
  const planned = policyNamed(name);
  const states = statesOf(planned).map((one) =>
    one.state.key === "down" ? { ...one, ruleset: { ...one.ruleset, rules: change(one.ruleset.rules) } } : one,
  );
  const names = merged(vocabularyOf(states.map(({ ruleset }) => ruleset)), vocabularyOfPolicy(planned.policy, "linux"));
  const space = new PacketSpace(names);
  const [down, up] = ["down", "up"].map((key) => {
    const found = states.find(({ state }) => state.key === key);
    if (!found) throw new Error(`no state ${key}`);
    return new World(planned.policy, "linux", found.state, found.ruleset, space);
  });
  return up && down && shown(closesOnLoss.broken(up, down), space);
}

test("as planned, with statements that hold only while a tunnel is down", () => {
  expect(onLoss("home-wireguard", (rules) => rules)).toBeUndefined();
  expect(onLoss("fleet", (rules) => rules)).toBeUndefined();
});

test("a fallback that nobody wrote", () => {
  const fallback = opened("out", { outInterface: card("eth0"), destination: { set: constant("192.0.2.0/24") } });
  expect(onLoss("home-wireguard", fallback)).toBe(
    "out on eth0 from 192.168.1.2 40000 to 192.0.2.1 tcp 443 user 1000 new",
  );
});
