import { isDeepStrictEqual } from "node:util";
import { type Diagnostic, isError } from "../../src/diagnostics/diagnostic.ts";
import { renderText } from "../../src/diagnostics/render-text.ts";
import { report } from "../../src/diagnostics/report.ts";
import { explainPacket } from "../../src/explain-packet.ts";
import { check, compile, format, init, type Load, readBundle, type Source } from "../../src/index.ts";
import { lex } from "../../src/parser/lexer.ts";
import { parse } from "../../src/parser/parse.ts";
import { print } from "../../src/parser/printer.ts";
import { NL } from "../../src/parser/tokens.ts";
import { examples, load as loadExample } from "../examples/golden.ts";
import { configurations } from "./configurations.ts";
import { mixture, spoilt } from "./mixtures.ts";
import { program } from "./programs.ts";
import { type Random, randomOf } from "./random.ts";

/** What was tried, and what is wrong with the answer. */
export interface Trial {
  readonly text: string;
  /** Absent: nothing. */
  readonly fault?: string;
  /** It compiled to files, or the question was answered. */
  readonly isAnswered: boolean;
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
  question: questionTrial,
  "spoilt grammar": (random: Random): Trial => tried(spoilt(program(random).text, random)),
  configuration: (random: Random): Trial => imported(configurations(random), leak),
  "spoilt configuration": (random: Random): Trial =>
    imported(configurations(random).map(({ file, text }) => ({ file, text: spoilt(text, random) }))),
} as const satisfies Readonly<Record<string, (random: Random) => Trial>>;

export const trial = (kind: keyof typeof kinds, seed: number): Trial => kinds[kind](randomOf(seed));

/** A question about an example is answered in every state, or refused. */
function questionTrial(random: Random): Trial {
  const { name, text: policy } = random.pick(examples());
  const names = [...policy.matchAll(/^(?:link|tunnel|app|list) ([a-z0-9-]+)/gm)].map((match) => match[1] ?? "");
  const { text } = program(random, "packet", names);
  return guarded(text, () => {
    const { answer, diagnostics } = explainPacket({ file: `${name}.ksp`, text: policy }, text, { load });
    const missing = ["lockdown", "disabled"].filter((each) => !answer?.rows.some(({ state }) => state === each));
    const fault = answer && missing.length > 0 ? `no answer for ${missing.join(", ")}` : undefined;
    return { isAnswered: answer !== undefined, fault: fault ?? contradiction(answer, diagnostics) };
  });
}

/** `further` looks for faults of its own; what holds for every text is looked at in any case. */
const tried = (text: string, further: () => string | undefined = () => undefined): Trial =>
  guarded(text, () => {
    const { files, diagnostics } = compile({ file: "a.ksp", text }, { targets: ["nft"], load });
    const read = files && readBundle(files);
    const unread = read && "fault" in read ? `the bundle cannot be read: ${read.fault}` : undefined;
    return { isAnswered: files !== undefined, fault: contradiction(files, diagnostics) ?? unread ?? further() };
  });

/** Configurations are imported, asked about (and then the policy does not compile), or refused with the place. */
const imported = (sources: readonly Source[], further: (said: string) => string | undefined = () => undefined): Trial =>
  guarded(sources.map(({ file, text }) => `${file}:\n${text}`).join("\n"), () => {
    const made = init(sources);
    const { text, diagnostics, shown } = made;
    const placeless = text === undefined && diagnostics.some(({ primary }) => !primary) ? "no place" : undefined;
    const said = renderText(report(diagnostics, shown), { colour: false }) + JSON.stringify(made);
    const fault = placeless ?? (text !== undefined ? unready(text, diagnostics) : undefined) ?? further(said);
    return { isAnswered: text !== undefined, fault: contradiction(text, diagnostics) ?? fault };
  });

/** A policy is formatted, and compiles exactly where nothing is asked. */
function unready(text: string, questions: readonly Diagnostic[]): string | undefined {
  if (format({ file: "a.ksp", text }).text !== text) return "the policy is not formatted";
  const isWrong = check({ file: "a.ksp", text }).diagnostics.some(isError);
  if (isWrong === questions.length > 0) return undefined;
  return isWrong ? "nothing is asked, and the policy does not compile" : "the policy compiles before the answer";
}

/** The samples mark what must stay hidden. */
const leak = (said: string): string | undefined => (said.includes("SECRET") ? "a secret is shown" : undefined);

/** There is output, or an error: never both, never neither. */
function contradiction(output: object | string | undefined, diagnostics: readonly Diagnostic[]): string | undefined {
  const isRefused = diagnostics.some(isError);
  if (output !== undefined) return isRefused ? "output with an error" : undefined;
  return isRefused ? undefined : "neither output nor an error";
}

function guarded(
  text: string,
  judge: () => { readonly isAnswered: boolean; readonly fault: string | undefined },
): Trial {
  const start = process.threadCpuUsage();
  try {
    const { isAnswered, fault } = judge();
    const { user, system } = process.threadCpuUsage(start);
    const milliseconds = (user + system) / 1_000;
    const slow = milliseconds > mostMilliseconds ? `takes ${milliseconds.toFixed(0)} ms` : undefined;
    const wrong = fault ?? slow;
    return { text, isAnswered, ...(wrong !== undefined && { fault: wrong }) };
  } catch (error) {
    return { text, isAnswered: false, fault: error instanceof Error ? (error.stack ?? error.message) : String(error) };
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
