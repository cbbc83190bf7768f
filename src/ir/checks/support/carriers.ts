import { canonicalJson } from "../../canonical.ts";
import type { Identity, Os, Tunnel } from "../../policy.ts";

/** Alternatives; within one all must hold. */
export const carriersOn = ({ carrier }: Tunnel, os: Os): readonly (readonly Identity[])[] => carrier[os] ?? [];

/** Every system has the same one carrier, so it was written in one line (or in lines that mean the same). */
export function hasOneCarrier({ carrier }: Tunnel): boolean {
  const lists = Object.values(carrier);
  return lists.every((list) => list?.length === 1) && new Set(lists.map((list) => canonicalJson(list))).size === 1;
}

export function formatMark({ value, mask }: Identity & { readonly kind: "mark" }): string {
  return mask === 0xffffffff ? `0x${value.toString(16)}` : `0x${value.toString(16)}/0x${mask.toString(16)}`;
}
