import { realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";

/** Why OpenVPN cannot be asked at this place; undefined where a socket may be one that it listens at. */
export const channelFault = (path: string): Promise<string | undefined> =>
  strangersAt(path).catch((error: unknown) => whyUnreachable(path, error));

/** Whoever could put another socket there, beside root and the owner of this one, could lie. Rejects where there is none. */
async function strangersAt(path: string): Promise<string | undefined> {
  const { uid } = await stat(path);
  for (const folder of [...foldersOf(path), ...foldersOf(await realpath(path))]) {
    const { uid: owner, mode } = await stat(folder);
    if ((mode & writableByOthers) !== 0) return `others may write to ${folder}, and answer in OpenVPN's place`;
    if (owner !== 0 && owner !== uid) return `${folder} is user ${owner}'s, who may answer in OpenVPN's place`;
  }
  return undefined;
}

const writableByOthers = 0o022;

const foldersOf = (path: string): readonly string[] => {
  const folder = dirname(path);
  return folder === path ? [] : [...foldersOf(folder), folder];
};

/** In words, why there is nobody to ask. */
export function whyUnreachable(path: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : `${error}`;
  switch (code) {
    case "ENOENT":
      return `there is no ${path}: OpenVPN does not run, or not with \`management ${path} unix\``;
    case "ECONNREFUSED":
      return `nobody listens at ${path}: the OpenVPN client is gone`;
    case "EAGAIN":
      return "other programs hold the management channel and wait for it";
    default:
      return `${path} cannot be asked: ${code}`;
  }
}
