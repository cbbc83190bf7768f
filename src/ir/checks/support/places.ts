import type { Span } from "../../../diagnostics/span.ts";
import { type Origins, placeOf } from "../../origins.ts";
import type { Os, Server, StatementId } from "../../policy.ts";

/** In the order of the source; the policy itself knows none. */
export const byPlace = <T extends { readonly id: StatementId }>(
  origins: Origins,
  statements: readonly T[],
): readonly T[] => statements.toSorted((a, b) => placeOf(origins, a.id).start - placeOf(origins, b.id).start);

interface Block {
  readonly id: StatementId;
}

/** The line of a server in its tunnel or helper. */
export const placeOfServer = (origins: Origins, { id }: Block, { order }: Server): Span =>
  placeOf(origins, id, `server-${order}`);

/** The line of an alternative on a system. */
export const placeOfCarrier = (origins: Origins, { id }: Block, alternative: number, os: Os = "linux"): Span =>
  placeOf(origins, id, `carrier-${os}-${alternative}`);
