import { Unreadable } from "./program.ts";
import { type Listed, type Printed, readTableNames } from "./read-listing.ts";

/**
 * What `report.sh` printed, or `pfctl -sa` alone: each command, what it said, and where in the report it said so. Anchors and
 * tables are those that are named; `pfctl -sa` knows the main ruleset alone.
 *
 * @throws Unreadable where one of the commands is missing without which nothing can be said, or stands there twice: a report
 *   may be of one moment alone.
 */
export function readReport(text: string): Listed {
  const lines = text.split(/\r?\n/);
  const isReport = lines.some((line) => line.startsWith("== "));
  const said = isReport ? commandsOf(lines) : sectionsOf(lines);
  const needed = (asking: string): Printed => {
    const found = said.get(asking);
    if (!found) throw new Unreadable(1, `nothing says what \`${asking}\` prints, and only to root does it`);
    return found;
  };
  const of = (show: string): ReadonlyMap<string, Printed> =>
    new Map(
      [...said].flatMap(([command, printed]) => {
        const [, path = "", what] = asked.exec(command) ?? [];
        return what === show ? [[path, printed] as const] : [];
      }),
    );
  const tables = [...of("sT")].map(([path, { text: names }]): [string, ReadonlyMap<string, string>] => {
    const contents = readTableNames(names).map(
      (name) => [name, needed(command(path, `t ${name} -T show`)).text] as const,
    );
    return [path, new Map(contents)];
  });
  needed("pfctl -sr");
  // Without it nothing tells of an anchor that was never asked.
  if (isReport) needed(allAnchors);
  return {
    info: needed("pfctl -s info").text,
    interfaces: needed("pfctl -v -s Interfaces"),
    rules: of("sr"),
    translations: of("sn"),
    tables: new Map(tables),
    unsaid: unsaidIn(lines, said),
  };
}

const asked = /^pfctl (?:-a (.+) )?-(s[rnT])$/;
const allAnchors = "pfctl -v -sA";
const command = (path: string, show: string): string => `pfctl ${path === "" ? "" : `-a ${path} `}-${show}`;

/** Paths that the report names, without all of what they hold: what failed, was cut off, or was never asked. */
function unsaidIn(lines: readonly string[], said: ReadonlyMap<string, Printed>): ReadonlyMap<string, number> {
  const { text = "", line: first = 1 } = said.get(allAnchors) ?? {};
  const listed = text.split("\n").map((name, i) => [name.replace(/^ {2}/, ""), first + i] as const);
  const begun = lines.flatMap((line, i) => {
    const [, path = "", what] = asked.exec(line.replace(/^== /, "")) ?? [];
    return what === undefined ? [] : [[path, i + 1] as const];
  });
  const isWhole = (path: string): boolean => ["sr", "sn", "sT"].every((show) => said.has(command(path, show)));
  return new Map([...listed.filter(([path]) => path !== ""), ...begun].filter(([path]) => !isWhole(path)));
}

/** `== COMMAND`, what it printed, `-- exit N`: what failed has said nothing, and is not there. */
function commandsOf(lines: readonly string[]): ReadonlyMap<string, Printed> {
  const said = new Map<string, Printed>();
  const all = new Set<string>();
  let open: { readonly command: string; readonly line: number; readonly lines: string[] } | undefined;
  for (const [i, line] of lines.entries()) {
    const [, command] = /^== (.+)$/.exec(line) ?? [];
    const [, code] = /^-- exit (\d+)$/.exec(line) ?? [];
    if (command !== undefined) open = { command, line: i + 2, lines: [] };
    else if (code === undefined) open?.lines.push(line);
    else {
      if (open && all.has(open.command)) throw new Unreadable(open.line - 1, "a command stands there twice");
      if (open) all.add(open.command);
      if (open && code === "0") said.set(open.command, { text: ended(open.lines.map(answer)), line: open.line });
      open = undefined;
    }
  }
  return said;
}

/** pfctl complains on every call, and the report keeps it beside the answer. */
const answer = (line: string): string =>
  /^(No ALTQ support in kernel|ALTQ related functions disabled)$/.test(line) ? "" : line;

const ended = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

/** What `pfctl -sa` prints, by its headings, as if each part had been asked for by itself. */
function sectionsOf(lines: readonly string[]): ReadonlyMap<string, Printed> {
  const said = new Map<string, Printed>();
  let open: { readonly line: number; readonly lines: string[]; readonly command: string } | undefined;
  const close = (): void => {
    if (open) said.set(open.command, { text: ended(open.lines), line: open.line });
  };
  for (const [i, line] of lines.entries()) {
    const [, heading] = /^([A-Z][A-Z ]+):$/.exec(line) ?? [];
    if (heading !== undefined) {
      close();
      open = { command: headings[heading] ?? heading, line: i + 2, lines: [] };
    } else open?.lines.push(answer(line));
  }
  close();
  // It names no interface, and says of none that it is skipped.
  return new Map([["pfctl -v -s Interfaces", { text: "", line: 1 }], ...said]);
}

const headings: Readonly<Record<string, string>> = {
  "TRANSLATION RULES": "pfctl -sn",
  "FILTER RULES": "pfctl -sr",
  INFO: "pfctl -s info",
  TABLES: "pfctl -sT",
};
