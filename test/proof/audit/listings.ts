import { readFileSync } from "node:fs";
import type { AuditFinding } from "../../../src/proof/audit/finding.ts";

/** An object of `nft -j list ruleset`. */
export type Listed = Readonly<Record<string, unknown>>;

/** The objects of a recorded listing, without its head. */
export function recorded(name: string): readonly Listed[] {
  const text = readFileSync(new URL(`listings/${name}.json`, import.meta.url), "utf8");
  const { nftables }: { readonly nftables: readonly Listed[] } = JSON.parse(text);
  return nftables.filter((object) => !("metainfo" in object));
}

export const listing = (...objects: readonly (readonly Listed[])[]): ReadonlyMap<string, string> =>
  new Map([["nft", JSON.stringify({ nftables: [{ metainfo: { json_schema_version: 1 } }, ...objects.flat()] })]]);

type Chain = Readonly<Record<"type" | "hook", string>> & {
  readonly prio: number;
  readonly policy?: string;
  readonly dev?: string;
};

/** A table `other` with one chain that the kernel calls. */
export const table = (
  chain: Chain,
  rules: readonly (readonly object[])[],
  more: readonly Listed[] = [],
  family = "inet",
) => [
  { table: { family, name: "other", handle: 1 } },
  { chain: { family, table: "other", name: "chain", handle: 1, policy: "accept", ...chain } },
  ...more,
  ...rules.map((expr, i) => ({ rule: { family, table: "other", chain: "chain", handle: i + 2, expr } })),
];

const match = (left: object, right: unknown, op = "==") => ({ match: { op, left, right } });
export const meta = (key: string, right: unknown, op = "==") => match({ meta: { key } }, right, op);
export const field = (protocol: string, name: string, right: unknown, op = "==") =>
  match({ payload: { protocol, field: name } }, right, op);
export const state = (...states: readonly string[]) => match({ ct: { key: "state" } }, { set: states });
export const mark = (value: unknown) => ({ mangle: { key: { meta: { key: "mark" } }, value } });
export const noWayBack = match({ fib: { result: "oif", flags: ["saddr", "iif"] } }, false);
export const accept = { accept: null };
export const drop = { drop: null };

/** Findings in words: `breaks refuses what …`. */
export const told = (findings: readonly AuditFinding[]): readonly string[] =>
  findings.map((finding) => `${finding.kind} ${"does" in finding ? finding.does : finding.reason}`);
