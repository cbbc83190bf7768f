import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { readBack } from "../../../src/runtime/firewall/read-back.ts";

const folder = mkdtempSync(join(tmpdir(), "ksp-read-back-"));
afterAll(() => rmSync(folder, { recursive: true }));
const reader = (name: string, text: string): URL => {
  const path = join(folder, `${name}.mjs`);
  writeFileSync(path, text);
  return pathToFileURL(path);
};
const answering = 'import { parentPort } from "node:worker_threads"; parentPort.postMessage({ kind: "same" });';

test("a reader that ends before its answer, as where memory is short for a moment, is tried again", async () => {
  const marks = ["first", "second"].map((name) => join(folder, name));
  const [first, second] = marks.map((mark) => JSON.stringify(mark));
  const text = `import { existsSync, writeFileSync } from "node:fs";
const isThere = [${first}, ${second}].map((mark) => existsSync(mark));
if (!isThere[0]) { writeFileSync(${first}, ""); process.exit(5); }
if (!isThere[1]) { writeFileSync(${second}, ""); throw new Error("out of memory"); }
${answering}`;
  expect(await readBack(reader("late", text), {}, [0, 1, 1])).toEqual({ kind: "same" });
  expect(marks.map((mark) => existsSync(mark))).toEqual([true, true]);
});

test("one that never answers, and one that cannot even be started, are told with the last reason", async () => {
  expect(await readBack(reader("broken", 'throw new Error("no memory")'), {}, [0, 1])).toEqual({
    kind: "unread",
    why: "no memory",
  });
  // What Node throws of a function is thrown at the same place as the lack of a thread.
  expect(await readBack(reader("same", answering), () => {}, [0, 1])).toMatchObject({
    kind: "unread",
    why: expect.stringContaining("could not be cloned"),
  });
});
