import type { Namespace } from "./namespace.ts";

/** Makes the control groups that rules speak of: the kernel loads no rule about one that is not there. */
export const makeControlGroups = async (at: Namespace, ruleset: string): Promise<void> => {
  for (const [, group = ""] of ruleset.matchAll(/cgroupv2 level \d+ "([^"]+)"/g))
    await at.run(["mkdir", "-p", `/sys/fs/cgroup/${group}`]);
};
