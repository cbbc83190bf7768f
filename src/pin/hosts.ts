import type * as ast from "../parser/ast.ts";

/** A name of a host where a policy says it. */
export interface Host {
  readonly name: ast.Text;
  readonly at?: ast.Nets;
  /** `within` says which addresses the name may have. */
  readonly isBounded: boolean;
}

export const hostsOf = (file: ast.File): readonly Host[] => file.statements.flatMap(hostsIn);

function hostsIn(statement: ast.Statement): readonly Host[] {
  switch (statement.kind) {
    case "tunnel":
    case "helper":
      return statement.block.items.flatMap((item) => {
        if (item.kind !== "server" || item.server.kind !== "peer") return [];
        const { host, nets } = item.server.peer;
        return host ? { name: host, ...(nets && { at: nets }), isBounded: false } : [];
      });
    case "allow": {
      const { opening } = statement;
      if (opening.kind !== "host") return [];
      const { host, at, within } = opening;
      return [{ name: host, ...(at && { at }), isBounded: within !== undefined }];
    }
    default:
      return [];
  }
}
