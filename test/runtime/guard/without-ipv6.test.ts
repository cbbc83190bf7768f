import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { cli } from "../../commands/ksp.ts";
import { leaked } from "../../lab/classify.ts";
import { withLab } from "../../lab/lab.ts";
import { internet } from "../../lab/line.ts";
import { eventually } from "../../lab/process.ts";
import { environment, mayBeSkipped } from "../../lab/requirements.ts";
import { homeWireguard } from "../../lab/wireguard.ts";
import { compiled, isShut, startGuard } from "./guard.ts";
import { backendOf } from "./rules.ts";
import { lose } from "./trial.ts";

const policy = `ksp 1
policy guarded

tunnel wg0 {
  protocol wireguard
  interface "wg0"
  server 198.51.100.7 udp 51820
  carrier mark 0x6b73/0xffff
  address 10.64.0.2/32, fd64::2/128
  carries everything
}

dns 10.64.0.1 through wg0
ipv6 tunnel

watch wg0 {
  interface
  route 0.0.0.0/0, ::/0
  heartbeat 10.64.0.1 every 200ms lost after 3
}
`;

/** As the programs for IPv6 are where the kernel has none: listing no tables at all is the one thing that does not fail. */
const stubs = `mkdir /run/bin && cd /run/bin
printf '#!/bin/sh\\n[ "$#" = 0 ] || { echo "Address family not supported by protocol" >&2; exit 1; }\\n' >ip6tables-legacy-save
printf '#!/bin/sh\\necho "Address family not supported by protocol" >&2; exit 1\\n' >ip6tables-legacy-restore
chmod +x *`;
/** A kernel without IPv6 has no settings for it. */
const hideSettings = "mount -t tmpfs none /proc/sys/net && mkdir /proc/sys/net/ipv4";

test.skipIf(mayBeSkipped())(
  "a kernel without IPv6 comes online with iptables; one whose IPv6 cannot be closed does not",
  {
    timeout: 60_000,
  },
  async () => {
    const backend = backendOf("iptables-legacy");
    const folder = await compiled(policy, { backend });
    const closed = await mkdtemp(join(tmpdir(), "ksp-closed-"));
    onTestFinished(() => rm(closed, { recursive: true }));
    for (const [name, text] of backend.closed) await writeFile(join(closed, name), text);
    await cp(join(folder, "iptables"), join(closed, "rules"), { recursive: true });

    await withLab(async (lab) => {
      const sh = (script: string) =>
        lab.client.exec(["sh", "-c", `PATH=/run/bin:$PATH; export KSP_IPTABLES=${backend.name}; ${script}`]);
      const [lockdown, ruleset] = [`sh ${closed}/load.sh lockdown`, `sh ${closed}/rules/load.sh ruleset`];
      const vpn = await lab.wireguard(homeWireguard);
      await vpn.start();
      await lab.client.run(["ip", "-6", "route", "flush", "table", "all", "dev", "wg0"]);
      expect(await sh(stubs)).toMatchObject({ status: 0 });
      expect(await sh(lockdown)).toMatchObject({ status: 1 });
      expect(await sh(ruleset)).toMatchObject({ status: 1 });
      expect(await isShut(lab)).toBe(true);

      expect(await sh(hideSettings)).toMatchObject({ status: 0 });
      expect(await sh(lockdown)).toMatchObject({ status: 0 });
      const leftOut = expect.stringContaining("this kernel has no IPv6, whose rules are left out");
      expect(await sh(ruleset)).toMatchObject({ status: 0, stderr: leftOut });
      const guard = await startGuard(lab, folder, { backend, path: "/run/bin" });
      await guard.inForce("up", 0);
      expect(await lab.ping(internet.ipv4)).toBe(true);
      await eventually("it to be read back", () =>
        guard.process.said().includes("the kernel holds what the files say"),
      );
      const killed = { name: "killed", lose: () => vpn.process().kill("SIGKILL"), undo: () => vpn.start() };
      const { counts } = await lose({ lab, vpn, guard }, killed);
      // IPv6 is only hidden here, and no rules for it are loaded: the second look, which nftables takes of both families, sees it.
      expect(leaked(counts), JSON.stringify(counts)).toBe(0);
      const { PATH = "" } = environment;
      const hits = [process.execPath, cli, "hits"];
      expect(await lab.client.exec(hits, { env: { PATH: `/run/bin:${PATH}` } })).toMatchObject({
        status: 0,
      });
      expect(guard.log().some(({ event }) => event === "tampered")).toBe(false);
    });
  },
);
