import { type Code, catalogue } from "./catalogue.ts";
import type { Diagnostic, Help, Label } from "./diagnostic.ts";
import type { Lines } from "./lines.ts";
import type { Report } from "./report.ts";
import type { Span } from "./span.ts";

/** The parts of SARIF 2.1.0 that are written here, by the names of the specification. */
interface Message {
  readonly text: string;
}
interface Region {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  /** The first column behind, as in spans. */
  readonly endColumn: number;
}
interface ArtifactLocation {
  readonly uri: string;
}
interface Location {
  readonly id?: number;
  readonly physicalLocation: { readonly artifactLocation: ArtifactLocation; readonly region?: Region };
  readonly message?: Message;
}
interface ArtifactChange {
  readonly artifactLocation: ArtifactLocation;
  readonly replacements: readonly { readonly deletedRegion: Region; readonly insertedContent: Message }[];
}
interface Fix {
  readonly description: Message;
  readonly artifactChanges: readonly ArtifactChange[];
}
interface Descriptor {
  readonly id: Code;
  readonly name: string;
  readonly shortDescription: Message;
  readonly fullDescription: Message;
  readonly help: Message;
  readonly helpUri: string;
  readonly defaultConfiguration: { readonly level: "error" | "warning" };
}
interface Result {
  readonly ruleId: Code;
  readonly ruleIndex: number;
  readonly level: "error" | "warning";
  readonly message: Message;
  readonly locations: readonly Location[];
  readonly relatedLocations?: readonly Location[];
  readonly fixes?: readonly Fix[];
}
interface Notification {
  readonly descriptor: { readonly id: Code; readonly index: number };
  readonly level: "error" | "warning";
  readonly message: Message;
}
interface Sarif {
  readonly $schema: string;
  readonly version: "2.1.0";
  readonly runs: readonly [
    {
      readonly tool: {
        readonly driver: {
          readonly name: "ksp";
          readonly version: string;
          readonly rules: readonly Descriptor[];
          readonly notifications: readonly Descriptor[];
        };
      };
      readonly columnKind: "utf16CodeUnits";
      readonly invocations: readonly [
        { readonly executionSuccessful: boolean; readonly toolExecutionNotifications: readonly Notification[] },
      ];
      readonly results: readonly Result[];
    },
  ];
}

export interface SarifOptions {
  readonly version: string;
  /** Where the pages of the codes stand, with a `/` at the end. */
  readonly docs: string;
}

/**
 * `--format sarif`. A finding in a policy is a result. A fault without a place is none: SARIF has notifications for what
 * hinders the tool itself, such as an unreadable file.
 */
export function renderSarif({ diagnostics, lines }: Report, { version, docs }: SarifOptions): Sarif {
  const [placed, unplaced] = [diagnostics.filter(hasPlace), diagnostics.filter((found) => !hasPlace(found))];
  const [rules, notifications] = [codesOf(placed), codesOf(unplaced)];
  const descriptor = (code: Code) => describe(code, docs);
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "ksp",
            version,
            rules: rules.map(descriptor),
            notifications: notifications.map(descriptor),
          },
        },
        columnKind: "utf16CodeUnits",
        invocations: [
          {
            executionSuccessful: unplaced.length === 0,
            toolExecutionNotifications: unplaced.map((found) => ({
              descriptor: { id: found.code, index: notifications.indexOf(found.code) },
              level: found.severity,
              message: message(textOf(found)),
            })),
          },
        ],
        results: placed.map((found) => ({ ruleIndex: rules.indexOf(found.code), ...result(found, lines) })),
      },
    ],
  };
}

type Placed = Diagnostic & { readonly primary: Label };
const hasPlace = (found: Diagnostic): found is Placed => found.primary !== undefined;
const codesOf = (found: readonly Diagnostic[]): readonly Code[] =>
  [...new Set(found.map(({ code }) => code))].toSorted();

function describe(code: Code, docs: string): Descriptor {
  const { name, severity } = catalogue[code];
  const words = message(name.replaceAll("-", " "));
  return {
    id: code,
    name,
    shortDescription: words,
    fullDescription: words,
    help: message(`\`ksp explain ${code}\` prints what it means, with an example.`),
    helpUri: `${docs}${code}.md`,
    defaultConfiguration: { level: severity },
  };
}

function result(found: Placed, lines: ReadonlyMap<string, Lines>): Omit<Result, "ruleIndex"> {
  const { code, severity, primary, secondary, help } = found;
  const fix = help && fixOf(help, lines);
  return {
    ruleId: code,
    level: severity,
    message: message(textOf(found)),
    locations: [location(primary, lines)],
    ...(secondary.length > 0 && {
      relatedLocations: secondary.map((label, id) => ({ id, ...location(label, lines) })),
    }),
    ...(fix && { fixes: [fix] }),
  };
}

const textOf = ({ message, notes, help }: Diagnostic): string =>
  [message, ...notes.map((note) => `note: ${note}`), ...(help ? [`help: ${help.text}`] : [])].join("\n");

function location({ span, text }: Label, lines: ReadonlyMap<string, Lines>): Location {
  const region = regionOf(span, lines);
  return {
    physicalLocation: { artifactLocation: artifact(span.file), ...(region && { region }) },
    ...(text !== "" && { message: message(text) }),
  };
}

/** Undefined where the text of the file is unknown. */
function regionOf({ file, start, end }: Span, lines: ReadonlyMap<string, Lines>): Region | undefined {
  const known = lines.get(file);
  if (!known) return undefined;
  const [from, to] = [known.position(start), known.position(end)];
  return { startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column };
}

/** All edits or none: half a fix is another policy. */
function fixOf({ text, edits }: Help, lines: ReadonlyMap<string, Lines>): Fix | undefined {
  if (edits.length === 0 || edits.some(({ span }) => !lines.has(span.file))) return undefined;
  const changes = [...Map.groupBy(edits, ({ span }) => span.file)].map(([file, found]) => ({
    artifactLocation: artifact(file),
    replacements: found.flatMap((edit) => {
      const deletedRegion = regionOf(edit.span, lines);
      // What is inserted is content, not a message: it stands as it is.
      return deletedRegion ? [{ deletedRegion, insertedContent: { text: edit.text } }] : [];
    }),
  }));
  return { description: message(text), artifactChanges: changes };
}

/** Braces would hold an argument and `[…](…)` would be a link. */
const message = (text: string): Message => ({ text: text.replace(/[{}]/g, "$&$&").replaceAll("](", "] (") });

/** A path as a URI reference: its own names are escaped, `:` too, which would end a scheme. */
function artifact(file: string): ArtifactLocation {
  const path = file.toWellFormed().split("/").map(encodeURIComponent).join("/");
  return { uri: path.startsWith("/") ? `file://${path}` : path };
}
