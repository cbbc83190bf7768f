/** How the files for another target grow with the lists of a policy. `node bench/target.ts TARGET` */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { compile } from "../src/compile.ts";
import { isTarget, type Target } from "../src/ir/targets.ts";
import { lists } from "./policies.ts";

/** One compile in this process, so that memory is its own. */
function measured(target: Target, size: number): Readonly<Record<string, number>> {
  const stages: Record<string, number> = {};
  const { files, diagnostics } = compile(
    { file: "lists.ksp", text: lists(size) },
    { targets: [target], measure: (stage, time) => (stages[stage] = time) },
  );
  if (!files) throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join("; "));
  const { emit = 0, validate = 0, prove = 0 } = stages;
  const peak = (process.resourceUsage().maxRSS * 1024) / 2 ** 20;
  return { prefixes: size, prove, emit, validate, "peak MB": peak, "MB of files": bytes(target, files) / 1e6 };
}

const bytes = (target: Target, files: ReadonlyMap<string, string>): number =>
  [...files].reduce((sum, [path, text]) => sum + (path.startsWith(`${target}/`) ? text.length : 0), 0);

const [target = "", size] = process.argv.slice(2);
if (!isTarget(target)) throw new Error(`no target ${target}`);
if (size !== undefined) console.log(JSON.stringify(measured(target, Number(size))));
else
  for (const each of [1_000, 10_000, 100_000]) {
    const own = fileURLToPath(import.meta.url);
    const { stdout } = spawnSync(process.execPath, [own, target, `${each}`], { encoding: "utf8" });
    const cells = Object.entries(JSON.parse(stdout) as Record<string, number>);
    console.log(cells.map(([name, value]) => `${name} ${value.toFixed(1)}`).join("  "));
  }
