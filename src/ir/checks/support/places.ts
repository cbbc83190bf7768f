import type { Span } from "../../../diagnostics/span.ts";
import { type Origins, placeOf } from "../../origins.ts";
import type { StatementId, Tunnel } from "../../policy.ts";

/** In the order of the source; the policy itself knows none. */
export const byPlace = <T extends { readonly id: StatementId }>(
  origins: Origins,
  statements: readonly T[],
): readonly T[] => statements.toSorted((a, b) => placeOf(origins, a.id).start - placeOf(origins, b.id).start);

/** Only the first line of a kind is known by its place: with several of them the tunnel's name is the smallest true place. */
export const placeOfLine = (origins: Origins, tunnel: Tunnel, line: string, isOnly: boolean): Span =>
  placeOf(origins, tunnel.id, isOnly ? line : "name");
