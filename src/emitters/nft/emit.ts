import { type Plan, switchableOf } from "../../ir/plan.ts";
import type { Ruleset } from "../../ir/ruleset.ts";
import { stateName } from "../../ir/states.ts";
import type { Emitter, Files } from "../emitter.ts";
import { template } from "../template.ts";
import { capabilities } from "./capabilities.ts";
import { egressFault, egressFile } from "./egress.ts";
import { ownedFile } from "./owned.ts";
import { Sets } from "./sets.ts";
import { type Shape, shape } from "./shape.ts";
import { Slices } from "./slices.ts";

/** Ruleset → nftables. One file holds every state; a switch replaces one `goto` per direction in one transaction. */
export const nft: Emitter = { capabilities, emit, egressFault };

function emit(plan: Plan, egress: readonly string[] = []): Files {
  const sets = new Sets();
  const slices = Slices.of(plan);
  const states = switchableOf(plan);
  const ruleset = shape(plan, states, { kind: "sets", sets, slices }, sets);
  const lockdown = shape(plan, [plan.lockdown], { kind: "literals" }, new Sets());
  const { through, timer } = ruleset;
  const switchTo = template<SwitchView>("nft/switch.hbs");
  const switches = states.map((to): [string, string] => {
    const name = stateName(to.state);
    const opens = to === plan.portal ? timer.map(() => ({ limit: limitOf(to) })) : [];
    return [`nft/switch/${name}.nft`, switchTo({ policy: plan.policy, state: to.state, name, through, timer, opens })];
  });
  return new Map([
    ["nft/ruleset.nft", template<Shape>("nft/ruleset.hbs")(ruleset)],
    ["nft/lockdown.nft", template<Shape>("nft/lockdown.hbs")(lockdown)],
    ["nft/owned.nft", ownedFile(plan, "translated")],
    ...switches,
    ["nft/disable.nft", template<Shape & Hooked>("nft/disable.hbs")({ ...ruleset, egress })],
    ["nft/uninstall.nft", template<Hooked>("nft/uninstall.hbs")({ egress })],
    ...egress.map((device): [string, string] => [`nft/egress/${device}.nft`, egressFile(plan, device)]),
  ]);
}

/** Devices with a table of their own, for frames. */
interface Hooked {
  readonly egress: readonly string[];
}

interface SwitchView {
  readonly policy: string;
  readonly state: string;
  readonly name: string;
  readonly through: readonly string[];
  readonly timer: readonly string[];
  readonly opens: readonly { readonly limit: string }[];
}

/** In nft's words for a time: `300s`, `1500ms`. */
function limitOf({ rules }: Ruleset): string {
  const milliseconds = Math.max(...rules.map((rule) => rule.expiresAfter ?? 0));
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}
