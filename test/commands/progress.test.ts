import { expect, test } from "vitest";
import { Progress } from "../../src/commands/progress.ts";

function run(isTTY: boolean, ...times: readonly number[]): readonly string[] {
  const written: string[] = [];
  let now = 0;
  const stream = { isTTY, columns: 20, write: (text: string) => written.push(text) };
  const progress = new Progress(stream, () => now);
  for (const time of times) {
    now = time;
    progress.say(`step at ${time}\u001b and more and more`);
  }
  progress.end();
  return written;
}

test("short work has no word", () => {
  expect(run(true, 0, 100, 499)).toEqual([]);
});

test("long work is told of in one line of the terminal, not too often, and the line is taken away", () => {
  expect(run(true, 100, 600, 650, 750)).toEqual([
    "\r\u001b[Kstep at 600\u241b and mo",
    "\r\u001b[Kstep at 750\u241b and mo",
    "\r\u001b[K",
  ]);
});

test("elsewhere than on a terminal nothing is written", () => {
  expect(run(false, 100, 600, 5000)).toEqual([]);
});
