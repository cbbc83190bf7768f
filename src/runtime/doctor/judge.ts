import { bypassOf } from "../nft/bypass.ts";
import type { Facts } from "./facts.ts";

export interface Finding {
  /** A `gap` lets packets by or keeps the daemon from working; a `note` is worth knowing. */
  readonly weight: "gap" | "note";
  readonly text: string;
  readonly help: string;
}

const gap = (text: string, help: string): Finding => ({ weight: "gap", text, help });
const note = (text: string, help: string): Finding => ({ weight: "note", text, help });

/** What each program is for; without the first ones nothing works. */
const uses: Readonly<Record<string, readonly [weight: Finding["weight"], what: string]>> = {
  nft: ["gap", "loads the rules, where `--backend iptables` is not chosen, and tells of changes"],
  iptables: ["note", "loads the rules where `--backend iptables` is chosen"],
  ip: ["gap", "tells of interfaces and routes"],
  ping: ["gap", "sends heartbeats"],
  flock: ["gap", "keeps a second daemon away"],
  wg: ["note", "tells the age of WireGuard's handshake, where a policy asks for it"],
  setpriv: ["note", "shows alerts on desktops"],
  "notify-send": ["note", "shows alerts on desktops"],
};

/** Whose packets no rule of ours sees, because they never pass our hooks; the numbered assumptions of docs/proof.md. */
const bypasses: Readonly<Record<string, string>> = {
  macvlan: "its packets go straight to the card below",
  macvtap: "its packets go straight to the card below",
  ipvlan: "its packets go straight to the card below",
  ipvtap: "its packets go straight to the card below",
};

/** What is to be said about a machine, gaps first. */
export function judge(facts: Facts): readonly Finding[] {
  const found = [
    ...facts.missing.map((name): Finding => {
      const [usual, what] = uses[name] ?? ["note", "is used"];
      const weight = name === "nft" && !facts.missing.includes("iptables") ? "note" : usual;
      return { weight, text: `there is no \`${name}\`, which ${what}`, help: "install it" };
    }),
    ...rules(facts),
    ...facts.lostChannels.map(({ tunnel, fault }) =>
      note(
        `\`${tunnel}\` stays closed: ${fault}`,
        "let OpenVPN listen where the policy says, in a folder that nobody else may write to",
      ),
    ),
    ...facts.links.flatMap((link) => links(link, facts)),
    ...facts.otherFirewalls.map((name) =>
      note(
        `${name}.service starts at the boot`,
        "the lockdown loads after it; when it is restarted and flushes all rules, some packets leave before the daemon repairs them",
      ),
    ),
    ...(facts.hasControlGroups
      ? []
      : [note("control groups of version 2 are not mounted", "apps by slice are neither matched nor frozen")]),
    ...(facts.bootsClosed
      ? []
      : [gap("the machine boots open", "`ksp install` closes it before the network comes up")]),
  ];
  return [...found.filter(({ weight }) => weight === "gap"), ...found.filter(({ weight }) => weight === "note")];
}

function rules({ ruleset, isLoaded, missing }: Facts): readonly Finding[] {
  if (ruleset === undefined)
    return missing.includes("nft")
      ? []
      : [gap("the kernel's rules cannot be read", "run this as root, on a kernel with nftables")];
  return [
    ...(/^\s*flowtable /m.test(ruleset)
      ? [gap("a flowtable forwards flows past all rules", "remove it, or do not forward on this machine")]
      : []),
    ...foreignRules(ruleset).flatMap((rule) => {
      const effect = bypassOf(` ${rule}`);
      return effect === undefined ? [] : [gap(`\`${rule}\` ${effect}`, "find out whose rule it is, and remove it")];
    }),
    ...(isLoaded ? [] : [note("no rules of ksp are loaded", "`ksp run` loads them")]),
  ];
}

/** The lines of all tables but ours. */
const foreignRules = (ruleset: string): readonly string[] =>
  ruleset
    .split(/^(?=table )/m)
    .filter((table) => !/^table (inet|arp) ksp \{/.test(table))
    .flatMap((table) => table.split("\n").map((line) => line.trim()));

function links({ name, kind, master, hasXdp }: Facts["links"][number], { links: all }: Facts): readonly Finding[] {
  const bypass = kind === undefined ? undefined : bypasses[kind];
  const bridge = master !== undefined && all.find((link) => link.name === master)?.kind === "bridge";
  return [
    ...(bypass === undefined
      ? []
      : [gap(`${name} is a ${kind}: ${bypass}`, "use a routed network for what is behind it")]),
    ...(bridge && kind === "tun"
      ? [gap(`${name} is bridged to ${master}: a machine behind it may pass no rule of ours`, "use a routed network")]
      : []),
    ...(hasXdp ? [note(`${name} has an XDP program, which may send by itself`, "find out whose it is")] : []),
  ];
}
