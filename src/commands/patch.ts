import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";

/** Texts further apart than this many lines are not worth a patch, and would take long to compare. */
const maxEditLength = 5000;

/** A unified diff; a text that is absent on one side is `/dev/null` there. */
export function patch(file: string, before: string | undefined, after: string | undefined): string {
  const names = [before === undefined ? "/dev/null" : file, after === undefined ? "/dev/null" : file] as const;
  const options = { headerOptions: FILE_HEADERS_ONLY, maxEditLength };
  const text = createTwoFilesPatch(...names, before ?? "", after ?? "", undefined, undefined, options);
  return text ?? `--- ${names[0]}\n+++ ${names[1]}\n(too different to show)\n`;
}
