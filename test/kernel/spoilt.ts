import type { Bundle } from "../lab/bundle.ts";

/** A text that a change of it really changes; one that it does not is an error. */
export function changed(text: string, change: (text: string) => string): string {
  const other = change(text);
  if (other === text) throw new Error("nothing was spoilt");
  return other;
}

/** The bundle with another ruleset. */
export const spoilt = (bundle: Bundle, change: (ruleset: string) => string): Bundle => ({
  ...bundle,
  read: (file) => {
    const text = bundle.read(file);
    return file === "ruleset.nft" ? changed(text, change) : text;
  },
});

/** Without the accepting rules of a statement. */
export const without =
  (statement: string) =>
  (ruleset: string): string =>
    ruleset
      .split("\n")
      .filter((line) => !(line.includes("accept") && line.includes(`comment "${statement}`)))
      .join("\n");
