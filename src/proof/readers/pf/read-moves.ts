import { readNet } from "./addresses.ts";
import { type Net, Unreadable } from "./program.ts";

/** What one line runs; `file`: below the folder of the moves. */
type Command =
  | { readonly kind: "check" | "load"; readonly file: string; readonly macros: readonly string[] }
  | { readonly kind: "fill"; readonly table: string; readonly file: string }
  /** States of flows that a source opened to a destination, on one interface (a macro's with `$`): by the name that it had. */
  | { readonly kind: "kill"; readonly on: string; readonly source: Net; readonly destination: Net }
  /** Every state there is, or those that are bound to no interface. */
  | { readonly kind: "kill all" | "kill floating" }
  | { readonly kind: "enable" | "keep token" | "release" | "main rules" };
export interface Step {
  readonly line: number;
  readonly command: Command;
}
export interface Block {
  readonly line: number;
  readonly heading: string;
  readonly steps: readonly Step[];
}

const anchor = "com.apple/000.ksp";

/** `moves.txt`: headings, and under each the commands that it runs, in their order. Nothing else is read. */
export function readMoves(text: string): readonly Block[] {
  const blocks: { readonly line: number; readonly heading: string; readonly steps: Step[] }[] = [];
  if (!text.endsWith("\n")) throw new Unreadable(text.split("\n").length, "the last line does not end");
  for (const [i, line] of text.split("\n").entries()) {
    if (line === "" || line.startsWith("#")) continue;
    if (!line.startsWith("  ")) blocks.push({ line: i + 1, heading: line, steps: [] });
    else {
      const block = blocks.at(-1);
      if (!block) throw new Unreadable(i + 1, "a command of no move");
      block.steps.push({ line: i + 1, command: readCommand(line.slice(2), i + 1) });
    }
  }
  return blocks;
}

/** Words that are the same wherever they stand. */
const fixed: ReadonlyMap<string, Command> = new Map<string, Command>([
  // The whole line: one of `scrub-anchor` or of a part of the packets leads nothing to our rules.
  [String.raw`pfctl -sr | grep -q '^anchor "com\.apple/\*" all$' || pfctl -f /etc/pf.conf`, { kind: "main rules" }],
  ["token=$(pfctl -E 2>&1 | sed -n 's/^Token : //p')", { kind: "enable" }],
  [`(umask 077; echo "\${token:?}" >> /var/run/ksp.token)`, { kind: "keep token" }],
  [
    'while read -r token; do pfctl -X "$token"; done < /var/run/ksp.token; rm -f /var/run/ksp.token',
    { kind: "release" },
  ],
  ["pfctl -i ALL -F states", { kind: "kill floating" }],
  ["pfctl -F states", { kind: "kill all" }],
]);

function readCommand(text: string, line: number): Command {
  const known = fixed.get(text);
  if (known) return known;
  const [, checks, loads, filled = "", file] =
    /^pfctl (?:(-n)|-a (\S+)) -o none ((?:-D \w+="\$\w+" )*)-f (\w[\w.-]*\.conf)$/.exec(text) ?? [];
  if (file !== undefined && (checks !== undefined || loads === anchor))
    return { kind: checks === undefined ? "load" : "check", file, macros: macrosOf(filled, line) };
  const [, of, table, from] = /^pfctl -a (\S+) -t (\S+) -T replace -f tables\/(\S+)\.txt$/.exec(text) ?? [];
  if (table !== undefined && of === anchor && table === from)
    return { kind: "fill", table, file: `tables/${from}.txt` };
  const [, on = "", source = "", destination = ""] = /^pfctl -i (\w+|"\$old_\w+") -k (\S+) -k (\S+)$/.exec(text) ?? [];
  const [a, b] = [source, destination].map((end) => readNet(...cut(end)));
  if (a && b && a.version === b.version)
    return { kind: "kill", on: on.replace(/^"\$old_(\w+)"$/, "$$$1"), source: a, destination: b };
  throw new Unreadable(line, `the command ${text}`);
}

const cut = (text: string): [address: string, length: string | undefined] => {
  const [address = "", ...length] = text.split("/");
  return [address, length.length > 0 ? length.join("/") : undefined];
};

/** Each is filled with what holds the name of the interface, and is called like it. */
function macrosOf(text: string, line: number): readonly string[] {
  return [...text.matchAll(/-D (\w+)="\$(\w+)" /g)].map(([, macro = "", variable]) => {
    if (macro !== variable) throw new Unreadable(line, `${macro} is filled with another interface`);
    return macro;
  });
}
