import type { Alphabet } from "../../alphabet.ts";

/** The slices whose sockets are in a control group: its own, and those inside it. systemd.slice(5): `a-b.slice` lies inside `a.slice`. */
export const slicesIn = (path: string, slices: Alphabet<string | number | undefined>): readonly number[] =>
  slices.values.flatMap((slice, number) =>
    typeof slice === "string" && `${pathOf(slice)}/`.startsWith(`${path}/`) ? [number] : [],
  );

/** A path with a slash is one already. */
function pathOf(slice: string): string {
  if (slice.includes("/") || !slice.endsWith(".slice")) return slice;
  const found: string[] = [];
  for (const word of slice.slice(0, -".slice".length).split("-")) found.push([...found.slice(-1), word].join("-"));
  return found.map((name) => `${name}.slice`).join("/");
}
