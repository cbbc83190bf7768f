import { readdirSync, readFileSync } from "node:fs";
import { Lines } from "../../src/diagnostics/lines.ts";
import { renderPlain } from "../../src/diagnostics/render-plain.ts";
import { report } from "../../src/diagnostics/report.ts";
import { type Initial, init, type Source } from "../../src/index.ts";

const folder = new URL("samples/", import.meta.url);

/** A folder of configurations, named by what becomes of it; they are nested in the order of their names. */
export interface Sample {
  readonly name: string;
  readonly sources: readonly Source[];
}

export const samples: readonly Sample[] = readdirSync(folder)
  .toSorted()
  .map((name) => {
    const files = readdirSync(new URL(`${name}/`, folder)).filter((file) => !/^(policy\.ksp|said\.txt)$/.test(file));
    const text = (file: string) => readFileSync(new URL(`${name}/${file}`, folder), "utf8");
    return { name, sources: files.toSorted().map((file) => ({ file, text: text(file) })) };
  });

export const golden = (sample: Sample, file: "policy.ksp" | "said.txt"): string =>
  new URL(`${sample.name}/${file}`, folder).pathname;

/** Everything that is said about a configuration, as a terminal would show it. */
export function said({ notes, diagnostics, shown }: Initial): string {
  const lines = new Map(shown.map((source) => [source.file, new Lines(source.text)]));
  const told = notes.map(({ kind, text, at }) => {
    const line = at && lines.get(at.file)?.position(at.start).line;
    return `${at ? `${at.file}:${line}: ` : ""}${kind}: ${text}\n`;
  });
  return told.join("") + renderPlain(report(diagnostics, shown));
}

export const run = ({ sources }: Sample): Initial => init(sources);

/** The policy with an answer in every marked place. */
export function answered(policy: string): string {
  let hosts = 0;
  return policy
    .replace(/host "[^"]+"/g, (host) => `${host} at 198.51.100.${77 + hosts++}`)
    .replace(/@(?:resolver|heartbeat)-[a-z0-9-]+/g, "10.99.0.1")
    .replace(/@address-[a-z0-9-]+/g, "10.99.0.2/32")
    .replace(/@carried-[a-z0-9-]+/g, "everything")
    .replace(/carrier user "[^"]+"/g, "carrier user 994");
}
