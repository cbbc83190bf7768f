import type { Answer, Lookup } from "../../src/index.ts";
import type { Family } from "../../src/net/address.ts";

/** What each name answers: a list is addresses of both families, each answered for its own. */
export type Zone = Readonly<Record<string, readonly string[] | Readonly<Record<Family, Answer>>>>;

export interface Asked {
  readonly lookup: Lookup;
  /** `name family`, in the order of asking. */
  readonly questions: readonly string[];
}

/** A lookup that knows these names alone and remembers what it was asked. */
export function zone(names: Zone): Asked {
  const questions: string[] = [];
  const lookup: Lookup = async (host, family) => {
    questions.push(`${host} ${family}`);
    const found = names[host];
    if (!found) return { kind: "no-such-name" };
    if (!isList(found)) return found[family];
    return {
      kind: "addresses",
      addresses: found.filter((address) => address.includes(":") === (family === "ipv6")),
    };
  };
  return { lookup, questions };
}

const isList = (found: Zone[string]): found is readonly string[] => Array.isArray(found);

/** A policy with these servers and further statements. */
export const policy = (servers: readonly string[], ...more: readonly string[]): string => `ksp 1
policy home

tunnel wg0 {
  protocol wireguard
  interface "wg0"
${servers.map((server) => `  server ${server}\n`).join("")}  carrier mark 0x6b73/0xffff
  address 10.64.0.2/32
  carries everything
}

dns 10.64.0.1 through wg0
ipv6 block
${more.map((line) => `\n${line}\n`).join("")}
watch wg0 {
  interface
  heartbeat 10.64.0.1 every 1s lost after 3
}
`;
