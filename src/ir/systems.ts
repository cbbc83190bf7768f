import type { Os } from "./policy.ts";

/** Apart from the schemas, which a check does not load. */
export const systems: readonly Os[] = ["linux", "windows", "macos"];

/** As people call them. */
export const systemNames: Readonly<Record<Os, string>> = { linux: "Linux", windows: "Windows", macos: "macOS" };

/** Before a state, in a line about a packet; unsaid, Linux. */
export const onSystem = (os: Os): string => (os === "linux" ? "" : `${systemNames[os]}, `);
