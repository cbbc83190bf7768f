/** unix(7): `sun_path` has 108 bytes, the last of them a NUL. */
export const longestSocketPath = 107;

/** Whether a Unix socket can be named so: an absolute path without detours, that a line of a log or a terminal can show. */
export const isSocketPath = (text: string): boolean =>
  /^(?:\/[^/\p{Cc}]+)+$/u.test(text) &&
  !text.split("/").some((part) => part === "." || part === "..") &&
  new TextEncoder().encode(text).length <= longestSocketPath;
