import type { Ruleset } from "../../ir/ruleset.ts";
import { className, type InterfaceClass } from "../linux/classes.ts";
import { align } from "../linux/layout.ts";
import type { Line } from "../linux/line.ts";
import type { Body, Chain } from "../linux/variants.ts";
import { judged, sides, type Way } from "../linux/ways.ts";
import { bodyChains, replyJump, replySections, ruleLines } from "./body.ts";
import { choiceLines } from "./interfaces.ts";
import type { Spelling } from "./words.ts";

/** A chain as templates print it. */
export interface ChainView {
  readonly name: string;
  readonly body: readonly string[];
}

export const chainView = ({ name, sections }: Chain): ChainView => ({
  name,
  body: indent(
    sections.flatMap(({ title, lines }, i) => [
      ...(i > 0 ? [""] : []),
      ...(title === "" ? [] : [`# ${title}`]),
      ...lines,
    ]),
  ),
});

export const indent = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => (line === "" ? "" : `\t\t${line}`));

export function body(ruleset: Ruleset, way: Way, of: InterfaceClass, spelling: Spelling, isUntranslated = false): Body {
  const { openings, replies, inline, probeOnly } = judged(ruleset, way, of, isUntranslated);
  const chains = (suffix: string): readonly Chain[] => {
    if (openings.length === 0 && replies.length === 0) return [];
    const name = `${way}_${className(of)}${suffix}`;
    const [main, ...names] = bodyChains(name, `${name}_names`, openings, spelling);
    if (!main) return [];
    const few = replySections(replies, spelling);
    if (few) return [{ name, sections: [...few, ...main.sections] }, ...names];
    const mirror = bodyChains(`${name}_replies`, `${name}_replies_names`, replies, spelling);
    return [{ name, sections: [replyJump(`${name}_replies`), ...main.sections] }, ...names, ...mirror];
  };
  return { of, ...(inline && { inline }), chains, key: JSON.stringify(chains("")), probeOnly };
}

/**
 * Which class goes where. A class that nothing passes must not reach the chain of the rest. `jump`: what this chain does not
 * accept has another one.
 */
export function dispatch(
  way: Way,
  bodies: readonly { readonly body: Body; readonly chain?: string; readonly by?: "jump" }[],
  spelling: Spelling,
): readonly string[] {
  const rest = bodies.find(({ body: { of } }) => of.kind === "rest");
  const lines = bodies.flatMap(({ body: { of, inline }, chain, by = "goto" }): readonly Line[] => {
    const to = (...lines: readonly Line[]) =>
      choiceLines(of, sides[way]).flatMap((names) => lines.map((line) => [...names, ...line]));
    if (inline) return to(...ruleLines({ ...inline, match: {} }, spelling));
    if (chain) return to([{ kind: "verdict", text: `${by} ${chain}` }]);
    return of.kind === "rest" || !rest?.chain ? [] : to(closed(way));
  });
  return align(lines);
}

const closed = (way: Way): Line => [
  { kind: "verdict", text: "counter return" },
  { kind: "comment", text: `comment "closed-${way === "out" || way === "in" ? way : "forward"}"` },
];
