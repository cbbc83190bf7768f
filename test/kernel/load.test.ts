import { describe, expect, test } from "vitest";
import { makeControlGroups } from "../lab/control-groups.ts";
import { mayBeSkipped } from "../lab/requirements.ts";
import { openSandbox } from "../lab/sandbox.ts";
import { golden, policies } from "./golden.ts";
import { countListed, countRules, type RuleCounts } from "./rule-count.ts";

describe.skipIf(mayBeSkipped())("every compiled policy loads in the kernel", () => {
  test("there are policies to load", () => {
    expect(policies).not.toEqual([]);
  });

  test.concurrent.each(policies)("%s", async (policy) => {
    const bundle = golden(policy);
    const sandbox = await openSandbox(["host"]);
    const { host } = sandbox.namespaces;
    let expected: RuleCounts = {};
    const load = async (file: string): Promise<void> => {
      const text = bundle.read(file);
      expected = countRules(text, expected);
      await host.nft(text);
      expect(countListed(await host.run(["nft", "-j", "list", "ruleset"])), file).toEqual(expected);
    };
    try {
      await makeControlGroups(host, bundle.read("ruleset.nft"));
      expect(bundle.states.length).toBeGreaterThan(1);
      await load("lockdown.nft");
      await load("ruleset.nft");
      expect(await host.run(["nft", "list", "table", "inet", "ksp"])).toContain("chain out");
      for (const state of bundle.states) await load(`switch/${state}.nft`);
      await load("disable.nft");
      await load("ruleset.nft");
      await load("lockdown.nft");
      await load("ruleset.nft");
      await load("uninstall.nft");
      await load("uninstall.nft");
      expect(expected).toEqual({});
    } finally {
      await sandbox.close();
    }
  });
});
