import type { Source } from "../diagnostics/span.ts";
import { type Diff, diff as diffSources } from "../diff.ts";
import type { Target } from "../ir/targets.ts";
import { diffText } from "./diff-text.ts";
import { type Format, isDocument } from "./formats.ts";
import { folderOf, readSources } from "./input.ts";
import { loader } from "./load.ts";
import { present, together } from "./output.ts";

type Failure = "opened" | "closed" | "changed";

export interface DiffOptions {
  /** What ends with exit code 1. */
  readonly failOn?: readonly Failure[];
  readonly rules?: boolean;
  /** Unsaid, packets are judged as on Linux. */
  readonly target?: Target;
  readonly root?: string;
  readonly format: Format;
}

/** `ksp diff`: what another policy lets pass or drops, state by state; nothing where they treat every packet alike. */
export async function diff(before: string, after: string, options: DiffOptions): Promise<number> {
  const { failOn = [], format, target } = options;
  const input = await readSources([before, after]);
  const [a, b] = [before, after].map((file) => input.sources.find((source) => source.file === file));
  const load = ({ file }: Source) => ({
    load: loader(options.root ?? folderOf(file)),
    ...(target && { targets: [target] }),
  });
  const compared = a && b ? diffSources(a, b, [load(a), load(b)]) : { sources: [], diagnostics: [] };
  const found = compared.diff;
  const rules = options.rules && found ? await patched(found) : undefined;
  const failed = found ? failOn.filter((failure) => fails[failure](found)) : [];
  const { rules: _, ...shown } = found ?? {};
  const code = present(together(input, [compared]), format, process.stderr, {
    before,
    after,
    ...(target && { target }),
    ...(found && { diff: shown }),
    ...(rules !== undefined && { rules }),
    failed,
  });
  if (found && !isDocument(format)) process.stdout.write(diffText(found, { before, after }, rules));
  return Math.max(code, failed.length > 0 ? 1 : 0);
}

const fails: Readonly<Record<Failure, (diff: Diff) => boolean>> = {
  opened: ({ opened, states }) => opened.length + states.after.length > 0,
  closed: ({ closed, states }) => closed.length + states.before.length > 0,
  changed: ({ besides, ...rest }) =>
    besides.length > 0 || fails.opened({ besides, ...rest }) || fails.closed({ besides, ...rest }),
};

async function patched({ rules: { before, after } }: Diff): Promise<string> {
  const { patch } = await import("./patch.ts");
  return before === after ? "" : patch("states.txt", before, after);
}
