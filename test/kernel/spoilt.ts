import type { Bundle } from "../lab/bundle.ts";

/** The bundle with another ruleset; one that did not change is an error. */
export const spoilt = (bundle: Bundle, change: (ruleset: string) => string): Bundle => ({
  ...bundle,
  read: (file) => {
    const text = bundle.read(file);
    if (file !== "ruleset.nft") return text;
    const other = change(text);
    if (other === text) throw new Error("nothing was spoilt");
    return other;
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
