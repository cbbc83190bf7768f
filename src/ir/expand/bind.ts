import { didYouMean, surelyMeant } from "../../diagnostics/did-you-mean.ts";
import type { Span } from "../../diagnostics/span.ts";
import type * as ast from "../../parser/ast.ts";
import type { Faults } from "./faults.ts";
import { type Meaning, meaningOf, spellings, typeWords } from "./meaning.ts";
import { origin, type Parameter, type Parameters } from "./parameters.ts";

/** Who gives values to the parameters of a file. */
export type Binder =
  /** A fragment's importer, and what `$name` means there. */
  | { readonly kind: "import"; readonly statement: ast.Import; readonly parameters: Parameters }
  /** A policy: its defaults. */
  | { readonly kind: "policy" }
  /** Nobody: the fragment is read by itself, and only types are known. */
  | { readonly kind: "none" };

/** Gives every parameter of a file its value. */
export function bind(faults: Faults, file: ast.File, binder: Binder): readonly Parameter[] {
  const declared = declarations(faults, file);
  if (binder.kind !== "import") {
    const { kind } = binder;
    return [...declared.values()].map((param) => byDefault(faults, param, kind));
  }
  const { statement, parameters } = binder;
  const bindings = new Map<string, ast.Binding>();
  for (const binding of statement.bindings?.items ?? []) {
    const { name, span } = binding.name;
    const other = bindings.get(name);
    if (other) twice(faults, `\`${name}\``, span, other.name.span);
    else if (declared.has(name)) bindings.set(name, binding);
    else {
      const [similar] = didYouMean(name, declared.keys());
      const sure = surelyMeant(name, declared.keys());
      faults.report(
        "KSP2060",
        { name },
        {
          at: span,
          label: `the fragment \`${file.name.name}\` declares none of this name`,
          help:
            similar === undefined
              ? "remove the binding"
              : {
                  text: "a parameter with a similar name exists",
                  edits: sure === undefined ? [] : [{ span, text: sure }],
                },
        },
      );
    }
  }
  return [...declared.values()].map((param) => {
    const binding = bindings.get(param.name.name);
    if (!binding) return byDefault(faults, param, statement);
    const meaning = resolveBinding(faults, param, binding, parameters);
    return { name: param.name, type: param.type, ...(meaning && { meaning }), bound: spanOf(binding.value) };
  });
}

function declarations(faults: Faults, file: ast.File): ReadonlyMap<string, ast.Param> {
  const declared = new Map<string, ast.Param>();
  for (const statement of file.statements) {
    if (statement.kind !== "param") continue;
    const { name, span } = statement.name;
    const other = declared.get(name);
    if (!other) declared.set(name, statement);
    else
      faults.report(
        "KSP2002",
        { name },
        {
          at: span,
          label: "the second parameter of this name",
          secondary: [{ span: other.name.span, text: "the first" }],
          help: "rename one of the two",
        },
      );
  }
  return declared;
}

function byDefault(faults: Faults, param: ast.Param, importer: ast.Import | "policy" | "none"): Parameter {
  const { name, type } = param;
  if (param.default) {
    const meaning = namesParameter(param.default) ? undefined : meaningOf(type, param.default);
    if (!meaning) wrongType(faults, param, param.default, "the default is something else");
    return { name, type, ...(meaning && { meaning }), bound: spanOf(param.default) };
  }
  if (importer === "policy")
    faults.report(
      "KSP2061",
      { name: name.name },
      { at: name.span, label: "nobody imports a policy", help: `give it a default: ${spellings[type]}` },
    );
  else if (importer !== "none") unbound(faults, param, importer);
  return { name, type };
}

function unbound(faults: Faults, { name, type }: ast.Param, { path, bindings }: ast.Import): void {
  faults.report(
    "KSP2061",
    { name: name.name },
    {
      at: path.span,
      label: `${bindings ? "the bindings of this import leave it out" : "this import binds nothing"}`,
      secondary: [{ span: name.span, text: `declared without a default, as ${typeWords[type]}` }],
      help: `bind it: \`${name.name} = …\` takes ${spellings[type]}`,
    },
  );
}

function resolveBinding(
  faults: Faults,
  param: ast.Param,
  { value }: ast.Binding,
  importer: Parameters,
): Meaning | undefined {
  const name = namesParameter(value);
  if (name) {
    const given = importer.find(name.text, name.span);
    if (!given) return undefined;
    if (given.type === param.type || (given.type === "address" && param.type === "network")) return given.meaning;
    return faults.report(
      "KSP2062",
      { name: param.name.name, type: typeWords[param.type] },
      {
        at: name.span,
        label: `\`$${name.text}\` is ${typeWords[given.type]}`,
        secondary: [...origin(given), { span: param.name.span, text: `declared as ${typeWords[param.type]}` }],
        help: `bind ${spellings[param.type]}`,
      },
    );
  }
  const replaced: ast.Value =
    value.kind === "nets"
      ? { kind: "nets", nets: { ...value.nets, include: value.nets.include.flatMap((net) => importer.nets(net)) } }
      : value;
  return meaningOf(param.type, replaced) ?? wrongType(faults, param, value, "something else is bound");
}

/** `$x` and nothing else. */
function namesParameter(value: ast.Value): ast.Net | undefined {
  if (value.kind !== "nets" || value.nets.except.length > 0) return undefined;
  const [first, second] = value.nets.include;
  return first?.kind === "param" && !second ? first : undefined;
}

const wrongType = (faults: Faults, { name, type }: ast.Param, value: ast.Value, label: string): undefined =>
  faults.report(
    "KSP2062",
    { name: name.name, type: typeWords[type] },
    {
      at: spanOf(value),
      label,
      secondary: [{ span: name.span, text: `declared as ${typeWords[type]}` }],
      help: `write ${spellings[type]}`,
    },
  );

const twice = (faults: Faults, what: string, second: Span, first: Span): undefined =>
  faults.report(
    "KSP2006",
    { what },
    {
      at: second,
      label: "the second time",
      secondary: [{ span: first, text: "the first time" }],
      help: "keep one of the two",
    },
  );

function spanOf(value: ast.Value): Span {
  switch (value.kind) {
    case "nets":
      return value.nets.span;
    case "ports":
      return value.port.span;
    case "number":
      return value.number.span;
    case "text":
      return value.text.span;
  }
}
