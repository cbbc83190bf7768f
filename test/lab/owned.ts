import type { Namespace } from "./namespace.ts";
import { eventually, type Process } from "./process.ts";

/** As the daemon does: a table with an owner is there for as long as the process that loads it. */
export const holdOwned = async (at: Namespace, text: string): Promise<Process> => {
  const file = (await at.run(["mktemp"])).trim();
  await at.run(["sh", "-c", 'cat >"$0"', file], { input: text });
  const saying = `echo 'include "${file}"'; exec sleep 600 2>/dev/null`;
  const holder = await at.spawn(["bash", "-c", `HOME=/dev/null TERM=dumb exec nft -i < <(${saying})`]);
  const isHeld = async (): Promise<boolean> => (await at.run(["nft", "list", "tables"])).includes("inet ksp-owned");
  await eventually(`the table to be there: ${holder.said()}`, isHeld, 60_000);
  await at.run(["rm", file]);
  return holder;
};
