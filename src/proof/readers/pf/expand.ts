import { icmpOf, tcp, udp } from "./names.ts";
import type {
  Anchor,
  Criteria,
  Host,
  Rule,
  Ruleset,
  Scrub,
  Table,
  TableContent,
  Translation,
  Version,
} from "./program.ts";
import { Unreadable } from "./program.ts";
import { contentOf } from "./tables.ts";
import type {
  Written,
  WrittenAnchor,
  WrittenCriteria,
  WrittenRule,
  WrittenScrub,
  WrittenTranslation,
} from "./written.ts";

/** What tables are filled with from elsewhere, by name: by files, or by what is loaded. */
export type Fills = ReadonlyMap<string, TableContent>;

/** What a file makes of its anchor: one rule for each combination of what its lists hold. */
export function rulesetOf(statements: readonly Written[], fills: Fills = new Map()): Ruleset {
  const tables = new Map<string, Table>();
  const scrubs: Scrub[] = [];
  const entries: (Rule | Anchor)[] = [];
  const translations: Translation[] = [];
  for (const statement of statements) {
    const { line } = statement;
    switch (statement.kind) {
      case "table": {
        const { name, words, content } = statement;
        if (tables.has(name)) throw new Unreadable(line, `the table ${name} again`);
        if (statement.file !== undefined && !fills.has(name))
          throw new Unreadable(line, `nothing is known of ${statement.file}`);
        const held = content
          ? contentOf(content.flatMap((host) => (host.kind === "net" ? [host] : [])))
          : fills.get(name);
        tables.set(name, { line, isPersistent: words.includes("persist"), ...(held && { content: held }) });
        break;
      }
      case "scrub":
        scrubs.push(...scrubsOf(statement));
        break;
      case "rule":
        entries.push(...rulesOf(statement));
        break;
      case "anchor":
        entries.push(...anchorsOf(statement));
        break;
      case "translation":
        translations.push(...translationsOf(statement));
        break;
    }
  }
  return { tables, scrubs, entries, translations };
}

/** On pass, unless anything else is said: a state that floats, made by what opens a connection. */
function rulesOf(written: WrittenRule): readonly Rule[] {
  const { line, action, isQuick, isLogged, route, options } = written;
  const isPass = action === "pass";
  const { keeps = isPass && !options.isOfFragments ? "floating" : "no state" } = options;
  if (!isPass && options.keeps !== undefined && options.keeps !== "no state")
    throw new Unreadable(line, "keep state on block");
  const isImplied = isPass && keeps !== "no state" && options.flags === undefined && !options.isOfFragments;
  return criteriaOf(written).map((criteria) => ({
    kind: "rule",
    ...criteria,
    isOpening: options.flags === "S/SA" || (isImplied && (criteria.protocol ?? tcp) === tcp),
    action,
    isQuick,
    isLogged,
    keeps,
    allowsOptions: options.allowsOptions,
    ...(options.label !== undefined && { label: options.label }),
    ...(options.tag !== undefined && { tag: options.tag }),
    ...(route !== undefined && { route }),
  }));
}

function anchorsOf(written: WrittenAnchor): readonly Anchor[] {
  const { path, isWildcard } = pathOf(written.path);
  const inside = written.inside && rulesetOf(written.inside);
  return criteriaOf(written).map((criteria) => ({
    kind: "anchor",
    ...criteria,
    path,
    isWildcard,
    isQuick: written.isQuick,
    ...(inside && { inside }),
  }));
}

function translationsOf(written: WrittenTranslation): readonly Translation[] {
  const { what: kind, isExcepted, isFinal, becomes } = written;
  if (isExcepted) return [];
  const anchor = written.path === undefined ? { isWildcard: false } : pathOf(written.path);
  const more = { isFinal, ...(becomes && { becomes }), ...anchor };
  return criteriaOf(written).map((criteria) => ({ kind, ...criteria, ...more }));
}

function scrubsOf(written: WrittenScrub): readonly Scrub[] {
  const anchor = written.path === undefined ? { isWildcard: false } : pathOf(written.path);
  const reassembles = !(written.isExcepted || written.words.some((word) => word === "crop" || word === "drop-ovl"));
  return criteriaOf(written).map((criteria): Scrub => ({ kind: "scrub", ...criteria, reassembles, ...anchor }));
}

const pathOf = (written: string): { readonly path: string; readonly isWildcard: boolean } =>
  written.endsWith("*")
    ? { path: written.replace(/\/?\*$/, ""), isWildcard: true }
    : { path: written, isWildcard: false };

/** In the order in which pfctl nests them. */
function criteriaOf(written: WrittenCriteria): readonly Criteria[] {
  const { line, direction, options } = written;
  const any: readonly Host[] = [{ kind: "any", isNegated: false }];
  const orNone = <T>(list: readonly T[]): readonly (T | undefined)[] => (list.length > 0 ? list : [undefined]);
  const found: Criteria[] = [];
  for (const named of orNone(written.interfaces))
    for (const protocol of orNone(written.protocols))
      for (const icmp of orNone(options.icmp?.types ?? []))
        for (const source of written.sources.length > 0 ? written.sources : any)
          for (const sourcePort of orNone(written.sourcePorts))
            for (const destination of written.destinations.length > 0 ? written.destinations : any)
              for (const destinationPort of orNone(written.destinationPorts))
                for (const user of orNone(options.users))
                  for (const group of orNone(options.groups)) {
                    const version = versionOf(written, source, destination);
                    found.push({
                      line,
                      ...(direction && { direction }),
                      ...(named && { interface: named }),
                      ...(version && { version }),
                      ...(protocol !== undefined && { protocol }),
                      source,
                      ...(sourcePort && { sourcePort }),
                      destination,
                      ...(destinationPort && { destinationPort }),
                      ...(user && { user }),
                      ...(group && { group }),
                      isOpening: false,
                      ...(icmp && { icmp }),
                      isOfFragments: options.isOfFragments,
                      ...(options.tagged && { tagged: options.tagged }),
                    });
                  }
  for (const criteria of found) consistent(criteria, written);
  return found;
}

/** pfctl leaves a combination of two families out without a word; here it is an error, wherever it stands. */
function versionOf({ line, version }: WrittenCriteria, ...ends: readonly Host[]): Version | undefined {
  const said = new Set([
    ...(version ? [version] : []),
    ...ends.flatMap((end) => (end.kind === "net" ? [end.net.version] : [])),
  ]);
  if (said.size > 1) throw new Unreadable(line, "two families in one rule");
  return [...said][0];
}

/** What fails a whole load. */
function consistent(criteria: Criteria, { line, version: written, options }: WrittenCriteria): void {
  const { protocol, version, sourcePort, destinationPort, icmp } = criteria;
  const fail = (reason: string): never => {
    throw new Unreadable(line, reason);
  };
  if ((sourcePort || destinationPort) && protocol !== tcp && protocol !== udp) fail("port needs proto tcp or udp");
  if (options.flags === "S/SA" && protocol !== undefined && protocol !== tcp) fail("flags need tcp");
  for (const family of [4, 6] as const)
    if (protocol === icmpOf[family] && version !== undefined && version !== family) fail("ICMP of the other family");
  if (!icmp) return;
  const { version: of = 4 } = options.icmp ?? {};
  if (protocol !== icmpOf[of]) fail("a type of ICMP needs its protocol");
  if (written !== of) fail(`a type of ICMP needs ${of === 4 ? "inet" : "inet6"}`);
}
