import type { StatementId } from "./policy.ts";

/** What stands in every policy unsaid: the rules that no statement asked for, in words. */
export const builtIns: Readonly<Record<StatementId, string>> = {
  "built-in-loopback": "loopback is open, and its addresses stay on it",
  "built-in-arp": "neighbours are found, but not told of tunnel addresses",
  "built-in-nd": "IPv6 neighbours are found",
  "built-in-mld": "IPv6 groups are joined",
  "built-in-source": "nothing leaves with another interface's address",
  "built-in-destination": "nothing arrives for another interface's address",
  "built-in-dns": "names are asked of declared resolvers alone",
  "built-in-errors": "errors about open flows arrive",
  "built-in-unprotected": "only the declared apps are confined",
  "closed-out": "what nothing opens stays closed",
  "closed-forward": "what nothing opens stays closed",
  "closed-in": "what nothing opens stays closed",
};
