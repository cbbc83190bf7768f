import type { Source } from "../../diagnostics/span.ts";

/**
 * Reads the file that `path` names in `from`, or tells why not. The program around the library gives it, and with it the
 * limits: which folder, how large. `file` of the answer is one name per file, however it is reached; `text` is all of it,
 * a byte order mark included, because a digest is taken over it.
 */
export type Load = (path: string, from: Source) => Source | { readonly fault: string };
