import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeBundles } from "../../src/commands/bundle.ts";
import { directory } from "./ksp.ts";

const bundle = (directory: string, text: string) => ({ directory, files: new Map([["nft/ruleset.nft", text]]) });

test("where one bundle cannot be moved into place, the others go back to what they were", async () => {
  const output = await directory();
  const [first, fresh] = [join(output, "a"), join(output, "b")];
  expect(await writeBundles(output, [bundle(first, "old")])).toEqual([]);
  const unreachable = bundle(join(output, "missing/c"), "new");
  const diagnostics = await writeBundles(output, [bundle(first, "new"), bundle(fresh, "new"), unreachable]);
  expect(diagnostics.map(({ code, message }) => [code, message.includes("missing/c")])).toEqual([["KSP5004", true]]);
  expect(await readdir(output)).toEqual(["a"]);
  expect(await readFile(join(first, "nft/ruleset.nft"), "utf8")).toBe("old");
});
