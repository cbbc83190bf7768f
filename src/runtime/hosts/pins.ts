import type { Server, Tunnel } from "../../ir/policy.ts";
import type { Address } from "../../net/address.ts";
import { type AddressSet, contains, union } from "../../net/address-set.ts";

/** The name of a tunnel's server, and where the policy says that it is. */
export interface Pin {
  readonly tunnel: string;
  readonly host: string;
  readonly pinned: AddressSet;
}

/** Servers by name, each name once for a tunnel; of other servers nobody can tell that they moved. */
export const pinsOf = (
  tunnels: readonly (Pick<Tunnel, "name"> & { readonly servers: readonly Server[] })[],
): readonly Pin[] =>
  tunnels.flatMap(({ name, servers }) =>
    [...new Set(servers.flatMap(({ host }) => host ?? []))].map((host) => ({
      tunnel: name,
      host,
      pinned: union(...servers.filter((server) => server.host === host).map(({ addresses }) => addresses)),
    })),
  );

/** A name with many addresses answers with some of them: as long as one was pinned, the server is where it was. */
export const hasMoved = ({ pinned }: Pin, answers: readonly Address[]): boolean =>
  answers.length > 0 && !answers.some((address) => contains(pinned, address));
