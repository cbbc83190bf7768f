import { readFileSync } from "node:fs";
import Handlebars from "handlebars";

/**
 * A template gives a file its shape: it prints values and repeats over lists, nothing else. Handlebars prints nothing for
 * a missing list, which here would drop rules: so every helper is removed and `each` throws on anything but an array.
 */
export function template<View extends object>(name: string): (view: View) => string {
  const known = compiled.get(name);
  if (known) return known;
  const source = asset(name);
  const render = compileTemplate<View>(source);
  compiled.set(name, render as (view: object) => string);
  return render;
}

/** A file that is the same for every policy. */
export const asset = (name: string): string => readFileSync(new URL(import.meta.resolve(`#templates/${name}`)), "utf8");

const compiled = new Map<string, (view: object) => string>();

export function compileTemplate<View extends object>(source: string): (view: View) => string {
  const engine = Handlebars.create();
  for (const helper of Object.keys(engine.helpers)) engine.unregisterHelper(helper);
  engine.registerHelper("each", each);
  const knownHelpers = { each: true, if: false, unless: false, with: false, lookup: false, log: false };
  return engine.compile<View>(source, {
    noEscape: true,
    strict: true,
    preventIndent: true,
    knownHelpersOnly: true,
    knownHelpers,
  });
}

function each(this: unknown, list: unknown, options: Handlebars.HelperOptions): string {
  if (!Array.isArray(list)) throw new TypeError("`each` takes a list");
  return list.map((item) => options.fn(item)).join("");
}
