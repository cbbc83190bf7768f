/** Which rules of a bundle are loaded, and by which program: `iptables` is the variant that the machine has chosen. */
export const backendNames = ["nft", "iptables", "iptables-nft", "iptables-legacy"] as const;
export type BackendName = (typeof backendNames)[number];
