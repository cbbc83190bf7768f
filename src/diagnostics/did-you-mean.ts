/**
 * The options that are close to a misspelt word, the closest first. A fix may follow them, so half a word is never guessed:
 * `allow dns` must not become `allow in`.
 */
export function didYouMean(input: string, options: Iterable<string>): readonly string[] {
  const threshold = Math.max(1, Math.floor(input.length / 3));
  return [...new Set(options)]
    .filter((option) => Math.abs(option.length - input.length) <= threshold)
    .map((option) => ({ option, distance: editDistance(input, option) }))
    .filter(({ option, distance }) => distance <= threshold && distance * 2 < option.length)
    .toSorted((a, b) => a.distance - b.distance || (a.option < b.option ? -1 : 1))
    .map(({ option }) => option);
}

/**
 * The name that a fix may write for one that is declared nowhere: the closest by itself, and not its sibling. `wg1` is no slip
 * of `wg0`, nor `office-b` one of `office-a`: numbers and single letters tell things apart.
 */
export function surelyMeant(input: string, options: Iterable<string>): string | undefined {
  const [first, second] = didYouMean(input, options);
  if (first === undefined || family(first) === family(input)) return undefined;
  return second === undefined || editDistance(input, first) < editDistance(input, second) ? first : undefined;
}

const family = (name: string): string => name.replace(/[0-9]+/g, "").replace(/(?<=^|-)[a-z](?=-|$)/g, "");

/** Insertions, deletions, substitutions and swaps of neighbours; any change of case counts as one. */
export function editDistance(a: string, b: string): number {
  if (a === b) return 0;
  const from = a.toLowerCase();
  const to = b.toLowerCase();
  if (from === to) return 1;
  let twoAgo: readonly number[] = [];
  let previous: readonly number[] = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const cost = from[i - 1] === to[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      row.push(
        Math.min(
          at(previous, j) + 1,
          at(row, j - 1) + 1,
          at(previous, j - 1) + cost,
          swapped ? at(twoAgo, j - 2) + cost : Number.POSITIVE_INFINITY,
        ),
      );
    }
    twoAgo = previous;
    previous = row;
  }
  return at(previous, to.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY;
