import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type Emitted, examplePolicies, fileOf, switchOf } from "../emitters/policies.ts";
import { makeControlGroups } from "../lab/control-groups.ts";
import type { Namespace } from "../lab/namespace.ts";
import { mayBeSkipped } from "../lab/requirements.ts";
import { openSandbox } from "../lab/sandbox.ts";
import { movesOf, takeMoves } from "./moves/moves.ts";

const folder = fileURLToPath(new URL("foreign", import.meta.url));
const files = readdirSync(folder).filter((file) => !file.endsWith(".md"));

/** Loads the rules of other programs by the tool that each of them uses. */
const loadForeign = async (at: Namespace, program: string): Promise<void> => {
  for (const file of files.filter((name) => name.startsWith(program))) {
    const input = readFileSync(join(folder, file), "utf8");
    const restore = file.includes(".ipv6.") ? "ip6tables-restore" : "iptables-restore";
    await at.run(file.endsWith(".nft") ? ["nft", "-f", "-"] : [restore], { input });
  }
};
const programs = ["docker", "firewalld", "ufw", "wg-quick"];

/** Every table that is not ours, with its numbers and counters. */
const listForeign = async (at: Namespace): Promise<string> => {
  const tables = (await at.run(["nft", "list", "tables"])).trim().split("\n");
  const foreign = tables.filter((table) => !/^table (inet|arp) ksp$/.test(table));
  const listed: string[] = [];
  for (const table of foreign) listed.push(await at.run(["nft", "-a", "list", ...table.split(" ")]));
  return listed.join("\n");
};

const example = (name: string): Emitted => {
  const found = examplePolicies.find((policy) => policy.name === name);
  if (!found) throw new Error(`no example ${name}`);
  return found;
};

describe.skipIf(mayBeSkipped())("beside the rules of other programs", { timeout: 60_000 }, () => {
  test("whatever is done with ours, theirs stay byte for byte", async () => {
    const policy = example("docker-k8s");
    const sandbox = await openSandbox(["host"]);
    const { host } = sandbox.namespaces;
    try {
      await makeControlGroups(host, fileOf(policy, "ruleset.nft"));
      for (const program of programs) await loadForeign(host, program);
      const before = await listForeign(host);
      const states = policy.plan.states.map(({ state }) => switchOf(policy, state));
      const file = (name: string): string => fileOf(policy, `${name}.nft`);
      for (const text of [file("lockdown"), file("ruleset"), ...states, file("disable"), file("ruleset")]) {
        await host.nft(text);
        expect(await listForeign(host)).toBe(before);
      }
      await host.nft(file("uninstall"));
      expect(await host.run(["nft", "list", "tables"])).not.toContain("ksp");
      expect(await listForeign(host)).toBe(before);
      await host.nft("add rule inet firewalld filter_INPUT counter accept");
      expect(await listForeign(host), "a change of theirs is seen").not.toBe(before);
    } finally {
      await sandbox.close();
    }
  });

  test.each([
    [["docker"], "docker-k8s"],
    [["ufw", "firewalld", "wg-quick"], "home-wireguard"],
  ])("over those of %s, in a flood, what is refused stays so", async (others, name) => {
    const policy = example(name);
    const moves = movesOf(policy).filter((move) =>
      ["lockdown <> ruleset", "down <> up", "uninstall"].includes(move.name),
    );
    const results = await takeMoves(policy, moves, 1, async (host) => {
      for (const program of others) await loadForeign(host, program);
    });
    for (const {
      move: { name: move },
      packets,
      weathered,
    } of results) {
      expect(packets.refused, move).toBeGreaterThan(7);
      if (weathered.still.length === 0) expect(weathered.through.refused, move).toBe(0);
      else {
        expect(weathered.through.refused, `${move}: without ours some pass`).toBeGreaterThan(0);
        expect(
          weathered.still.map(({ refused }) => refused),
          move,
        ).toEqual([0]);
      }
    }
  });
});
