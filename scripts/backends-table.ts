import { backends } from "../src/backends.ts";
import type { Capability } from "../src/emitters/capabilities.ts";
import { constructNames, constructs } from "../src/emitters/constructs.ts";
import { systemOf, type Target, targets } from "../src/ir/targets.ts";

/** docs/backends.md: what each backend declares, in one table; its reasons below it. */
export const backendsPage = (): string =>
  `${[
    "# Backends",
    "",
    "What a policy may ask for, and what each backend makes of it. This page is made from what the backends declare",
    "(`src/emitters/*/capabilities.ts`).",
    "",
    "- **holds**: it means the same there, which every compile proves (KSP9001).",
    "- **refused**: a policy that asks for it does not compile for that backend (KSP4002). It is never written weaker instead.",
    "- **weakened**: it is written without a part of its meaning, under an assumption that `proof.txt` and `bundle.json` name.",
    "",
    row(["", ...targets.map((target) => `${target} (${systemOf[target]})`)]),
    row(["---", ...targets.map(() => "---")]),
    ...constructNames.map((name) => row([constructs[name].text, ...targets.map((target) => cell(target, name))])),
    ...targets.flatMap(reasons),
  ].join("\n")}\n`;

const of = (target: Target, name: (typeof constructNames)[number]): Capability =>
  backends[target].emitter.capabilities[name];
const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const cell = (...at: Parameters<typeof of>): string => {
  const { kind } = of(...at);
  return kind === "holds" ? kind : `**${kind}**`;
};

function reasons(target: Target): readonly string[] {
  const lines = (kind: "refused" | "weakened", title: string): readonly string[] => {
    const found = constructNames.flatMap((name) => {
      const capability = of(target, name);
      const why = "instead" in capability ? capability.instead : "assuming" in capability ? capability.assuming : "";
      return capability.kind === kind ? [`- ${constructs[name].text}: ${why}`] : [];
    });
    return found.length > 0 ? ["", title, "", ...found] : [];
  };
  return [
    "",
    `## ${target}`,
    ...lines("refused", "Refused, and the way out:"),
    ...lines("weakened", "Weakened, assuming:"),
  ];
}
