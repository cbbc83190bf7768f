import { canonicalJson } from "../../canonical.ts";
import type { App, PacketPattern, Path, Policy } from "../../policy.ts";

type Who = Pick<PacketPattern, "app" | "owner">;

/** The app whose `traffic` forbids a way, named or known by the same sign. */
export function forbiddenTo(policy: Policy, who: Who, path: Path): App | undefined {
  if (path.kind === "any") return undefined;
  return policy.apps.find((app) => isMeant(app, who) && !mayUse(app, path));
}

const isMeant = ({ name, identity }: App, { app, owner }: Who): boolean =>
  name === app || (owner !== undefined && canonicalJson(owner) === canonicalJson(identity.linux ?? null));

const mayUse = ({ traffic }: App, path: Path): boolean =>
  traffic !== "none" && (traffic === "tunnel") === (path.kind === "tunnel");
