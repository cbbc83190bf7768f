import { isDeepStrictEqual } from "node:util";
import { compile, type Load, readBundle } from "../../src/index.ts";
import { lex } from "../../src/parser/lexer.ts";
import { parse } from "../../src/parser/parse.ts";
import { print } from "../../src/parser/printer.ts";
import { NL } from "../../src/parser/tokens.ts";
import { load as loadExample } from "../examples/golden.ts";
import { mixture, spoilt } from "./mixtures.ts";
import { program } from "./programs.ts";
import { type Random, randomOf } from "./random.ts";

/** What was tried, and what is wrong with the answer. */
export interface Trial {
  readonly text: string;
  /** Absent: nothing. */
  readonly fault?: string;
  /** It compiled to files. */
  readonly compiled: boolean;
}

/** Longer than this is as good as hanging: most trials take a few milliseconds. */
const mostMilliseconds = 5_000;

/** A random program: it is read, printed without loss, and compiled or refused. */
function grammarTrial(random: Random): Trial {
  const { text, comments } = program(random);
  return tried(text, () => {
    const { file, diagnostics } = parse({ file: "a.ksp", text });
    if (!file) return `is refused: ${diagnostics[0]?.message}`;
    const printed = print(file);
    const again = parse({ file: "a.ksp", text: printed });
    if (!again.file) return `what was printed is refused: ${again.diagnostics[0]?.message}`;
    if (print(again.file) !== printed) return "printing again changes it";
    if (!isDeepStrictEqual(commentsOf(printed).toSorted(), comments.toSorted())) return "comments are lost";
    if (!isDeepStrictEqual(wordsOf(printed), wordsOf(text))) return "words are lost";
    return undefined;
  });
}

export const kinds = {
  grammar: grammarTrial,
  mixture: (random: Random): Trial => tried(mixture(random)),
  "spoilt mixture": (random: Random): Trial => tried(spoilt(mixture(random), random)),
  "spoilt grammar": (random: Random): Trial => tried(spoilt(program(random).text, random)),
} as const satisfies Readonly<Record<string, (random: Random) => Trial>>;

export const trial = (kind: keyof typeof kinds, seed: number): Trial => kinds[kind](randomOf(seed));

/** `further` looks for faults of its own; what holds for every text is looked at in any case. */
function tried(text: string, further: () => string | undefined = () => undefined): Trial {
  const start = performance.now();
  try {
    const { files, diagnostics } = compile({ file: "a.ksp", text }, { targets: ["nft"], load });
    const isRefused = diagnostics.some(({ severity }) => severity === "error");
    const compiled = files !== undefined;
    const read = files && readBundle(files);
    const fault =
      compiled === isRefused
        ? `${compiled ? "output" : "no output"} with${isRefused ? "" : "out"} an error`
        : read && "fault" in read
          ? `the bundle cannot be read: ${read.fault}`
          : further();
    const milliseconds = performance.now() - start;
    if (fault !== undefined) return { text, fault, compiled };
    if (milliseconds > mostMilliseconds) return { text, fault: `takes ${milliseconds.toFixed(0)} ms`, compiled };
    return { text, compiled };
  } catch (error) {
    return { text, fault: error instanceof Error ? (error.stack ?? error.message) : String(error), compiled: false };
  }
}

const load: Load = (path, from) => {
  try {
    return loadExample(path, from);
  } catch {
    return { fault: "no such file or directory" };
  }
};

/** Comments and texts are found together, so that neither is looked for inside the other. */
const commentsOf = (text: string): readonly string[] =>
  [...text.matchAll(/"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#[^\n]*/g)]
    .map(([found]) => found.trimEnd())
    .filter((found) => found.startsWith("#"));

const wordsOf = (text: string): readonly string[] =>
  lex(text)
    .tokens.filter(({ tokenType }) => tokenType !== NL)
    .map(({ image }) => image);
