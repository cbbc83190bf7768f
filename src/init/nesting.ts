import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { formatAddress } from "../net/address.ts";
import { contains } from "../net/address-set.ts";
import type { Configuration } from "./configuration.ts";

/** An inner tunnel's server that the outer one does not carry is never reached. */
export function nesting(configurations: readonly Configuration[]): readonly Diagnostic[] {
  return configurations.slice(1).flatMap(({ servers }, i) => {
    const outer = configurations[i];
    if (!outer?.carries) return [];
    const { carries, device } = outer;
    return servers.flatMap(({ host, at }) => {
      if (typeof host === "string" || contains(carries, host)) return [];
      return diagnostic(
        "KSP5022",
        { construct: `a server outside \`${device}\`` },
        {
          at,
          label: `${formatAddress(host)} does not go into \`${device}\``,
          help: "name the files in the order of nesting, the tunnel that leaves this machine first",
        },
      );
    });
  });
}
