/** Below the kernel's own range (32768 and up), so no VPN uses them unless told to. */
export const floodPorts = { first: 20_000, last: 29_999 } as const;
