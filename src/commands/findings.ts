import type { Checked } from "../check.ts";
import { alone } from "../check-together.ts";
import { type Diagnostic, diagnostic, isError } from "../diagnostics/diagnostic.ts";
import type { Source } from "../diagnostics/span.ts";
import { expiry } from "../ir/checks-at-date.ts";
import { nothingToCheck, type Policies } from "./policies.ts";

export type Result = Checked & { readonly source: Source };

const isAlone = ({ code }: Diagnostic): boolean => code === "KSP2069";

/** What is to be said about files that were checked together, on the day `at`. */
export function findings(results: readonly Result[], input: Policies, at: string): readonly Diagnostic[] {
  const reads = new Map(results.map((each) => [each, new Set(each.sources.map(({ file }) => file))]));
  const told = results.map((each) => {
    const others = results.filter((other) => other !== each).flatMap((other) => reads.get(other) ?? []);
    return { ...each, diagnostics: alone(each, others) };
  });
  // What a faulty policy imports is not known.
  const unclear = told.some(({ diagnostics }) => diagnostics.some((found) => isError(found) && !isAlone(found)));
  const { folders, found } = input;
  const groups = Map.groupBy(
    told.filter(({ source }) => found.has(source.file)),
    ({ source }) => folders.get(source.file) ?? "",
  );
  const empty = [...groups].filter(([, group]) => group.every(({ diagnostics }) => diagnostics.some(isAlone)));
  const unsaid = new Set(empty.flatMap(([, group]) => group.map(({ source }) => source.file)));
  return [
    ...empty.map(([folder]) => nothingToCheck(folder)),
    ...told.flatMap(({ source, policy, origins, diagnostics }) => [
      ...diagnostics.flatMap((each) => {
        if (!isAlone(each)) return each;
        if (unclear || unsaid.has(source.file)) return [];
        return found.has(source.file) ? unused(each) : each;
      }),
      ...(policy && origins ? expiry(policy, origins, at) : []),
    ]),
  ];
}

/** In a directory, a fragment stands where policies share it; it may only be forgotten. */
const unused = ({ primary }: Diagnostic): Diagnostic =>
  diagnostic(
    "KSP5012",
    {},
    { ...(primary && { at: primary.span }), label: "nothing says what it comes to", help: "import it, or remove it" },
  );
