import type { Namespace } from "./namespace.ts";

/** Makes the control groups that rules speak of: the kernel loads no rule about one that is not there. */
export const makeControlGroups = async (at: Namespace, ruleset: string): Promise<void> => {
  const groups = [...ruleset.matchAll(/cgroupv2 level \d+ "([^"]+)"/g)].map(([, group]) => `/sys/fs/cgroup/${group}`);
  if (groups.length > 0) await at.run(["mkdir", "-p", ...groups]);
};
