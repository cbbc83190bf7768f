/**
 * Windows reads names of programs and services in any case: two with the same key are one there. Letter by letter, as it
 * compares them, so that `ß` is not `ss`.
 */
export const anyCase = (name: string): string =>
  [...name]
    .map((letter) => {
      const upper = letter.toUpperCase();
      return upper.length === letter.length ? upper : letter;
    })
    .join("");
