import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { audit } from "../../src/diagnostics/catalogue/audit.ts";
import { backends } from "../../src/diagnostics/catalogue/backends.ts";
import { files } from "../../src/diagnostics/catalogue/files.ts";
import { policy } from "../../src/diagnostics/catalogue/policy.ts";
import { bugs, proof } from "../../src/diagnostics/catalogue/proof.ts";
import { syntax } from "../../src/diagnostics/catalogue/syntax.ts";
import { catalogue } from "../../src/diagnostics/catalogue.ts";

const root = new URL("../../src/", import.meta.url).pathname;
const entries = Object.entries(catalogue);
/** A message with every parameter filled in as `x`. */
const sample = (message: (parameters: never) => string): string =>
  Reflect.apply(message, undefined, [new Proxy({}, { get: () => "x" })]);

test("no code stands in two classes, and each has its class's digit", () => {
  const classes = { 1: syntax, 2: policy, 3: proof, 4: backends, 5: files, 6: audit, 9: bugs };
  for (const [digit, codes] of Object.entries(classes)) {
    expect(Object.keys(codes).filter((code) => !new RegExp(`^KSP${digit}\\d{3}$`).test(code))).toEqual([]);
  }
  expect(Object.values(classes).flatMap((codes) => Object.keys(codes))).toHaveLength(entries.length);
});

test("no two codes have one name", () => {
  const names = entries.map(([, { name }]) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([]);
});

describe("every message reads as the others do", () => {
  const messages = entries.map(([code, { message }]) => [code, sample(message)] as const);
  const faulty = (pattern: RegExp) => messages.filter(([, message]) => pattern.test(message));

  test("begins with a small letter or a quotation", () => expect(faulty(/^(?![a-z`])/)).toEqual([]));
  test("has no full stop", () => expect(faulty(/\.$/)).toEqual([]));
  test("neither scolds nor begs", () => expect(faulty(/\b(you|your|please|illegal|invalid|must)\b/i)).toEqual([]));
  test("closes its quotations", () =>
    expect(messages.filter(([, text]) => text.split("`").length % 2 === 0)).toEqual([]));
});

test("every code is reported somewhere", () => {
  const sources = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.startsWith(join("diagnostics", "catalogue")))
    .map((file) => readFileSync(join(root, file), "utf8"))
    .join("\n");
  expect(sources).toContain('"KSP5001"');
  expect(entries.map(([code]) => code).filter((code) => !sources.includes(`"${code}"`))).toEqual([]);
});
