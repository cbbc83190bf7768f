import { checkFor, type TargetOptions } from "../check-for.ts";
import { compile } from "../compile.ts";
import { type Diagnostic, diagnostic, type Edit, isError } from "../diagnostics/diagnostic.ts";
import { applyEdits } from "../diagnostics/edits.ts";
import type { Source } from "../diagnostics/span.ts";
import { expand } from "../ir/expand/expand.ts";
import type { Load } from "../ir/expand/load.ts";
import { type Address, formatAddress } from "../net/address.ts";
import { addressSet, formatSet } from "../net/address-set.ts";
import { isFault, parseNet } from "../net/parse-net.ts";
import type * as ast from "../parser/ast.ts";
import { format } from "../parser/format.ts";
import { parse } from "../parser/parse.ts";
import { type Host, hostsOf } from "./hosts.ts";
import { type Answers, ask, judge } from "./judge.ts";
import type { Lookup } from "./lookup.ts";

/** A file before and after. */
interface Change {
  readonly before: Source;
  readonly after: Source;
}
export interface Pinned {
  /** The files whose text changes; empty where there is an error. With them, the policy compiles. */
  readonly changes: readonly Change[];
  /** How many names have the addresses that they are pinned to, or get them. */
  readonly names: number;
  /** What the diagnostics speak of. */
  readonly sources: readonly Source[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Looks the hosts of a policy and of its fragments up, and writes their addresses into the texts; all or none. Without targets
 * the texts compile for nft.
 */
export async function pin(source: Source, lookup: Lookup, options: TargetOptions = {}): Promise<Pinned> {
  const { load } = options;
  const checked = checkFor(source, options);
  const sources = [source, ...checked.sources];
  const none = { changes: [], names: 0, sources };
  // Nothing is asked for the sake of a policy that does not compile anyway.
  const faults = checked.diagnostics.filter((each) => isError(each) && each.code !== "KSP2110");
  if (faults.length > 0) return { ...none, diagnostics: faults };

  const hosts = filesOf(source, sources, load).flatMap(hostsOf);
  const sorted = hosts.map((host) => ({ host, kept: whyKept(host) }));
  const kept = sorted.flatMap(({ host, kept }) => (kept === undefined ? [] : reportKept(host, kept)));
  const asked = sorted.flatMap(({ host, kept }) => (kept === undefined ? host : []));
  const names = asker(lookup);
  const judged = await Promise.all(asked.map(async (host) => ({ host, answer: judge(host, await names.ask(host)) })));
  const refused = distinct(judged.flatMap(({ answer }) => ("code" in answer ? answer : [])));
  const diagnostics = [...kept, ...refused];
  if (diagnostics.some(isError)) return { ...none, diagnostics };

  const edits = judged.flatMap(({ host, answer }) => ("code" in answer ? [] : editOf(host, answer)));
  const changes = sources.flatMap((before) => change(before, edits));
  const wrong = faultsWith(source, changes, options);
  if (wrong.diagnostics.length > 0) return { ...none, ...wrong };
  return { ...none, changes, names: names.count(), diagnostics };
}

/** The policy and its fragments as they are written: what a parameter stands for has its place elsewhere. */
function filesOf(source: Source, sources: readonly Source[], load: Load | undefined): readonly ast.File[] {
  const { file } = parse(source);
  const whole = file && expand(file, source, load).file;
  const names = new Set(whole?.statements.map(({ span }) => span.file));
  return sources.filter((each) => names.has(each.file)).flatMap((each) => parse(each).file ?? []);
}

/** Why the addresses of a host are not looked up. */
function whyKept({ name, at }: Host): string | undefined {
  if (name.kind === "param") return "a parameter gives the name";
  if (!at) return undefined;
  if (at.include.some(({ comments }) => comments)) return "comments stand among them";
  return addressesIn(at) ? undefined : "they are not written out one by one";
}

/** A host that nobody pinned must not stay so. */
function reportKept({ name, at }: Host, reason: string): Diagnostic {
  if (at) return diagnostic("KSP5034", { host: name.value, reason }, { at: name.span, label: "not looked up" });
  return diagnostic(
    "KSP5030",
    { host: name.value, reason },
    { at: name.span, label: "not looked up", help: "write the addresses behind `at`; a parameter can give them, too" },
  );
}

function addressesIn({ include, except }: ast.Nets): ReturnType<typeof addressSet> | undefined {
  const ranges = include.flatMap(({ kind, text }) => {
    const net = kind === "address" ? parseNet(text) : undefined;
    return net && !isFault(net) ? net : [];
  });
  return except.length === 0 && ranges.length === include.length ? addressSet(ranges) : undefined;
}

/** Every name is asked once, all at the same time, in whatever case it is written. */
function asker(lookup: Lookup): { readonly ask: (host: Host) => Promise<Answers>; readonly count: () => number } {
  const asked = new Map<string, Promise<Answers>>();
  return {
    ask: ({ name }) => {
      const key = name.value.toLowerCase();
      const answers = asked.get(key) ?? ask(lookup, key);
      asked.set(key, answers);
      return answers;
    },
    count: () => asked.size,
  };
}

/** What is wrong with an answer is said once, however often the name stands. */
const distinct = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] => [
  ...new Map(diagnostics.map((each) => [each.message, each])).values(),
];

/** Nothing where the same addresses stand there, in whatever order. */
function editOf({ name, at }: Host, answer: readonly Address[]): readonly Edit[] {
  const text = answer.map(formatAddress).join(", ");
  if (!at) return [{ span: { ...name.span, start: name.span.end }, text: ` at ${text}` }];
  const pinned = addressesIn(at) ?? [];
  const fresh = addressSet(answer.map(({ family, value }) => ({ family, first: value, last: value })));
  return formatSet(pinned) === formatSet(fresh) ? [] : [{ span: at.span, text }];
}

/** A formatted file stays formatted, every other one as it was. */
function change(before: Source, edits: readonly Edit[]): readonly Change[] {
  const own = edits.filter(({ span }) => span.file === before.file);
  if (own.length === 0) return [];
  const { text } = applyEdits(before.text, own);
  const after = { file: before.file, text };
  const isFormatted = format(before).text === before.text;
  return [{ before, after: isFormatted ? { ...after, text: format(after).text ?? text } : after }];
}

/** The errors of the policy with these texts. */
function faultsWith(
  source: Source,
  changes: readonly Change[],
  { load, targets = ["nft"] }: TargetOptions,
): Pick<Pinned, "diagnostics" | "sources"> {
  const texts = new Map(changes.map(({ after }) => [after.file, after]));
  const fresh: Load | undefined =
    load &&
    ((path, from) => {
      const loaded = load(path, from);
      return "fault" in loaded ? loaded : (texts.get(loaded.file) ?? loaded);
    });
  const policy = texts.get(source.file) ?? source;
  const compiled = compile(policy, { targets, ...(fresh && { load: fresh }) });
  const sources = [policy, ...compiled.sources];
  const errors = compiled.diagnostics.filter(isError);
  if (errors.length === 0 || changes.length === 0) return { sources, diagnostics: errors };
  return { sources, diagnostics: [diagnostic("KSP5035", { file: source.file }), ...errors] };
}
