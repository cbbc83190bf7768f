import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { type Address, families, formatAddress, parseAddress } from "../net/address.ts";
import type { Host } from "./hosts.ts";
import type { Answer, Lookup } from "./lookup.ts";
import { specialUse } from "./special-use.ts";

/** A server has a few. A name with more belongs to a network that many sites share, and its answers change. */
export const mostAddresses = 16;

/** Both families: a half answer would be taken for a whole one. */
export interface Answers {
  readonly ipv4: Answer;
  readonly ipv6: Answer;
}

export async function ask(lookup: Lookup, name: string): Promise<Answers> {
  const [ipv4, ipv6] = await Promise.all([lookup(name, "ipv4"), lookup(name, "ipv6")]);
  return { ipv4, ipv6 };
}

/** The addresses to write for this host, or why none: an answer becomes an exemption, so what is odd is refused. */
export function judge(host: Host, answers: Answers): readonly Address[] | Diagnostic {
  const { name } = host;
  const reason = whyUnknown(answers);
  if (reason === undefined)
    return chosen(
      host,
      families.flatMap((family) => addressesOf(answers[family])),
    );
  return diagnostic(
    "KSP5030",
    { host: name.value, reason },
    { at: name.span, label: "not pinned", help: "try again later, or write the addresses behind `at` by hand" },
  );
}

const words = { ipv4: "IPv4", ipv6: "IPv6" } as const;
const addressesOf = (answer: Answer): readonly string[] => (answer.kind === "addresses" ? answer.addresses : []);

function whyUnknown(answers: Answers): string | undefined {
  for (const family of families) {
    const answer = answers[family];
    if (answer.kind === "failed") return `asked for ${words[family]}: ${answer.reason}`;
    if (addressesOf(answer).some((text) => parseAddress(text)?.family !== family))
      return `an answer for ${words[family]} holds something else`;
  }
  const exists = families.filter((family) => answers[family].kind === "addresses");
  const [first] = families.filter((family) => addressesOf(answers[family]).length > 0);
  if (exists.length === 0) return "the name does not exist";
  if (!first) return "the name has none";
  return exists.length === 1
    ? `the name exists for ${words[first]} alone, so one of the two answers is wrong`
    : undefined;
}

function chosen({ name, isBounded }: Host, texts: readonly string[]): readonly Address[] | Diagnostic {
  const addresses = inOrder(texts.flatMap((text) => parseAddress(text) ?? []));
  if (addresses.length > mostAddresses)
    return diagnostic(
      "KSP5032",
      { host: name.value, count: `${addresses.length}` },
      {
        at: name.span,
        label: `more than ${mostAddresses}, so not pinned`,
        help: "write those that are meant behind `at` by hand",
      },
    );
  // The bound speaks for itself; whether the addresses lie in it is checked with the whole policy.
  if (isBounded) return addresses;
  const bad = addresses.find((address) => specialUse(address) !== undefined);
  if (!bad) return addresses;
  return diagnostic(
    "KSP5031",
    { host: name.value, address: formatAddress(bad), what: specialUse(bad) ?? "" },
    {
      at: name.span,
      label: "not pinned",
      help: "where that is right, write it behind `at` by hand; `allow host` may bound its answers with `within`",
    },
  );
}

/** IPv4 first, then by number, each once: the order of answers changes from one to the next. */
const inOrder = (addresses: readonly Address[]): readonly Address[] =>
  [...new Map(addresses.map((address) => [formatAddress(address), address])).values()].toSorted((a, b) =>
    a.family === b.family ? (a.value < b.value ? -1 : 1) : a.family === "ipv4" ? -1 : 1,
  );
