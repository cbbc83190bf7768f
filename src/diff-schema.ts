import Type, { type Static } from "typebox";
import { type Immutable, record, statementId } from "./ir/schema.ts";

const states = Type.Array(Type.String());
const place = {
  id: statementId,
  /** Its first line, or what is built in, in words. */
  statement: Type.String(),
  line: Type.Optional(Type.Integer({ minimum: 1 })),
  /** The fragment where it stands; absent: the policy itself. */
  file: Type.Optional(Type.String()),
};
const line = record({
  states: Type.Array(Type.String(), { minItems: 1 }),
  /** In words, answers to them apart; null: packets beyond those that the other lines list, such as the witness. */
  packets: Type.Union([Type.String(), Type.Null()]),
  /** One of them. */
  witness: Type.String(),
  /** Who decides about the witness; several where that depends on the state. */
  before: Type.Array(record({ passes: Type.Boolean(), ...place }), { minItems: 1 }),
  after: Type.Array(record({ passes: Type.Boolean(), ...place }), { minItems: 1 }),
});
const statements = Type.Array(record({ ...place, text: Type.String() }));

/** What `ksp diff` finds; `--format json` prints it, with diagnostics as `ksp check` does. */
const diffSchema = record({
  /** Packets that pass after alone, and before alone; tables of hosts count with all that they may ever hold. */
  opened: Type.Array(line),
  closed: Type.Array(line),
  /** States that only one policy has. Nothing there can be compared, so each counts as opened, or as closed. */
  states: record({ both: states, before: states, after: states }),
  statements: record({ removed: statements, added: statements }),
  /** What differs beside the packets that pass, in words: `what is logged`. */
  besides: Type.Array(Type.String()),
});
export type DiffReport = Immutable<Static<typeof diffSchema>>;

const change = Type.Union([Type.Literal("opened"), Type.Literal("closed"), Type.Literal("changed")]);
/** `--format json`. A key can be added within version 1, never removed or given another meaning. */
export const diffDocumentSchema = Type.Object({
  version: Type.Literal(1),
  before: Type.String(),
  after: Type.String(),
  /** The firewall that both were compared for; absent: as on Linux. */
  target: Type.Optional(Type.String()),
  /** Absent where a policy has an error. */
  diff: Type.Optional(diffSchema),
  /** With `--rules`: a unified diff. */
  rules: Type.Optional(Type.String()),
  /** What `--fail-on` named and was found. */
  failed: Type.Array(change),
  diagnostics: Type.Array(Type.Object({})),
  errors: Type.Integer(),
  warnings: Type.Integer(),
});
