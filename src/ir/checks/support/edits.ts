import type { Edit } from "../../../diagnostics/diagnostic.ts";
import type { Span } from "../../../diagnostics/span.ts";

/** Puts a text behind a place. */
export const insertAfter = ({ file, end }: Span, text: string): Edit => ({ span: { file, start: end, end }, text });
