import { getSystemErrorMessage } from "node:util";

const words: Readonly<Record<string, string>> = {
  EISDIR: "it is a directory",
  ENOTDIR: "a part of the path is not a directory",
  EEXIST: "something else has this name",
};

/** Why the system refused, in words. Anything but a refusal of the system is a bug and thrown on. */
export function reason(error: unknown): string {
  if (!(error instanceof Error && "errno" in error && typeof error.errno === "number")) throw error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return words[code] ?? getSystemErrorMessage(error.errno);
}

export const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";
