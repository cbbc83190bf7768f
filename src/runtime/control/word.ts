import { readFile } from "node:fs/promises";
import { exists } from "../system/exists.ts";
import { environment, faultOf, launch } from "../system/program.ts";
import type { Remembered } from "./run-folder.ts";

/** A person's word, of this boot alone, in a file of the daemon's folder. */
interface Word {
  readonly boot: string;
  /** Seconds since the boot, sleep included; absent: until it is taken back. */
  readonly until?: number;
  /** Digest of the bundle that it was said about; absent: any. */
  readonly of?: string;
}

export interface Given {
  readonly milliseconds: number | undefined;
  /** What is run when the time is over, until it succeeds. */
  readonly command: readonly string[];
  readonly of?: string;
}

/** A word that still counts, and for how long. One of an earlier boot, or whose time is over, is none, and is removed. */
export async function readWord(
  remembered: Remembered,
  name: string,
  of?: string,
): Promise<{ readonly milliseconds: number | undefined } | undefined> {
  const text = await remembered.read(name);
  const said = text === undefined ? undefined : parse(text);
  const [boot, uptime] = await Promise.all([bootId(), uptimeSeconds()]);
  if (said?.boot === boot && said.of === of && (said.until === undefined || said.until > uptime))
    return { milliseconds: said.until === undefined ? undefined : (said.until - uptime) * 1000 };
  await remembered.remove(name);
  return undefined;
}

function parse(text: string): Word | undefined {
  try {
    const { boot, until, of }: { readonly boot?: unknown; readonly until?: unknown; readonly of?: unknown } =
      JSON.parse(text);
    if (typeof boot !== "string" || (until !== undefined && typeof until !== "number")) return undefined;
    if (of !== undefined && typeof of !== "string") return undefined;
    return { boot, ...(until !== undefined && { until }), ...(of !== undefined && { of }) };
  } catch {
    return undefined;
  }
}

/**
 * A script in a file, because systemd would replace what stands behind a `$` in the words of a command. It ends by itself as
 * soon as the word says anything else, and tries until the rules are loaded.
 */
const closer = `word=$1 text=$2 until=$3
shift 3
while [ "$(cat "$word" 2>/dev/null)" = "$text" ]; do
  read -r up rest </proc/uptime
  if [ "\${up%%.*}" -ge "$until" ] && "$@"; then rm -f "$word"; fi
  sleep 1
done
`;

/**
 * Remembers the word, and arms a timer outside the daemon first: a service of systemd where it runs, because it ends all
 * processes of a unit that stops; elsewhere a process in a session of its own. It counts the time of a sleep, too. Says why
 * it could not; then the word is not given.
 */
export async function giveWord(
  remembered: Remembered,
  name: string,
  { milliseconds, command, of }: Given,
): Promise<string | undefined> {
  const boot = await bootId();
  const until = milliseconds === undefined ? undefined : Math.ceil((await uptimeSeconds()) + milliseconds / 1000);
  const word: Word = { boot, ...(until !== undefined && { until }), ...(of !== undefined && { of }) };
  const text = JSON.stringify(word);
  await remembered.write(name, text);
  if (until === undefined) return undefined;
  await remembered.write("close.sh", closer);
  const script = ["sh", remembered.path("close.sh"), remembered.path(name), text, `${until}`, ...command];
  const why = (await exists("/run/systemd/system")) ? await armUnit(script) : await armProcess(script);
  if (why !== undefined) await remembered.remove(name);
  return why;
}

const armUnit = (script: readonly string[]): Promise<string | undefined> =>
  faultOf(["systemd-run", "--quiet", "--collect", "--description=closes the kill switch again", ...script]);

function armProcess([program = "", ...args]: readonly string[]): Promise<string | undefined> {
  return new Promise((settle) => {
    const child = launch(program, args, { stdio: "ignore", cwd: "/", env: environment });
    child.once("error", (error) => settle(error.message));
    child.once("spawn", () => settle(undefined));
    child.unref();
  });
}

const bootId = async (): Promise<string> => (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();

/** The kernel's clock that goes on while the machine sleeps. */
const uptimeSeconds = async (): Promise<number> => Number((await readFile("/proc/uptime", "utf8")).split(" ")[0]);
