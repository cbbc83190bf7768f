/** A part of a list that does something, of which nothing could be left out; all of them together do it. */
export function fewest<T>(list: readonly T[], does: (part: readonly T[]) => boolean): readonly T[] {
  let kept: readonly T[] = [];
  let left = list;
  while (!does(kept) && left.length > 0) {
    // The last one of the shortest beginning that does it, with what is kept, is needed.
    let [low, high] = [0, left.length];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (does([...kept, ...left.slice(0, middle)])) high = middle;
      else low = middle;
    }
    kept = [...left.slice(high - 1, high), ...kept];
    left = left.slice(0, high - 1);
  }
  return kept;
}
