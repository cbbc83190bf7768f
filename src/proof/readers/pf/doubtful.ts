import type { Criteria, Rule, Ruleset } from "./program.ts";

/** What a line may do at most that is not understood: as far as its first words are, that, and otherwise anything. */
export function doubtful(text: string, doubt: string): Ruleset {
  const none: Ruleset = { tables: new Map(), scrubs: [], entries: [], translations: [] };
  // What holds packets up lets none pass and refuses none.
  if (/^(no )?dummynet(-anchor)?(?= |$)|^no (nat|nat64|rdr|binat)(?= |$)/.test(text)) return none;
  const head = /^(pass|block)(?: drop| return)?( in| out)?(?: log)?(?: quick)?(?: on (\w+)(?= |$))?/.exec(text);
  const [, action, direction] = head ?? [];
  // Wherever it stands, but in a label: what is before it may be what is not understood.
  const isQuick = head === null || / quick(?= |$)/.test(text.replace(/"[^"]*"/g, ""));
  const translation = /^(nat|nat64|rdr|binat)(-anchor| pass)?(?= |$)/.exec(text);
  const scrub = /^(?:no )?scrub(?:-anchor)?(?= |$)/.test(text);
  const on = head?.[3] ?? /^\w+(?: pass)? on (\w+)(?= |$)/.exec(text)?.[1];
  const any = { kind: "any", isNegated: false } as const;
  const criteria: Criteria = {
    line: 1,
    ...(direction !== undefined && { direction: direction === " in" ? "in" : "out" }),
    ...(on !== undefined && { interface: { name: on, isNegated: false } }),
    source: any,
    destination: any,
    isOpening: false,
    isOfFragments: false,
    doubt,
  };
  const rule = (as: Rule["action"]): Rule => ({
    kind: "rule",
    ...criteria,
    action: as,
    isQuick,
    isLogged: false,
    keeps: as === "pass" ? "floating" : "no state",
    allowsOptions: true,
  });
  if (scrub) return { ...none, scrubs: [{ kind: "scrub", ...criteria, reassembles: false, isWildcard: false }] };
  if (translation) {
    const [, what, more] = translation;
    // Of what another family makes of a packet, rules are asked about that.
    const isFinal = what === "nat64" || more !== undefined;
    const kind = what === "nat" || what === "rdr" ? what : "binat";
    return { ...none, translations: [{ kind, ...criteria, isFinal, isWildcard: false }] };
  }
  if (action === "pass") return { ...none, entries: [rule("pass")] };
  return { ...none, entries: action === "block" ? [rule("drop")] : [rule("pass"), rule("drop")] };
}
