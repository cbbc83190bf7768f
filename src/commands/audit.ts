import { type Audited, audit as auditSource } from "../audit.ts";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import { visible } from "../diagnostics/display.ts";
import { describe } from "../ir/packet.ts";
import { systemOf, type Target } from "../ir/targets.ts";
import { type Listings, listLinux } from "../runtime/listings.ts";
import { type Format, isDocument } from "./formats.ts";
import { folderOf, readSources } from "./input.ts";
import { loader } from "./load.ts";
import { type Found, present, together } from "./output.ts";

export interface AuditOptions {
  readonly target: Target;
  /** Files that hold what a firewall listed; unsaid, this machine is asked. */
  readonly listing?: readonly string[];
  readonly root?: string;
  readonly format: Format;
}

/** How this machine's own firewall is asked. */
const live: Readonly<Partial<Record<Target, () => Promise<Listings>>>> = { nft: listLinux, iptables: listLinux };

/** `ksp audit`: findings are the result, so they go to standard output. */
export async function audit(file: string, { target, listing, root, format }: AuditOptions): Promise<number> {
  const input = await readSources([file]);
  const [source] = input.sources;
  const asked = listing ? await readListings(listing) : await askMachine(target);
  const isWhole = source && asked.diagnostics.length === 0;
  const audited: Audited = isWhole
    ? auditSource(source, { target, listing: asked.listing, load: loader(root ?? folderOf(file)) })
    : { sources: [], diagnostics: [] };
  const found: Found = together(input, [{ sources: [], diagnostics: asked.diagnostics }, audited]);
  const findings = audited.findings?.map(({ shown, ...rest }) => ({
    ...rest,
    ...(shown && {
      packet: describe(shown.packet, systemOf[target]),
      ...(shown.region !== undefined && { region: shown.region }),
    }),
  }));
  const { state } = audited;
  const code = present(found, format, process.stdout, {
    ...(state !== undefined && { state }),
    findings: findings ?? [],
  });
  if (state !== undefined && !isDocument(format)) {
    const rest = code === 0 ? ", and no rule of others opens or breaks anything" : "";
    process.stdout.write(`${visible(file)}: in force: state \`${state}\`${rest}\n`);
  }
  return code;
}

type Asked = Pick<Found, "diagnostics"> & { readonly listing: ReadonlyMap<string, string> };

async function readListings(files: readonly string[]): Promise<Asked> {
  const { sources, diagnostics } = await readSources(files);
  return { listing: new Map(sources.map(({ file, text }) => [file, text])), diagnostics };
}

async function askMachine(target: Target): Promise<Asked> {
  const listed = (await live[target]?.()) ?? {
    fault: `${target} is asked of a listing alone: name one with --listing`,
  };
  return "fault" in listed
    ? { listing: new Map(), diagnostics: [diagnostic("KSP5054", { reason: listed.fault })] }
    : { ...listed, diagnostics: [] };
}
