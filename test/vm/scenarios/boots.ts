import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ksp } from "../../commands/ksp.ts";
import type { Furnish, Layout } from "../disk.ts";
import type { Machine } from "../machine.ts";
import { oneHop, writeRules } from "../policies.ts";
import type { Scenario } from "../scenario.ts";
import { online, refusals, seconds } from "../steps.ts";

/**
 * Machines that boot by Debian's systemd, with nothing on them that an emulated processor is too slow for: no Node. What boots with
 * them is what `ksp install --root` wrote, and it needs none. The daemon's unit fails: nothing may hang on it.
 */
const nft = "/etc/ksp/active/nft";
const unit = "etc/systemd/system/ksp-lockdown.service";

async function installKsp({ opt, root, servers }: Layout): Promise<void> {
  const folder = await writeRules(join(opt, "rules"), oneHop(servers));
  const { code, stderr } = await ksp(["install", folder, "--root", root, "--backend", "nft"], { cwd: dirname(root) });
  if (code !== 0) throw new Error(stderr);
}

/** As `systemctl enable wg-quick@wg0` does it. */
async function enableTunnel({ root }: Layout): Promise<void> {
  const wants = join(root, "etc/systemd/system/multi-user.target.wants");
  await mkdir(wants, { recursive: true });
  await symlink("/lib/systemd/system/wg-quick@.service", join(wants, "wg-quick@wg0.service"));
}

/** Installed, and then a file changed: every replacement must find its words. The daemon, which would mend it, is not started. */
const spoilt =
  (changes: Readonly<Record<string, readonly (readonly [words: string | RegExp, others: string])[]>>): Furnish =>
  async (layout) => {
    await installKsp(layout);
    await rm(join(layout.root, "etc/systemd/system/multi-user.target.wants/ksp.service"));
    for (const [path, replacements] of Object.entries(changes))
      for (const [words, others] of replacements) {
        const text = await readFile(join(layout.root, path), "utf8");
        const changed = text.replace(words, others);
        if (changed === text) throw new Error(`${path} has no ${words}`);
        await writeFile(join(layout.root, path), changed);
      }
  };

const misspelt = { [`${nft}/lockdown.nft`.slice(1)]: [["policy drop", "policy dorp"]] } as const;

/** As the daemon would, once its probes are good. */
const open = (machine: Machine): Promise<string> =>
  machine.run(`nft -f ${nft}/ruleset.nft && nft -f ${nft}/switch/up.nft`);
const connected = (machine: Machine): Promise<string> => machine.until("ping -c 1 -W 5 -I wg0 203.0.113.9");

/** A word fewer for an emulated processor to think about: who is logged in, and what programs tell each other. */
const parameters = ["systemd-logind.service", "systemd-hostnamed.service", "dbus.service", "dbus.socket"]
  .map((name) => `systemd.mask=${name}`)
  .join(" ");

const withTunnel =
  (furnish: Furnish): Furnish =>
  async (layout) => {
    await furnish(layout);
    await enableTunnel(layout);
  };

const lockedDown: Scenario = {
  name: "boots with the lockdown",
  kernel: "vmlinux",
  parameters,
  furnish: withTunnel(installKsp),
  live: async (machine, tell) => {
    await online(machine);
    await refusals(machine);
    const booted = await tell("power-on to a DHCP lease", true, 0);
    await open(machine);
    await connected(machine);
    const up = await tell("the tunnel is up", true, booted);
    await machine.run("ip link del wg0");
    await refusals(machine);
    const lost = await tell("the tunnel is deleted", true, up);
    const reset = await machine.shutDown("reboot");
    await tell("reboot", true, lost, reset);
  },
};

const misspeltLockdown: Scenario = {
  name: "a lockdown of one misspelt word",
  kernel: "vmlinux",
  parameters,
  furnish: spoilt(misspelt),
  live: async (machine, tell) => {
    await online(machine);
    await machine.until("systemctl is-failed ksp-lockdown.service");
    await refusals(machine);
    const booted = await tell("power-on to a DHCP lease", true, 0);
    const off = await machine.shutDown("poweroff");
    await tell("power-off", true, booted, off);
  },
};

/** Nothing is in force: what leaves is what all others are held against. */
const unprotected: Scenario = {
  name: "a lockdown that does not load, without the table below it",
  kernel: "vmlinux",
  parameters,
  furnish: withTunnel(spoilt({ ...misspelt, [unit]: [[/^ExecStart=.*etc\/ksp\/closed.*\n/m, ""]] })),
  live: async (machine, tell) => {
    await online(machine);
    await machine.until("systemctl is-failed ksp-lockdown.service");
    await seconds(1);
    await tell("power-on to a DHCP lease", false, 0);
    await connected(machine);
    const up = await machine.now();
    await machine.run("ip link del wg0");
    await seconds(1);
    const lost = await tell("the tunnel is deleted", false, up);
    const off = await machine.shutDown("poweroff");
    await tell("power-off", false, lost, off);
  },
};

const late: Scenario = {
  name: "a lockdown that waits for the network",
  kernel: "vmlinux",
  parameters,
  furnish: spoilt({
    [unit]: [
      ["Before=network-pre.target", "After=network-online.target"],
      ["Wants=network-pre.target", "Wants=network-online.target"],
    ],
  }),
  live: async (machine, tell) => {
    await online(machine);
    await machine.until("systemctl is-active ksp-lockdown.service");
    await tell("power-on to a DHCP lease", false, 0);
  },
};

/** What must hold, and what leaks without it. */
export const usualBoots: readonly Scenario[] = [lockedDown, unprotected];
export const boots: readonly Scenario[] = [...usualBoots, misspeltLockdown, late];
