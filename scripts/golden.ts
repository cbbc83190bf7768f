import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { examples, goldenFolder, goldenOf } from "../test/examples/golden.ts";

/** Rewrites what every example compiles to. Read the diff before it is committed. */
const files = examples().flatMap((example) => [...goldenOf(example)]);
rmSync(goldenFolder, { recursive: true, force: true });
for (const [path, text] of files) {
  const to = join(goldenFolder, path);
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, text);
}
