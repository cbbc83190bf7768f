import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cli } from "../commands/ksp.ts";
import { fileOf, policyNamed, switchOf } from "../emitters/policies.ts";
import { holdOwned } from "../lab/owned.ts";
import { mayBeSkipped } from "../lab/requirements.ts";
import { openSandbox } from "../lab/sandbox.ts";

const policy = policyNamed("home-wireguard");
const text = readFileSync(new URL("../../examples/home-wireguard.ksp", import.meta.url), "utf8");

test.skipIf(mayBeSkipped())(
  "a card that only the text of nft tells, and rules that only legacy arptables does, are asked of this machine",
  async () => {
    const sandbox = await openSandbox(["host"]);
    try {
      const { host } = sandbox.namespaces;
      await host.nft(fileOf(policy, "ruleset.nft"));
      await host.nft(switchOf(policy, "up"));
      const audit = () =>
        host.exec([process.execPath, cli, "audit", "-", "--target", "nft"], { input: text, milliseconds: 30_000 });
      // What the daemon holds beside the rules is no stranger's.
      const holder = await holdOwned(host, fileOf(policy, "owned.nft"));
      expect(await audit()).toMatchObject({ status: 0 });
      // Whatever else has its name is.
      await holder.kill("SIGKILL");
      await host.nft(
        "table inet ksp-owned {\nchain c {\ntype filter hook output priority filter + 1;\nudp dport 51820 drop\n}\n}\n",
      );
      const { stdout: told } = await audit();
      expect(told).toContain("KSP6003");
      expect(told).toContain("inet ksp-owned c");
      await host.nft("delete table inet ksp-owned\n");
      // Of a card of containers, which the JSON of nft 1.0.6 does not tell.
      await host.ip("link add docker0 type bridge");
      await host.nft(
        'table netdev other {\nchain c { type filter hook egress device "docker0" priority 0;\nip protocol udp drop\n}\n}\n',
      );
      expect(await audit()).toMatchObject({ status: 0 });
      await host.run(["arptables-legacy", "-A", "INPUT", "-i", "eth0", "-j", "DROP"]);
      const { status, stdout } = await audit();
      expect(status).toBe(1);
      expect(stdout).toContain("KSP6004");
      expect(stdout).toContain("arptables-legacy filter:2");
    } finally {
      await sandbox.close();
    }
  },
  60_000,
);
