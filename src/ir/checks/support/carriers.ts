import type { Helper, Identity, Os, Policy, Tunnel } from "../../policy.ts";

/** Whoever has servers and a carrier: a tunnel, or the program that carries its packets. */
export type Sender = Tunnel | Helper;

export const senders = (policy: Policy): readonly Sender[] => [...policy.tunnels, ...policy.helpers];

export const senderName = (sender: Sender): string => `${"listen" in sender ? "helper" : "tunnel"} \`${sender.name}\``;

/** Alternatives; within one all must hold. */
export const carriersOn = ({ carrier }: Pick<Sender, "carrier">, os: Os): readonly (readonly Identity[])[] =>
  carrier[os] ?? [];

export function formatMark({ value, mask }: Identity & { readonly kind: "mark" }): string {
  return mask === 0xffffffff ? `0x${value.toString(16)}` : `0x${value.toString(16)}/0x${mask.toString(16)}`;
}
