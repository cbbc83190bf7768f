import type { Rewrite, Ruleset } from "../../ir/ruleset.ts";
import { connections } from "../dimensions.ts";
import { matched } from "../matched.ts";
import type { PacketSet } from "../packets/packet-set.ts";
import type { Comparison, Difference } from "./comparison.ts";
import { ipTable, type State } from "./same-rules.ts";

/** The first packet of a new connection that is not rewritten as planned. Only the first is ever asked. */
export function differentRewrites(comparison: Comparison, state: State): Difference | undefined {
  const { space, meaning } = comparison;
  const isNew = space.is("connection", connections.numberOf("new"));
  for (const hook of ["prerouting", "output", "postrouting"] as const) {
    const going = comparison.going(hook === "output" ? "out" : "forward").intersect(isNew);
    for (const destination of [true, false])
      for (const source of [true, false])
        for (const isTranslated of [true, false]) {
          const place = {
            hasArrived: hook !== "output",
            isTranslated,
            isOpen: state.isOpen,
            marks: [],
            isOurs: { source, destination },
          };
          const written = meaning.rewritings(state.program, ipTable, hook, place);
          const found = rewrittenOtherwise(
            written,
            plannedChanges(state.ruleset, hook, destination, comparison),
            comparison,
            going,
          );
          if (found) return found;
        }
  }
  return undefined;
}

interface Change {
  /** `masquerade`, or `dnat` with family, address and port. */
  readonly change: string;
  readonly set: PacketSet;
}
/** Where what is rewritten is asked, as the kernel calls it. */
export type RewritingHook = "prerouting" | "output" | "postrouting";

/** The first packet that one of the two rewrites otherwise. */
export function rewrittenOtherwise(
  written: readonly Change[],
  planned: readonly Change[],
  comparison: Comparison,
  within: PacketSet,
): Difference | undefined {
  const { none } = comparison.space;
  const [text, plan] = [sets(written, none), sets(planned, none)];
  for (const change of new Set([...text.keys(), ...plan.keys()])) {
    const found = comparison.differs(text.get(change) ?? none, plan.get(change) ?? none, within, {
      more: `the file rewrites it (${change}), the plan does not`,
      less: `the plan rewrites it (${change}), the file does not`,
    });
    if (found) return found;
  }
  return undefined;
}

function sets(changes: readonly Change[], none: PacketSet): ReadonlyMap<string, PacketSet> {
  const found = new Map<string, PacketSet>();
  for (const { change, set } of changes) found.set(change, (found.get(change) ?? none).union(set));
  return found;
}

/** The first rewrite that matches decides. Of new destinations, those of forwarded packets are made before routing. */
export function plannedChanges(
  { rewrites }: Ruleset,
  hook: RewritingHook,
  isToUs: boolean,
  { space }: Comparison,
): readonly Change[] {
  let left = space.all;
  return rewrites
    .filter((rewrite) => hookOf(rewrite) === hook)
    .map(({ match, change, sparesThisMachine }) => {
      const set = sparesThisMachine && isToUs ? space.none : matched(match, space).intersect(left);
      left = left.minus(set);
      return { change: changeText(change), set };
    });
}

function hookOf({ direction, change }: Rewrite): RewritingHook {
  if (change.kind === "masquerade") return "postrouting";
  return direction === "out" ? "output" : "prerouting";
}

function changeText(change: Rewrite["change"]): string {
  if (change.kind === "masquerade") return "masquerade";
  const { address, port } = change;
  return `dnat ${address.family} ${address.value}${port === undefined ? "" : ` ${port}`}`;
}
