import { exists } from "./exists.ts";

/** Whether the kernel certainly has no IPv6, such as one that was booted with `ipv6.disable=1`: nothing can be sent by it. */
export const lacksIpv6 = async (): Promise<boolean> =>
  (await exists("/proc/sys/net/ipv4")) && !(await exists("/proc/sys/net/ipv6"));
