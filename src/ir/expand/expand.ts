import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Source, Span } from "../../diagnostics/span.ts";
import type * as ast from "../../parser/ast.ts";
import { checkCharacters } from "../../parser/characters.ts";
import { Faults as SyntaxFaults } from "../../parser/faults.ts";
import { parse } from "../../parser/parse.ts";
import { type Binder, bind } from "./bind.ts";
import { Faults } from "./faults.ts";
import { checkDigest, checkWidth, listEntries } from "./list-file.ts";
import type { Load } from "./load.ts";
import { spell } from "./meaning.ts";
import { chainsOf, type Scope, withOwnStates } from "./own-states.ts";
import { type Parameter, Parameters } from "./parameters.ts";
import { substitute } from "./substitute.ts";

export interface Expanded {
  /** The policy without imports, parameters and lists from files; every node keeps its place in its own file. Absent after an error. */
  readonly file?: ast.File;
  /** Every file that was read. */
  readonly sources: readonly Source[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Deeper imports are a mistake, or meant to break the reader. */
const deepest = 32;

/** Takes in fragments and list files, and gives parameters their values. Without `load`, no file is read. */
export function expand(file: ast.File, source: Source, load?: Load): Expanded {
  return new Expansion(load).run(file, source);
}

/** A file that is being read, and the way to it. */
interface Open {
  readonly source: Source;
  readonly file: ast.File;
}
/** What a file says, with what it imports in the place of the import. */
interface Unit extends Scope {
  readonly parts: readonly (ast.Statement | Unit)[];
}
interface Imported {
  readonly name: string;
  readonly bindings: string;
  readonly at: Span;
}

class Expansion {
  readonly #faults = new Faults();
  readonly #load: Load | undefined;
  readonly #sources = new Map<string, Source>();
  readonly #parsed = new Map<string, ast.File | undefined>();
  readonly #imported = new Map<string, Imported>();

  constructor(load: Load | undefined) {
    this.#load = load;
  }

  run(file: ast.File, source: Source): Expanded {
    const root = { file, source };
    const isPolicy = file.type === "policy";
    const unit = this.#unit([root], root, bind(this.#faults, file, { kind: isPolicy ? "policy" : "none" }));
    if (!isPolicy)
      this.#faults.report(
        "KSP2069",
        { fragment: file.name.name },
        {
          at: file.name.span,
          label: "a fragment protects nothing by itself",
          help: "name a policy that imports it",
        },
      );
    const statements = this.#flat(unit);
    const { all, none } = this.#faults;
    return { ...(none && { file: { ...file, statements } }), sources: [...this.#sources.values()], diagnostics: all };
  }

  /** One file with its parameters replaced. `way` leads from the policy to it, itself included. */
  #unit(way: readonly Open[], { file, source }: Open, values: readonly Parameter[]): Unit {
    const parameters = new Parameters(this.#faults, values);
    const declared = new Set<string>();
    const parts = file.statements.flatMap((statement): readonly (ast.Statement | Unit)[] => {
      if (statement.kind === "param") return [];
      if (statement.kind === "import") {
        const unit = this.#takeIn(way, source, statement, parameters);
        for (const name of unit?.declared ?? []) declared.add(name);
        return unit ? [unit] : [];
      }
      if (statement.kind === "tunnel" || statement.kind === "chain") declared.add(statement.name.name);
      const replaced = substitute(parameters, statement);
      return [replaced.kind === "list" ? this.#list(source, replaced) : replaced];
    });
    parameters.reportUnused();
    return { name: file.name.name, declared, parts };
  }

  #takeIn(way: readonly Open[], from: Source, statement: ast.Import, parameters: Parameters): Unit | undefined {
    const path = parameters.text(statement.path);
    const opened = this.#open(path, from);
    const binder: Binder = { kind: "import", statement, parameters };
    if (!opened) return undefined;
    const { file, source } = opened;
    if (way.some((open) => open.source.file === source.file)) return this.#cycle(way, source, path.span);
    if (way.length > deepest) return this.#unloaded(path, `imports are nested more than ${deepest} deep`);
    if (file.type === "policy")
      return this.#faults.report(
        "KSP2066",
        { file: source.file },
        {
          at: path.span,
          label: "only fragments can be imported",
          secondary: [{ span: file.name.span, text: "says that it is a policy" }],
          help: "move what both share into a fragment",
        },
      );
    const values = bind(this.#faults, file, binder);
    return this.#isNew(file, source, statement, values) ? this.#unit([...way, opened], opened, values) : undefined;
  }

  /** A fragment that two fragments need is taken in once, if both mean the same. */
  #isNew(file: ast.File, source: Source, { path }: ast.Import, values: readonly Parameter[]): boolean {
    const { name } = file.name;
    const bindings = values.map((p) => `${p.name.name} = ${p.meaning ? spell(p.meaning) : ""}`).join("\n");
    const other = this.#imported.get(source.file);
    const namesake = [...this.#imported.values()].find((each) => each.name === name);
    if (other && other.bindings !== bindings)
      this.#faults.report(
        "KSP2068",
        { fragment: name },
        {
          at: path.span,
          label: "the second import",
          secondary: [{ span: other.at, text: "the first, which binds something else" }],
          help: "bind the same in both, or split the fragment",
        },
      );
    else if (!other && namesake)
      this.#faults.report(
        "KSP2002",
        { name },
        {
          at: file.name.span,
          label: "the second fragment of this name",
          secondary: [{ span: namesake.at, text: "the first one is imported here" }],
          help: "rename one of the two",
        },
      );
    if (other) return false;
    this.#imported.set(source.file, { name, bindings, at: path.span });
    return true;
  }

  #cycle(way: readonly Open[], source: Source, at: Span): undefined {
    const files = [...way.map((open) => open.source.file), source.file];
    const round = files.slice(files.indexOf(source.file));
    return this.#faults.report(
      "KSP2067",
      { file: source.file },
      {
        at,
        label: "this import closes the circle",
        notes: [`the way round: ${round.join(" → ")}`],
        help: "move what both need into a fragment that imports neither",
      },
    );
  }

  #list(from: Source, list: ast.List): ast.List {
    const file = list.source;
    if (file.kind !== "file") return list;
    const loaded = this.#read(file.path, from);
    if (!loaded) return list;
    checkDigest(this.#faults, file, loaded.text);
    const source = this.#keep(loaded);
    const characters = new SyntaxFaults(source);
    checkCharacters(characters);
    this.#faults.add(characters.sorted);
    const include = listEntries(source);
    if (include.length === 0)
      this.#faults.report(
        "KSP2009",
        { what: `\`${source.file}\`` },
        { at: file.path.span, label: "the file has no entry", help: "fill the file, or remove the list" },
      );
    checkWidth(this.#faults, file, include);
    const nets = { include, except: [], span: file.path.span };
    return { ...list, source: { kind: "loaded", nets, file } };
  }

  #open(path: ast.Text, from: Source): Open | undefined {
    const loaded = this.#read(path, from);
    if (!loaded) return undefined;
    const source = this.#keep(loaded);
    if (!this.#parsed.has(source.file)) {
      const { file, diagnostics } = parse(source);
      this.#faults.add(diagnostics);
      this.#parsed.set(source.file, file);
    }
    const file = this.#parsed.get(source.file);
    return file && { source, file };
  }

  #read(path: ast.Text, from: Source): Source | undefined {
    // A parameter without a value: told already, or a fragment by itself.
    if (path.kind === "param") return undefined;
    const loaded = this.#load?.(path.value, from) ?? { fault: "no way to read files was given" };
    return "fault" in loaded ? this.#unloaded(path, loaded.fault) : loaded;
  }

  #unloaded(path: ast.Text, reason: string): undefined {
    return this.#faults.report(
      "KSP2065",
      { file: path.value, reason },
      {
        at: path.span,
        label: "nothing is taken in from here",
        help: "write the path from the folder of this file, below the folder of the policy",
      },
    );
  }

  /** Without its byte order mark, as positions count. */
  #keep({ file, text }: Source): Source {
    const source = this.#sources.get(file) ?? { file, text: text.replace(/^\ufeff/, "") };
    this.#sources.set(file, source);
    return source;
  }

  #flat(root: Unit): readonly ast.Statement[] {
    const everything = plain(root);
    const chains = chainsOf(everything);
    const inside = (unit: Unit): readonly ast.Statement[] =>
      unit.parts.flatMap((part) =>
        "parts" in part ? inside(part) : [withOwnStates(this.#faults, part, unit, chains)],
      );
    return root.parts.flatMap((part) => ("parts" in part ? inside(part) : [part]));
  }
}

const plain = (unit: Unit): readonly ast.Statement[] =>
  unit.parts.flatMap((part) => ("parts" in part ? plain(part) : [part]));
