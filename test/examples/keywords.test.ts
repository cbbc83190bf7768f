import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { lex } from "../../src/parser/lexer.ts";
import { parse } from "../../src/parser/parse.ts";
import { keywords } from "../../src/parser/tokens.ts";
import { diagnose, home } from "../checks/helper.ts";

const folder = new URL("../../examples/", import.meta.url);
const texts = readdirSync(folder)
  .filter((file) => file.endsWith(".ksp"))
  .map((file) => readFileSync(new URL(file, folder), "utf8"));
const lexed = texts.map((text) => ({ text, tokens: lex(text).tokens }));

/** A keyword may be a name, too: it is used as one where no other word could stand in its place. */
const isUsed = (keyword: (typeof keywords)[number]): boolean =>
  lexed.some(({ text, tokens }) =>
    tokens
      .filter(({ tokenType }) => tokenType === keyword)
      .some(({ startOffset, image }) => {
        const without = `${text.slice(0, startOffset)}zzz${text.slice(startOffset + image.length)}`;
        return parse({ file: "home.ksp", text: without }).file === undefined;
      }),
  );

test("the examples use every keyword but those that mean nothing yet", () => {
  const unused = keywords.filter((keyword) => !isUsed(keyword)).map(({ PATTERN }) => String(PATTERN));
  expect(unused).toEqual(["carried"]);
  expect(diagnose({ file: "home.ksp", text: home({ more: "scope carried" }) }).map(({ code }) => code)).toEqual([
    "KSP4001",
  ]);
});
