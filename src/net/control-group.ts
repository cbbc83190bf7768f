/** systemd.slice(5): `a-b.slice` lies inside `a.slice`. A path with a slash is one already. */
export function controlGroup(slice: string): string {
  if (slice.includes("/") || !slice.endsWith(".slice")) return slice;
  const words = slice.slice(0, -".slice".length).split("-");
  return words.map((_, i) => `${words.slice(0, i + 1).join("-")}.slice`).join("/");
}
