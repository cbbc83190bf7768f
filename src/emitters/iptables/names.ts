import { createHash } from "node:crypto";

/** What the kernel takes. */
const longest = 28;
export const longestSetName = 31;

const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8);

/** Every chain of ours begins so, and none of anybody else. One that is too long keeps its beginning, and the rest as a digest. */
export function chainName(name: string): string {
  const whole = `ksp_${name}`;
  return whole.length <= longest ? whole : `${whole.slice(0, longest - 9)}_${digest(whole)}`;
}

/** Named by what it holds: rules that are in force never see it change. */
export const setName = (name: string, elements: readonly string[]): string =>
  `ksp_${name.slice(0, 18)}_${digest(`${name} ${elements.join(" ")}`)}`;
