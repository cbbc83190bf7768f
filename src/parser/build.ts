import type * as ast from "./ast.ts";
import { type Context, chosen, endOf, linesOf, one, spanOfNode, triviaOf } from "./build-context.ts";
import { statement } from "./build-statements.ts";
import { identifier, integer } from "./build-values.ts";
import type * as cst from "./cst.generated.ts";
import { lineBreak } from "./line-break.ts";

/** The syntax tree of a file that follows the grammar. */
export function build(ctx: Context, node: cst.FileCstNode): ast.File {
  const { children: c } = node;
  const title = one(c.title).children;
  const version = integer(ctx, one(one(c.version).children.INTEGER));
  const name = identifier(ctx, one(title.NAME));
  const start = lineBreak(c.start ? one(c.start).image : "");
  const afterVersion = lineBreak(one(c.afterVersion).image);
  const afterTitle = lineBreak(one(c.afterTitle).image);
  const statements = c.statement ?? [];
  const ends = [one(c.afterTitle), ...(c.after ?? [])];
  const lines = linesOf(ends, statements.length);
  // Comments on the first line of a file stand before everything, like those of the lines below.
  const before = { lines: [...(start.behind === undefined ? [] : [start.behind]), ...start.lines] };
  return {
    version,
    type: chosen(title.type, ["policy", "fragment"]),
    name,
    head: {
      version: triviaOf(ctx, { before, after: afterVersion, first: true }, version.span),
      name: triviaOf(ctx, { before: afterVersion, after: afterTitle, first: false }, name.span),
    },
    statements: statements.map((each, i) => statement(ctx, each, { ...one(lines, i), first: false })),
    end: endOf(lineBreak(one(ends, ends.length - 1).image)),
    span: spanOfNode(ctx, node),
  };
}
