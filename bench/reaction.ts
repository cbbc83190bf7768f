/**
 * How long after a tunnel is lost other rules are in force: from the kernel's word that the interface is gone to its word of a
 * transaction, both heard by one program, with a daemon of each backend that the kernel tells of. Root; `node bench/reaction.ts [ROUNDS]`
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { compile } from "../src/index.ts";
import { withLab } from "../test/lab/lab.ts";
import { eventually } from "../test/lab/process.ts";
import { homeWireguard } from "../test/lab/wireguard.ts";

const rounds = Number(process.argv[2] ?? 30);
const beside = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const home = beside("../examples/home-wireguard.ksp");
const folder = mkdtempSync(join(tmpdir(), "ksp-reaction-"));

const { files } = compile({ file: home, text: readFileSync(home, "utf8") }, { targets: ["nft", "iptables"] });
for (const [path, text] of files ?? []) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** Lost link → first new rules after it, in milliseconds. */
function delaysOf(heard: string): readonly number[] {
  const told = [...heard.matchAll(/^(link|rules) ([\d.]+)$/gm)].map(([, what, at]) => ({ what, at: Number(at) }));
  return told.flatMap(({ what, at }, index) => {
    if (what !== "link") return [];
    const rules = told.slice(index).find((later) => later.what === "rules");
    return rules ? [rules.at - at] : [];
  });
}
const quantile = (values: readonly number[], share: number): string =>
  (values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? Number.NaN).toFixed(1);

console.log(["backend", "rounds", "least", "median", "95 %", "most"].map((name) => name.padStart(15)).join(""));
try {
  for (const backend of ["nft", "iptables-nft"])
    await withLab(async (lab) => {
      const vpn = await lab.wireguard(homeWireguard);
      await vpn.start();
      const daemon = await lab.client.spawn([
        process.execPath,
        beside("../src/cli.ts"),
        "run",
        "--backend",
        backend,
        folder,
      ]);
      await daemon.until('"state":"up"', 30_000);
      const hearing = await lab.client.spawn(["python3", beside("reaction.py")]);
      await hearing.until("ready");
      const count = (state: string): number => daemon.said().split(`"in-force","state":"${state}"`).length;
      for (let round = 0; round < rounds; round += 1) {
        await pause(1_000);
        const [downs, ups] = [count("down"), count("up")];
        await vpn.process().kill("SIGKILL");
        await eventually("to close", () => count("down") > downs);
        await vpn.start();
        await eventually("to open", () => count("up") > ups, 20_000);
      }
      const delays = delaysOf(hearing.said());
      const cells = [backend, delays.length, ...[0, 0.5, 0.95, 1].map((share) => quantile(delays, share))];
      console.log(cells.map((cell) => `${cell}`.padStart(15)).join(""));
      await hearing.kill("SIGTERM");
      await daemon.kill("SIGTERM");
    });
} finally {
  rmSync(folder, { recursive: true });
}
