import { type Backend, stateFiles } from "../firewall/backend.ts";
import { lacksIpv6 } from "../system/ipv6.ts";
import { faultOf, run } from "../system/program.ts";
import { closedFiles } from "./closed.ts";
import { readHits } from "./hits.ts";
import { iptablesKernel } from "./kernel.ts";
import { kindOf, programsOf, type Variant } from "./programs.ts";

/** The rules of a bundle as iptables; `load.sh` puts each file in force, in the order of which the compiler proved every step. */
export function iptables(variant: Variant): Backend {
  const programs = programsOf(variant);
  const { v4, v6 } = programs;
  const chosen = variant === "iptables" ? [] : ["env", `KSP_IPTABLES=${variant}`];
  const command = (folder: string): readonly string[] => [...chosen, "sh", `${folder}/load.sh`];
  return {
    name: variant,
    folder: "iptables",
    needed: (states) => [
      "iptables/load.sh",
      ...stateFiles(states).flatMap((name) => [`iptables/${name}.v4`, `iptables/${name}.v6`]),
    ],
    unfit: (files) =>
      [...files.keys()].some((path) => path.startsWith("nft/egress/"))
        ? "it has hooks at devices (`--egress`), which nftables alone can load"
        : undefined,
    kernel: (copy) => iptablesKernel(copy, { programs, command }),
    command: (folder, name) => [...command(folder), name],
    check: async (folder) => {
      // Sets are named by what they hold, so making those of the next rules changes nothing of these.
      const sets = `[ ! -e "$1/sets.ipset" ] || ipset restore -file "$1/sets.ipset"`;
      const tests = [`${v6}-restore --test <"$1/ruleset.v6"`, `${v4}-restore --test <"$1/ruleset.v4"`];
      const script = [sets, ...((await lacksIpv6()) ? tests.slice(1) : tests)].join(" && ");
      return faultOf(["sh", "-c", script, "check", folder], { milliseconds: 60_000 });
    },
    kind: async () => (variant === "iptables" ? await kindOf(programs) : variant),
    isLoaded: async () => (await run([`${v4}-save`])).stdout.includes("\n:ksp_"),
    hits: () => readHits(programs),
    closed: closedFiles,
    programs: [v4, v6],
  };
}
