// Shows the point of ksp before a reader's eyes: compiles an example, loads it in network namespaces of its own, kills the
// VPN under a flood, and counts what left in clear, without ksp and with it. The machine's own network is never touched.
import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { styleText } from "node:util";
import { type Bundle, chainOf, openBundle, outsideChain } from "../test/lab/bundle.ts";
import { type FrameClass, leaked, leaking } from "../test/lab/classify.ts";
import { withLab } from "../test/lab/lab.ts";
import { missing } from "../test/lab/requirements.ts";
import { byNft, killUnderFlood, type Trial } from "../test/lab/trial.ts";
import { homeWireguard } from "../test/lab/wireguard.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const example = "examples/home-wireguard.ksp";

const say = (text = ""): void => console.log(text);
const title = (text: string): void => say(`\n${styleText("bold", text)}`);
const step = (text: string): void => say(styleText("dim", `  … ${text}`));
const good = (text: string): string => styleText("green", text);
const bad = (text: string): string => styleText("red", text);

class Failure extends Error {}

/** Compiles the example; gives the folder of its nftables files. */
const compile = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "ksp-demo-"));
  const command = ["src/cli.ts", "compile", example, "-o", folder];
  title(`1. Compile: node ${command.join(" ")}`);
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: "inherit" });
  if (status !== 0) throw new Failure(`the compile ended with status ${status}`);
  return join(folder, "home", "nft");
};

const show = (folder: string, bundle: Bundle): void => {
  title("2. What may leave: from ruleset.nft");
  const ruleset = bundle.read("ruleset.nft");
  const chains = ["out_down", "out_up", outsideChain(ruleset)].map((name) => chainOf(ruleset, name));
  say(chains.map((chain) => chain.join("\n").replaceAll("\t", "  ")).join("\n\n"));
  say(`\n  All ${ruleset.split("\n").length} lines, the lockdown for early boot and the switches: ${folder}`);
};

/** Makes sure that the laboratory can run; says what is lacking where it cannot. */
const ready = (): boolean => {
  const lacking = missing();
  if (lacking.includes("Linux") || lacking.includes("root")) {
    title("3. Skipped: the kernel's own answer");
    say(`  Killing a VPN under a flood needs ${lacking.join(", ")}. On Linux, run: sudo npm run demo`);
    return false;
  }
  if (lacking.length > 0) {
    title("Installing what the laboratory needs");
    say(`  missing: ${lacking.join(", ")}`);
    const { status } = spawnSync(join(root, "scripts/install-tools.sh"), { stdio: "inherit" });
    if (status !== 0 || missing().length > 0) throw new Failure("the tools could not be installed");
  }
  return true;
};

const labels: Readonly<Record<(typeof leaking)[number], string>> = {
  udp4: "UDP, IPv4",
  udp6: "UDP, IPv6",
  tcp4: "TCP, IPv4",
  tcp6: "TCP, IPv6",
  icmp4: "ping, IPv4",
  icmp6: "ping, IPv6",
  dns4: "DNS, IPv4",
  dns6: "DNS, IPv6",
  "endpoint-foreign": "an application's, to the VPN's server",
  other: "anything else",
};

const row = (label: string, ...cells: readonly string[]): string =>
  `  ${label.padEnd(38)}${cells.map((cell) => cell.padStart(14)).join("")}`;
const number = (value: number): string => value.toLocaleString("en");

const table = (without: Trial, ksp: Trial): void => {
  title("Frames that left the machine in clear");
  say(row("", "without ksp", "with ksp"));
  const cells = (kind: FrameClass): readonly string[] => [without, ksp].map(({ counts }) => number(counts[kind]));
  for (const kind of leaking) say(row(labels[kind], ...cells(kind)));
  const sums = [without, ksp].map(({ counts }) => number(leaked(counts)));
  say(styleText("bold", row("all", ...sums)));
  say();
  say(row("offered: datagrams", ...[without, ksp].map(({ offered }) => number(offered.datagrams))));
  say(row("offered: connections", ...[without, ksp].map(({ offered }) => number(offered.connections))));
  say(row("the VPN's own frames, as they should", ...cells("endpoint")));
};

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

/** What the two trials must show; each line that does not hold is a failure. */
const judge = (without: Trial, ksp: Trial): boolean => {
  const { back } = ksp;
  const claims: readonly (readonly [string, boolean])[] = [
    [`without ksp frames leave in clear: ${number(leaked(without.counts))}`, leaked(without.counts) > 0],
    [`with ksp none does: ${number(leaked(ksp.counts))}`, leaked(ksp.counts) === 0],
    ["before the tunnel was proved good, no application used it", !ksp.downPing],
    ["then applications got through it", ksp.upPing],
    [`the tunnel came back: ${back === undefined ? "no" : `yes, after ${seconds(back)}`}`, ksp.backPing],
  ];
  say();
  for (const [claim, holds] of claims) say(`  ${holds ? good("yes") : bad("NO ")}  ${claim}`);
  return claims.every(([, holds]) => holds);
};

const kill = async (bundle: Bundle): Promise<boolean> => {
  title("3. Kill the VPN under a flood, in network namespaces");
  const trial = (rules?: Bundle): Promise<Trial> =>
    withLab(async (lab) => killUnderFlood(lab, await lab.wireguard(homeWireguard), rules && byNft(lab, rules), step));
  say("  without ksp");
  const without = await trial();
  say("  with ksp: the rules are loaded first");
  const ksp = await trial(bundle);
  table(without, ksp);
  return judge(without, ksp);
};

try {
  const folder = compile();
  const bundle = openBundle(folder);
  show(folder, bundle);
  if (ready() && !(await kill(bundle))) throw new Failure("the claims above do not all hold");
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.error(bad(`\ndemo: ${error.message}`));
  process.exitCode = 1;
}
