/**
 * What the daemon costs while nothing happens: processor time of itself and of all that it starts, and memory, with each backend.
 * Root; `node bench/idle.ts [SECONDS]`
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { compile } from "../src/index.ts";
import { type Lab, withLab } from "../test/lab/lab.ts";
import { homeWireguard } from "../test/lab/wireguard.ts";
import { writeFiles } from "./folder.ts";

const seconds = Number(process.argv[2] ?? 20);
const cli = fileURLToPath(new URL("../src/cli.ts", import.meta.url));
const home = fileURLToPath(new URL("../examples/home-wireguard.ksp", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ksp-idle-"));

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Of itself and of the children that it waited for, in hundredths of a second. */
  readonly ticks: number;
  readonly megabytes: number;
}

/** The daemon, and all that it started. */
async function family({ client }: Lab): Promise<readonly Process[]> {
  const listed = await client.run(["sh", "-c", "cat /proc/[0-9]*/stat 2>/dev/null; pgrep -o -f 'ts run --backend'"]);
  const all = listed.split("\n").flatMap((line): readonly Process[] => {
    const [, pid, rest = ""] = /^(\d+) \(.*\) . (.*)$/.exec(line) ?? [];
    const [parent = 0, ...fields] = rest.split(" ").map(Number);
    const ticks = fields.slice(9, 13).reduce((a, b) => a + b, 0);
    return pid === undefined
      ? []
      : [{ pid: Number(pid), parent, ticks, megabytes: ((fields[19] ?? 0) * 4096) / 2 ** 20 }];
  });
  const below = (pid: number): readonly Process[] => [
    ...all.filter((process) => process.pid === pid),
    ...all.filter(({ parent }) => parent === pid).flatMap((process) => below(process.pid)),
  ];
  return below(Number(listed.trim().split("\n").at(-1)));
}
const ticksOf = (all: readonly Process[]): number => all.reduce((sum, { ticks }) => sum + ticks, 0);

const { files } = compile({ file: home, text: readFileSync(home, "utf8") }, { targets: ["nft", "iptables"] });
writeFiles(folder, files);
console.log(["backend", "% of a core", "MB, daemon", "MB, others"].map((name) => name.padStart(16)).join(""));
try {
  for (const backend of ["nft", "iptables-nft", "iptables-legacy"])
    await withLab(async (lab) => {
      const vpn = await lab.wireguard(homeWireguard);
      await vpn.start();
      const daemon = await lab.client.spawn([process.execPath, cli, "run", "--backend", backend, folder]);
      await daemon.until('"state":"up"', 30_000);
      await pause(5_000);
      const before = ticksOf(await family(lab));
      await pause(seconds * 1000);
      const now = await family(lab);
      const share = (ticksOf(now) - before) / seconds;
      const [most = 0, ...others] = now.map(({ megabytes }) => megabytes).toSorted((a, b) => b - a);
      const cells = [backend, share.toFixed(1), most.toFixed(0), others.reduce((a, b) => a + b, 0).toFixed(0)];
      console.log(cells.map((cell) => cell.padStart(16)).join(""));
      await daemon.kill("SIGTERM");
    });
} finally {
  rmSync(folder, { recursive: true });
}
