import { spawn } from "node:child_process";
import { join } from "node:path";
import { type Namespace, openNamespace } from "./namespace.ts";
import { follow } from "./process.ts";
import { environment } from "./requirements.ts";

/**
 * Namespaces that cannot outlive this process. One keeper, the first process of a new process namespace, reads a pipe
 * from us. When we close it, or die in any way, the keeper ends, and the kernel then ends every process of that namespace
 * and takes all network namespaces, interfaces, mounts and sockets away. Nothing is left to clean up by hand.
 */
export type Sandbox<Name extends string> = {
  readonly namespaces: Readonly<Record<Name, Namespace>>;
  /** The keeper's number on this machine; `/proc/<keeper>/ns` names the namespaces. */
  readonly keeper: number;
  /** The path, seen from outside, of a file in the sandbox's own `/run`. */
  readonly run: (name: string) => string;
  readonly close: () => Promise<void>;
};

// Control groups are the one thing that the kernel does not take away by itself. The guard outlives whoever ends us, and
// removes ours when the keeper is gone; a terminal's signals are not for it.
const guard = `
trap "" INT TERM HUP
tree=$(sed -n "s/^[^ ]* [^ ]* [^ ]* [^ ]* \\([^ ]*\\) .* - cgroup2 .*/\\1/p" /proc/self/mountinfo | head -n 1)
group="$tree/ksp-lab-$$"
if [ -n "$tree" ] && mkdir "$group" 2>/dev/null; then
  (sh -c 'echo $PPID' >"$group/cgroup.procs"; exec "$@")
  status=$?
  for try in 1 2 3 4 5; do
    find "$group" -depth -type d -exec rmdir {} + 2>/dev/null && exit $status
    sleep 0.1
  done
  exit $status
fi
"$@"
`;

// The first read happens before /proc is replaced, so it tells the keeper's number outside.
const script = `
set -eu
read -r outside rest </proc/self/stat
mount -t tmpfs -o mode=0755 tmpfs /run
mount -t proc proc /proc
mount -t cgroup2 cgroup2 /sys/fs/cgroup 2>/dev/null || true
mkdir /run/netns /run/wireguard
preparation=$1; shift
for name in "$@"; do ip netns add "$name"; done
eval "$preparation"
echo "keeper $outside ready"
exec cat
`;

/** Shell of the keeper: lines of `ip` in a namespace. Hundreds of laboratories are opened, and a program of its own for each would cost more. */
export const ipIn = (name: string, lines: string, family: "-4" | "-6" | "" = ""): string =>
  `ip -n ${name} ${family} -batch - <<'END'\n${lines}\nEND\n`;

/** The same for settings of the kernel. */
export const sysctlIn = (name: string, settings: readonly string[]): string =>
  `nsenter --net=/run/netns/${name} sysctl -qw ${settings.map((setting) => `'${setting}'`).join(" ")}\n`;

/** Opens a sandbox with one network namespace per name; the keeper prepares them by a shell's words. */
export const openSandbox = async <const Name extends string>(
  names: readonly Name[],
  preparation = "",
): Promise<Sandbox<Name>> => {
  const separate = ["--mount", "--pid", "--net", "--cgroup", "--fork", "--kill-child"];
  const command = ["unshare", ...separate, "sh", "-c", script, "sh", preparation, ...names];
  const child = spawn("sh", ["-c", guard, "sh", ...command], {
    stdio: "pipe",
    env: environment,
  });
  child.stdin.on("error", () => {}); // the keeper may be gone already: `ended` tells
  const endKeeper = (): void => {
    const pid = Number(/keeper (\d+) ready/.exec(keeper.said())?.[1]);
    try {
      if (pid > 0) process.kill(pid, "SIGKILL");
      else child.kill("SIGKILL");
    } catch {
      // It is gone, and its guard still takes the control groups away.
    }
  };
  const keeper = follow("the keeper", child, async () => {
    child.kill("SIGKILL");
  });
  const close = async (): Promise<void> => {
    child.stdin.end();
    const wake = setInterval(() => {
      for (const namespace of opened) namespace.wake();
    }, 50);
    const insist = setTimeout(() => endKeeper(), 5_000);
    await keeper.ended;
    clearInterval(wake);
    clearTimeout(insist);
  };
  const opened: Namespace[] = [];
  try {
    await keeper.until("ready", 60_000); // on a machine with much else to do
    const pid = Number(/keeper (\d+) ready/.exec(keeper.said())?.[1]);
    const run = (name: string): string => join(`/proc/${pid}/root/run`, name);
    const entries = names.map((name) => {
      const namespace = openNamespace(name, pid);
      opened.push(namespace);
      return [name, namespace] as const;
    });
    return { namespaces: Object.fromEntries(entries) as Record<Name, Namespace>, keeper: pid, run, close };
  } catch (error) {
    await close();
    throw error;
  }
};
