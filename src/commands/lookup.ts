import { Resolver } from "node:dns/promises";
import type { Family } from "../net/address.ts";
import type { Answer, Lookup } from "../pin/lookup.ts";

/** As patient as a person is; one answer may get lost. */
const patience = { timeout: 2_000, tries: 2 };

const failures: Readonly<Record<string, string>> = {
  ECONNREFUSED: "no resolver answers",
  ETIMEOUT: "no answer in time",
  ESERVFAIL: "the resolver failed",
  EREFUSED: "the resolver refuses",
};

/**
 * Asks DNS and nothing else: what a file of this machine says is no answer for other machines. Undefined where `server`
 * is no address; without one, those of the system are asked.
 */
export function dnsLookup(server?: string): Lookup | undefined {
  const resolver = new Resolver(patience);
  try {
    if (server !== undefined) resolver.setServers([server]);
  } catch {
    return undefined;
  }
  return (host, family) => ask(resolver, host, family);
}

async function ask(resolver: Resolver, host: string, family: Family): Promise<Answer> {
  try {
    const addresses = await (family === "ipv4" ? resolver.resolve4(host) : resolver.resolve6(host));
    return { kind: "addresses", addresses };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "ENODATA") return { kind: "addresses", addresses: [] };
    if (code === "ENOTFOUND") return { kind: "no-such-name" };
    return { kind: "failed", reason: failures[code] ?? `DNS says ${code}` };
  }
}
