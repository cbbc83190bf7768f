import { check } from "../check.ts";
import { type Diagnostic, diagnostic, isError } from "../diagnostics/diagnostic.ts";
import type { Source, Span } from "../diagnostics/span.ts";
import { format } from "../parser/format.ts";
import type { Configuration, Note } from "./configuration.ts";
import { nesting } from "./nesting.ts";
import { looksLikeOpenvpn, readOpenvpn } from "./openvpn.ts";
import { propose } from "./proposal.ts";
import { Reading } from "./reading.ts";
import { looksLikeWireguard, readWireguard } from "./wireguard.ts";

export interface Initial {
  /** The policy; absent when a configuration is refused. It passes `check` where there is no diagnostic. */
  readonly text?: string;
  /** What was decided and why, what is to be done outside the policy, and what it does not hold. */
  readonly notes: readonly Note[];
  /** Errors refuse; each warning is a question whose place the policy marks, and it does not compile before the answer. */
  readonly diagnostics: readonly Diagnostic[];
  /** The sources for showing: everything that was not understood is hidden, for such files hold keys. */
  readonly shown: readonly Source[];
}

/** Writes a policy from configurations of WireGuard and OpenVPN; several are nested, the outermost first. */
export function init(sources: readonly Source[]): Initial {
  const read = sources.map(readSource);
  const shown = read.map(({ reading }) => reading.shown);
  const configurations = read.flatMap(({ configuration }) => configuration ?? []);
  const refusals = [
    ...read.flatMap(({ reading }) => reading.diagnostics),
    ...namedTwice(sources),
    ...nesting(configurations),
  ];
  if (refusals.length > 0 || configurations.length === 0) return { notes: [], diagnostics: refusals, shown };
  const proposal = propose(configurations);
  const notes = [...proposal.notes, ...read.flatMap(({ reading }) => reading.notes)];
  const { text, diagnostics } = format({ file: "policy", text: proposal.text });
  if (text === undefined) return { notes: [], diagnostics, shown };
  return {
    text,
    notes,
    diagnostics: [...proposal.questions, ...(proposal.questions.length === 0 ? faults(text) : [])],
    shown,
  };
}

/** A tunnel inside itself is no chain. */
function namedTwice(sources: readonly Source[]): readonly Diagnostic[] {
  return sources.flatMap(({ file, text }, i) => {
    const first = sources.slice(0, i).find((other) => other.file === file || other.text === text);
    if (!first) return [];
    return diagnostic(
      "KSP5022",
      { construct: "the same configuration twice" },
      {
        at: { file, start: 0, end: 0 },
        label: first.file === file ? "named before" : `\`${first.file}\` says just the same`,
        help: "name the file of each hop once, the tunnel that leaves this machine first",
      },
    );
  });
}

function readSource(source: Source): { readonly reading: Reading; readonly configuration?: Configuration } {
  if (looksLikeWireguard(source.text)) return readWireguard(source);
  if (looksLikeOpenvpn(source.text)) return readOpenvpn(source);
  const reading = new Reading(source);
  const at: Span = { file: source.file, start: 0, end: 0 };
  const help = "name a file for wg-quick, with `[Interface]`, or one for openvpn, with `remote`";
  reading.diagnostics.push(diagnostic("KSP5020", { file: source.file }, { at, help }));
  return { reading };
}

/** What a configuration says may contradict itself; then the policy is not ready, and its own message says why. */
function faults(text: string): readonly Diagnostic[] {
  return check({ file: "policy", text })
    .diagnostics.filter(isError)
    .map(({ code, message, help }) => diagnostic("KSP5024", { code, message }, { ...(help && { help: help.text }) }));
}
