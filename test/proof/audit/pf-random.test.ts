import fc from "fast-check";
import { expect, test } from "vitest";
import { describe as describePacket, type Packet } from "../../../src/ir/packet.ts";
import { auditPf } from "../../../src/proof/audit/pf.ts";
import { rulesetOf } from "../../../src/proof/readers/pf/expand.ts";
import type { Program } from "../../../src/proof/readers/pf/program.ts";
import { readText } from "../../../src/proof/readers/pf/read-text.ts";
import { exampleOnMac } from "../../pf/policies.ts";
import { isShown } from "../../pf/shown.ts";
import { packets, programOf, type Texts, texts } from "../readers/pf/arbitrary.ts";
import { judge } from "../readers/pf/oracle.ts";
import { printed } from "../readers/pf/print.ts";
import { loaded, reportOf, stockMac } from "./pf-report.ts";

/** `KSP_RANDOM=300` takes some minutes. */
const { KSP_RANDOM: wanted = "10" } = process.env;
const { plan, files } = exampleOnMac("home-wireguard");
const ourPath = "com.apple/000.ksp";

/** What is loaded of a state, with the tunnel on the utun that a report names. */
function ours(state: string): Program {
  const macros = new Map([["tun_wg0", "utun4"]]);
  const text = (files.get(`pf/${state}.conf`) ?? "").replace(/^table .*\n/gm, "");
  const tables = Object.entries(loaded(files, state).tables ?? {}).map(
    ([name, list]) => `table <${name}> { ${list.trim().split("\n").join(" ")} }\n`,
  );
  return new Map([[ourPath, rulesetOf(readText(text.replace(/^scrub/m, `${tables.join("")}scrub`), { macros }))]]);
}

/** Rules at random before the line that leads to ours, with anchors of their own. */
const neighbours = texts.map(
  (all): Texts => ({
    ...all,
    "": `scrub-anchor "com.apple/*" all\n${all[""] ?? ""}anchor "com.apple/*" all\n`,
  }),
);

/** As macOS shows it to pf: what leaves is from here, what arrives is for us. */
const shown = (packet: Packet): readonly Packet[] => {
  const { direction } = packet;
  const made: Packet = {
    ...packet,
    sourceLocality: direction === "out" ? "local" : "elsewhere",
    destinationLocality: direction === "in" ? "local" : "elsewhere",
  };
  return isShown(made) ? [made] : [];
};

test("whatever a neighbour at random opens is found, and what is found, opened or broken, is so", {
  timeout: 3_600_000,
}, () => {
  const alone: Program = new Map([["", rulesetOf(readText('anchor "com.apple/*" all\n'))], ...ours("up")]);
  const some = fc.sample(packets, { seed: 4711, numRuns: 3_000 }).flatMap(shown);
  const passing = some.map((packet) => judge(alone, packet));
  const counted = { opened: 0, quiet: 0, witnesses: 0 };
  for (const each of fc.sample(neighbours, { seed: 2027, numRuns: Number(wanted) })) {
    const others = programOf(each);
    const foreign = [...others].map(([path, ruleset]) => {
      const tables = [...ruleset.tables.keys()].map((name) => [name, tableIn(each[path] ?? "", name)] as const);
      return [path, { rules: printed(ruleset), tables: Object.fromEntries(tables) }] as const;
    });
    const stock = stockMac(loaded(files, "up"));
    const mac = { ...stock, anchors: { ...stock.anchors, ...Object.fromEntries(foreign) } };
    const findings = auditPf(plan, new Map([["report.txt", reportOf(mac)]])).findings;
    const opens = findings.filter(({ kind }) => kind === "opens" || kind === "absent");

    const beside: Program = new Map([...others, ...ours("up")]);
    const opened = some.find((packet, i) => !passing[i] && judge(beside, packet));
    if (opened && opens.length === 0) expect.fail(`not found: ${describePacket(opened)}\n${each[""]}`);
    counted[opened ? "opened" : "quiet"]++;
    for (const finding of findings) {
      const { shown: seen, states } = finding;
      if (finding.kind === "unclear") continue;
      // A packet here is whole.
      const isOfFragments = "does" in finding && finding.does.includes("fragments");
      if (!seen || seen.packet.connection === "related" || isOfFragments) continue;
      counted.witnesses++;
      const state = ours(states[0] ?? "");
      const [with_, without] = [
        new Map([...others, ...state]),
        new Map([["", alone.get("") ?? rulesetOf([])], ...state]),
      ];
      const said = [with_, without].map((program) => judge(program, seen.packet));
      if (said.join() !== (finding.kind === "breaks" ? "false,true" : "true,false"))
        expect.fail(`${said}: ${describePacket(seen.packet)}\n${each[""]}`);
    }
  }
  expect(Math.min(counted.opened, counted.quiet, counted.witnesses)).toBeGreaterThan(1);
});

/** Its entries, one a line. */
const tableIn = (text: string, name: string): string =>
  (new RegExp(`table <${name}> \\{ (.*) \\}`).exec(text)?.[1] ?? "").split(" ").join("\n");
