/** For people, as lines. */
const lineFormats = ["text", "plain", "github"] as const;
/** For programs: one document on standard output, findings or not, and nothing else there. */
const documentFormats = ["json", "sarif", "junit"] as const;
export const formats = [...lineFormats, ...documentFormats] as const;

export type DocumentFormat = (typeof documentFormats)[number];
export type Format = (typeof formats)[number];

export const isDocument = (format: Format): format is DocumentFormat =>
  documentFormats.some((document) => document === format);
