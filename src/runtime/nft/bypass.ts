/**
 * What other tables can do that ours cannot undo. A foreign verdict opens nothing, because every hook of ours still refuses;
 * these take a packet past the hooks. Setting marks is not among them: docs/proof.md, assumption 5.
 */
const actions: readonly (readonly [words: RegExp, effect: string])[] = [
  [/ queue( |$)/, "gives packets to a program, which may let them past all rules behind"],
  [/ fwd to /, "sends packets out by a card itself"],
  [/ dup to (?:[^ ]+ device )?"/, "sends copies of packets out by a card itself"],
  [/ flow (add|offload) @/, "forwards flows past all rules"],
];

/** How a rule of another table, as nft prints it, gets packets past ours; undefined where it does not. */
export function bypassOf(rule: string): string | undefined {
  const words = rule.replaceAll(/ (comment|prefix) "[^"]*"/g, "").replaceAll(/ #.*$/g, "");
  return actions.find(([pattern]) => pattern.test(words))?.[1];
}

/** The same of an event of `nft monitor`: a rule that somebody adds to a table. */
export function bypassIn(event: string): string | undefined {
  const [, rule] = /^(?:add|insert|replace) rule (\S+ \S+ \S+ .*)$/.exec(event.trim()) ?? [];
  const effect = rule === undefined ? undefined : bypassOf(rule);
  return effect === undefined ? undefined : `${rule}: ${effect}`;
}
