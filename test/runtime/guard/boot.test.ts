import { access, readFile, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { Backend } from "../../../src/runtime/firewall/backend.ts";
import { daemonUnit } from "../../../src/runtime/install/units.ts";
import { directory, good, ksp } from "../../commands/ksp.ts";
import { leaked } from "../../lab/classify.ts";
import { type Lab, withLab } from "../../lab/lab.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import { compiled } from "./guard.ts";
import { backendOf, isNft, rules, usual } from "./rules.ts";

/** One of each kind. */
const booted = isNft ? [usual, backendOf("iptables-legacy")] : [usual];

const installed = async (backend = usual): Promise<string> => {
  const folder = await compiled(good, { backend });
  const root = await directory();
  const { code, stderr } = await ksp(["install", folder, "--root", root, "--backend", backend.name], { cwd: root });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return root;
};

/** What systemd would run at the boot, one after the other until one fails. */
const boot = async ({ client }: Lab, root: string): Promise<readonly (number | null)[]> => {
  const unit = await readFile(join(root, "etc/systemd/system/ksp-lockdown.service"), "utf8");
  const statuses: (number | null)[] = [];
  for (const [, command = ""] of unit.matchAll(/^ExecStart=(.*)$/gm)) {
    const words = command.split(" ").map((word) => (word.startsWith("/etc/") ? join(root, word) : word));
    const { status } = await client.exec(words);
    statuses.push(status);
    if (status !== 0) break;
  }
  return statuses;
};
const leaks = async (lab: Lab): Promise<number> => {
  const capture = await lab.capture();
  const flood = await lab.flood();
  await pause(400);
  await flood.stop();
  return leaked(await capture.stop());
};

/** A lockdown of which the kernel takes nothing. */
const spoil = async (root: string, { folder }: Backend): Promise<void> => {
  const names = folder === "nft" ? ["lockdown.nft"] : ["lockdown.v4", "lockdown.v6"];
  for (const path of names.map((name) => join(root, "etc/ksp/active", folder, name))) {
    const text = await readFile(path, "utf8");
    await writeFile(
      path,
      folder === "nft"
        ? `${text}add rule inet ksp nowhere accept\n`
        : text.replace("*mangle\n", "$&-A nowhere -j ACCEPT\n"),
    );
  }
};

describe.skipIf(mayBeSkipped()).each(booted)("a boot with $name", { timeout: 60_000 }, (backend) => {
  test("is closed, also where the lockdown does not load; without the rules that need nothing it is open", async () => {
    const [whole, broken] = [await installed(backend), await installed(backend)];
    await spoil(broken, backend);
    await withLab(async (lab) => {
      const { status } = await lab.client.exec(
        backend.command(join(broken, "etc/ksp/active", backend.folder), "lockdown"),
      );
      expect(status).toBe(1);
      expect(await leaks(lab), "nothing is loaded").toBeGreaterThan(50);
      expect(await boot(lab, broken)).toEqual([0, 1]);
      expect(await leaks(lab), "the lockdown does not load").toBe(0);
      expect(await boot(lab, whole)).toEqual([0, 0]);
      expect(await rules(lab, backend)).toContain("out_lockdown");
      expect(await leaks(lab), "the lockdown").toBe(0);
    });
  });
});

test("units are linked as systemd does it, never open, and are gone after an uninstall", async () => {
  const root = await installed();
  const units = join(root, "etc/systemd/system");
  expect(await readlink(join(units, "sysinit.target.wants/ksp-lockdown.service"))).toBe("../ksp-lockdown.service");
  expect(await readlink(join(units, "multi-user.target.wants/ksp.service"))).toBe("../ksp.service");
  for (const name of ["ksp-lockdown.service", "ksp.service"])
    expect(await readFile(join(units, name), "utf8")).not.toMatch(/ExecStop|Conflicts/);
  // A second time, with another policy in place.
  const other = await compiled(good.replace("policy home", "policy other"));
  expect((await ksp(["install", other, "--root", root, "--backend", usual.name], { cwd: root })).code).toBe(0);
  expect(await readFile(join(root, "etc/ksp/active/bundle.json"), "utf8")).toContain('"policy": "other"');

  expect((await ksp(["uninstall", "--root", root], { cwd: root })).code).toBe(0);
  for (const path of ["etc/ksp/active", "etc/ksp/closed", "etc/systemd/system/ksp.service"])
    await expect(access(join(root, path))).rejects.toThrow("ENOENT");
  await expect(readlink(join(units, "multi-user.target.wants/ksp.service"))).rejects.toThrow("ENOENT");
});

test("a program's path is one word for systemd, whatever it holds", () => {
  expect(daemonUnit(["/opt/my node/node", '/a"b\\c%d$e'], "nft")).toContain(
    'ExecStart="/opt/my node/node" "/a\\"b\\\\c%%d$$e" run --backend nft /etc/ksp/active\n',
  );
});

test("what is no bundle is not installed", async () => {
  const root = await directory({ "bundle.json": "{}" });
  const { code, stderr } = await ksp(["install", root, "--root", root], { cwd: root });
  expect(code).toBe(2);
  expect(stderr).toContain("KSP5050");
  await expect(access(join(root, "etc"))).rejects.toThrow("ENOENT");
});
