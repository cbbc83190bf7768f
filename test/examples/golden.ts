import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { backends } from "../../src/backends.ts";
import { read } from "../../src/check.ts";
import { refusals } from "../../src/emitters/capabilities.ts";
import { compile, type Load, type Source, type Target } from "../../src/index.ts";
import { plan } from "../../src/ir/plan.ts";
import { systemOf, targets } from "../../src/ir/targets.ts";

/** Examples are the policies that a newcomer reads first; each has a folder of what it compiles to. */
const exampleFolder = fileURLToPath(new URL("../../examples", import.meta.url));
export const goldenFolder = fileURLToPath(new URL("../golden", import.meta.url));

export interface Example {
  readonly name: string;
  readonly text: string;
}

/** The policies; a fragment is compiled with those that import it. */
export const examples = (): readonly Example[] =>
  readdirSync(exampleFolder)
    .filter((file) => file.endsWith(".ksp"))
    .sort()
    .map((file) => ({ name: basename(file, ".ksp"), text: readFileSync(join(exampleFolder, file), "utf8") }))
    .filter(({ text }) => !/^fragment /m.test(text));

/** What examples import. */
export const load: Load = (path) => ({ file: path, text: readFileSync(join(exampleFolder, path), "utf8") });

/** The backends of Linux that can say all of an example. */
const targetsOf = (source: Source): readonly Target[] => {
  const { policy } = read(source, { load });
  const planned = policy && plan(policy, "linux");
  return planned
    ? targets.filter(
        (target) =>
          systemOf[target] === "linux" && refusals(planned, backends[target].emitter.capabilities).length === 0,
      )
    : ["nft"];
};

/** Path below the golden folder → text. */
export function goldenOf({ name, text }: Example): ReadonlyMap<string, string> {
  const source = { file: `${name}.ksp`, text };
  const { files, diagnostics, name: policy } = compile(source, { targets: targetsOf(source), load });
  if (!files) throw new Error(`${name}: ${diagnostics.map((d) => `${d.code} ${d.message}`).join("; ")}`);
  const all = [
    ...files,
    ...(heldByWindows.has(name) ? alone({ name, text }, "wfp", /^wfp\/.*\.(json|txt)$|-windows\./) : []),
    ...(heldByMacos.has(name) ? alone({ name, text }, "pf", /^pf\/.*\.(conf|txt)$|-macos\./) : []),
  ];
  return new Map(all.map(([path, content]) => [`${policy}/${path}`, content]));
}

/** The others ask for what Windows has not: `test/wfp/examples.test.ts` says for what. */
export const heldByWindows: ReadonlySet<string> = new Set(["company-split-dns", "windows-laptop"]);

/** The others ask for what macOS has not: `test/pf/examples.test.ts` says for what. */
export const heldByMacos: ReadonlySet<string> = new Set(["company-split-dns", "mac-laptop"]);

/** What is one system's own, but for the scripts, which are the same for every policy. */
function alone({ name, text }: Example, target: Target, files: RegExp): readonly (readonly [string, string])[] {
  const compiled = compile({ file: `${name}.ksp`, text }, { targets: [target], load });
  return [...(compiled.files ?? [])].filter(([path]) => files.test(path));
}
