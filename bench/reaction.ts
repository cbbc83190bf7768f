/**
 * How long after a tunnel is lost, or all rules are flushed, others are in force: from the kernel's word of the one to its word of
 * the next transaction, both heard by one program, with a daemon of each backend that the kernel tells of. Root; `node bench/reaction.ts [ROUNDS]`
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { compile } from "../src/index.ts";
import { withLab } from "../test/lab/lab.ts";
import { eventually } from "../test/lab/process.ts";
import { homeWireguard } from "../test/lab/wireguard.ts";
import { writeFiles } from "./folder.ts";

const rounds = Number(process.argv[2] ?? 30);
const beside = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const home = beside("../examples/home-wireguard.ksp");
const folder = mkdtempSync(join(tmpdir(), "ksp-reaction-"));

const { files } = compile({ file: home, text: readFileSync(home, "utf8") }, { targets: ["nft", "iptables"] });
writeFiles(folder, files);

interface Told {
  readonly what: string;
  readonly at: number;
}
/** What the kernel told, in its order. */
const toldIn = (heard: string): readonly Told[] =>
  [...heard.matchAll(/^(link|rules) ([\d.]+)$/gm)].map(([, what = "", at]) => ({ what, at: Number(at) }));

/** From the first that was told to the first rules after it, in milliseconds. */
function delayOf([first, ...later]: readonly Told[]): number {
  const rules = later.find(({ what }) => what === "rules");
  return rules && first ? rules.at - first.at : Number.NaN;
}
const quantile = (values: readonly number[], share: number): string =>
  (values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? Number.NaN).toFixed(1);

console.log(
  ["backend", "event", "rounds", "least", "median", "95 %", "most"].map((name) => name.padStart(14)).join(""),
);
try {
  for (const backend of ["nft", "iptables-nft"])
    await withLab(async (lab) => {
      const vpn = await lab.wireguard(homeWireguard);
      await vpn.start();
      const command = ["run", "--backend", backend, folder];
      const daemon = await lab.client.spawn([process.execPath, beside("../src/cli.ts"), ...command]);
      await daemon.until('"state":"up"', 30_000);
      const hearing = await lab.client.spawn(["python3", beside("reaction.py")]);
      await hearing.until("ready");
      const count = (state: string): number => daemon.said().split(`"in-force","state":"${state}"`).length;
      const events = [
        { event: "lost", first: "link", lose: () => vpn.process().kill("SIGKILL"), undo: () => vpn.start() },
        {
          event: "flushed",
          first: "rules",
          lose: () => lab.client.run(["nft", "flush", "ruleset"]),
          undo: async () => {},
        },
      ];
      for (const { event, first, lose, undo } of events) {
        const delays: number[] = [];
        for (let round = 0; round < rounds; round += 1) {
          await pause(1_000);
          const [downs, ups, before] = [count("down"), count("up"), toldIn(hearing.said()).length];
          await lose();
          await eventually("to close", () => count("down") > downs);
          await undo();
          await eventually("to open", () => count("up") > ups, 20_000);
          const told = toldIn(hearing.said()).slice(before);
          delays.push(delayOf(told.slice(told.findIndex(({ what }) => what === first))));
        }
        const cells = [backend, event, delays.length, ...[0, 0.5, 0.95, 1].map((share) => quantile(delays, share))];
        console.log(cells.map((cell) => `${cell}`.padStart(14)).join(""));
      }
      await hearing.kill("SIGTERM");
      await daemon.kill("SIGTERM");
    });
} finally {
  rmSync(folder, { recursive: true });
}
