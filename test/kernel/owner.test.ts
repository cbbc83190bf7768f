import { describe, expect, test } from "vitest";
import { allPolicies, fileOf } from "../emitters/policies.ts";
import { makeControlGroups } from "../lab/control-groups.ts";
import { holdOwned } from "../lab/owned.ts";
import { eventually } from "../lab/process.ts";
import { mayBeSkipped } from "../lab/requirements.ts";
import { openSandbox } from "../lab/sandbox.ts";

describe.skipIf(mayBeSkipped())("the table that looks a second time", () => {
  test("of every policy loads, stays when others flush or delete it, and goes with its process", {
    timeout: 120_000,
  }, async () => {
    const sandbox = await openSandbox(["host"]);
    try {
      const { host } = sandbox.namespaces;
      const listed = async (): Promise<string> =>
        (await host.exec(["nft", "list", "table", "inet", "ksp-owned"])).stdout;
      for (const policy of allPolicies) {
        const text = fileOf(policy, "owned.nft");
        await makeControlGroups(host, text);
        const holder = await holdOwned(host, text);
        const before = await listed();
        expect(before, policy.name).toContain("hook postrouting");
        expect((await host.exec(["nft", "flush", "ruleset"])).status, policy.name).toBe(0);
        expect((await host.exec(["nft", "delete", "table", "inet", "ksp-owned"])).status, policy.name).not.toBe(0);
        expect((await host.exec(["nft", "flush", "chain", "inet", "ksp-owned", "out"])).status, policy.name).not.toBe(
          0,
        );
        expect(await listed(), policy.name).toBe(before);
        await holder.kill("SIGKILL");
        await eventually("it to be gone", async () => (await listed()) === "");
      }
    } finally {
      await sandbox.close();
    }
  });
});
