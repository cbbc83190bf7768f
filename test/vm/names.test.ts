import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

test("a scenario that does not exist is named before any machine is made", () => {
  const script = join(import.meta.dirname, "../../scripts/machines.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, "boots", "slep"], { encoding: "utf8" });
  expect({ status, stdout, stderr }).toEqual({
    status: 2,
    stdout: "",
    stderr: "no scenario is named slep: there are boots, installed, iptables, life, sleep, hops, no-ipv6\n",
  });
});
