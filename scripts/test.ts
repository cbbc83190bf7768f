/** Lint, types, unused code and all tests, one after the other whatever the others say; ends in `N passed, N failed`. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { closingLine, countTests, type VitestReport, verdict } from "./test-report.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { PATH = "", ...environment } = process.env;
const path = `${join(root, "node_modules/.bin")}${delimiter}${PATH}`;
const directory = mkdtempSync(join(tmpdir(), "ksp-test-report-"));
const reportFile = join(directory, "report.json");

/** With CI set, vitest fails on a missing snapshot and writes none. */
function run(command: string, ...args: readonly string[]): number | null {
  console.log(`\n> ${[command, ...args].join(" ")}`);
  return spawnSync(command, args, { cwd: root, stdio: "inherit", env: { ...environment, PATH: path, CI: "true" } })
    .status;
}

function readReport(): VitestReport | undefined {
  try {
    return JSON.parse(readFileSync(reportFile, "utf8"));
  } catch {
    return undefined;
  }
}

const gates = [run("biome", "ci", "."), run("tsc"), run("knip")].map((status) => status === 0);
const exit = run("vitest", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`);
const report = readReport();
rmSync(directory, { recursive: true });
const result = verdict(report && countTests(report), exit, gates);
console.log(`\n${closingLine(result)}`);
process.exitCode = result.ok ? 0 : 1;
