import type { Ruleset } from "../../ir/ruleset.ts";
import { stateName } from "../../ir/states.ts";
import type { Family } from "../../net/address.ts";
import { className, type InterfaceClass, interfaceClasses } from "../linux/classes.ts";
import { align, heading } from "../linux/layout.ts";
import { type Line, piece } from "../linux/line.ts";
import { type Chain, underHeadings, variants, whenOf } from "../linux/variants.ts";
import { judged } from "../linux/ways.ts";
import { body, closed, sections, stateChain } from "./chains.ts";
import { chainName } from "./names.ts";
import { established, interfaceLines, type Spelling } from "./words.ts";

export interface Forwarded {
  /** Where a state's forwarded packets go first. */
  readonly entry: (state: string) => string;
  readonly groups: readonly { readonly heading: string; readonly chains: readonly Chain[] }[];
}

/**
 * Forwarded packets. An opening is asked by where it leaves, a reply by where it came in; a reply that none allows may be opened
 * anew, and that depends on the state. So states that forward alike share all of it, and one that forwards nothing has none.
 */
export function forwarded(rulesets: readonly Ruleset[], family: Family, spelling: Spelling): Forwarded {
  const classes = interfaceClasses(rulesets);
  const shut = closed("through");
  const through = classes.map((of) =>
    variants(of, "through", rulesets, (ruleset) => body(ruleset, "through", of, family, spelling)),
  );
  const opens = (state: string): Chain => stateChain("through", state, through.flat(), family, spelling);
  const alike = new Map<string, Ruleset[]>();
  for (const ruleset of rulesets) {
    const replies = classes.map((of) => replyLines(ruleset, of, "", family, spelling));
    const key = JSON.stringify([opens(ruleset.state).sections, replies]);
    alike.set(key, [...(alike.get(key) ?? []), ruleset]);
  }
  const groups = [...alike.values()].flatMap((states) => {
    const [first] = states;
    const isForwarding = through
      .flat()
      .some((v) => v.chains.length > 0 && states.some((s) => v.states.includes(s.state)));
    if (!first || !isForwarding) return [];
    const name = stateName(first.state);
    const [entry, next] = [chainName(`through_${name}`), chainName(`new_${name}`)];
    const { sections } = opens(first.state);
    const replies = classes.map((of) => ({ of, sections: replyLines(first, of, next, family, spelling) }));
    const back = chainName(`back_${name}`);
    const answering = replies.map(({ of, sections }) => ({
      of,
      chain: {
        name: chainName(`back_${className(of)}_${name}`),
        sections: [...sections, { title: "the rest", lines: [`-g ${next}`] }],
      },
      isEmpty: sections.length === 0,
    }));
    const dispatch = answering.flatMap(({ of, chain, isEmpty }): readonly Line[] =>
      interfaceLines(of, "iif").map((names) => [...names, piece("verdict", `-g ${isEmpty ? next : chain.name}`)]),
    );
    const chains: readonly Chain[] = answering.every(({ isEmpty }) => isEmpty)
      ? [{ name: entry, sections }]
      : [
          {
            name: entry,
            sections: [
              {
                title: "replies: the exact reverse of what may be opened",
                lines: align([[...established, piece("verdict", `-g ${back}`)], [piece("verdict", `-g ${next}`)]]),
              },
            ],
          },
          { name: next, sections },
          { name: back, sections: [{ title: "", lines: align(dispatch) }] },
          ...answering.filter(({ isEmpty }) => !isEmpty).map(({ chain }) => chain),
        ];
    return [{ states, entry, chains }];
  });
  return {
    entry: (state) => groups.find(({ states }) => states.some((one) => one.state === state))?.entry ?? shut,
    groups: [
      ...groups.map(({ states, chains }) => ({
        heading: heading(
          `forwarded${whenOf(
            states.map(({ state }) => state),
            rulesets.length,
          )}`,
        ),
        chains,
      })),
      ...through.flatMap((of) => underHeadings(of, rulesets.length)),
    ],
  };
}

const replyLines = (ruleset: Ruleset, of: InterfaceClass, end: string, family: Family, spelling: Spelling) =>
  sections(judged(ruleset, "back", of).openings, end, family, spelling);
