import { readFileSync, writeSync } from "node:fs";
import { load } from "../test/lab/wfp/abi.ts";
import { apply } from "../test/lab/wfp/applier.ts";

/** Applies documents, one after the other: `node scripts/wfp-apply.ts LIBRARY DOCUMENT…`. The library stands in for those of Windows. */
const [library = "", ...documents] = process.argv.slice(2);
const call = load(library, library);
for (const file of documents) apply(call, JSON.parse(readFileSync(file, "utf8")));
// Wine gives a program no pipes, and the console needs one.
writeSync(1, `${process.platform} ${process.version}: ${documents.length} documents\n`);
