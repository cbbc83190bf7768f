import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { controlGroupRoot } from "../apps/control-groups.ts";
import { isLoaded } from "../backends.ts";
import { activeFolder } from "../install/units.ts";
import { loadBundle } from "../load-bundle.ts";
import { environment, run } from "../system/program.ts";
import { type LostChannel, lostChannels } from "./channels.ts";

/** What a machine is like, as far as it decides whether the rules hold there. */
export interface Facts {
  /** Programs that are not there. */
  readonly missing: readonly string[];
  /** All of `nft list ruleset`; undefined where it cannot be read. */
  readonly ruleset: string | undefined;
  /** Whether rules of ours are in the kernel, of whichever backend. */
  readonly isLoaded: boolean;
  readonly links: readonly LinkFacts[];
  /** Services of other firewalls that start at the boot. */
  readonly otherFirewalls: readonly string[];
  readonly hasControlGroups: boolean;
  readonly bootsClosed: boolean;
  /** Of the installed policy. */
  readonly lostChannels: readonly LostChannel[];
}
interface LinkFacts {
  readonly name: string;
  readonly kind: string | undefined;
  readonly master: string | undefined;
  readonly hasXdp: boolean;
}

export const programs = ["nft", "iptables", "ip", "ping", "flock", "wg", "setpriv", "notify-send"] as const;
const firewalls = ["nftables", "firewalld", "ufw", "netfilter-persistent"] as const;

export async function readFacts(): Promise<Facts> {
  const [missing, ruleset, areOursLoaded, links, enabled, controlGroups, bootsClosed, installed] = await Promise.all([
    missingPrograms(),
    run(["nft", "list", "ruleset"], { milliseconds: 30_000 }),
    isLoaded(),
    run(["ip", "-j", "-d", "link", "show"]),
    Promise.all(firewalls.map((name) => run(["systemctl", "is-enabled", `${name}.service`]))),
    controlGroupRoot(),
    exists("/etc/systemd/system/sysinit.target.wants/ksp-lockdown.service"),
    loadBundle(activeFolder),
  ]);
  return {
    missing,
    ruleset: ruleset.status === 0 ? ruleset.stdout : undefined,
    isLoaded: areOursLoaded,
    links: parseLinkFacts(links.stdout),
    otherFirewalls: firewalls.filter((_, i) => enabled[i]?.status === 0),
    hasControlGroups: controlGroups !== undefined,
    bootsClosed,
    lostChannels: "fault" in installed ? [] : await lostChannels(installed.watched),
  };
}

interface Listed {
  readonly ifname: string;
  readonly master?: string;
  readonly xdp?: unknown;
  readonly linkinfo?: { readonly info_kind?: string };
}

export function parseLinkFacts(json: string): readonly LinkFacts[] {
  try {
    const listed: readonly Listed[] = JSON.parse(json);
    return listed.map(({ ifname, master, xdp, linkinfo }) => ({
      name: ifname,
      kind: linkinfo?.info_kind,
      master,
      hasXdp: xdp !== undefined,
    }));
  } catch {
    return [];
  }
}

async function missingPrograms(): Promise<readonly string[]> {
  const folders = environment.PATH.split(":");
  const found = await Promise.all(
    programs.map(async (name) =>
      (await Promise.all(folders.map((folder) => exists(join(folder, name))))).includes(true),
    ),
  );
  return programs.filter((_, i) => !found[i]);
}

const exists = (path: string): Promise<boolean> =>
  access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
