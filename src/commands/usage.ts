import type { Argument, Command, Option } from "commander";

/** What manual and completions tell of a command. */
export interface Usage {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionUsage[];
  readonly arguments: readonly ArgumentUsage[];
  /** What its help says below: examples, exit codes. */
  readonly notes: string;
}
interface ArgumentUsage {
  /** As in its help: `<file...>`. */
  readonly term: string;
  readonly description: string;
  readonly choices: readonly string[];
}
export interface OptionUsage {
  readonly long: string;
  readonly short?: string;
  /** The name of its value; absent: it takes none. */
  readonly value?: string;
  readonly description: string;
  readonly choices: readonly string[];
}

export function usageOf(command: Command): Usage {
  const help = command.createHelp();
  return {
    name: command.name(),
    description: command.description(),
    options: help.visibleOptions(command).map(optionUsage),
    arguments: command.registeredArguments.map((argument) => ({
      term: termOf(argument),
      description: argument.description,
      choices: argument.argChoices ?? [],
    })),
    notes: notesOf(command),
  };
}

/** The commands of a program, in the order of its help. */
export const usagesOf = (program: Command): readonly Usage[] =>
  program
    .createHelp()
    .visibleCommands(program)
    .filter((command) => command.name() !== "help")
    .map(usageOf);

function termOf(argument: Argument): string {
  const name = argument.variadic ? `${argument.name()}...` : argument.name();
  return argument.required ? `<${name}>` : `[${name}]`;
}

function optionUsage({ long, short, flags, argChoices, description }: Option): OptionUsage {
  const value = /[<[](.*)[>\]]/.exec(flags)?.[1];
  return {
    long: long ?? flags,
    ...(short && { short }),
    ...(value !== undefined && { value }),
    description,
    choices: argChoices ?? [],
  };
}

function notesOf(command: Command): string {
  const parts: string[] = [];
  const output = command.configureOutput();
  command.configureOutput({ ...output, writeOut: (part) => parts.push(part) });
  command.outputHelp();
  command.configureOutput(output);
  return parts.join("").slice(command.helpInformation().length).trim();
}
