import type { App, Device } from "../../ir/policy.ts";
import { parseAddress } from "../../net/address.ts";
import { addressSet, contains } from "../../net/address-set.ts";
import { constant } from "../../net/parse-net.ts";
import { privateRanges } from "../../net/private-ranges.ts";
import { isOf } from "../probes/links.ts";
import { complaint, run } from "../system/program.ts";

/** A connection of TCP. */
export interface Connection {
  /** Address and port as `ss` writes and takes them. */
  readonly local: string;
  readonly peer: string;
  /** Zero may be anybody where the program has closed it: older kernels forget whose it was, 6.18 does not. */
  readonly user: number;
  /** By its program; what it holds is still to go. */
  readonly isClosed: boolean;
}

/**
 * Ends the connections that users' apps began while nothing protected them, such as before the first rules. Rules know a user by
 * the socket, and one that is closed has no owner: what it holds would go on as nobody's, by whatever is open to everybody. What
 * goes through a tunnel is kept, and so is what stays in private networks. Costs three listings of the machine's connections.
 */
export async function endOldConnections(
  apps: readonly App[],
  tunnels: readonly Device[],
  note: (text: string) => void,
): Promise<void> {
  const users = new Set(
    apps.flatMap(({ traffic, identity: { linux } }) =>
      traffic !== "outside" && linux?.kind === "user" && linux.id !== undefined ? [linux.id] : [],
    ),
  );
  if (users.size === 0) return;
  const addresses = await run(["ip", "-o", "address", "show"]);
  const own = tunnelAddresses(addresses.stdout, tunnels);
  const old = async () => {
    const listed = await run(listing);
    if (listed.status !== 0) note(`what apps began without protection is not known: ${complaint(listed)}`);
    return connectionsOf(listed.stdout).filter((connection) => isOld(connection, users, own));
  };
  // Those with an owner first: meanwhile their programs may close more of them.
  await end((await old()).filter(({ isClosed }) => !isClosed));
  await end(await old());
  const left = (await old()).filter(({ isClosed }) => !isClosed);
  if (left.length > 0)
    note(
      `${left.length} connections that apps began without protection go on: the rules refuse them while they are open`,
    );
}

const listing = ["ss", "-H", "-O", "-n", "-t", "-e"] as const;
/** The kernel takes one filter of 64 kB. */
const atOnce = 100;

async function end(connections: readonly Connection[]): Promise<void> {
  for (let i = 0; i < connections.length; i += atOnce) {
    const each = connections.slice(i, i + atOnce).map(({ local, peer }) => `( src ${local} and dst ${peer} )`);
    // Whether the kernel did it is seen afterwards: `ss` complains of kinds of sockets that it was not asked for.
    await run([...listing, "-K", each.join(" or ")]);
  }
}

/** What `ss -H -O -n -t -e` lists, but for what is only being opened: nothing of that is sent yet. */
export const connectionsOf = (listed: string): readonly Connection[] =>
  listed.split("\n").flatMap((line) => {
    const [state, , , local, peer] = line.split(/\s+/);
    if (state === undefined || state === "SYN-SENT" || local === undefined || peer === undefined) return [];
    const user = Number(/ uid:(\d+)/.exec(line)?.[1] ?? 0);
    return [{ local: withoutZone(local), peer: withoutZone(peer), user, isClosed: / ino:0\b/.test(line) }];
  });

const withoutZone = (end: string): string => end.replace(/%[^\]:]+/, "");

/** The addresses that cards of these names have, of `ip -o address show`. */
export const tunnelAddresses = (shown: string, tunnels: readonly Device[]): ReadonlySet<string> =>
  new Set(
    shown.split("\n").flatMap((line) => {
      const [, device, address] = /^\d+: (\S+) +inet6? ([^ /]+)/.exec(line) ?? [];
      return device !== undefined && address !== undefined && isOf(device, tunnels) ? [address] : [];
    }),
  );

/** Whether it leaves this machine in clear, and may be one of these users'. */
export function isOld(
  { local, peer, user, isClosed }: Connection,
  users: ReadonlySet<number>,
  own: ReadonlySet<string>,
): boolean {
  return (users.has(user) || (isClosed && user === 0)) && !own.has(hostOf(local)) && !staysNear(hostOf(peer));
}

/** `192.0.2.1:443`, `[2001:db8::1]:443`, `[::ffff:192.0.2.1]:443` */
const hostOf = (end: string): string =>
  end.slice(0, end.lastIndexOf(":")).replace(/^\[(?:::ffff:(?=[\d.]+\]))?|\]$/g, "");

const near = addressSet([...privateRanges, ...constant("127.0.0.0/8", "::1")]);
function staysNear(host: string): boolean {
  const address = parseAddress(host);
  return address !== undefined && contains(near, address);
}
