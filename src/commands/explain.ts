import { readFile } from "node:fs/promises";
import { catalogue } from "../diagnostics/catalogue.ts";
import { packetFile } from "../diagnostics/span.ts";
import type { Explanation } from "../explain.ts";
import { explainPacket as explainSource } from "../explain-packet.ts";
import type { Target } from "../ir/targets.ts";
import { type Format, isDocument } from "./formats.ts";
import { folderOf, readSources } from "./input.ts";
import { loader } from "./load.ts";
import { present, together } from "./output.ts";
import { isMissing } from "./reason.ts";
import { table } from "./table.ts";

interface ExplainOptions {
  readonly root?: string;
  readonly format: Format;
  /** Unsaid, packets are judged as on Linux. */
  readonly target?: Target;
}

/** `ksp explain FILE PACKET`: what becomes of a packet in every state, and which statement decides. */
export async function explainPacket(
  file: string,
  packet: string,
  { target, root, format }: ExplainOptions,
): Promise<number> {
  const input = await readSources([file]);
  const load = loader(root ?? folderOf(file));
  const results = input.sources.map((source) =>
    explainSource(source, packet, { load, ...(target && { targets: [target] }) }),
  );
  const found = together(input, results);
  const answer = results[0]?.answer;
  const sources = [...found.sources, { file: packetFile, text: packet }];
  const code = present({ ...found, sources }, format, process.stderr, {
    ...(target && { target }),
    packet: answer?.packet ?? packet,
    rows: answer?.rows ?? [],
  });
  if (answer && !isDocument(format)) {
    const forwarded = answer.rows.some(({ arrival }) => arrival !== undefined);
    const rows = answer.rows.map(({ state, arrival, interface: device, verdict, rule, from, except }) => [
      state,
      ...(arrival === undefined ? [] : [arrival]),
      device,
      except ? `${verdict}, partly` : verdict,
      rule.stage,
      rule.text,
      placed(from),
    ]);
    process.stdout.write(`${answer.packet}\n\n`);
    process.stdout.write(
      table([["state", ...(forwarded ? ["arrival"] : []), "interface", "verdict", "stage", "rule", "from"], ...rows]),
    );
    process.stdout.write(exceptions(answer.rows));
  }
  return code;
}

type Row = Explanation["rows"][number];

const placed = ({ line, file, statement }: Row["from"]): string =>
  line === undefined ? statement : `${file === undefined ? "line " : `${file}:`}${line}: ${statement}`;

/** Of what is told partly: a packet that goes the other way, in whichever states and places it does. */
function exceptions(rows: readonly Row[]): string {
  const told = rows.flatMap(({ except, state }) => (except ? [{ ...except, state }] : []));
  const groups = Map.groupBy(told, ({ packet, verdict, from }) => `${verdict} ${packet} ${from.id}`);
  const lines = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const states = [...new Set(group.map(({ state }) => state))].join(", ");
    return [[states, first.verdict, first.packet, placed(first.from)]];
  });
  return lines.length === 0 ? "" : `\npartly, because of others:\n${table(lines)}`;
}

/** `ksp explain KSP2001`: the page of a code. */
export async function explainCode(code: string): Promise<number> {
  if (!Object.hasOwn(catalogue, code)) {
    process.stderr.write(`error: there is no code ${code}\n`);
    return 2;
  }
  try {
    process.stdout.write(await readFile(new URL(`../../docs/diagnostics/${code}.md`, import.meta.url), "utf8"));
    return 0;
  } catch (error) {
    if (!isMissing(error)) throw error;
    process.stderr.write(`error: the page of ${code} is not written yet\n`);
    return 2;
  }
}
