import { describe, expect, test } from "vitest";
import { compileTemplate, template } from "../../src/emitters/template.ts";

const render = (source: string, view: object): string => compileTemplate<object>(source)(view);

describe("a template", () => {
  test("prints values and repeats over lists", () => {
    const source = "{{name}}:\n{{#each rules}}\n  {{this}}\n{{/each}}\nend\n";
    expect(render(source, { name: "out", rules: ["a", "b"] })).toBe("out:\n  a\n  b\nend\n");
    expect(render(source, { name: "out", rules: [] })).toBe("out:\nend\n");
  });

  test("reaches the outer view from a list in a list", () => {
    const source = "{{#each a}}{{#each b}}{{this}}-{{../../state}} {{/each}}{{/each}}";
    expect(render(source, { state: "up", a: [{ b: [1, 2] }] })).toBe("1-up 2-up ");
  });

  test("changes no character", () => {
    expect(render("{{x}}", { x: `"lo" & <b> 'it' =\`` })).toBe(`"lo" & <b> 'it' =\``);
  });
});

describe("a mistake throws", () => {
  test.each([
    ["`if`", "{{#if yes}}x{{/if}}", { yes: true }],
    ["`unless`", "{{#unless no}}x{{/unless}}", { no: false }],
    ["`with`", "{{#with a}}{{b}}{{/with}}", { a: { b: 1 } }],
    ["`lookup`", "{{lookup a 0}}", { a: [1] }],
    ["`log`", "{{log a}}", { a: 1 }],
    ["an implicit block", "{{#rules}}{{this}}{{/rules}}", { rules: [1] }],
    ["an unknown helper", "{{align rules}}", { rules: [1] }],
    ["a missing value", "{{name}}", {}],
    ["a missing nested value", "{{rule.name}}", { rule: {} }],
    ["a value of something missing", "{{rule.name}}", {}],
    ["a missing value in a list", "{{#each rules}}{{name}}{{/each}}", { rules: [{}] }],
    ["a missing list", "{{#each rules}}x{{/each}}", {}],
    ["a missing list in a list", "{{#each a}}{{#each b}}x{{/each}}{{/each}}", { a: [{}] }],
    ["a list that is none", "{{#each rules}}x{{/each}}", { rules: "abc" }],
    ["an object for a list", "{{#each rules}}x{{/each}}", { rules: { a: 1 } }],
  ] as const)("%s", (_, source, view) => {
    expect(() => render(source, view)).toThrow();
  });

  test("a template that is not there", () => {
    expect(() => template("nft/nothing.hbs")).toThrow(/nothing\.hbs/);
  });
});
