import type { Command } from "commander";
import { type OptionUsage, type Usage, usageOf, usagesOf } from "./usage.ts";

type Shell = "bash" | "zsh" | "fish";

/** `ksp completion SHELL`: a script that completes commands, options and their values, and leaves the rest to files. */
export function completion(program: Command, shell: Shell): number {
  process.stdout.write(scripts[shell](usageOf(program), usagesOf(program)));
  return 0;
}

const scripts: Readonly<Record<Shell, (program: Usage, commands: readonly Usage[]) => string>> = { bash, zsh, fish };

const flagsOf = ({ long, short }: OptionUsage): readonly string[] => (short === undefined ? [long] : [short, long]);
const words = (list: readonly string[]): string => list.join(" ");
const isFolder = ({ value }: OptionUsage): boolean => value === "dir";

function bash(program: Usage, commands: readonly Usage[]): string {
  const first = [...commands.map(({ name }) => name), ...program.options.flatMap(flagsOf)];
  const values = commands.flatMap(({ name, options }) =>
    options.flatMap((option) => {
      const reply = option.choices.length > 0 ? `-W "${words(option.choices)}"` : isFolder(option) ? "-d" : undefined;
      const places = flagsOf(option).map((flag) => `"${name} ${flag}"`);
      return reply === undefined
        ? []
        : [`    ${places.join(" | ")}) COMPREPLY=($(compgen ${reply} -- "$current")); return ;;`];
    }),
  );
  const own = commands.map(({ name, options, arguments: args }) => {
    const given = args.flatMap(({ choices }) => choices);
    return `    ${name}) words="${words([...options.flatMap(flagsOf), ...given])}" ;;`;
  });
  return `# ksp completion bash
_ksp() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}" words=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${words(first)}" -- "$current"))
    return
  fi
  case "$command $previous" in
${values.join("\n")}
  esac
  case "$command" in
${own.join("\n")}
  esac
  # Where nothing of this fits, the shell offers files.
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$(printf '%s\\n' $words | grep -v '^-')" -- "$current")) ;;
  esac
}
complete -o default -F _ksp ksp
`;
}

/** Inside single quotes; brackets and colons mean something to \`_arguments\`. */
const zshText = (text: string): string => text.replaceAll("'", "'\\''").replace(/[[\]:]/g, "\\$&");

function zsh(_: Usage, commands: readonly Usage[]): string {
  const listed = commands.map(({ name, description }) => `    '${name}:${zshText(description)}'`);
  const cases = commands.map(({ name, options, arguments: args }) => {
    const specs = [
      ...options.flatMap((option) => {
        const action = option.choices.length > 0 ? `(${words(option.choices)})` : isFolder(option) ? "_files -/" : " ";
        const value = option.value === undefined ? "" : `:${option.value}:${action}`;
        return flagsOf(option).map((flag) => `'*${flag}[${zshText(option.description)}]${value}'`);
      }),
      ...args.map(({ choices }) => `'*: :${choices.length > 0 ? `(${words(choices)})` : "_files"}'`).slice(0, 1),
    ];
    return `    ${name})\n      _arguments \\\n        ${specs.join(" \\\n        ")}\n      ;;`;
  });
  return `#compdef ksp
# ksp completion zsh
_ksp() {
  local -a commands=(
${listed.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
${cases.join("\n")}
  esac
}
compdef _ksp ksp
`;
}

const fishText = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

function fish(program: Usage, commands: readonly Usage[]): string {
  const option = (condition: string, each: OptionUsage): string => {
    const { long, short, value, choices, description } = each;
    const flags = `-l ${long.replace(/^--/, "")}${short === undefined ? "" : ` -s ${short.slice(1)}`}`;
    const wanted = value === undefined ? "" : " -r";
    const folders = isFolder(each) ? " -x -a '(__fish_complete_directories)'" : wanted;
    const offered = choices.length > 0 ? ` -x -a ${fishText(words(choices))}` : folders;
    return `complete -c ksp -n ${condition} ${flags}${offered} -d ${fishText(description)}`;
  };
  const lines = [
    ...program.options.map((each) => option("__fish_use_subcommand", each)),
    ...commands.flatMap(({ name, description, options, arguments: args }) => {
      const inside = `'__fish_seen_subcommand_from ${name}'`;
      const given = args.flatMap(({ choices }) => choices);
      return [
        `complete -c ksp -n __fish_use_subcommand -f -a ${name} -d ${fishText(description)}`,
        ...(given.length > 0 ? [`complete -c ksp -n ${inside} -f -a ${fishText(words(given))}`] : []),
        ...options.map((each) => option(inside, each)),
      ];
    }),
  ];
  return `# ksp completion fish\n${lines.join("\n")}\n`;
}
