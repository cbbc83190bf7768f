/** What one statement let through or refused since its rules were loaded. */
export interface Hits {
  readonly statement: string;
  readonly passed: boolean;
  readonly packets: number;
  readonly bytes: number;
}

/** One for each statement and answer, from the most packets on. */
export function summed(counted: readonly Hits[]): readonly Hits[] {
  const found = Map.groupBy(counted, ({ statement, passed }) => `${statement} ${passed}`);
  return [...found.values()]
    .flatMap(([first, ...more]) => {
      if (!first) return [];
      const [packets, bytes] = [first, ...more].reduce(([p, b], of) => [p + of.packets, b + of.bytes], [0, 0]);
      return [{ ...first, packets, bytes }];
    })
    .toSorted((a, b) => b.packets - a.packets || (a.statement < b.statement ? -1 : 1));
}
