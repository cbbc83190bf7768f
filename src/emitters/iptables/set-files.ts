import type { Plan } from "../../ir/plan.ts";
import type { Ruleset } from "../../ir/ruleset.ts";
import { stateName } from "../../ir/states.ts";
import { type Family, families } from "../../net/address.ts";
import { template } from "../template.ts";
import { type NamedSet, setOf } from "./sets.ts";
import { timerSet } from "./words.ts";

interface FileSet extends NamedSet {
  readonly options: string;
  /** `[""]` where what it held before goes. */
  readonly emptied: readonly string[];
}

/** Every set of a policy, empty where the runtime or the kernel's clock fills and empties it. */
export const setsText = (policy: string, sets: readonly NamedSet[]): string =>
  template<object>("iptables/sets.hbs")({
    policy,
    sets: sets.map(
      (set): FileSet => ({
        ...set,
        options: set.isTimed ? " timeout 1" : "",
        emptied: set.isTimed || set.isRefreshed ? [""] : [],
      }),
    ),
  });

/** A set for each family that holds everything for a while: no element of ours is without a time. */
export const timedSets = ({ portal }: Plan): readonly NamedSet[] =>
  portal?.rules.some(({ expiresAfter }) => expiresAfter !== undefined)
    ? families.map((family) => ({ ...setOf(timerSet(family), family, []), isTimed: true }))
    : [];

/** Sets take no prefix without a length, so everything is two halves. */
const halves: Readonly<Record<Family, readonly string[]>> = {
  ipv4: ["0.0.0.0/1", "128.0.0.0/1"],
  ipv6: ["::/1", "8000::/1"],
};

/** Comes before a switch: into the portal it lets the time begin, into any other state it ends it. */
export function timedSwitch(policy: string, { state, rules }: Ruleset): readonly [string, string] {
  const limits = rules.flatMap(({ expiresAfter }) => expiresAfter ?? []);
  // In whole seconds, and rather less than more.
  const seconds = limits.length > 0 ? Math.max(1, Math.floor(Math.max(...limits) / 1000)) : 0;
  const sets = families.map((family) => ({
    name: timerSet(family),
    elements: seconds > 0 ? halves[family].map((half) => `${half} timeout ${seconds}`) : [],
  }));
  return [`iptables/switch/${stateName(state)}.ipset`, template<object>("iptables/timer.hbs")({ policy, state, sets })];
}
