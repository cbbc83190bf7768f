import { type Plan, rulesetsOf } from "../../ir/plan.ts";
import type { Device, Identity } from "../../ir/policy.ts";
import type { Rewrite, Rule } from "../../ir/ruleset.ts";
import type { Refusal } from "../emitter.ts";
import { interfacesOf } from "./filters.ts";

type Said = Pick<Refusal, "construct" | "help">;

/** What WFP cannot say, once for each statement. */
export function refusals(plan: Plan): readonly Refusal[] {
  const found = new Map<string, Refusal>();
  for (const { rules, rewrites } of rulesetsOf(plan)) {
    for (const { from, ...rewrite } of rewrites) found.set(from, { from, ...ofRewrite(rewrite) });
    for (const rule of rules) {
      const said = ofRule(rule);
      if (said && !found.has(rule.from)) found.set(rule.from, { from: rule.from, ...said });
    }
  }
  return [...found.values()];
}

const ofRewrite = ({ change }: Omit<Rewrite, "from">): Said =>
  change.kind === "masquerade"
    ? { construct: "`masquerade`", help: "let a Linux machine be the gateway" }
    : { construct: "a rewritten destination", help: "let a Linux machine be the gateway, and leave out `redirect`" };

function ofRule(rule: Rule): Said | undefined {
  const { direction, verdict, match, expiresAfter, stage } = rule;
  if (expiresAfter !== undefined)
    return {
      construct: "an opening that closes by itself",
      help: "leave out `portal`: no filter of Windows ends with its time",
    };
  if (direction === "forward" && verdict.kind === "accept")
    return { construct: "the direction of a forwarded flow", help: "let a Linux machine be the gateway" };
  return ofDevices(rule) ?? (match.owner && (ofNames(rule) ?? ofOwners(match.owner, stage === "probe")));
}

function ofDevices(rule: Rule): Said | undefined {
  const set = interfacesOf(rule);
  const devices = set && set.kind !== "loopback" ? set.zones.flatMap((zone) => zone.devices) : [];
  const [wrong] = devices.flatMap((device) => ofDevice(device) ?? []);
  return wrong;
}

const ofDevice = (device: Device): Said | undefined =>
  device.kind === "named"
    ? undefined
    : {
        construct: device.kind === "utun" ? "a utun" : `interfaces that begin with \`${device.prefix}\``,
        help: 'name each of them, as in `interface windows "Ethernet"`',
      };

/** Names are looked up for every program by one service. */
const ofNames = ({ stage, match }: Rule): Said | undefined =>
  stage === "dns-inside" && match.owner
    ? { construct: "who asks for a name", help: "leave out `for`: the DNS Client service asks for everybody" }
    : undefined;

function ofOwners(owner: NonNullable<Rule["match"]["owner"]>, isProbe: boolean): Said | undefined {
  const [wrong] = owner.flatMap((all) => [
    ...all.flatMap((identity) => ofIdentity(identity, isProbe) ?? []),
    ...(["program", "service"] as const)
      .filter((kind) => all.filter((identity) => identity.kind === kind).length > 1)
      .map((kind): Said => ({ construct: `two ${kind}s at once`, help: "write a line for each" })),
  ]);
  return wrong;
}

function ofIdentity(identity: Identity, isProbe: boolean): Said | undefined {
  switch (identity.kind) {
    case "program":
      return isPath(identity.path)
        ? undefined
        : { construct: `\`${identity.path}\``, help: "write the whole path with its drive, or `System`" };
    case "service":
      return identity.name !== "ksp" || isProbe
        ? undefined
        : { construct: "the service of ksp itself", help: "name the service of the VPN" };
    default:
      return {
        construct: `a ${identity.kind}`,
        help: `add a line for Windows with \`program\` or \`service\``,
      };
  }
}

const isPath = (path: string): boolean => path === "System" || /^[A-Za-z]:\\[^"<>|?*%/]+$/.test(path);
