/** The path of a control group below the root of version 2. systemd.slice(5): `a-b.slice` lies inside `a.slice`; a path with a slash is one already. */
export function controlGroup(path: string): string {
  if (path.includes("/") || !path.endsWith(".slice")) return path;
  const words = path.slice(0, -".slice".length).split("-");
  return words.map((_, i) => `${words.slice(0, i + 1).join("-")}.slice`).join("/");
}
