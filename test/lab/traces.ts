import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const tryTo = <Value>(read: () => Value, otherwise: Value): Value => {
  try {
    return read();
  } catch {
    return otherwise; // the process has just ended
  }
};

/** The namespaces of a process of this machine. */
export const namespacesOf = (pid: number | string): readonly string[] =>
  ["net", "pid", "mnt"].map((kind) => readlinkSync(`/proc/${pid}/ns/${kind}`));

/** Processes of this machine that are in one of these namespaces, a helper or a zombie included. */
export const processesIn = (namespaces: readonly string[]): readonly string[] =>
  readdirSync("/proc").filter(
    (pid) => /^\d+$/.test(pid) && tryTo(() => namespacesOf(pid), []).some((one) => namespaces.includes(one)),
  );

/** What a laboratory could leave on this machine outside its own namespaces. */
export const machine = (): readonly string[] => [
  ...["/run/netns", "/run/wireguard"].flatMap((folder) =>
    tryTo(() => readdirSync(folder), []).map((name) => `${folder}/${name}`),
  ),
  ...readdirSync("/sys/class/net"),
  ...readFileSync("/proc/self/mountinfo", "utf8").trim().split("\n"),
];

/** The control group of a process, as a folder of this machine. */
export const controlGroupOf = (pid: number): string => {
  const tree = /^(?:\S+ ){4}(\S+) .* - cgroup2 /m.exec(readFileSync("/proc/self/mountinfo", "utf8"))?.[1] ?? "";
  return tree + (/^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, "utf8"))?.[1] ?? "");
};
