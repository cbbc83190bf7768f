import type { Path } from "../../policy.ts";

/** A side of a `forward`, in words. */
export const sideName = (side: Path): string =>
  side.kind === "link" ? `link \`${side.link}\`` : side.kind === "tunnel" ? `tunnel \`${side.tunnel}\`` : "everywhere";
