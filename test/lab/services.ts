import { fileURLToPath } from "node:url";
import type { Namespace } from "./namespace.ts";
import type { Process } from "./process.ts";

const dnsProgram = fileURLToPath(new URL("dns-program.ts", import.meta.url));
const dhcpProgram = fileURLToPath(new URL("dhcp.py", import.meta.url));
const routerProgram = fileURLToPath(new URL("router.py", import.meta.url));

/** Answers every name with `answer`, so that an answer tells who was asked. */
export const serveNames = async (at: Namespace, answer: string, ...hosts: readonly string[]): Promise<void> => {
  await (await at.spawn([process.execPath, dnsProgram, "serve", answer, ...hosts])).until("listening");
};

/** Asks a resolver as an application does; gives its answer, or nothing within a second. */
export const askName = async (at: Namespace, resolver: string, uid?: number): Promise<string | undefined> => {
  const asking = [process.execPath, dnsProgram, "ask", resolver];
  const { status, stdout } = await at.exec(asking, uid === undefined ? {} : { uid });
  return status === 0 ? stdout.trim() : undefined;
};

export type Lease = { readonly address: string; readonly routes: readonly (readonly [string, string])[] };

/** A DHCP server that also hands out routes: for whole halves of the internet, where it is a rogue. */
export const serveDhcp = async (
  at: Namespace,
  device: string,
  {
    address,
    router,
    routes = [],
  }: { readonly address: string; readonly router: string; readonly routes?: readonly string[] },
): Promise<Process> => {
  const server = await at.spawn(["python3", dhcpProgram, "serve", device, address, router, ...routes]);
  await server.until("serving");
  return server;
};

/** Asks for a lease, and takes its routes as a client of DHCP does. Nothing where nobody answers within two seconds. */
export const takeLease = async (at: Namespace, device: string): Promise<Lease | undefined> => {
  const { status, stdout } = await at.exec(["python3", dhcpProgram, "ask", device]);
  if (status !== 0) return undefined;
  const lease: Lease = JSON.parse(stdout);
  await at.ip(lease.routes.map(([to, by]) => `route replace ${to} via ${by} dev ${device}\n`).join(""));
  return lease;
};

/** Announces itself once as a router of IPv6 that everybody of this network may take an address from. */
export const announceRouter = async (at: Namespace, device: string, prefix: string): Promise<void> => {
  await at.run(["python3", routerProgram, device, prefix]);
};
