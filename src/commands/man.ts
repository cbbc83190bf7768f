import type { Command } from "commander";
import { type OptionUsage, type Usage, usageOf, usagesOf } from "./usage.ts";

/** `ksp man`: the manual page, in roff. */
export function man(program: Command): number {
  process.stdout.write(manual(usageOf(program), usagesOf(program)));
  return 0;
}

function manual(program: Usage, commands: readonly Usage[]): string {
  const lines = [
    '.\\" Generated from src/cli.ts by `npm run generate`. Not to be edited.',
    ".TH KSP 1",
    ".SH NAME",
    `ksp \\- ${text(lowered(program.description))}`,
    ".SH SYNOPSIS",
    ...commands.map(({ name, arguments: args }) =>
      [`.B ksp ${text(name)}`, ["[options]", ...args.map(({ term }) => text(term))].join(" "), ".br"].join("\n"),
    ),
    ".SH OPTIONS",
    ...program.options.flatMap(option),
    ".SH COMMANDS",
    ...commands.flatMap(command),
    ...notes(program),
    ".SH SEE ALSO",
    text("nft(8), wg-quick(8), openvpn(8)"),
  ];
  return `${lines.join("\n")}\n`;
}

const command = (usage: Usage): readonly string[] => [
  `.SS ${text(`ksp ${usage.name}`)}`,
  text(`${raised(usage.description)}.`),
  ...usage.arguments.flatMap(({ term, description, choices }) => [
    ".TP",
    `.I ${text(term)}`,
    text(withChoices(description, choices)),
  ]),
  ...usage.options.filter(({ long }) => long !== "--help").flatMap(option),
  ...notes(usage),
];

const option = ({ short, long, value, description, choices }: OptionUsage): readonly string[] => [
  ".TP",
  `.BR ${[short, long]
    .filter((flag) => flag !== undefined)
    .map(text)
    .join(' ", " ')}${value === undefined ? "" : ` " <${text(value)}>"`}`,
  text(withChoices(description, choices)),
];

const withChoices = (description: string, choices: readonly string[]): string =>
  choices.length > 0 ? `${description}: one of ${choices.join(", ")}` : description;

/** Examples keep their lines. */
function notes({ notes: all }: Usage): readonly string[] {
  const [head = "", ...lines] = all.split("\n");
  if (head === "") return [];
  if (lines.length === 0) return [".SH EXIT STATUS", text(head.replace(/^Exit codes: /, ""))];
  return [".PP", text(head), ".PP", ".nf", ...lines.map((line) => text(line.trim())), ".fi"];
}

/** A dot or a quote at the beginning of a line would be a request, a plain `-` is no minus. */
const text = (words: string): string =>
  words
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^(?=[.'])/gm, "\\&");

const lowered = (words: string): string => words.charAt(0).toLowerCase() + words.slice(1).replace(/\.$/, "");
const raised = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
