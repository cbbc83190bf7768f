import type { Alphabet } from "../../alphabet.ts";

type Names = Alphabet<string | number | undefined>;

/**
 * The slices whose sockets are in a control group: its own, and those inside it. systemd.slice(5): `a-b.slice` lies inside
 * `a.slice`; a path with a slash is one already. Where the level is not that of the path, nothing is.
 */
export function slicesOf(
  { level, path }: { readonly level: number; readonly path: string },
  slices: Names,
): readonly number[] {
  if (path.split("/").length !== level) return [];
  return slices.values.flatMap((slice, number) => {
    if (typeof slice !== "string") return [];
    const own = pathOf(slice);
    return own === path || own.startsWith(`${path}/`) ? [number] : [];
  });
}

function pathOf(slice: string): string {
  const unit = /^([^/]+)\.slice$/.exec(slice)?.[1];
  if (unit === undefined) return slice;
  const parts = unit.split("-");
  return parts.map((_, i) => `${parts.slice(0, i + 1).join("-")}.slice`).join("/");
}
