import type { Source } from "../../src/index.ts";
import { samples } from "../init/samples.ts";
import type { Random } from "./random.ts";

const files = samples.flatMap(({ sources }) => sources);
const lines = files.flatMap(({ text }) => text.split("\n"));
/** What a line is about: its first word, in small letters. */
const topic = (line: string): string => (/[a-z-]+/i.exec(line)?.[0] ?? "").toLowerCase();
const byTopic = Map.groupBy(lines, topic);

/** One to three sample configurations with a few lines lost, doubled, borrowed, or taken from a file that says them otherwise. */
export const configurations = (random: Random): readonly Source[] =>
  Array.from({ length: 1 + random.below(random.chance(0.3) ? 3 : 1) }, () => configuration(random));

function configuration(random: Random): Source {
  const { file, text } = random.pick(files);
  let own: readonly string[] = text.split("\n");
  for (let edits = random.below(5); edits > 0; edits--) {
    const at = random.below(own.length);
    const line = own[at] ?? "";
    const others = random.pick([
      [],
      [line, line],
      [line, random.pick(lines)],
      [random.pick(byTopic.get(topic(line)) ?? lines)],
    ]);
    own = own.toSpliced(at, 1, ...others);
  }
  return { file, text: own.join("\n") };
}
