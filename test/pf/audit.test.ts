import { spawnSync } from "node:child_process";
import { chmod, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { compile } from "../../src/index.ts";
import { readReport } from "../../src/proof/readers/pf/read-report.ts";
import { directory, ksp } from "../commands/ksp.ts";
import { loaded, reportOf, stockMac, withAnchor } from "../proof/audit/pf-report.ts";

const { PATH: path = "" } = process.env;
const policy = await readFile(new URL("../../examples/mac-laptop.ksp", import.meta.url), "utf8");
const { files = new Map<string, string>() } = compile({ file: "laptop.ksp", text: policy }, { targets: ["pf"] });
const mac = stockMac(loaded(files, "up"));
const call = ["audit", "laptop.ksp", "--target", "pf", "--listing", "report.txt"];

test("the report of a Mac is read: in force", async () => {
  const cwd = await directory({ "laptop.ksp": policy, "report.txt": reportOf(mac) });
  expect(await ksp(call, { cwd })).toEqual({
    code: 0,
    stdout: "laptop.ksp: in force: state `up`, and no rule of others opens or breaks anything\n",
    stderr: "",
  });
});

test("and a rule of others before ours, with its line", async () => {
  const rule = "pass out quick on en0 inet proto udp from any to any port = 53 keep state";
  const report = reportOf(withAnchor(mac, "com.apple/000.a", { rules: rule }));
  const cwd = await directory({ "laptop.ksp": policy, "report.txt": report });
  const { code, stdout } = await ksp(call, { cwd });
  expect(code).toBe(1);
  const line = report.split("\n").indexOf(rule) + 1;
  expect(stdout).toContain(`--> report.txt:${line}:1`);
  expect(stdout).toContain(`${line} | ${rule}`);
  expect(stdout).toMatch(/= note: every state: out on en0 from \S+ \d+ to \S+ udp 53 /);
});

test("a Mac is not asked by itself", async () => {
  const cwd = await directory({ "laptop.ksp": policy });
  const { code, stdout } = await ksp(call.slice(0, 4), { cwd });
  expect(code).toBe(2);
  expect(stdout).toContain("name one with --listing");
});

/** In the place of macOS's own. */
const pfctl = `#!/bin/sh
echo "$*" >> calls
case "$*" in
"-s info") echo "Status: Enabled for 0 days 00:00:04           Debug: Urgent" ;;
"-v -s Interfaces") printf 'ALL\\nen0\\nlo0 (skip)\\n' ;;
"-v -sA") printf '  com.apple\\n  com.apple/000.ksp\\n' ;;
"-sr") echo "No ALTQ support in kernel" >&2; echo 'anchor "com.apple/*" all' ;;
"-a com.apple/000.ksp -sr") echo 'block drop quick from <lan> to any' ;;
"-a com.apple/000.ksp -sT") echo lan ;;
"-a com.apple/000.ksp -t lan -T show") echo "   10.0.0.0/8" ;;
"-sn") echo 'nat-anchor "com.apple/*" all' ;;
"-n -v"*) exit 1 ;;
esac
`;

/** Nothing is loaded, flushed, killed, turned on or off, and no table is changed. */
const changesNothing = /^(-n -v -o none -f \S+\.conf|(-v )?(-a \S+ )?(-s \w+|-v?s\w+|-t \S+ -T show))$/;

test("report.sh asks for all that an audit reads, and changes nothing", async () => {
  const cwd = await directory({ pfctl, "up.conf": "", "report.sh": files.get("pf/report.sh") ?? "" });
  await chmod(`${cwd}/pfctl`, 0o755);
  const { stdout, stderr, status } = spawnSync("sh", ["report.sh"], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, PATH: `${cwd}:${path}` },
  });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  const calls = (await readFile(`${cwd}/calls`, "utf8")).trim().split("\n");
  expect(calls.filter((call) => !changesNothing.test(call))).toEqual([]);
  expect(calls).toContain("-n -v -o none -f ./up.conf");
  const { info, rules, translations, tables, interfaces } = readReport(stdout);
  expect(info).toContain("Status: Enabled");
  expect(interfaces.text).toContain("lo0 (skip)");
  expect([...rules.keys()]).toEqual(["", "com.apple", "com.apple/000.ksp"]);
  expect(rules.get("com.apple/000.ksp")?.text).toBe("block drop quick from <lan> to any\n");
  expect(translations.get("")?.text).toBe('nat-anchor "com.apple/*" all\n');
  expect(tables.get("com.apple/000.ksp")).toEqual(new Map([["lan", "   10.0.0.0/8\n"]]));
});
