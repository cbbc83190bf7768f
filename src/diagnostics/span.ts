/** A half-open range of UTF-16 offsets in one source file. */
export interface Span {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** A source text as it was read. `file` is the name that messages show; `-` is standard input. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

/** The file name in spans of a packet that was given as an argument. */
export const packetFile = "<packet>";
