import { run } from "../system/program.ts";

/** The number of a group, wherever this machine keeps its groups. */
export async function groupId(name: string): Promise<number | undefined> {
  const { status, stdout } = await run(["getent", "group", name]);
  const id = stdout.split(":")[2];
  return status === 0 && id !== undefined && /^\d+$/.test(id) ? Number(id) : undefined;
}
