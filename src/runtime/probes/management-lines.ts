/** More in one line, or in a second, is no OpenVPN's. */
const longestLine = 8_192;
const mostInASecond = 65_536;
/** It stands without an end of the line. */
const passwordPrompt = "ENTER PASSWORD:";

/** Cuts what comes in pieces into lines. It keeps no more than one, and gives up on whoever talks too much. */
export class Lines {
  #rest = "";
  #since = 0;
  #heard = 0;

  /** The lines that end with this piece, or why there are none. `now` in milliseconds of any clock. */
  cut(piece: string, now: number): readonly string[] | { readonly fault: string } {
    if (now - this.#since >= 1_000) {
      this.#since = now;
      this.#heard = 0;
    }
    this.#heard += piece.length;
    if (this.#heard > mostInASecond) return { fault: "it says more than OpenVPN would" };
    const lines = `${this.#rest}${piece}`.split("\n");
    this.#rest = lines.pop() ?? "";
    if (this.#rest === passwordPrompt) return { fault: "OpenVPN wants a password for its management channel" };
    if (this.#rest.length > longestLine) return { fault: "it says a line longer than OpenVPN would" };
    return lines.map((line) => line.replace(/\r$/, ""));
  }
}

/** What OpenVPN has told of itself. */
export interface Heard {
  /** Its greeting came: from then on it takes commands. */
  readonly greeted: boolean;
  /** As `state` has it, such as RECONNECTING for the reason `ping-restart`. */
  readonly state?: { readonly name: string; readonly reason: string };
  /** What keeps it from going on, whatever its state, until it tells of another one. */
  readonly trouble?: string;
}

export const nothingHeard: Heard = { greeted: false };

/** Sources of messages that tell nothing of its state. */
const idle = new Set("INFO LOG ECHO BYTECOUNT INFOMSG UPDOWN NOTIFY".split(" "));
/** Those that only a program with a person behind it can answer, as management-notes.txt lists them. */
const questions = new Set("NEED-OK NEED-STR NEED-CERTIFICATE PK_SIGN RSA_SIGN PROXY REMOTE".split(" "));

/** One more line. What is not in OpenVPN's management-notes.txt is a fault: who speaks otherwise may be somebody else. */
export function hear(heard: Heard, line: string): Heard | { readonly fault: string } {
  if (!heard.greeted)
    return line.startsWith(">INFO:OpenVPN Management Interface")
      ? { greeted: true }
      : { fault: `it does not greet as OpenVPN does: ${shown(line)}` };
  const [, source, text = ""] = /^>([A-Z_-]+):(.*)$/.exec(line) ?? [];
  if (source !== undefined) return hearMessage(heard, source, text);
  if (line === "END" || line.startsWith("SUCCESS:")) return heard;
  const state = stateIn(line);
  return state ? { ...heard, state } : { fault: `it is not understood: ${shown(line)}` };
}

function hearMessage(heard: Heard, source: string, text: string): Heard | { readonly fault: string } {
  const state = source === "STATE" ? stateIn(text) : undefined;
  if (state) return { greeted: true, state };
  if (idle.has(source)) return heard;
  if (questions.has(source)) return { ...heard, trouble: `waits for an answer (${source}), and ksp gives none` };
  switch (source) {
    case "HOLD":
      return { ...heard, trouble: "waits to be released from its hold, and ksp does not do that" };
    case "FATAL":
      return { ...heard, trouble: `ends: ${shown(text)}` };
    case "PASSWORD":
      // A token is secret, and no trouble.
      if (text.startsWith("Auth-Token:")) return heard;
      return {
        ...heard,
        trouble: text.startsWith("Need ")
          ? "waits for a password, and ksp gives none"
          : "says that a password was refused",
      };
    default:
      return { fault: `it is not understood: ${shown(`>${source}:${text}`)}` };
  }
}

/** Seconds of the clock, the state, the reason, addresses. */
function stateIn(text: string): Heard["state"] {
  const [, name, reason = ""] = /^\d{1,20},([A-Z_]{1,32})(?:,([^,]*)(?:,.*)?)?$/.exec(text) ?? [];
  return name === undefined ? undefined : { name, reason };
}

/** Good is `CONNECTED` alone. */
export function judgeHeard({ state, trouble }: Heard): { readonly good: boolean; readonly why: string } {
  const reason =
    state === undefined || state.reason === "" || state.reason === "SUCCESS" ? "" : ` (${shown(state.reason)})`;
  if (trouble !== undefined) return { good: false, why: `the OpenVPN client ${trouble}` };
  return {
    good: state?.name === "CONNECTED",
    why: state ? `the OpenVPN client says: ${state.name}${reason}` : "the OpenVPN client has not told its state yet",
  };
}

/** On a terminal others' words must not do anything. */
const shown = (text: string): string => `${text.slice(0, 80).replaceAll(/[^ -~]/g, "?")}${text.length > 80 ? "…" : ""}`;
