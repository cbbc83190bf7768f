/** The part of a TextMate grammar that ksp uses: patterns of one line, with scopes for the whole or for its groups. */
export interface TextmateGrammar {
  readonly patterns: readonly {
    readonly name?: string;
    readonly match: string;
    readonly captures?: Readonly<Record<string, { readonly name: string }>>;
  }[];
}

/** A piece of a line and its scope; pieces that no pattern colours are left out. */
export interface Coloured {
  readonly start: number;
  readonly end: number;
  readonly scope: string;
}

/** As editors do: the earliest match wins, among equals the first pattern; then on behind it. */
export function colour(grammar: TextmateGrammar, line: string): readonly Coloured[] {
  const found: Coloured[] = [];
  const patterns = grammar.patterns.map((each) => ({ ...each, expression: new RegExp(each.match, "dg") }));
  for (let at = 0; at < line.length; ) {
    let best: { readonly match: RegExpExecArray; readonly pattern: (typeof patterns)[number] } | undefined;
    for (const pattern of patterns) {
      pattern.expression.lastIndex = at;
      const match = pattern.expression.exec(line);
      if (match && (!best || match.index < best.match.index)) best = { match, pattern };
    }
    if (!best) break;
    const { match, pattern } = best;
    const end = match.index + match[0].length;
    if (end === at) throw new Error(`an empty match of ${pattern.match}`);
    if (pattern.name !== undefined) found.push({ start: match.index, end, scope: pattern.name });
    for (const [group, { name }] of Object.entries(pattern.captures ?? {})) {
      const place = match.indices?.[Number(group)];
      if (place) found.push({ start: place[0], end: place[1], scope: name });
    }
    at = end;
  }
  return found;
}
