import { InvalidArgumentError, Option } from "commander";
import { isDay } from "../ir/calendar.ts";
import { isTarget, type Target, targets } from "../ir/targets.ts";
import { type Format, formats } from "./formats.ts";

/** The end of a command's help. */
export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}\n`).join("")}`;

export const format = (choices: readonly Format[] = formats) =>
  new Option("--format <format>", "how to print findings").choices(choices).default("text");

export const root = () =>
  new Option("--root <dir>", "folder that imports and list files may not leave (default: that of the policy)");

export const oneTarget = (does: string) => new Option("--target <name>", does).choices(targets);
export const severalTargets = (does: string) =>
  new Option("--target <names>", does).choices(targets).argParser((names: string, before: readonly Target[] = []) => {
    const known = names.split(",").filter(isTarget);
    if (known.length < names.split(",").length)
      throw new InvalidArgumentError(`Allowed choices are ${targets.join(", ")}.`);
    return [...new Set([...before, ...known])];
  });

const changes = ["opened", "closed", "changed"] as const;
type Change = (typeof changes)[number];
export const failOn = (does: string) =>
  new Option("--fail-on <change>", does).choices(changes).argParser((text: string, before: readonly Change[] = []) => {
    const named = text.split(",").map((word) => {
      const change = changes.find((name) => name === word);
      if (!change) throw new InvalidArgumentError(`Allowed choices are ${changes.join(", ")}.`);
      return change;
    });
    return [...new Set([...before, ...named])];
  });

/** Reads `2027-03-31`. */
export function day(text: string): string {
  if (!isDay(text)) throw new InvalidArgumentError("It is no day of the calendar, such as 2027-03-31.");
  return text;
}

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };
/** Reads `15m`, as milliseconds. */
export function time(text: string): number {
  const [, count, unit = ""] = /^([1-9]\d{0,5})([smh])$/.exec(text) ?? [];
  const milliseconds = Number(count) * (units[unit] ?? 0);
  if (!(milliseconds >= 1_000 && milliseconds <= 86_400_000))
    throw new InvalidArgumentError("It is no time between 1s and 24h, such as 15m.");
  return milliseconds;
}
