import { describe } from "../../../src/ir/packet.ts";
import type { Plan } from "../../../src/ir/plan.ts";
import { auditPf } from "../../../src/proof/audit/pf.ts";
import { rulesetOf } from "../../../src/proof/readers/pf/expand.ts";
import { readText } from "../../../src/proof/readers/pf/read-text.ts";
import { readTable } from "../../../src/proof/readers/pf/tables.ts";
import { printed } from "../readers/pf/print.ts";

/** What an anchor holds, as pfctl prints it. */
export interface Anchored {
  readonly rules?: string;
  readonly translations?: string;
  readonly tables?: Readonly<Record<string, string>>;
}
export interface Mac {
  readonly info: string;
  readonly interfaces: string;
  /** By path; the main ruleset has the empty one. */
  readonly anchors: Readonly<Record<string, Anchored>>;
}

/** As `report.sh` prints it. */
export function reportOf({ info, interfaces, anchors }: Mac): string {
  const said: string[] = [];
  const show = (command: string, text: string): void => {
    said.push("", `== pfctl ${command}`, ...text.split("\n").filter((line) => line !== ""), "-- exit 0");
  };
  show("-s info", info);
  show("-v -s Interfaces", interfaces);
  const paths = Object.keys(anchors).filter((path) => path !== "");
  show("-v -sA", paths.map((path) => `  ${path}`).join("\n"));
  for (const [path, { rules = "", translations = "", tables = {} }] of Object.entries(anchors)) {
    const at = path === "" ? "" : `-a ${path} `;
    show(`${at}-sr`, `No ALTQ support in kernel\nALTQ related functions disabled\n${rules}`);
    show(`${at}-sn`, translations);
    show(`${at}-sT`, Object.keys(tables).join("\n"));
    for (const [name, text] of Object.entries(tables)) show(`${at}-t ${name} -T show`, text);
  }
  said.push("", "== sw_vers", "ProductName: macOS", "-- exit 0", "");
  return said.join("\n");
}

/** What is loaded of a state, with the tunnels on utuns from number 4 on. */
export function loaded(files: ReadonlyMap<string, string>, state: string): Anchored {
  const text = files.get(`pf/${state}.conf`) ?? "";
  const macros = new Map([...text.matchAll(/^(tun_\w+) = /gm)].map(([, name = ""], i) => [name, `utun${4 + i}`]));
  const fills = [...files].flatMap(([file, content]) => {
    const [, name] = /^pf\/tables\/(.+)\.txt$/.exec(file) ?? [];
    return name === undefined ? [] : [[name, content] as const];
  });
  const contents = new Map(fills.map(([name, content]) => [name, readTable(content)]));
  const ruleset = rulesetOf(readText(text, { macros }), contents);
  const tables = fills.filter(([name]) => ruleset.tables.has(name));
  const brought = [...text.matchAll(/^table <(\S+)> \{ (.*) \}$/gm)].map(
    ([, name = "", list = ""]) => [name, list.split(", ").join("\n")] as const,
  );
  return { rules: printed(ruleset), tables: Object.fromEntries([...tables, ...brought]) };
}

/** macOS as it comes, and a state of ours in its anchor. */
export const stockMac = (ours: Anchored): Mac => ({
  info: "Status: Enabled for 0 days 00:00:04           Debug: Urgent",
  interfaces: "ALL\nen0\nlo0\nutun4",
  anchors: {
    "": {
      rules: 'scrub-anchor "com.apple/*" all fragment reassemble\nanchor "com.apple/*" all',
      translations: 'nat-anchor "com.apple/*" all\nrdr-anchor "com.apple/*" all',
    },
    "com.apple": { rules: 'anchor "200.AirDrop/*" all\nanchor "250.ApplicationFirewall/*" all' },
    "com.apple/000.ksp": ours,
    "com.apple/200.AirDrop": {},
    "com.apple/250.ApplicationFirewall": {},
  },
});

/** With another anchor, or another main ruleset. */
export const withAnchor = (mac: Mac, path: string, anchored: Anchored): Mac => ({
  ...mac,
  anchors: { ...mac.anchors, [path]: anchored },
});

/** What an audit says of it, a line a finding. */
export const said = (plan: Plan, mac: Mac): readonly string[] =>
  auditPf(plan, new Map([["report.txt", reportOf(mac)]])).findings.map((finding) => {
    const what = "does" in finding ? finding.does : finding.reason;
    const packet = finding.shown ? `: ${describe(finding.shown.packet)}` : "";
    return `${finding.kind} ${what}${finding.place ? ` (${finding.place.text})` : ""}${packet}`;
  });

/** As many findings as patterns, one for each. */
export function expectFindings(found: readonly string[], patterns: readonly RegExp[]): void {
  const open = [...found];
  for (const pattern of patterns) {
    const at = open.findIndex((line) => pattern.test(line));
    if (at < 0) throw new Error(`nothing is ${pattern}: ${JSON.stringify(open, undefined, 2)}`);
    open.splice(at, 1);
  }
  if (open.length > 0) throw new Error(`not expected: ${JSON.stringify(open, undefined, 2)}`);
}
