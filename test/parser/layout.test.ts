import { expect, test } from "vitest";
import { format } from "../../src/parser/format.ts";
import { printStatement } from "../../src/parser/printer.ts";
import { head, statement } from "./samples.ts";

/** Formats statements without the head; the result must be a fixed point. */
function formatted(text: string): string {
  const once = format({ file: "home.ksp", text: head + text }).text ?? "";
  expect(format({ file: "home.ksp", text: once }).text).toBe(once);
  expect(once.startsWith(head)).toBe(true);
  return once.slice(head.length);
}

test("one space between words, two of indent, at most one blank line", () => {
  expect(formatted("\n\n\ntunnel   a   {\n\n\nprotocol   wireguard\n\n\n\tcarries everything\n\n}\n\n\n\n")).toBe(
    "\ntunnel a {\n  protocol wireguard\n\n  carries everything\n}\n",
  );
});

test("comments before, behind, inside and after, with blank lines among them", () => {
  const text = `# one

# two
ipv6 block  # behind

tunnel a {  # of the brace
  # before the item
  protocol other  # behind the item

  # the block's last
}  # of the closing brace

# the end

# really
`;
  expect(formatted(text)).toBe(text);
});

test("comments before the head stay there", () => {
  const text = "# licence\n\n# more\nksp 1  # version\n\n# name\npolicy home  # mine\nipv6 block\n";
  expect(format({ file: "a.ksp", text }).text).toBe(text);
});

test("a comment in a list of addresses stays with its element, one element a line", () => {
  const text = `list a = 10.0.0.1,  # first
  # before the second
  10.0.0.2,

  $x,
  @b except 10.0.0.3,  # no
  10.0.0.4  # last
`;
  expect(formatted(text)).toBe(text);
});

test("comments in other lists move above the statement", () => {
  expect(formatted("# old\nallow out tcp 1, # one\n  # two\n  2 # last\n")).toBe(
    "# old\n# one\n# two\nallow out tcp 1, 2  # last\n",
  );
  expect(formatted("chain a = b -> # one\n c\n")).toBe("# one\nchain a = b -> c\n");
  expect(formatted('link a {\n  interface "a", # one\n "b"\n}\n')).toBe('link a {\n  # one\n  interface "a", "b"\n}\n');
});

test("a short list that was broken is joined, a long one is broken, the longest first", () => {
  expect(formatted("list a = 10.0.0.1,\n  10.0.0.2\n")).toBe("list a = 10.0.0.1, 10.0.0.2\n");
  const many = Array.from({ length: 10 }, (_, i) => `198.51.100.${i + 100}`);
  expect(formatted(`allow out to ${many.join(", ")} tcp 80, 443 on wifi\n`)).toBe(
    `allow out to ${many.join(",\n  ")} tcp 80, 443 on wifi\n`,
  );
});

test("exactly 120 columns fit, 121 do not", () => {
  const line = (rest: number) => `allow out to 10.0.0.1, 10.0.0.2 reason "${"x".repeat(rest)}"`;
  const fits = line(120 - line(0).length);
  expect(formatted(`${fits}\n`)).toBe(`${fits}\n`);
  expect(formatted(`${line(121 - line(0).length)}\n`)).toContain("10.0.0.1,\n");
});

test("a long line without a list stays", () => {
  const text = `ipv6 block\nallow lan reason "${"x".repeat(150)}"\n`;
  expect(formatted(text)).toBe(text);
});

test("a statement for a listing has no comments and breaks the same", () => {
  const text = "list a = 10.0.0.1, # x\n 10.0.0.2";
  expect(printStatement(statement(text))).toBe("list a = 10.0.0.1, 10.0.0.2");
});

test("a source with a fault is not formatted", () => {
  const { text, diagnostics } = format({ file: "a.ksp", text: "ksp 1\npolicy a\nfoo\n" });
  expect(text).toBeUndefined();
  expect(diagnostics.map(({ code }) => code)).toEqual(["KSP1002"]);
});
