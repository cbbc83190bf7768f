import { spawn } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import type { Control } from "../../ir/policy.ts";
import { complaint, environment, run } from "../system/program.ts";
import type { Remembered } from "./run-folder.ts";

/** A person's word that everything may pass, of this boot alone. */
interface Disabled {
  readonly boot: string;
  /** Seconds since the boot, sleep included; absent: until it is taken back. */
  readonly until?: number;
}

const fileName = "disabled";

/** How long the policy lets the protection be off; a reason where it does not. */
export function permitted(
  { disable }: Control,
  asked: number | undefined,
): { readonly milliseconds?: number } | { readonly fault: string } {
  if (disable === "never") return { fault: "the policy says `disable never`" };
  if (disable === "allowed") return asked === undefined ? {} : { milliseconds: asked };
  if (asked !== undefined && asked > disable) return { fault: `the policy allows ${disable / 1000} s at most` };
  return { milliseconds: asked ?? disable };
}

/** The word that still counts, and for how long. One of an earlier boot, or whose time is over, is none. */
export async function stillDisabled(
  remembered: Remembered,
): Promise<{ readonly milliseconds: number | undefined } | undefined> {
  const text = await remembered.read(fileName);
  const said = text === undefined ? undefined : parse(text);
  const [boot, uptime] = await Promise.all([bootId(), uptimeSeconds()]);
  if (said?.boot === boot && (said.until === undefined || said.until > uptime))
    return { milliseconds: said.until === undefined ? undefined : (said.until - uptime) * 1000 };
  await remembered.remove(fileName);
  return undefined;
}

function parse(text: string): Disabled | undefined {
  try {
    const { boot, until }: { readonly boot?: unknown; readonly until?: unknown } = JSON.parse(text);
    if (typeof boot !== "string" || (until !== undefined && typeof until !== "number")) return undefined;
    return { boot, ...(until !== undefined && { until }) };
  } catch {
    return undefined;
  }
}

/**
 * A script in a file, because systemd would replace what stands behind a `$` in the words of a command. It ends by itself as
 * soon as the word says anything else, and tries until the rules are loaded.
 */
const closer = `while [ "$(cat "$1" 2>/dev/null)" = "$2" ]; do
  read -r up rest </proc/uptime
  if [ "\${up%%.*}" -ge "$3" ] && nft -f "$4"; then rm -f "$1"; fi
  sleep 1
done
`;

/**
 * Remembers the word, and arms a timer outside the daemon first: a service of systemd where it runs, because it ends all
 * processes of a unit that stops; elsewhere a process in a session of its own. It counts the time of a sleep, too.
 */
export async function rememberDisabled(
  remembered: Remembered,
  milliseconds: number | undefined,
  /** The file that closes. */
  rules: string,
): Promise<string | undefined> {
  const boot = await bootId();
  const until = milliseconds === undefined ? undefined : Math.ceil((await uptimeSeconds()) + milliseconds / 1000);
  const text = JSON.stringify({ boot, ...(until !== undefined && { until }) } satisfies Disabled);
  await remembered.write(fileName, text);
  if (until === undefined) return undefined;
  await remembered.write("close.sh", closer);
  const script = ["sh", remembered.path("close.sh"), remembered.path(fileName), text, `${until}`, rules];
  return (await hasSystemd()) ? armUnit(script) : armProcess(script);
}

export const forgetDisabled = (remembered: Remembered): Promise<void> => remembered.remove(fileName);

async function armUnit(script: readonly string[]): Promise<string | undefined> {
  const description = "--description=closes the kill switch again";
  const ran = await run(["systemd-run", "--quiet", "--collect", description, ...script]);
  return ran.status === 0 ? undefined : complaint(ran);
}

function armProcess([program = "", ...args]: readonly string[]): Promise<string | undefined> {
  return new Promise((settle) => {
    const child = spawn(program, args, { detached: true, stdio: "ignore", cwd: "/", env: environment });
    child.once("error", (error) => settle(error.message));
    child.once("spawn", () => settle(undefined));
    child.unref();
  });
}

const hasSystemd = (): Promise<boolean> =>
  stat("/run/systemd/system").then(
    () => true,
    () => false,
  );

const bootId = async (): Promise<string> => (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();

/** The kernel's clock that goes on while the machine sleeps. */
const uptimeSeconds = async (): Promise<number> => Number((await readFile("/proc/uptime", "utf8")).split(" ")[0]);
