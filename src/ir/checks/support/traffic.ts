import type { App, Name, Path, Policy } from "../../policy.ts";

/** The app whose `traffic` forbids a way. */
export function forbiddenTo(policy: Policy, name: Name | undefined, path: Path): App | undefined {
  if (path.kind === "any") return undefined;
  return policy.apps.find((app) => app.name === name && !mayUse(app, path));
}

const mayUse = ({ traffic }: App, path: Path): boolean =>
  traffic !== "none" && (traffic === "tunnel") === (path.kind === "tunnel");
